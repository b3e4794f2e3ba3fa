package io.tapswitch.vxlan;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Two hosts with fixed sessions: one seals and the other opens, in arrays. */
final class SealedPeers {
    static final long START = Long.MAX_VALUE - 5_000_000L; // System.nanoTime may wrap around at any time.
    static final byte[] SENDER = session(0x00);
    static final byte[] RECEIVER = session(0x10);

    final Sealing sealing;
    final Opening opening = opening();
    private final ByteBuffer target = ByteBuffer.allocate(65_536);
    long now = START;

    SealedPeers(int streams, RekeyLimits limits) {
        sealing = new Sealing(keys(), streams, limits);
    }

    private static byte[] session(int first) {
        byte[] session = new byte[Session.LENGTH];
        for (int i = 0; i < session.length; i++) {
            session[i] = (byte) (first + i);
        }
        return session;
    }

    static OverlaySecret secret() {
        return OverlaySecret.of("TapSwitch test secret, 32 bytes.".getBytes(StandardCharsets.US_ASCII));
    }

    static FrameKeys keys() {
        return new FrameKeys(secret(), SENDER, RECEIVER);
    }

    /** Another receiver that has seen nothing yet. */
    static Opening opening() {
        return new Opening(keys());
    }

    byte[] seal(int stream, byte... plain) {
        ByteBuffer all = ByteBuffer.wrap(plain);
        int length = sealing.seal(stream, all, 0, plain.length, all, 0, 0, target, 0, now);
        return Arrays.copyOf(target.array(), length);
    }

    int open(byte[] datagram) {
        return open(opening, datagram);
    }

    int open(Opening by, byte[] datagram) {
        return by.open(ByteBuffer.wrap(datagram), 0, datagram.length, target, 0, now);
    }

    /** What was opened last, at the front. */
    byte[] opened(int length) {
        return Arrays.copyOf(target.array(), length);
    }

    /** A copy with one byte changed. */
    static byte[] changed(byte[] datagram, int at, int mask) {
        byte[] copy = datagram.clone();
        copy[at] ^= (byte) mask;
        return copy;
    }
}
