package io.tapswitch.it;

import io.tapswitch.frame.Frame;
import io.tapswitch.port.Burst;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortDriver;
import io.tapswitch.port.PortOwner;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Ports that break the rules: on the way out they throw, or hold their event loop up. */
final class RogueDriver implements PortDriver<RogueDriver.Settings> {
    /** Of a frame that holds the loop up until {@link #letGo}; any other frame meets an exception. */
    static final int HOLDING = 0x88b6;

    private static final long PATIENCE_SECONDS = 10;

    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    /** There are none. */
    record Settings() {}

    @Override
    public String type() {
        return "rogue";
    }

    @Override
    public Class<Settings> settingsType() {
        return Settings.class;
    }

    @Override
    public String exclusiveResource(String portName, Settings settings) {
        return null;
    }

    /** Waits until a loop is held up. */
    void awaitHeld() throws InterruptedException {
        held.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Lets the loop go on. */
    void letGo() {
        released.countDown();
    }

    @Override
    public Port open(PortContext context, Settings settings) {
        return new Port(context.name(), context.counters()) {
            @Override
            public void start(FrameSink sink, PortOwner owner) {}

            @Override
            public void transmit(Frame frame, Burst burst) {
                if (frame.etherType() != HOLDING) {
                    throw new IllegalStateException("a defect that this test makes");
                }
                held.countDown();
                try {
                    released.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                counters().transmitted(burst.loop(), frame.length());
            }

            @Override
            public Info info() {
                return new Info("rogue", 1, List.of(), List.of());
            }

            @Override
            public void close() {}
        };
    }
}
