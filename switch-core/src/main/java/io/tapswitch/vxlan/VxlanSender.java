package io.tapswitch.vxlan;

import io.tapswitch.frame.Segmentation;
import io.tapswitch.linux.DatagramBatch;
import io.tapswitch.linux.Errno;
import io.tapswitch.linux.Sockaddr;
import io.tapswitch.linux.UdpSocket;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;

/**
 * What one event loop sends by one socket, and so from one UDP source port. Datagrams wait until the burst ends, or until
 * there is no room, and leave by one system call; those that follow each other to one VTEP and are equally long go
 * through the kernel in one piece (UDP_SEGMENT).
 *
 * <p>The segments of a large frame are not put together in memory: the kernel gathers VXLAN header, inner headers and
 * payload of each from where they are. That is why they cannot wait. Small frames are copied, and encrypted ones anyway.
 *
 * <p>Belongs to one loop, as does the socket. Sent and dropped frames are counted here, at the port of their VTEP.
 */
final class VxlanSender implements Burst.Batch {
    /** A copy of a longer frame would cost more than the system call that it saves. */
    private static final int LARGEST_COPY = 2048;

    /** Copies of one broadcast to as many VTEPs leave by one system call. */
    private static final int MESSAGES = 64;

    /** A header and a payload for each segment of a few messages. */
    private static final int VECTORS = 4 * 2 * DatagramBatch.MAX_SEGMENTS;

    private final VxlanEndpoint endpoint;
    private final UdpSocket socket;
    private final DatagramBatch batch = new DatagramBatch(MESSAGES, VECTORS);
    private final VxlanPort[] ports = new VxlanPort[MESSAGES];
    private final int[] segments = new int[MESSAGES];
    private final int[] frameBytes = new int[MESSAGES];
    private final int[] segmentBytes = new int[MESSAGES];
    private int lastFields;
    private int lastBytes;
    private boolean lastIsOpen;
    private boolean touched;

    VxlanSender(VxlanEndpoint endpoint, UdpSocket socket) {
        this.endpoint = endpoint;
        this.socket = socket;
    }

    /**
     * Takes the segments of one frame, to be sent before the burst ends.
     *
     * @param fields of the outer IP header, as {@link OuterHeader} packs them
     * @param pieces with room for a VXLAN header before each
     */
    void add(VxlanPort port, int fields, int vni, Segmentation pieces, Burst burst) {
        if (pieces.count() == 1 && pieces.length(0) <= LARGEST_COPY) {
            int length = pieces.length(0);
            int at = burst.hold(VxlanHeader.LENGTH + length);
            VxlanHeader.write(burst.held(), at, vni);
            pieces.copyTo(0, burst.held(), at + VxlanHeader.LENGTH);
            add(port, fields, burst.heldAddress() + at, VxlanHeader.LENGTH + length, 0, 0, length, burst);
            return;
        }
        for (int i = 0; i < pieces.count(); i++) {
            VxlanHeader.write(pieces.headers(), pieces.headerIndex(i) - VxlanHeader.LENGTH, vni);
            add(
                    port,
                    fields,
                    pieces.headerAddress(i) - VxlanHeader.LENGTH,
                    VxlanHeader.LENGTH + pieces.headerLength(),
                    pieces.payloadAddress(i),
                    pieces.payloadLength(i),
                    pieces.length(i),
                    burst);
        }
        send(burst);
    }

    /**
     * Takes the segments of one frame encrypted, to be sent before the burst ends.
     *
     * @param stream that this sender's datagrams belong to
     */
    void add(VxlanPort port, int fields, int vni, Segmentation pieces, Sealing sealing, int stream, Burst burst) {
        for (int i = 0; i < pieces.count(); i++) {
            int header = pieces.headerIndex(i) - VxlanHeader.LENGTH;
            VxlanHeader.write(pieces.headers(), header, vni);
            int length = VxlanHeader.LENGTH + pieces.length(i) + Sealing.OVERHEAD;
            int at = burst.hold(length);
            sealing.seal(
                    stream,
                    pieces.headers(),
                    header,
                    VxlanHeader.LENGTH + pieces.headerLength(),
                    pieces.payloads(),
                    pieces.payloadIndex(i),
                    pieces.payloadLength(i),
                    burst.held(),
                    at,
                    burst.nowNanos());
            add(port, fields, burst.heldAddress() + at, length, 0, 0, pieces.length(i), burst);
        }
    }

    /**
     * Takes one datagram, VXLAN header and all, to be kept where it is until the burst ends or {@link #flush} is called.
     *
     * @param first the native address of its beginning
     * @param second of the rest; {@code secondLength} may be 0
     * @param frameLength the inner frame's bytes
     */
    private void add(
            VxlanPort port,
            int fields,
            long first,
            int firstLength,
            long second,
            int secondLength,
            int frameLength,
            Burst burst) {
        int length = firstLength + secondLength;
        if (!continues(port, fields, length)) {
            begin(port, fields, length, burst);
        }
        batch.add(first, firstLength);
        if (secondLength > 0) {
            batch.add(second, secondLength);
        }
        int last = batch.count() - 1;
        segments[last]++;
        frameBytes[last] += frameLength;
        lastBytes += length;
        lastIsOpen = length == segmentBytes[last];
    }

    /** Whether a datagram may be a further segment of the last message. */
    private boolean continues(VxlanPort port, int fields, int length) {
        int last = batch.count() - 1;
        return lastIsOpen
                && ports[last] == port
                && lastFields == fields
                && length <= segmentBytes[last]
                && segments[last] < DatagramBatch.MAX_SEGMENTS
                && lastBytes + length <= DatagramBatch.MAX_BYTES
                && batch.hasVectors(2)
                && endpoint.segments();
    }

    private void begin(VxlanPort port, int fields, int length, Burst burst) {
        if (!batch.hasRoom(2)) {
            send(burst);
        }
        if (!touched) {
            touched = true;
            burst.touch(this);
        }
        Sockaddr remote = port.sockaddr();
        batch.begin(remote);
        OuterHeader.write(batch, remote.isIpv6(), fields);
        int last = batch.count() - 1;
        ports[last] = port;
        segments[last] = 0;
        frameBytes[last] = 0;
        segmentBytes[last] = length;
        lastFields = fields;
        lastBytes = 0;
    }

    @Override
    public void flush(Burst burst) {
        touched = false;
        send(burst);
    }

    /** Sends what is there, from where it is. */
    private void send(Burst burst) {
        int count = batch.count();
        for (int i = 0; i < count; i++) {
            if (segments[i] > 1) {
                batch.segment(i, segmentBytes[i]);
            }
        }
        int done = 0;
        while (done < count) {
            int sent = batch.send(socket.fd(), done);
            if (sent > 0) {
                countSent(done, done + sent, burst);
                done += sent;
            } else if (sent == -Errno.EAGAIN || sent == -Errno.ENOBUFS) {
                drop(done, count, DropReason.EGRESS_FULL, burst);
                done = count;
            } else if (sent != -Errno.EINTR) {
                drop(done, done + 1, refusal(done, -sent), burst);
                done++;
            }
        }
        batch.clear();
        lastIsOpen = false;
    }

    private DropReason refusal(int message, int errno) {
        return switch (errno) {
            case Errno.ENETDOWN, Errno.ENETUNREACH, Errno.EHOSTUNREACH -> DropReason.EGRESS_DOWN;
            case Errno.EMSGSIZE -> {
                ports[message].tooLong();
                yield DropReason.EGRESS_OVERSIZE;
            }
            // What the kernel says of segments that are longer than the path takes, and of much else.
            case Errno.EINVAL -> {
                boolean tooLong = segments[message] > 1 && ports[message].exceedsPath(segmentBytes[message]);
                yield tooLong ? DropReason.EGRESS_OVERSIZE : DropReason.EGRESS_ERROR;
            }
            // A device without checksum offload, before Linux 6.11, and IPsec do not let it cut.
            case Errno.EIO -> {
                endpoint.stopSegmenting(errno);
                yield DropReason.EGRESS_ERROR;
            }
            default -> DropReason.EGRESS_ERROR;
        };
    }

    private void countSent(int from, int to, Burst burst) {
        for (int i = from; i < to; i++) {
            PortCounters counters = ports[i].counters();
            counters.add(burst.loop(), PortCounters.TX_FRAMES, segments[i]);
            counters.add(burst.loop(), PortCounters.TX_BYTES, frameBytes[i]);
        }
    }

    private void drop(int from, int to, DropReason reason, Burst burst) {
        for (int i = from; i < to; i++) {
            ports[i].counters().dropped(burst.loop(), reason, segments[i]);
        }
    }

    void close() {
        socket.close();
    }
}
