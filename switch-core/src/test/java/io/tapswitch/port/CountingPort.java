package io.tapswitch.port;

import io.tapswitch.frame.Frame;
import java.util.List;

/** A port that counts what it is to send and allocates nothing, for measurements of what is before it. */
public final class CountingPort extends Port {
    private FrameSink sink;

    /** @param loops how many event loops may use it */
    public CountingPort(String name, int loops) {
        super(name, new PortCounters(loops));
    }

    @Override
    public void start(FrameSink frames, PortOwner owner) {
        sink = frames;
    }

    /** Brings a frame in. */
    public void inject(Frame frame, Burst burst) {
        sink.receive(frame, burst);
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
