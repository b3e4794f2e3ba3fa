package io.tapswitch.api;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 (FIPS 180-4), which every Java has. */
final class Sha256 {
    private Sha256() {}

    /** The digest of bytes, 32 bytes. */
    static byte[] of(byte[] bytes) {
        return begin().digest(bytes);
    }

    /** A digest of what is still to come. */
    static MessageDigest begin() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
