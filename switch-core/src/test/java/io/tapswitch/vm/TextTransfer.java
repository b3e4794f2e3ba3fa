package io.tapswitch.vm;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.it.TestHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A long text by TCP between a guest, which connects, and a server of the test in a host. */
final class TextTransfer {
    private static final int PORT = 7000;
    private static final int PATIENCE_SECONDS = 30;
    private static final int LINES = 200_000;

    private static final byte[] TEXT = IntStream.rangeClosed(1, LINES)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining("\n", "", "\n"))
            .getBytes(StandardCharsets.US_ASCII);

    private TextTransfer() {}

    private interface Service {
        byte[] serve(Socket connection) throws IOException;
    }

    /**
     * Sends the text in both directions, one after the other, and asserts that it arrives.
     *
     * @param listen the server's address
     * @param target what the guest connects to
     */
    static void bothWays(Guest guest, TestHost host, String listen, String target) throws Exception {
        // Debian 12's passt stops sending to a guest that has closed its own direction; a FIFO for input never ends.
        guest.execute("[ -e /tmp/text ] || { seq " + LINES + " >/tmp/text; mkfifo /tmp/silence; }");
        try (ServerSocket server = host.inside(() -> listen(listen))) {
            CompletableFuture<byte[]> received = serve(server, TextTransfer::receive);
            guest.execute("nc " + target + " " + PORT + " </tmp/text");
            assertThat(received.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("what %s sent to %s", guest.mac(), target)
                    .isEqualTo(TEXT);
            CompletableFuture<byte[]> sent = serve(server, TextTransfer::send);
            String digest = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(TEXT));
            assertThat(guest.execute("nc " + target + " " + PORT + " <>/tmp/silence | sha256sum"))
                    .as("SHA-256 of what %s received from %s", guest.mac(), target)
                    .startsWith(digest);
            sent.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static ServerSocket listen(String address) throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(address, PORT));
        server.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        return server;
    }

    private static CompletableFuture<byte[]> serve(ServerSocket server, Service service) {
        return CompletableFuture.supplyAsync(() -> {
            try (Socket connection = server.accept()) {
                return service.serve(connection);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static byte[] receive(Socket connection) throws IOException {
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        connection.getInputStream().transferTo(received);
        return received.toByteArray();
    }

    private static byte[] send(Socket connection) throws IOException {
        connection.getOutputStream().write(TEXT);
        connection.shutdownOutput();
        return receive(connection);
    }
}
