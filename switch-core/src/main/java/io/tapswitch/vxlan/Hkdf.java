package io.tapswitch.vxlan;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HKDF with SHA-256 (RFC 5869), which the JDK has only from release 25 on. Any thread. */
final class Hkdf {
    /** Bytes of a hash, and of a pseudorandom key. */
    static final int HASH = 32;

    private static final int MOST_BLOCKS = 255;

    private Hkdf() {}

    /** Makes a pseudorandom key of a secret that need not be uniform (RFC 5869, 2.2). */
    static byte[] extract(byte[] salt, byte[] secret) {
        // The JCA refuses an empty key; zeros are what HMAC fills a short one up with.
        return hmac(salt.length == 0 ? new byte[HASH] : salt).doFinal(secret);
    }

    /**
     * Makes key material of a pseudorandom key (RFC 5869, 2.3).
     *
     * @param info what the material is for; other information gives material that has nothing to do with this
     * @throws IllegalArgumentException if the length is not 0 to 8160
     */
    static byte[] expand(byte[] key, byte[] info, int length) {
        if (length < 0 || length > MOST_BLOCKS * HASH) {
            throw new IllegalArgumentException("HKDF gives 0 to " + MOST_BLOCKS * HASH + " bytes, not " + length);
        }
        Mac mac = hmac(key);
        byte[] material = new byte[length];
        byte[] block = new byte[0];
        for (int at = 0, number = 1; at < length; at += HASH, number++) {
            mac.update(block);
            mac.update(info);
            block = mac.doFinal(new byte[] {(byte) number});
            System.arraycopy(block, 0, material, at, Math.min(HASH, length - at));
        }
        return material;
    }

    /** HMAC-SHA256 (RFC 2104) with a key of at least one byte. */
    static Mac hmac(byte[] key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }
}
