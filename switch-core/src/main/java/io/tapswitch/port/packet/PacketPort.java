package io.tapswitch.port.packet;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Segmentation;
import io.tapswitch.linux.Errno;
import io.tapswitch.linux.NetworkNamespace;
import io.tapswitch.linux.PacketSocket;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortLoop;
import io.tapswitch.port.PortOwner;
import io.tapswitch.port.SendBatch;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port whose far side is a network interface that is there anyway: a TAP that QEMU holds open, one end of a veth, a
 * NIC. The switch sits on the kernel's side of it with a packet socket; one event loop reads it, and any loop sends by
 * it. Frames cross whole, with offloads as their sender left them: where the interface cannot do what is left, the
 * kernel does it.
 */
final class PacketPort extends Port {
    private static final Logger LOG = LoggerFactory.getLogger(PacketPort.class);

    /**
     * Frames of this many bytes may wait for the switch to read them, and for the interface to send them: a hundred large
     * ones and their bookkeeping, which the kernel counts too.
     */
    private static final int BUFFER_BYTES = 8 << 20;

    private final InterfaceSettings settings;
    private final Object namespace;
    private final MachineTap tap;
    private final PacketSocket socket;
    private final FarInterface far;
    private final PacketReceiver receiver;
    private final SendBatch[] batches;
    private volatile boolean closed;

    private PacketPort(
            PortContext context, InterfaceSettings settings, MachineTap tap, PacketSocket socket, FarInterface far)
            throws IOException {
        super(context.name(), context.counters());
        this.settings = settings;
        this.namespace = NetworkNamespace.identity(settings.namespace());
        this.tap = tap;
        this.socket = socket;
        this.far = far;
        this.receiver = new PacketReceiver(socket, context.loops().get(0), context.counters());
        int loops = 1 + context.loops().stream().mapToInt(PortLoop::index).max().orElseThrow();
        batches = new SendBatch[loops];
        for (PortLoop loop : context.loops()) {
            batches[loop.index()] = new SendBatch(socket.fd(), context.counters(), PacketPort::refused);
        }
    }

    static PacketPort open(PortContext context, InterfaceSettings settings) throws IOException {
        String name = settings.interfaceFor(context.name());
        if (!settings.createTap()) {
            return NetworkNamespace.call(settings.namespace(), () -> attach(context, settings, name, null));
        }
        int mtu = settings.mtu() == null ? context.networkMtu() : settings.mtu();
        MachineTap tap = MachineTap.open(name, settings, mtu);
        try {
            return NetworkNamespace.call(settings.namespace(), () -> attach(context, settings, name, tap));
        } catch (IOException | RuntimeException e) {
            tap.close();
            throw e;
        }
    }

    private static PacketPort attach(PortContext context, InterfaceSettings settings, String name, MachineTap tap)
            throws IOException {
        PacketSocket socket = new PacketSocket(BUFFER_BYTES);
        try {
            FarInterface far =
                    new FarInterface(context.name(), name, settings.promiscuous(), context.networkMtu(), socket);
            try {
                return new PacketPort(context, settings, tap, socket, far);
            } catch (IOException | RuntimeException e) {
                far.stop();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** What the kernel's refusal of one frame means. */
    private static DropReason refused(int errno) {
        return switch (errno) {
            case Errno.ENETDOWN, Errno.ENXIO, Errno.ENODEV -> DropReason.EGRESS_DOWN;
            case Errno.EMSGSIZE -> DropReason.EGRESS_OVERSIZE;
            // The offload header contradicts the frame's length, or its headers when the kernel is to do what it asks.
            case Errno.EINVAL, Errno.ENOMEM -> DropReason.EGRESS_BAD_OFFLOAD;
            default -> DropReason.EGRESS_ERROR;
        };
    }

    @Override
    public void start(FrameSink sink, PortOwner owner) {
        PortOwner once = owner.failingOnce();
        receiver.start(sink, once::failed);
        far.start(receiver.loop(), once);
    }

    @Override
    public void transmit(Frame frame, Burst burst) {
        if (closed || far.missing() != null) {
            counters().dropped(burst.loop(), DropReason.EGRESS_DOWN);
        } else if (settings.offload()) {
            batches[burst.loop()].add(frame, PacketSocket.VNET_HEADER_LENGTH, burst);
        } else {
            transmitPlain(frame, burst);
        }
    }

    @Override
    public DropReason egressRefusal(int vni, Frame frame, Burst burst) {
        if (closed || far.missing() != null) {
            return DropReason.EGRESS_DOWN;
        }
        if (settings.offload()) {
            return !frame.isGso() && far.isTooLong(frame.length(), frame.isTagged())
                    ? DropReason.EGRESS_OVERSIZE
                    : null;
        }
        Segmentation segments = burst.segmentation();
        if (segments.prepare(frame, PacketSocket.VNET_HEADER_LENGTH) == Segmentation.REFUSED) {
            return DropReason.EGRESS_BAD_OFFLOAD;
        }
        return far.isTooLong(segments.length(0), frame.isTagged()) ? DropReason.EGRESS_OVERSIZE : null;
    }

    private void transmitPlain(Frame frame, Burst burst) {
        Segmentation segments = burst.segmentation();
        if (segments.prepare(frame, PacketSocket.VNET_HEADER_LENGTH) == Segmentation.REFUSED) {
            counters().dropped(burst.loop(), DropReason.EGRESS_BAD_OFFLOAD);
        } else {
            batches[burst.loop()].add(segments, PacketSocket.VNET_HEADER_LENGTH, burst);
        }
    }

    @Override
    public void networkMtu(int mtu) throws IOException {
        if (tap != null && settings.mtu() == null) {
            tap.setMtu(mtu);
        }
    }

    @Override
    public String waitsFor() {
        return far.missing();
    }

    @Override
    public Info info() {
        List<String> offloads =
                settings.offload() ? List.of("checksum", "tso4", "tso6", "tso-ecn", "uso4", "uso6") : List.of();
        return new Info(far.name(), 1, List.of(receiver.loop().index()), offloads);
    }

    @Override
    public void commit() throws IOException {
        if (tap != null) {
            tap.commit();
        }
    }

    @Override
    public void withdraw() throws IOException {
        if (tap != null) {
            tap.withdraw();
        }
    }

    /** The socket would keep a namespace alive, with all that is in it, that has lost its name. */
    @Override
    public void check() throws IOException {
        receiver.countOverruns();
        if (namespace != null && !namespace.equals(NetworkNamespace.identity(settings.namespace()))) {
            throw new IOException("network namespace '" + settings.namespace() + "' was deleted; the port comes back"
                    + " with a new one of that name");
        }
    }

    @Override
    public void quiesce() {
        receiver.loop().quiesce();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        far.stop();
        receiver.stop();
        if (tap != null) {
            tap.close();
        }
    }
}
