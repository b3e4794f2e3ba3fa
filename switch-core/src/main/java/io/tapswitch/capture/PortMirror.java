package io.tapswitch.capture;

import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.FrameWatch;
import io.tapswitch.config.MirrorConfig;
import io.tapswitch.frame.Frame;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Sends copies to an analysis port as frames pass: on the same loop, before anything is decided, as they come or leave. What
 * the analysis port refuses counts there.
 */
public final class PortMirror implements Mirror, FrameWatch {
    /** Longs between the counts of two loops, so that they share no cache line. */
    private static final int ROW = 16;

    private static final int FRAMES = 0;
    private static final int LOST = 1;

    private final MirrorConfig config;
    private final Direction direction;
    private final FrameFilter filter;
    private final int snapLength;
    private final int vni;
    private final FrameFilter.Scratch[] scratch;
    private final Frame[] copies;
    private final AtomicLongArray counts;

    /** Null while the analysis port is not there. */
    private volatile BridgePort target;

    /** @param loops how many event loops carry frames */
    public PortMirror(MirrorConfig config, int loops) {
        this.config = config;
        direction = Direction.of(config.direction());
        filter = config.filter() == null ? null : FrameFilter.parse(config.filter());
        snapLength = config.snapLength() == null ? CaptureSettings.MAX_SNAP_LENGTH : config.snapLength();
        vni = config.to().vni() == null ? 0 : config.to().vni();
        scratch = perLoop(loops, FrameFilter.Scratch::new).toArray(FrameFilter.Scratch[]::new);
        boolean plain = config.snapLength() == null && vni == 0;
        copies = perLoop(plain ? 0 : loops, Frame::new).toArray(Frame[]::new);
        counts = new AtomicLongArray(ROW * (loops + 1));
    }

    private static <T> Stream<T> perLoop(int loops, Supplier<T> make) {
        return IntStream.range(0, loops).mapToObj(i -> make.get());
    }

    /** Says where the analysis port is; null while it is not there. */
    public void target(BridgePort port) {
        target = port;
    }

    @Override
    public MirrorConfig config() {
        return config;
    }

    @Override
    public FrameWatch watch() {
        return this;
    }

    @Override
    public void arrived(BridgePort port, Frame frame, Burst burst) {
        copy(true, frame, burst);
    }

    @Override
    public void decided(BridgePort port, DropReason reason, Burst burst) {}

    @Override
    public void leaving(BridgePort port, Frame frame, Burst burst) {
        copy(false, frame, burst);
    }

    @Override
    public void left(BridgePort port, DropReason reason, Burst burst) {}

    private void copy(boolean ingress, Frame frame, Burst burst) {
        if (!direction.includes(ingress) || filter != null && !filter.matches(frame, scratch[burst.loop()])) {
            return;
        }
        int counter = ROW * (burst.loop() + 1) + (send(frame, burst) ? FRAMES : LOST);
        counts.lazySet(counter, counts.get(counter) + 1);
    }

    private boolean send(Frame frame, Burst burst) {
        BridgePort to = target;
        // A port needs what the bridge has checked: a whole Ethernet header, and no checksum in it.
        if (to == null || frame.length() < Frame.ETHERNET_HEADER || !frame.hasSoundChecksum()) {
            return false;
        }
        try {
            return to.sendCopy(copy(frame, burst), vni, burst);
        } catch (RuntimeException defect) {
            return false; // What becomes of the frame itself is not for its copy to decide.
        }
    }

    private Frame copy(Frame frame, Burst burst) {
        boolean whole = frame.length() <= snapLength;
        if (whole && vni == 0) {
            return frame;
        }
        Frame copy = copies[burst.loop()];
        if (whole) {
            copy.set(frame); // A port to a VTEP may lower the MSS in what it sends.
        } else {
            copy.setSnapped(frame, snapLength);
        }
        return copy;
    }

    @Override
    public State state() {
        BridgePort to = target;
        boolean there = to != null && to.sends();
        return new State(
                there ? Status.ACTIVE : Status.WAITING,
                there ? null : "port '" + config.to().port() + "' is not up; see its state",
                sum(FRAMES),
                sum(LOST));
    }

    private long sum(int counter) {
        long sum = 0;
        for (int at = ROW + counter; at < counts.length(); at += ROW) {
            sum += counts.get(at);
        }
        return sum;
    }

    @Override
    public void close() {
        target = null;
    }
}
