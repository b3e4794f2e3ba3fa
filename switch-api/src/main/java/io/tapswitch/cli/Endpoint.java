package io.tapswitch.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import javax.net.ssl.SSLException;

/**
 * Where a daemon listens.
 *
 * @param address to connect to
 * @param isEncrypted whether it speaks TLS
 * @param host for the {@code Host} header
 * @param text for people: the path of a Unix socket, or the URL
 */
record Endpoint(SocketAddress address, boolean isEncrypted, String host, String text) {
    private static final int DEFAULT_PORT = 7470;

    /** A daemon's Unix socket. @throws IllegalArgumentException if the path cannot be one */
    static Endpoint socket(String path) {
        return new Endpoint(UnixDomainSocketAddress.of(Path.of(path).toAbsolutePath()), false, "localhost", path);
    }

    /** {@code http://HOST[:PORT]} or {@code https://HOST[:PORT]}. @throws IllegalArgumentException if the text is anything else */
    static Endpoint url(String text) {
        URI url = URI.create(text);
        boolean plain = url.getRawQuery() == null && url.getRawUserInfo() == null;
        boolean isEncrypted = "https".equals(url.getScheme());
        if (!isEncrypted && !"http".equals(url.getScheme())
                || url.getHost() == null
                || !plain
                || url.getPath().length() > 1) {
            throw new IllegalArgumentException(
                    "'" + text
                            + "' is not the URL of a daemon: write http://HOST:PORT or https://HOST:PORT, such as http://127.0.0.1:7470");
        }
        int port = url.getPort() < 0 ? DEFAULT_PORT : url.getPort();
        String host = url.getHost().replaceAll("[\\[\\]]", "");
        return new Endpoint(new InetSocketAddress(host, port), isEncrypted, url.getHost() + ":" + port, text);
    }

    /** Whether it is reached over TCP, which takes a token. */
    boolean isTcp() {
        return address instanceof InetSocketAddress;
    }

    /** Whether the daemon is on this machine. */
    boolean isLocal() {
        return !(address instanceof InetSocketAddress tcp)
                || !tcp.isUnresolved() && tcp.getAddress().isLoopbackAddress();
    }

    /** Why a connection could not be made, and what to do. */
    CliException unreachable(IOException cause) {
        return new CliException(ExitCode.UNREACHABLE, diagnosis(cause), cause);
    }

    private String diagnosis(IOException cause) {
        String asleep = "; is the daemon running? start it with: tapswitch run";
        if (cause instanceof SSLException) {
            return "no TLS with " + text + ": " + cause.getMessage()
                    + "; does the daemon speak TLS there, and does --ca-file name its certificate?";
        }
        if (isTcp()) {
            return "no daemon answers at " + text + ": " + cause.getMessage() + asleep;
        }
        // The words of the exception are the C library's, in the user's language: look at the file instead.
        Path socket = Path.of(text).toAbsolutePath();
        if (Files.notExists(socket)) {
            return "no daemon answers at " + text + ": there is no such socket" + asleep;
        }
        if (!Files.isWritable(socket)) {
            return "no permission to use " + text + ": you need to be root" + orInGroup(socket);
        }
        return "no daemon answers at " + text + ": " + cause.getMessage() + asleep;
    }

    private static String orInGroup(Path socket) {
        try {
            String group = Files.readAttributes(socket, PosixFileAttributes.class)
                    .group()
                    .getName();
            return group.equals("root") ? "" : " or in group " + group;
        } catch (IOException e) {
            return " or in the group of the socket's directory";
        }
    }
}
