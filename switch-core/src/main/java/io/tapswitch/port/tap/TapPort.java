package io.tapswitch.port.tap;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortOwner;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * A port whose far side is a TAP device: the kernel has the network interface, the switch is its wire. Frames cross
 * whole, with offloads as their sender left them, since every TAP can take that.
 *
 * <p>With several queues, each is read by a loop of its own, and a loop writes to the queue that it reads, so that
 * loops do not contend for a queue.
 */
final class TapPort extends DevicePort {
    private final TapQueue[] queues;

    /** Where each loop writes: the queue that it reads, if it reads one. */
    private final TapQueue[] queueOfLoop;

    private TapPort(PortContext context, TapSettings settings, TapDevice device) {
        super(context, device, settings.persistent(), settings.mtu() == null);
        int[] fds = device.releaseFds();
        queues = new TapQueue[fds.length];
        for (int i = 0; i < fds.length; i++) {
            queues[i] = new TapQueue(TapDevice.Kind.TAP, fds[i], context.loops().get(i), context.counters());
        }
        queueOfLoop = new TapQueue[context.loops().size()];
        Arrays.setAll(queueOfLoop, loop -> queues[loop % queues.length]);
        for (TapQueue queue : queues) {
            queueOfLoop[queue.loop()] = queue;
        }
    }

    static TapPort open(PortContext context, TapSettings settings) throws IOException {
        int queues = Math.min(settings.queues(), context.loops().size());
        TapDevice device = TapDevice.open(spec(context, settings, queues));
        return opened(new TapPort(context, settings, device));
    }

    private static TapDevice.Spec spec(PortContext context, TapSettings settings, int queues) {
        return new TapDevice.Spec(
                TapDevice.Kind.TAP,
                settings.interfaceFor(context.name()),
                settings.namespace(),
                queues,
                settings.offload(),
                settings.mtu() == null ? Integer.valueOf(context.networkMtu()) : settings.mtu(),
                settings.interfaceAddresses(),
                settings.up(),
                settings.mac(),
                MacAddress.format(context.mac()),
                settings.owner(),
                settings.group());
    }

    @Override
    public void start(FrameSink sink, PortOwner owner) {
        PortOwner once = owner.failingOnce();
        for (TapQueue queue : queues) {
            queue.start(sink, once::failed);
        }
    }

    @Override
    public void transmit(Frame frame, Burst burst) {
        queueOfLoop[burst.loop()].transmit(frame, burst);
    }

    @Override
    public DropReason egressRefusal(int vni, Frame frame, Burst burst) {
        return queueOfLoop[burst.loop()].refusal();
    }

    @Override
    public Info info() {
        List<Integer> loops = Arrays.stream(queues).map(TapQueue::loop).toList();
        return new Info(device.name(), queues.length, loops, device.offloads());
    }

    @Override
    public void quiesce() {
        for (TapQueue queue : queues) {
            queue.quiesce();
        }
    }

    @Override
    public void close() {
        device.close();
        for (int i = queues.length - 1; i >= 0; i--) {
            queues[i].stop();
        }
    }
}
