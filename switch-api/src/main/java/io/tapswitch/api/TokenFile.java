package io.tapswitch.api;

import io.tapswitch.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The secret that a TCP client has to know, in a file that only the daemon's user can read. */
final class TokenFile {
    private static final Logger LOG = LoggerFactory.getLogger(TokenFile.class);
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{16,1024}");

    private TokenFile() {}

    /**
     * Reads the token; makes one if there is no file.
     *
     * @throws IOException if it cannot be read or made, or is not a token, with what to do
     */
    static String readOrCreate(Path file) throws IOException {
        if (!Files.exists(file)) {
            create(file);
        }
        String token;
        try {
            token = Files.readString(file).strip();
        } catch (IOException e) {
            throw new IOException(
                    "cannot read the token file " + file + " (" + e + "); choose another with" + " --api-token-file",
                    e);
        }
        if (!TOKEN.matcher(token).matches()) {
            throw new IOException("the token file " + file
                    + " does not hold one word of at least 16 characters: delete it, and the daemon makes a new one");
        }
        warnIfPublic(file);
        return token;
    }

    private static void create(Path file) throws IOException {
        String line = Secrets.secret() + "\n";
        try {
            DurableFile.writePrivate(file, line.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new IOException(
                    "cannot make the token file " + file + " (" + e + "); choose another place with"
                            + " --api-token-file",
                    e);
        }
        LOG.info("api: made a token for TCP clients in {}", file);
    }

    private static void warnIfPublic(Path file) throws IOException {
        if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
            LOG.warn("api: every user of this machine can read the token in {}; chmod 600 it", file);
        }
    }
}
