package io.tapswitch.port.packet;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.unix.FileDescriptor;
import io.tapswitch.frame.EtherType;
import io.tapswitch.frame.Frame;
import io.tapswitch.linux.Errno;
import io.tapswitch.linux.LinuxException;
import io.tapswitch.linux.MessageBatch;
import io.tapswitch.linux.PacketSocket;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/** Brings in what a packet socket receives, on one event loop, a batch at each turn. */
final class PacketReceiver implements EpollIoHandle {
    /** Frames per turn; level-triggered epoll calls again for what is left, after the loop's other ports. */
    private static final int BATCH = 64;

    /** Bytes of the switch's virtio-net header behind those that the kernel fills: num_buffers. */
    private static final int NUM_BUFFERS = 2;

    private final PacketSocket socket;
    private final FileDescriptor fd;
    private final PortLoop loop;
    private final PortCounters counters;
    private final List<Frame> frames;
    private final MessageBatch messages = new MessageBatch(BATCH, 1, PacketSocket.CONTROL_LENGTH);
    private FrameSink sink;
    private Consumer<Exception> failed;
    private IoRegistration registration;

    PacketReceiver(PacketSocket socket, PortLoop loop, PortCounters counters) {
        this.socket = socket;
        this.fd = new FileDescriptor(socket.fd());
        this.loop = loop;
        this.counters = counters;
        this.frames = loop.frames(BATCH);
        for (int i = 0; i < BATCH; i++) {
            Frame frame = frames.get(i);
            messages.vector(i, 0, frame.readAddress() + NUM_BUFFERS, frame.readCapacity() - NUM_BUFFERS);
        }
    }

    PortLoop loop() {
        return loop;
    }

    void start(FrameSink received, Consumer<Exception> onFailure) {
        sink = received;
        failed = onFailure;
        registration = loop.register(this);
    }

    @Override
    public FileDescriptor fd() {
        return fd;
    }

    @Override
    public void handle(IoRegistration source, IoEvent event) {
        try {
            int received = messages.receive(socket.fd(), 0);
            if (received > 0) {
                deliver(received);
            } else {
                takeError(-received);
            }
        } catch (IOException | RuntimeException e) {
            // Left to Netty, the exception would put the loop to sleep for a second.
            source.cancel();
            failed.accept(e);
        }
    }

    private void takeError(int errno) throws IOException {
        switch (errno) {
            // Said once when the interface goes down; what becomes of it is told elsewhere.
            case Errno.EAGAIN, Errno.EINTR, Errno.ENETDOWN, Errno.ENOBUFS, Errno.ENOMEM -> {}
            // A large frame of a kind that the virtio-net header has no word for, which the kernel has dropped.
            case Errno.EINVAL -> {
                counters.received(loop.index(), 0);
                counters.dropped(loop.index(), DropReason.BAD_OFFLOAD);
            }
            default -> throw LinuxException.of(errno, "receive from the interface");
        }
    }

    private void deliver(int received) {
        Burst burst = loop.burst().begin(System.nanoTime());
        try {
            for (int i = 0; i < received; i++) {
                deliver(i, frames.get(i), burst);
            }
        } finally {
            burst.end();
        }
    }

    private void deliver(int i, Frame frame, Burst burst) {
        frame.received(messages.length(i) + NUM_BUFFERS);
        if (messages.isTruncated(i)) {
            counters.received(burst.loop(), frame.length());
            counters.dropped(burst.loop(), DropReason.OVERSIZE);
            return;
        }
        completeHeader(frame);
        putTagBack(i, frame);
        sink.receive(frame, burst);
    }

    /** One vector for header and frame costs the kernel less than two; so the header's ten bytes are moved afterwards. */
    private static void completeHeader(Frame frame) {
        ByteBuffer buffer = frame.buffer();
        int at = frame.start() - PacketSocket.VNET_HEADER_LENGTH;
        long first = buffer.getLong(at);
        short last = buffer.getShort(at + 8);
        buffer.putLong(at - NUM_BUFFERS, first)
                .putShort(at + 8 - NUM_BUFFERS, last)
                .putShort(at + 8, (short) 0);
    }

    /** The kernel took the outer tag off; what was on the wire is put back, also if it is none that the switch reads. */
    private void putTagBack(int i, Frame frame) {
        ByteBuffer control = messages.control();
        int at = i * PacketSocket.CONTROL_LENGTH;
        if (messages.controlLength(i) < PacketSocket.CONTROL_LENGTH - 4
                || control.getInt(at + PacketSocket.CONTROL_TYPE) != PacketSocket.PACKET_AUXDATA) {
            return;
        }
        int status = control.getInt(at + PacketSocket.STATUS);
        if ((status & PacketSocket.TP_STATUS_VLAN_VALID) != 0 && frame.length() >= Frame.ETHERNET_HEADER) {
            boolean named = (status & PacketSocket.TP_STATUS_VLAN_TPID_VALID) != 0;
            int tpid = named ? control.getShort(at + PacketSocket.VLAN_TPID) & 0xffff : EtherType.VLAN;
            frame.pushTag(tpid, control.getShort(at + PacketSocket.VLAN_TCI) & 0xffff);
        }
    }

    /** Counts the frames that found the kernel's buffer full. Control thread. */
    void countOverruns() throws IOException {
        long overruns = socket.takeDrops();
        if (overruns > 0) {
            loop.execute(() -> {
                counters.add(loop.index(), PortCounters.RX_FRAMES, overruns);
                counters.dropped(loop.index(), DropReason.RECEIVE_OVERRUN, overruns);
            });
        }
    }

    /** Stops reading; once this returns the loop has let go of the socket, which is closed. */
    void stop() {
        if (registration == null) {
            socket.close();
        } else {
            loop.deregister(registration, socket::close);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
