package io.tapswitch.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The certificate of the TCP address, as it is in its files now. One thread at a time. */
final class TlsFiles {
    private static final Set<String> VERSIONS = Set.of("TLSv1.2", "TLSv1.3");
    private static final long LONGEST_FILE = 1 << 20;

    private final TlsConfig config;
    private List<FileTime> readAt = List.of();

    TlsFiles(TlsConfig config) {
        this.config = config;
    }

    /** Whether a file has changed since they were read last. */
    boolean hasChanged() {
        List<FileTime> now = times();
        // One that is missing may be on its way; the next look will see.
        return !now.isEmpty() && !now.equals(readAt);
    }

    /** Empty if a file is missing. */
    private List<FileTime> times() {
        List<FileTime> times = new ArrayList<>();
        try {
            for (String file : new String[] {config.certFile(), config.keyFile(), config.clientCaFile()}) {
                if (file != null) {
                    times.add(Files.getLastModifiedTime(Path.of(file)));
                }
            }
        } catch (IOException e) {
            return List.of();
        }
        return times;
    }

    /** Reads the files. @throws IOException naming the one that cannot be read */
    ServerSSLOptions read() throws IOException {
        List<FileTime> before = times();
        ServerSSLOptions options = new ServerSSLOptions()
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addCertValue(content("certFile", config.certFile()))
                        .addKeyValue(content("keyFile", config.keyFile())))
                .setEnabledSecureTransportProtocols(VERSIONS);
        if (config.clientCaFile() != null) {
            options.setClientAuth(ClientAuth.REQUIRED)
                    .setTrustOptions(
                            new PemTrustOptions().addCertValue(content("clientCaFile", config.clientCaFile())));
        }
        readAt = before;
        return options;
    }

    private static Buffer content(String field, String file) throws IOException {
        try {
            if (Files.size(Path.of(file)) > LONGEST_FILE) {
                throw new IOException("it is too long");
            }
            return Buffer.buffer(Files.readAllBytes(Path.of(file)));
        } catch (IOException e) {
            throw new IOException(
                    "api.tls." + field + ": cannot read " + file + " (" + e
                            + "); 'tapswitch tls create' makes a key and a certificate",
                    e);
        }
    }
}
