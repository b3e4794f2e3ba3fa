package io.tapswitch.frame;

import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Joins TCP segments that follow each other in one flow into one large frame, as generic receive offload does: the
 * inverse of {@link Segmentation}, which makes the same segments of the large frame again.
 *
 * <pre>
 *  segment 0  | headers | payload |        segments i > 0: same headers but for the fields that count on
 *  segment 1            | headers | payload |
 *  large      | virtio-net header | headers | payload 0 | payload 1 | ... |
 * </pre>
 *
 * <p>Payloads that stay {@linkplain Frame#isInPlace where they are} until the burst ends are not copied: the large frame is
 * then a list of {@linkplain #vectors vectors}. Others are copied behind the first one.
 *
 * <p>For a port whose far side takes large frames, when they come from one that has wire frames only: a TAP then costs
 * one system call, and its host one walk through the network stack, for up to 64 KiB. The frames of one event loop that
 * go to one port are taken in order; whatever does not continue the run ends it, so that nothing is reordered.
 *
 * <p>A segment joins if its checksums are right, since the receiver will trust the large frame's; if it has no IP
 * options or extension headers, no TCP flag but ACK and PSH, and no padding; and if it differs from the one before in
 * nothing but what {@link Segmentation} would make different. All payloads are as long as the first but the last, which
 * may be shorter.
 *
 * <p>Belongs to one event loop. Nothing allocates but the constructor.
 */
public final class Coalescing {
    /** Shorter frames are not worth a copy: acknowledgements, mostly. */
    private static final int LEAST_LENGTH = 500;

    private static final int IPV4_HEADER = 20;
    private static final int IPV4_MAX = 0xffff;
    private static final int DONT_FRAGMENT = 0x4000;
    private static final int TCP_HEADER = 20;
    private static final int TCP_CHECKSUM = 16;
    private static final int PSH = 0x008;
    private static final int ACK = 0x010;
    private static final int FLAGS = 0xfff;

    /** Headers, and more payloads than 64 KiB of the shortest frames have. */
    private static final int MAX_VECTORS = 160;

    private static final int VECTOR = 16;

    private final PacketLayout layout = new PacketLayout();
    private final Frame large = new Frame();
    private final ByteBuffer vectors =
            ByteBuffer.allocateDirect(MAX_VECTORS * VECTOR).order(ByteOrder.nativeOrder());
    private final long vectorsAddress = Buffer.memoryAddress(vectors);
    private final ByteBuffer[] payloads = new ByteBuffer[MAX_VECTORS];
    private final int[] payloadsAt = new int[MAX_VECTORS];
    private boolean inPlace;
    private int network;
    private int transport;
    private int header;
    private boolean ipv4;
    private int gsoSize;
    private int nextSequence;
    private int payloadBytes;
    private int count;
    private boolean pushed;
    private boolean complete;

    /** Whether a frame is worth a closer look: a plain wire frame that is not short. */
    public static boolean isCandidate(Frame frame) {
        return frame.length() >= LEAST_LENGTH && frame.isPlain();
    }

    /**
     * Begins a run with a frame.
     *
     * @return false if no other frame could follow it; the run is then empty
     */
    public boolean begin(Frame frame) {
        count = 0;
        if (!isSegment(frame) || isPushed(frame)) {
            return false;
        }
        network = layout.network();
        transport = layout.transport();
        header = transport + tcpHeader();
        ipv4 = layout.isIpv4();
        gsoSize = layout.end() - header;
        inPlace = frame.isInPlace();
        if (inPlace) {
            large.setFront(frame, header);
            point(1, frame, gsoSize);
        } else {
            large.set(frame);
        }
        nextSequence = sequence(frame) + gsoSize;
        payloadBytes = gsoSize;
        count = 1;
        pushed = false;
        complete = false;
        return true;
    }

    /**
     * Adds a frame to the run.
     *
     * @return false if it does not continue the run, which is then as it was
     */
    public boolean append(Frame frame) {
        if (complete || !isCandidate(frame) || !isSegment(frame) || !continues(frame)) {
            return false;
        }
        int payload = layout.end() - header;
        if (inPlace) {
            point(count + 1, frame, payload);
        } else {
            large.buffer().put(large.start() + header + payloadBytes, frame.buffer(), frame.start() + header, payload);
        }
        payloadBytes += payload;
        nextSequence += payload;
        count++;
        pushed = isPushed(frame);
        complete = pushed || payload < gsoSize;
        return true;
    }

    private void point(int vector, Frame frame, int payload) {
        vectors.putLong(vector * VECTOR, frame.address() + header).putLong(vector * VECTOR + 8, payload);
        payloads[vector] = frame.buffer();
        payloadsAt[vector] = frame.start() + header;
    }

    /** How many frames the run has; 0 if there is none. */
    public int count() {
        return count;
    }

    /** Whether nothing can be added any more. */
    public boolean isComplete() {
        return complete;
    }

    /** The bytes of all frames of the run as they came. */
    public int bytes() {
        return count * header + payloadBytes;
    }

    /** Whether the run's payloads are where they came, so that it can leave by {@link #vectors}. */
    public boolean isInPlace() {
        return inPlace;
    }

    /** Ends the run: the large frame, valid until the next {@link #begin}, or the only one as it came. */
    public Frame finish() {
        int at = large.start() + header;
        for (int i = 1; inPlace && i <= count; i++) {
            int length = (int) vectors.getLong(i * VECTOR + 8);
            large.buffer().put(at, payloads[i], payloadsAt[i], length);
            at += length;
        }
        if (count > 1) {
            writeHeaders();
        }
        count = 0;
        return large;
    }

    /**
     * Ends a run {@linkplain #isInPlace in place}: its virtio-net header, headers and payloads, in this order, are where
     * these vectors say, valid until the burst ends or the next {@link #begin}.
     *
     * @return the native address of {@link #vectorCount} entries of a {@code struct iovec}
     */
    public long vectors() {
        if (count > 1) {
            writeHeaders();
        }
        vectors.putLong(0, large.writeAddress()).putLong(8, VirtioNetHeader.LENGTH + header);
        return vectorsAddress;
    }

    /** How many vectors there are: one for the headers, and one for each frame. */
    public int vectorCount() {
        return 1 + count;
    }

    /** Ends a run whose {@link #vectors} are done with. */
    public void end() {
        count = 0;
    }

    /** Whether the frame is a whole, sound segment that may be joined with others. Sets {@link #layout}. */
    private boolean isSegment(Frame frame) {
        if (!layout.findNetwork(frame) || !layout.findTransport() || layout.protocol() != PacketLayout.TCP) {
            return false;
        }
        int ip = layout.isIpv4() ? IPV4_HEADER : PacketLayout.IPV6_HEADER;
        boolean plain = layout.transport() == layout.network() + ip && layout.end() == frame.length();
        boolean open = layout.u16(layout.network() + (layout.isIpv4() ? 2 : 4)) == 0; // a length that is left open
        return plain && !open && hasPlainTcpHeader() && hasRightChecksums(frame);
    }

    private boolean hasPlainTcpHeader() {
        int at = layout.transport();
        if (at + TCP_HEADER > layout.end()) {
            return false;
        }
        int end = at + tcpHeader();
        return tcpHeader() >= TCP_HEADER && end < layout.end() && (layout.u16(at + 12) & FLAGS & ~PSH) == ACK;
    }

    private int tcpHeader() {
        return (layout.u8(layout.transport() + 12) >>> 4) * 4;
    }

    private boolean hasRightChecksums(Frame frame) {
        int from = layout.transport();
        int length = layout.end() - from;
        long sum = layout.pseudoHeaderSum() + length;
        boolean header = !layout.isIpv4()
                || Checksum.fold(Checksum.sum(frame.buffer(), frame.start() + layout.network(), IPV4_HEADER, 0)) == 0;
        return header && Checksum.fold(Checksum.sum(frame.buffer(), frame.start() + from, length, sum)) == 0;
    }

    private boolean isPushed(Frame frame) {
        return (frame.buffer().getShort(frame.start() + layout.transport() + 12) & PSH) != 0;
    }

    private int sequence(Frame frame) {
        return frame.buffer().getInt(frame.start() + transport + 4);
    }

    /** Whether a segment is the next one of the run: the fields that may differ count on, all others are the same. */
    private boolean continues(Frame frame) {
        int payload = layout.end() - header;
        return (!inPlace || frame.isInPlace() && count + 2 <= MAX_VECTORS)
                && layout.network() == network
                && layout.isIpv4() == ipv4
                && tcpHeader() == header - transport
                && sequence(frame) == nextSequence
                && payload <= gsoSize
                && header - network + payloadBytes + payload <= IPV4_MAX
                && header + payloadBytes + payload <= Frame.MAX_LENGTH
                && (ipv4 ? isSameIpv4(frame) : isSameIpv6(frame))
                && isSame(frame, transport, 4)
                && isSame(frame, transport + 8, 4)
                && isSame(frame, transport + 14, 2)
                && isSame(frame, transport + 18, header - transport - 18);
    }

    private boolean isSameIpv4(Frame frame) {
        return isSame(frame, 0, network + 2)
                && isSame(frame, network + 6, 4)
                && isSame(frame, network + 12, 8)
                && isNextId(layout.u16(network + 4));
    }

    /** Without fragments the identification means nothing (RFC 6864, 4.1), and some senders leave it at 0. */
    private boolean isNextId(int id) {
        int first = large.buffer().getShort(large.start() + network + 4);
        return (layout.u16(network + 6) & DONT_FRAGMENT) != 0 || id == (first + count & 0xffff);
    }

    private boolean isSameIpv6(Frame frame) {
        return isSame(frame, 0, network + 4) && isSame(frame, network + 6, PacketLayout.IPV6_HEADER - 6);
    }

    private boolean isSame(Frame frame, int from, int length) {
        ByteBuffer mine = large.buffer();
        ByteBuffer other = frame.buffer();
        int shift = frame.start() - large.start();
        int at = large.start() + from;
        int end = at + length;
        for (; at + 8 <= end; at += 8) {
            if (mine.getLong(at) != other.getLong(at + shift)) {
                return false;
            }
        }
        for (; at + 2 <= end; at += 2) {
            if (mine.getShort(at) != other.getShort(at + shift)) {
                return false;
            }
        }
        return true;
    }

    /** Makes the headers those of the large packet, its TCP checksum open. */
    private void writeHeaders() {
        ByteBuffer buffer = large.buffer();
        int start = large.start();
        int tcp = start + transport;
        int length = header - transport + payloadBytes;
        large.setLength(header + payloadBytes);
        if (ipv4) {
            int ip = start + network;
            buffer.putShort(ip + 2, (short) (IPV4_HEADER + length)).putShort(ip + 10, (short) 0);
            buffer.putShort(ip + 10, (short) Checksum.fold(Checksum.sum(buffer, ip, IPV4_HEADER, 0)));
        } else {
            buffer.putShort(start + network + 4, (short) length);
        }
        if (pushed) {
            buffer.putShort(tcp + 12, (short) (buffer.getShort(tcp + 12) | PSH));
        }
        layout.findNetwork(large);
        layout.findTransport();
        buffer.putShort(tcp + TCP_CHECKSUM, (short) ~Checksum.fold(layout.pseudoHeaderSum() + length));
        int kind = ipv4 ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_TCPV6;
        VirtioNetHeader.setGso(buffer, start - VirtioNetHeader.LENGTH, kind, header, gsoSize, transport, TCP_CHECKSUM);
    }
}
