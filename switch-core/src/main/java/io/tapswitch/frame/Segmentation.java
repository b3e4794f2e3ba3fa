package io.tapswitch.frame;

import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Does in software what the sender of a frame left to the hardware: cuts a large TCP or UDP frame into wire frames, and
 * completes checksums. It is for every port whose far side takes neither, and works at that port's edge.
 *
 * <p>Nothing is cut in memory. The original frame, which a flood still takes to other ports, stays as it is and keeps
 * the payload; only headers are written, one block for each segment, in a direct buffer that is reused:
 *
 * <pre>
 *  frame     | Ethernet, tags, IP, TCP | payload 0      | payload 1      | payload 2 |
 *                                      ^ payloadAddress(0), payloadAddress(1), ...
 *
 *  headers() | headroom | header 0 | headroom | header 1 | headroom | header 2 |
 *                       ^ headerAddress(0)    ^ headerAddress(1)
 * </pre>
 *
 * <p>Segment {@code i} on the wire is {@link #headerLength} bytes at {@link #headerAddress} followed by {@link
 * #payloadLength} bytes at {@link #payloadAddress}: two entries of an iovec. All segments of a frame are equally long
 * except the last, which may be shorter, as {@code UDP_SEGMENT} wants them. The headroom in front of each header is the
 * caller's, for a length prefix, a virtio-net header or the outer headers of a tunnel. A plain frame, checksum in
 * place, is one segment with a header of 0 bytes and costs nothing; one whose checksum is open is one segment with the
 * bytes up to and including the checksum as its header.
 *
 * <pre>{@code
 * int count = segmentation.prepare(frame, 4);
 * if (count == Segmentation.REFUSED) {
 *     counters().dropped(burst.loop(), DropReason.EGRESS_ERROR);
 * }
 * for (int i = 0; i < count; i++) {
 *     segmentation.headers().putInt(segmentation.headerIndex(i) - 4, segmentation.length(i));
 *     iovec.add(segmentation.headerAddress(i) - 4, 4 + segmentation.headerLength());
 *     iovec.add(segmentation.payloadAddress(i), segmentation.payloadLength(i));
 * }
 * }</pre>
 *
 * <p>What changes from segment to segment, all else being copied:
 *
 * <ul>
 *   <li>IPv4 (RFC 791): total length, identification + {@code i}, header checksum. IPv6 (RFC 8200): payload length.
 *   <li>TCP (RFC 9293): sequence number + {@code i} times {@code gso_size}; FIN and PSH on the last only; CWR on the
 *       first only (RFC 3168, 6.1.2); checksum.
 *   <li>UDP (RFC 768): length, checksum.
 * </ul>
 *
 * <p>Nothing that a guest says is trusted. {@code hdr_len} is not read; {@code csum_start}, {@code csum_offset}, {@code
 * gso_size} and all lengths must agree with headers found by reading the frame, or the frame is {@linkplain #REFUSED
 * refused}. So are IP fragments, tunnels, UDP fragmentation offload, unknown kinds, and SYN, RST or URG on more than
 * one segment. An open checksum may be anywhere behind the IP header: it never lands in a tag or an address. Not looked
 * for are IPv4 source routes and the Home Address option of RFC 6275: their TCP checksums come out wrong and the
 * receiver drops the segments.
 *
 * <p>Belongs to one event loop, which may share it among its ports. What {@link #prepare} made is valid until the next
 * one, and as long as the frame's content is. Nothing allocates but the constructor.
 */
public final class Segmentation {
    /** What {@link #prepare} returns for a frame whose offload header does not fit it: no segments. */
    public static final int REFUSED = 0;

    /** The most bytes that a caller may want in front of each header: Ethernet, tag, IPv6, UDP and VXLAN fit. */
    public static final int MAX_HEADROOM = 80;

    /** The longest header in bytes; a frame with a longer one is refused. IPv6 and TCP with all options take 114. */
    public static final int MAX_HEADER = 256;

    private static final int IP_CHECKSUM = 10;
    private static final int UDP_HEADER = 8;
    private static final int UDP_CHECKSUM = 6;
    private static final int TCP_HEADER = 20;
    private static final int TCP_FLAGS = 12;
    private static final int TCP_CHECKSUM = 16;
    private static final int FIN = 0x01;
    private static final int SYN = 0x02;
    private static final int RST = 0x04;
    private static final int PSH = 0x08;
    private static final int URG = 0x20;
    private static final int CWR = 0x80;

    private final PacketLayout layout = new PacketLayout();
    private final int maxSegments;
    private final ByteBuffer headers;
    private final long headersAddress;

    private ByteBuffer source;
    private int start;
    private int virtio;
    private int count;
    private int headroom;
    private int headerLength;
    private int payloadBytes;
    private int segmentBytes;
    private long payloadAddress;

    /**
     * @param maxSegments the most segments of one frame; a frame that needs more is refused. 64 KiB at the smallest MSS
     *     that IPv4 promises, 536 bytes, are 123. Costs {@link #MAX_HEADROOM} + {@link #MAX_HEADER} bytes of direct
     *     memory each
     */
    public Segmentation(int maxSegments) {
        if (maxSegments < 1) {
            throw new IllegalArgumentException("maxSegments is " + maxSegments + ": at least 1 is needed");
        }
        this.maxSegments = maxSegments;
        headers = ByteBuffer.allocateDirect(maxSegments * (MAX_HEADROOM + MAX_HEADER));
        headersAddress = Buffer.memoryAddress(headers);
    }

    /**
     * Makes the segments of a frame. The frame is read and not changed.
     *
     * @param room bytes to leave in front of each header, 0 to {@link #MAX_HEADROOM}; their content is undefined
     * @return how many segments, at least 1 and 1 for a frame without GSO, or {@link #REFUSED}
     */
    public int prepare(Frame frame, int room) {
        if (room < 0 || room > MAX_HEADROOM) {
            throw new IllegalArgumentException("the headroom is " + room + ": 0 to " + MAX_HEADROOM + " are allowed");
        }
        source = frame.buffer();
        start = frame.start();
        virtio = start - VirtioNetHeader.LENGTH;
        headroom = room;
        count = REFUSED;
        if (frame.isGso()) {
            cut(frame);
        } else if (frame.isChecksumOpen()) {
            complete(frame);
        } else {
            lay(0, frame.length(), frame.length());
        }
        payloadAddress = frame.address() + headerLength;
        return count;
    }

    /** Takes the shape of the segments, unless they are more, or their headers longer, than there is room for. */
    private void lay(int header, int payload, int perSegment) {
        int segments = payload <= perSegment ? 1 : (payload + perSegment - 1) / perSegment;
        boolean fits = segments <= maxSegments && header <= MAX_HEADER;
        count = fits ? segments : REFUSED;
        headerLength = header;
        payloadBytes = payload;
        segmentBytes = perSegment;
    }

    /** Virtio 1.2, 5.1.6.2: sums from {@code csum_start} on, where the field holds the pseudo header's sum so far. */
    private void complete(Frame frame) {
        int from = VirtioNetHeader.csumStart(source, virtio);
        int field = from + VirtioNetHeader.csumOffset(source, virtio);
        int header = field + 2;
        if (!layout.findNetwork(frame) || from < layout.leastTransport() || header > frame.length()) {
            return;
        }
        lay(header, frame.length() - header, frame.length());
        if (count != REFUSED) {
            int sum = Checksum.fold(Checksum.sum(source, start + from, frame.length() - from, 0));
            headers.put(headroom, source, start, header);
            headers.putShort(headroom + field, neverZero(sum));
        }
    }

    private void cut(Frame frame) {
        int header = findHeaders(frame) ? layout.transport() + transportHeader() : 0;
        int size = frame.gsoSize();
        if (header == 0 || header > layout.end() || size == 0) {
            return;
        }
        int payload = layout.end() - header;
        boolean fitsLength = header - layout.network() + Math.min(size, payload) <= 0xffff;
        if (!fitsLength || payload > size && !mayRepeat()) {
            return;
        }
        lay(header, payload, size);
        if (layout.protocol() == PacketLayout.TCP) {
            writeTcp();
        } else {
            writeUdp();
        }
    }

    /** Whether the headers are there, are what the kind of GSO says, and agree with where the checksum is said to be. */
    private boolean findHeaders(Frame frame) {
        if (!layout.findNetwork(frame) || !layout.findTransport() || !isKind(VirtioNetHeader.gsoType(source, virtio))) {
            return false;
        }
        boolean tcp = layout.protocol() == PacketLayout.TCP;
        boolean agrees = VirtioNetHeader.csumStart(source, virtio) == layout.transport()
                && VirtioNetHeader.csumOffset(source, virtio) == (tcp ? TCP_CHECKSUM : UDP_CHECKSUM);
        boolean fits = layout.transport() + (tcp ? TCP_HEADER : UDP_HEADER) <= layout.end();
        return fits && (agrees || !frame.isChecksumOpen());
    }

    private boolean isKind(int type) {
        return switch (type) {
            case VirtioNetHeader.GSO_TCPV4, VirtioNetHeader.GSO_TCPV4 | VirtioNetHeader.GSO_ECN ->
                layout.isIpv4() && layout.protocol() == PacketLayout.TCP;
            case VirtioNetHeader.GSO_TCPV6, VirtioNetHeader.GSO_TCPV6 | VirtioNetHeader.GSO_ECN ->
                !layout.isIpv4() && layout.protocol() == PacketLayout.TCP;
            case VirtioNetHeader.GSO_UDP_L4 -> layout.protocol() == PacketLayout.UDP;
            default -> false;
        };
    }

    /** The bytes of the transport header, more than the packet has if it contradicts itself. */
    private int transportHeader() {
        int at = layout.transport();
        if (layout.protocol() == PacketLayout.UDP) {
            return layout.u16(at + 4) == layout.end() - at ? UDP_HEADER : Frame.MAX_LENGTH;
        }
        int length = (layout.u8(at + TCP_FLAGS) >>> 4) * 4;
        return length >= TCP_HEADER ? length : Frame.MAX_LENGTH;
    }

    /** No system asks to cut a segment that opens or resets a connection, or holds urgent data. */
    private boolean mayRepeat() {
        boolean tcp = layout.protocol() == PacketLayout.TCP;
        return !tcp || (layout.u16(layout.transport() + TCP_FLAGS) & (SYN | RST | URG)) == 0;
    }

    private void writeTcp() {
        int at = layout.transport();
        int bytes = headerLength - at;
        int sequence = source.getInt(start + at + 4);
        int flags = layout.u16(at + TCP_FLAGS);
        long fixed = layout.pseudoHeaderSum() + Checksum.sum(source, start + at, bytes, 0);
        fixed -= words(sequence) + flags + layout.u16(at + TCP_CHECKSUM);
        long fixedIp = fixedIpSum();
        for (int i = 0; i < count; i++) {
            int header = copyHeader(i, fixedIp) + at;
            int next = sequence + i * segmentBytes;
            int own = flags & ~(i > 0 ? CWR : 0) & ~(i < count - 1 ? FIN | PSH : 0);
            long sum = fixed + words(next) + own + bytes + payloadLength(i);
            headers.putInt(header + 4, next);
            headers.putShort(header + TCP_FLAGS, (short) own);
            headers.putShort(header + TCP_CHECKSUM, (short) Checksum.fold(payloadSum(i, sum)));
        }
    }

    private void writeUdp() {
        int at = layout.transport();
        long fixed = layout.pseudoHeaderSum() + layout.u16(at) + layout.u16(at + 2);
        long fixedIp = fixedIpSum();
        for (int i = 0; i < count; i++) {
            int header = copyHeader(i, fixedIp) + at;
            int bytes = UDP_HEADER + payloadLength(i);
            long sum = fixed + 2L * bytes; // in the pseudo header and in its own
            headers.putShort(header + 4, (short) bytes);
            headers.putShort(header + UDP_CHECKSUM, neverZero(Checksum.fold(payloadSum(i, sum))));
        }
    }

    /** The sum of the IPv4 header without the words that differ; 0 for IPv6, which has no checksum. */
    private long fixedIpSum() {
        if (!layout.isIpv4()) {
            return 0;
        }
        int at = layout.network();
        long sum = Checksum.sum(source, start + at, layout.transport() - at, 0);
        return sum - layout.u16(at + 2) - layout.u16(at + 4) - layout.u16(at + IP_CHECKSUM);
    }

    /** Copies the header of a segment and makes its IP header right; returns where in {@link #headers} it starts. */
    private int copyHeader(int i, long fixedIp) {
        int header = headerIndex(i);
        int at = layout.network();
        int length = headerLength - at + payloadLength(i);
        headers.put(header, source, start, headerLength);
        if (layout.isIpv4()) {
            int id = layout.u16(at + 4) + i & 0xffff;
            headers.putShort(header + at + 2, (short) length);
            headers.putShort(header + at + 4, (short) id);
            headers.putShort(header + at + IP_CHECKSUM, (short) Checksum.fold(fixedIp + length + id));
        } else {
            headers.putShort(header + at + 4, (short) (length - PacketLayout.IPV6_HEADER));
        }
        return header;
    }

    private long payloadSum(int i, long sum) {
        return Checksum.sum(source, start + headerLength + i * segmentBytes, payloadLength(i), sum);
    }

    private static long words(int value) {
        return (value >>> 16) + (value & 0xffff);
    }

    /** Zero means "no checksum" in UDP (RFC 768); 0xffff is the same number in ones' complement. */
    private static short neverZero(int checksum) {
        return (short) (checksum == 0 ? 0xffff : checksum);
    }

    /** What the last {@link #prepare} returned. */
    public int count() {
        return count;
    }

    /** The bytes of each segment's header: Ethernet, tags, IP and transport, with checksums complete. May be 0. */
    public int headerLength() {
        return headerLength;
    }

    /** The native address of a segment's header; the headroom is in front of it. */
    public long headerAddress(int i) {
        return headersAddress + headerIndex(i);
    }

    /** The index of a segment's header in {@link #headers}; the headroom is in front of it. */
    public int headerIndex(int i) {
        return headroom + Objects.checkIndex(i, count) * (headroom + headerLength);
    }

    /** The big-endian buffer that holds the headers; the caller writes only to the headroom. */
    public ByteBuffer headers() {
        return headers;
    }

    /** The native address of a segment's payload, inside the original frame. */
    public long payloadAddress(int i) {
        return payloadAddress + (long) Objects.checkIndex(i, count) * segmentBytes;
    }

    /** The big-endian buffer that holds the payloads, which is the original frame's. */
    public ByteBuffer payloads() {
        return source;
    }

    /** The index of a segment's payload in {@link #payloads}. */
    public int payloadIndex(int i) {
        return start + headerLength + Objects.checkIndex(i, count) * segmentBytes;
    }

    /** The bytes of a segment's payload. May be 0. */
    public int payloadLength(int i) {
        return Math.min(segmentBytes, payloadBytes - Objects.checkIndex(i, count) * segmentBytes);
    }

    /** The bytes of a segment on the wire, without the headroom and the frame check sequence. */
    public int length(int i) {
        return headerLength + payloadLength(i);
    }

    /**
     * Copies a whole segment, without its headroom, to where a caller wants it contiguous.
     *
     * @throws IndexOutOfBoundsException if the target has less than {@link #length} bytes at {@code at}
     */
    public void copyTo(int i, ByteBuffer target, int at) {
        int payload = start + headerLength + Objects.checkIndex(i, count) * segmentBytes;
        target.put(at, headers, headerIndex(i), headerLength);
        target.put(at + headerLength, source, payload, payloadLength(i));
    }

    /**
     * Copies a part of a segment, without its headroom, to where a caller has no room for the whole.
     *
     * @param from the first byte to be copied, counted from the start of the segment
     * @param bytes how many; {@code from + bytes} is at most {@link #length}
     * @throws IndexOutOfBoundsException if the target has less than that at {@code at}
     */
    public void copyTo(int i, int from, int bytes, ByteBuffer target, int at) {
        Objects.checkFromIndexSize(from, bytes, length(i));
        int ofHeader = Math.max(0, Math.min(bytes, headerLength - from));
        target.put(at, headers, headerIndex(i) + Math.min(from, headerLength), ofHeader);
        int payload = start + headerLength + i * segmentBytes + Math.max(0, from - headerLength);
        target.put(at + ofHeader, source, payload, bytes - ofHeader);
    }
}
