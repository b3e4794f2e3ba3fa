package io.tapswitch.port;

import io.tapswitch.frame.Frame;
import java.util.List;

/** A port that counts what it is to send and allocates nothing, for measurements of what is before it. */
public final class CountingPort extends Port {
    private final boolean overlay;
    private FrameSink sink;

    /** @param loops how many event loops may use it */
    public CountingPort(String name, int loops) {
        this(name, loops, false);
    }

    private CountingPort(String name, int loops, boolean overlay) {
        super(name, new PortCounters(loops));
        this.overlay = overlay;
    }

    /** The same with a remote VTEP on the far side. */
    public static CountingPort ofOverlay(String name, int loops) {
        return new CountingPort(name, loops, true);
    }

    @Override
    public void start(FrameSink frames, PortOwner owner) {
        sink = frames;
    }

    /** Brings a frame in. */
    public void inject(Frame frame, Burst burst) {
        sink.receive(frame, burst);
    }

    /** Brings a frame of the overlay in. */
    public void inject(int vni, Frame frame, Burst burst) {
        sink.receive(vni, frame, burst);
    }

    /** Sends a frame in the port's own name. */
    public void answer(int vni, Frame frame, Burst burst) {
        sink.answer(vni, frame, burst);
    }

    @Override
    public boolean isOverlay() {
        return overlay;
    }

    @Override
    public void transmit(Frame frame, Burst burst) {
        counters().transmitted(burst.loop(), frame.length());
    }

    @Override
    public Info info() {
        return new Info(name(), 1, List.of(), List.of());
    }

    @Override
    public void close() {}
}
