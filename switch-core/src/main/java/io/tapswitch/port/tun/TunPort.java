package io.tapswitch.port.tun;

import io.netty.util.concurrent.Future;
import io.tapswitch.frame.Discovery;
import io.tapswitch.frame.EtherType;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.Arrival;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DefectLog;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortLoop;
import io.tapswitch.port.PortOwner;
import io.tapswitch.port.tap.DevicePort;
import io.tapswitch.port.tap.TapDevice;
import io.tapswitch.port.tap.TapQueue;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A port whose far side is a TUN device: a host that speaks IP, to which the switch is the Ethernet as well as the wire.
 *
 * <p>Packets to the host are written by any loop. All that has to do with neighbours is done by the loop that reads: what
 * other loops have for it waits in a {@link DiscoveryQueue}.
 */
final class TunPort extends DevicePort {
    private static final long TICK_MILLIS = 250;

    /** Messages of discovery in one turn of the loop. */
    private static final int BUDGET = 64;

    private final TapQueue queue;
    private final PortLoop loop;
    private final Host host;
    private final DiscoveryQueue discovery = new DiscoveryQueue();
    private final AtomicBoolean discoveryDue = new AtomicBoolean();
    private final Step readDiscovery = this::readDiscovery;
    private final Runnable takeDiscovery = this::takeDiscovery;
    private volatile HostEthernet ethernet;
    private Future<?> ticks;
    private final DefectLog defects;
    private volatile boolean closed;

    private TunPort(PortContext context, TunSettings settings, TapDevice device) {
        super(context, device, settings.persistent(), settings.mtu() == null);
        defects = new DefectLog(context.name(), "a message");
        loop = context.loops().get(0);
        host = settings.host(settings.mac() == null ? context.mac() : MacAddress.parse(settings.mac()));
        queue = new TapQueue(TapDevice.Kind.TUN, device.releaseFds()[0], loop, context.counters());
    }

    static TunPort open(PortContext context, TunSettings settings) throws IOException {
        TapDevice device = TapDevice.open(spec(context, settings));
        return opened(new TunPort(context, settings, device));
    }

    private static TapDevice.Spec spec(PortContext context, TunSettings settings) {
        return new TapDevice.Spec(
                TapDevice.Kind.TUN,
                settings.interfaceFor(context.name()),
                settings.namespace(),
                1,
                settings.offload(),
                settings.mtu() == null ? Integer.valueOf(context.networkMtu()) : settings.mtu(),
                settings.interfaceAddresses(),
                settings.up(),
                null,
                null,
                settings.owner(),
                settings.group());
    }

    @Override
    public void start(FrameSink sink, PortOwner owner) {
        HostEthernet made = new HostEthernet(host, counters(), sink);
        ethernet = made;
        queue.start(made::send, owner::failed);
        Step tick = made::tick;
        ticks = loop.every(TICK_MILLIS, () -> onLoop(tick));
    }

    @FunctionalInterface
    private interface Step {
        void run(Burst burst);
    }

    /** What raises an exception here must neither end the ticks nor put the loop to sleep. */
    private void onLoop(Step step) {
        Burst burst = loop.burst().begin(System.nanoTime());
        try {
            step.run(burst);
        } catch (RuntimeException defect) {
            defects.report(defect, burst);
        } finally {
            burst.end();
        }
    }

    @Override
    public void transmit(Frame frame, Burst burst) {
        if (isForAnother(frame)) {
            counters().dropped(burst.loop(), DropReason.EGRESS_OTHER_STATION);
            return;
        }
        boolean ip = isIp(frame);
        if (frame.etherType() == EtherType.ARP || ip && isDiscovery(frame)) {
            takeDiscovery(frame, burst);
        } else if (ip) {
            queue.transmit(frame, burst);
        } else {
            counters().dropped(burst.loop(), DropReason.EGRESS_NOT_IP);
        }
    }

    private boolean isForAnother(Frame frame) {
        long destination = frame.destination();
        return destination != host.mac() && !MacAddress.isGroup(destination);
    }

    @Override
    public DropReason egressRefusal(int vni, Frame frame, Burst burst) {
        if (isForAnother(frame)) {
            return DropReason.EGRESS_OTHER_STATION;
        }
        if (frame.etherType() == EtherType.ARP || isIp(frame) && isDiscovery(frame)) {
            return discoveryRefusal(frame);
        }
        return isIp(frame) ? queue.refusal() : DropReason.EGRESS_NOT_IP;
    }

    @Override
    public DropReason ingressRefusal(Arrival arrival, Frame frame, Burst burst) {
        if (frame.length() < Frame.ETHERNET_HEADER || frame.etherType() == EtherType.ARP) {
            return null; // the port's own: the host speaks no ARP
        }
        if (!isIp(frame)) {
            return DropReason.NOT_IP;
        }
        return isDiscovery(frame) ? DropReason.HOST_DISCOVERY : null;
    }

    /** Whether a frame holds what its EtherType says, and that is IP. */
    private static boolean isIp(Frame frame) {
        int at = frame.start() + Frame.ETHERNET_HEADER;
        int version = IpHeader.version(frame.buffer(), at, frame.length() - Frame.ETHERNET_HEADER);
        return version == 4 && frame.etherType() == EtherType.IPV4
                || version == 6 && frame.etherType() == EtherType.IPV6;
    }

    private static boolean isDiscovery(Frame frame) {
        int at = frame.start() + Frame.ETHERNET_HEADER;
        return frame.etherType() == EtherType.IPV6
                && IpHeader.isDiscovery(frame.buffer(), at, frame.length() - Frame.ETHERNET_HEADER);
    }

    private DropReason discoveryRefusal(Frame frame) {
        if (closed || ethernet == null) {
            return DropReason.EGRESS_DOWN;
        }
        return frame.length() > Discovery.MAX_LENGTH ? DropReason.EGRESS_OVERSIZE : null;
    }

    /** A message for the Ethernet of the host has arrived where it is to go. */
    private void takeDiscovery(Frame frame, Burst burst) {
        DropReason refusal = discoveryRefusal(frame);
        if (refusal != null) {
            counters().dropped(burst.loop(), refusal);
        } else if (discovery.offer(frame)) {
            counters().transmitted(burst.loop(), frame.length());
            wakeDiscovery();
        } else {
            counters().dropped(burst.loop(), DropReason.EGRESS_FULL);
        }
    }

    private void wakeDiscovery() {
        if (discoveryDue.compareAndSet(false, true)) {
            loop.execute(takeDiscovery);
        }
    }

    private void takeDiscovery() {
        discoveryDue.set(false);
        if (closed) {
            return;
        }
        onLoop(readDiscovery);
        if (!discovery.isEmpty()) {
            wakeDiscovery();
        }
    }

    private void readDiscovery(Burst burst) {
        for (int i = 0; i < BUDGET; i++) {
            DiscoveryQueue.Message message = discovery.poll();
            if (message == null) {
                return;
            }
            try {
                ethernet.receive(message.buffer(), message.length(), message.checked(), burst);
            } finally {
                discovery.release(message);
            }
        }
    }

    @Override
    public void carrier(boolean on) {
        super.carrier(on);
        if (on && !closed) {
            loop.execute(() -> onLoop(ethernet::comeUp));
        }
    }

    @Override
    public Info info() {
        return new Info(device.name(), 1, List.of(loop.index()), device.offloads());
    }

    @Override
    public void quiesce() {
        queue.quiesce();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        device.close();
        if (ticks != null) {
            ticks.cancel(false);
        }
        queue.stop();
    }
}
