package io.tapswitch.vxlan;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Opens what a peer seals by either of two secrets, while one replaces the other. A sealed frame does not say by which
 * one it is, so one {@link Opening} is tried and then the other, beginning with the one that opened the stream's last
 * frame: that is right but for the first frames of each stream after the peer went over. So a good frame hardly ever uses
 * up the other's {@linkplain KeyBudget budget}, and the replay window of each is its own. A forged datagram costs as much
 * again as otherwise, for as long as there are two.
 *
 * <p>Any thread.
 */
final class Openings {
    private final Opening[] all;

    /** By stream, which opened the last one. Loops may disagree, which costs another try and nothing else. */
    private final byte[] last;

    /** @param openings that of the older secret first; one at least */
    Openings(List<Opening> openings) {
        all = openings.toArray(Opening[]::new);
        last = new byte[all.length == 1 ? 0 : SealedHeader.STREAMS];
    }

    /** Opens a datagram, as {@link Opening#open} does. */
    int open(ByteBuffer source, int at, int length, ByteBuffer target, int targetAt, long nowNanos) {
        if (all.length == 1) {
            return all[0].open(source, at, length, target, targetAt, nowNanos);
        }
        if (length < Sealing.OVERHEAD) {
            return Opening.TOO_SHORT;
        }
        int stream = SealedHeader.stream(source, at);
        int first = last[stream];
        int opened = all[first].open(source, at, length, target, targetAt, nowNanos);
        for (int i = 0; i < all.length && opened < 0; i++) {
            if (i != first) {
                int other = all[i].open(source, at, length, target, targetAt, nowNanos);
                if (other >= 0) {
                    last[stream] = (byte) i;
                }
                // That it has another key is the least that one can say of a frame.
                opened = other == Opening.NOT_AUTHENTIC ? opened : other;
            }
        }
        return opened;
    }
}
