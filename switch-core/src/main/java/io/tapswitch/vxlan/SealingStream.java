package io.tapswitch.vxlan;

/** One stream of a {@link Sealing}: its key and its counter. One thread at a time. */
final class SealingStream {
    private final FrameKeys keys;
    private final int stream;
    private final RekeyLimits limits;
    private FrameCipher cipher;
    private int epoch;
    private long sequence;
    private long sinceNanos;

    /** @param epoch the first one */
    SealingStream(FrameKeys keys, int stream, int epoch, RekeyLimits limits) {
        this.keys = keys;
        this.stream = stream;
        this.epoch = epoch;
        this.limits = limits;
    }

    /** Seals the plaintext in the scratch to a datagram there, and returns the bytes of it. */
    int seal(Scratch scratch, int length, long nowNanos) {
        if (cipher == null) {
            useKeyOf(epoch, nowNanos);
        } else if (sequence == limits.frames() || nowNanos - sinceNanos >= limits.nanos()) {
            useKeyOf(epoch + 1, nowNanos);
        }
        // Counted first: whatever happens then, no other frame gets this nonce.
        int number = (int) sequence++;
        SealedHeader.put(scratch.header, SealedHeader.streamAndEpoch(stream, epoch), number);
        cipher.seal(number, scratch.plain, length, scratch.datagram, SealedHeader.LENGTH);
        return length + Sealing.OVERHEAD;
    }

    private void useKeyOf(int next, long nowNanos) {
        if (next == SealedHeader.EPOCHS) {
            throw new IllegalStateException("stream " + stream + " has had all " + SealedHeader.EPOCHS
                    + " keys of its session; restart the switch");
        }
        cipher = keys.cipher(stream, next);
        epoch = next;
        sequence = 0;
        sinceNanos = nowNanos;
    }
}
