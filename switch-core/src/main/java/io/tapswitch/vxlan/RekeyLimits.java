package io.tapswitch.vxlan;

import java.util.concurrent.TimeUnit;

/**
 * When a stream takes a new key: with the frame that comes after so many, or so long after the key's first.
 *
 * @param frames frames under one key, 1 to 2<sup>32</sup>
 * @param nanos age of a key, 1 or more
 */
public record RekeyLimits(long frames, long nanos) {
    /**
     * An hour, and 2<sup>26</sup> frames. With frames of 9000 bytes these are 2<sup>35.1</sup> blocks of AES, and the
     * chance to tell them from random stays below 2<sup>-58</sup>, which is the margin that TLS 1.3 keeps (RFC 8446,
     * 5.5).
     */
    public static final RekeyLimits DEFAULT = new RekeyLimits(1L << 26, TimeUnit.HOURS.toNanos(1));

    private static final long MOST_FRAMES = 1L << 32;

    /** @throws IllegalArgumentException if a limit is out of its range */
    public RekeyLimits {
        if (frames < 1 || frames > MOST_FRAMES) {
            throw new IllegalArgumentException("a key is for 1 to " + MOST_FRAMES + " frames, not " + frames);
        }
        if (nanos < 1) {
            throw new IllegalArgumentException("a key lasts for 1 ns or longer, not " + nanos);
        }
    }
}
