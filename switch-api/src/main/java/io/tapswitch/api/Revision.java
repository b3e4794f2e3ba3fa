package io.tapswitch.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.Sha256;
import io.tapswitch.config.ConfigReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * Names one state of what can be configured of a resource: the same document has the same revision, and a changed one
 * another. Immutable.
 *
 * <p>The entity tag of an answer (RFC 9110, section 8.8.3) is {@code "<revision>"}, or {@code "<revision>-<digest>"} where
 * the resource has more to it than what is configured, such as the counters of a port; the digest is of the whole answer
 * then. So tags are strong, as {@code 304} needs them, and yet {@code If-Match}, which looks at the revision only, does
 * not fail because a port has carried a frame.
 *
 * @param text 64 bits of a SHA-256, in hexadecimal digits
 */
record Revision(String text) {
    private static final int LENGTH = 8;
    private static final char LIVE = '-';

    /** Of what is configured, as JSON with its fields in a fixed order. */
    static Revision of(JsonNode configured) {
        MessageDigest sha = Sha256.begin();
        try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), sha)) {
            ConfigReader.JSON.writeValue(out, configured);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Revision(text(sha.digest()));
    }

    /** Of a body as it is sent. */
    static Revision of(byte[] body) {
        return new Revision(text(Sha256.of(body)));
    }

    private static String text(byte[] digest) {
        return HexFormat.of().formatHex(digest, 0, LENGTH);
    }

    /** The entity tag of a resource that is in this state. */
    String tag() {
        return '"' + text + '"';
    }

    /** The entity tag of an answer with this body. */
    String tag(byte[] body) {
        Revision whole = of(body);
        return equals(whole) ? tag() : '"' + text + LIVE + whole.text + '"';
    }

    /** Whether a tag, without its quotes, was given to a resource in this state. */
    boolean isOf(String opaque) {
        int live = opaque.indexOf(LIVE);
        return text.equals(live < 0 ? opaque : opaque.substring(0, live));
    }
}
