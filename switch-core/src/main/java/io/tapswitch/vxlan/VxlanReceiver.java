package io.tapswitch.vxlan;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.FileDescriptor;
import io.tapswitch.linux.Errno;
import io.tapswitch.linux.LinuxException;
import io.tapswitch.linux.MessageBatch;
import io.tapswitch.linux.UdpSocket;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DefectLog;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortLoop;
import java.nio.ByteBuffer;

/**
 * The receiving half of an endpoint on one event loop: takes datagrams from its socket, many by one system call, and many
 * of one flow in one piece where the kernel joined them (UDP_GRO), and gives each to the port of its sender.
 *
 * <pre>
 *  buffer  | datagram 0 | datagram 1 | ... | free | datagram | ...
 *          ^ message 0, up to 64 KiB              ^ message 1
 * </pre>
 *
 * <p>Frames are views of where the kernel put them, and stay there until the burst ends: a TAP takes a run of segments
 * from there.
 */
final class VxlanReceiver implements EpollIoHandle {
    /** Messages of one system call. */
    private static final int BATCH = 16;

    /** Bytes of the longest socket address, that of IPv6. */
    private static final int NAME_ROOM = 28;

    private static final int MESSAGE_BYTES = 1 << 16;

    /** What receivers on one loop share, as one is at work at a time. */
    private static final class Room {
        private final ByteBuffer bytes = ByteBuffer.allocateDirect(BATCH * MESSAGE_BYTES);
        private final long bytesAddress = Buffer.memoryAddress(bytes);
        private final ByteBuffer names = ByteBuffer.allocateDirect(BATCH * NAME_ROOM);
        private final MessageBatch messages = new MessageBatch(BATCH, 1, UdpSocket.CONTROL_ROOM);

        Room() {
            for (int i = 0; i < BATCH; i++) {
                messages.vector(i, 0, bytesAddress + at(i), MESSAGE_BYTES);
                messages.name(i, Buffer.memoryAddress(names) + i * NAME_ROOM, NAME_ROOM);
            }
        }

        static int at(int message) {
            return message * MESSAGE_BYTES;
        }
    }

    private final VxlanEndpoint endpoint;
    private final UdpSocket socket;
    private final FileDescriptor fd;
    private final PortLoop loop;
    private final Room room;
    private final DefectLog defects;
    private IoRegistration registration;

    /** @param socket which this object closes */
    VxlanReceiver(VxlanEndpoint endpoint, UdpSocket socket, PortLoop loop) {
        this.endpoint = endpoint;
        this.socket = socket;
        this.fd = new FileDescriptor(socket.fd());
        this.loop = loop;
        room = loop.shared(Room.class, Room::new);
        defects = new DefectLog(endpoint.toString(), "a datagram");
    }

    void start() {
        registration = loop.register(this);
    }

    UdpSocket socket() {
        return socket;
    }

    @Override
    public FileDescriptor fd() {
        return fd;
    }

    @Override
    public void handle(IoRegistration source, IoEvent event) {
        Burst burst = loop.burst().begin(System.nanoTime());
        try {
            int received = room.messages.receive(socket.fd(), NAME_ROOM);
            if (received < 0) {
                checkError(-received);
            }
            for (int i = 0; i < received; i++) {
                deliverSafely(i, burst);
            }
        } catch (LinuxException | RuntimeException e) {
            // Left to Netty, the exception would put the loop to sleep for a second; left registered, the broken socket
            // would call here again and again.
            source.cancel();
            endpoint.failed(e);
        } finally {
            burst.end();
        }
    }

    /** What ICMP said about some packet, or that memory is short, is no trouble of the socket; a wrong call is. */
    private static void checkError(int errno) throws LinuxException {
        switch (errno) {
            case Errno.EBADF, Errno.EFAULT, Errno.EINVAL, Errno.ENOTSOCK -> throw LinuxException.of(errno, "receive");
            default -> {}
        }
    }

    /** One VTEP's datagram must not end what others have with this endpoint. */
    private void deliverSafely(int message, Burst burst) {
        try {
            deliver(message, burst);
        } catch (RuntimeException defect) {
            endpoint.counters().received(burst.loop(), room.messages.length(message));
            endpoint.counters().dropped(burst.loop(), DropReason.INTERNAL_ERROR);
            defects.report(defect, burst);
        }
    }

    private void deliver(int message, Burst burst) {
        int length = room.messages.length(message);
        int step = UdpSocket.segmentSize(room.messages, message);
        int size = step <= 0 ? length : step;
        VxlanPort port = endpoint.vteps().find(room.names, message * NAME_ROOM, endpoint.isIpv6());
        if (port == null || room.messages.isTruncated(message)) {
            dropStrange(length, size, burst);
            return;
        }
        int trafficClass = UdpSocket.trafficClass(room.messages, message);
        int at = Room.at(message);
        int end = at + length;
        do {
            int count = Math.min(size, end - at);
            port.received(room.bytes, room.bytesAddress, at, count, trafficClass, loop, burst);
            at += size;
        } while (at < end);
    }

    private void dropStrange(int length, int size, Burst burst) {
        int datagrams = length == 0 ? 1 : (length + size - 1) / size;
        endpoint.counters().add(burst.loop(), PortCounters.RX_FRAMES, datagrams);
        endpoint.counters().add(burst.loop(), PortCounters.RX_BYTES, length);
        endpoint.counters().dropped(burst.loop(), DropReason.UNKNOWN_VTEP, datagrams);
    }

    /** Stops reading; once this returns the loop has let go of the socket, which is closed. */
    void stop() {
        if (registration == null) {
            close();
        } else {
            loop.deregister(registration, this::close);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
