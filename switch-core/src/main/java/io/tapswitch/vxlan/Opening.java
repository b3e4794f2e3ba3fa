package io.tapswitch.vxlan;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Opens what one peer's {@link Sealing} sealed, which describes the format. Made by {@link Session#pair}.
 *
 * <p>Any thread. The frames of a stream come to one event loop as a rule, but not always: sockets join and leave a
 * SO_REUSEPORT group, and who forges datagrams chooses their ports. So the state of each stream has a lock of its own,
 * which nobody contends for as a rule.
 *
 * <p>What forged datagrams cost is bounded. State is kept for a stream only once a frame of it was authentic. The key
 * of a stream's next epoch is derived once; those of other streams and of later epochs are derived at most 100 times a
 * second in the long run. What is left is the check of each datagram, which takes longer than to open a good frame of
 * its size, since the JCA tells the result by an exception.
 *
 * <p>Frames whose key the budget refuses are lost. Forgers can bring that about, but only for a stream that is not
 * known yet, or whose last two or more epochs have passed unseen; one frame that makes it is enough.
 */
public final class Opening {
    /** Too short for a sealed frame. */
    public static final int TOO_SHORT = -1;

    /** Forged, damaged, of another session or secret, or no sealed frame at all. */
    public static final int NOT_AUTHENTIC = -2;

    /** It came before, or is so old that this cannot be told any more. */
    public static final int REPLAYED = -3;

    /** Too many keys were asked for lately to derive this datagram's. */
    public static final int BUSY = -4;

    private final FrameKeys keys;
    private final KeyBudget budget = new KeyBudget();
    private final AtomicReferenceArray<OpeningStream> streams = new AtomicReferenceArray<>(SealedHeader.STREAMS);

    Opening(FrameKeys keys) {
        this.keys = keys;
    }

    /**
     * Opens a datagram.
     *
     * @param source holds it, from {@code at} on; not changed, if it is not the target as well
     * @param length bytes of the datagram, at most 65,536
     * @param target takes the plaintext, from {@code targetAt} on: VXLAN header and inner frame. It may be the source,
     *     and overlap with the datagram in any way. Not touched if the result is negative
     * @param nowNanos the burst's time
     * @return bytes of the plaintext, 0 or more, or {@link #TOO_SHORT}, {@link #NOT_AUTHENTIC}, {@link #REPLAYED} or
     *     {@link #BUSY}
     * @throws IndexOutOfBoundsException if one of the buffers ends too early; then the frame may count as opened
     */
    public int open(ByteBuffer source, int at, int length, ByteBuffer target, int targetAt, long nowNanos) {
        if (length < Sealing.OVERHEAD) {
            return TOO_SHORT;
        }
        Scratch scratch = Scratch.ofThread();
        source.get(at, scratch.datagram, 0, length);
        if (!SealedHeader.isAt(scratch.header, 0)) {
            return NOT_AUTHENTIC;
        }
        int number = SealedHeader.stream(scratch.header, 0);
        OpeningStream stream = streams.get(number);
        int opened =
                stream == null ? openFirst(number, scratch, length, nowNanos) : stream.open(scratch, length, nowNanos);
        if (opened > 0) {
            target.put(targetAt, scratch.plain, 0, opened);
        }
        return opened;
    }

    /** Under a lock, so that two threads do not both make the stream, each with a replay window of its own. */
    private synchronized int openFirst(int number, Scratch scratch, int length, long nowNanos) {
        OpeningStream known = streams.get(number);
        OpeningStream stream = known == null ? new OpeningStream(keys, budget, number) : known;
        int opened = stream.open(scratch, length, nowNanos);
        if (opened >= 0) {
            streams.set(number, stream);
        }
        return opened;
    }
}
