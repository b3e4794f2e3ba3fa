package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Messages cost no memory, whoever sends them and however many. */
class PeerMonitorAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int MESSAGES = 500_000;
    private static final int WARM_UP = 100_000;

    private final MonitoredPeer peer = MonitoredPeer.alive(ControlTag.NONE);
    private final ByteBuffer message = ByteBuffer.allocate(1472);
    private final ByteBuffer sent = ByteBuffer.allocate(1472);
    private final PeerMonitor.Sender sender = this::send;
    private long now = peer.nowNanos();
    private int sends;

    private int send(ByteBuffer datagram, int length) {
        sends++;
        sent.put(0, datagram, 0, Math.min(length, ControlMessage.LENGTH));
        return 0;
    }

    private void assertAllocatesNothing(Runnable step) {
        for (int i = 0; i < WARM_UP; i++) {
            step.run();
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < MESSAGES; i++) {
            step.run();
        }
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(MESSAGES / 100);
    }

    private ControlOutcome receive(int length) {
        return peer.monitor().received(message, 0, length, now, sender);
    }

    @Test
    void answersWithoutAllocation() {
        assertAllocatesNothing(() -> {
            now += TimeUnit.MILLISECONDS.toNanos(10);
            ControlMessage.write(message, ControlMessage.PROBE, 1472, now, MonitoredPeer.SESSION);
            assertThatOutcome(ControlOutcome.ANSWERED, receive(1472));
        });
        assertThat(sends).isGreaterThanOrEqualTo(MESSAGES);
    }

    @Test
    void takesAcknowledgementsWithoutAllocation() {
        assertAllocatesNothing(() -> {
            now += TimeUnit.MILLISECONDS.toNanos(500);
            peer.monitor().tick(now, 1500, sender);
            long token = ControlMessage.token(sent, 0);
            ControlMessage.write(message, ControlMessage.ACKNOWLEDGEMENT, 48, token, MonitoredPeer.SESSION);
            assertThatOutcome(ControlOutcome.ACKNOWLEDGED, receive(48));
        });
    }

    @Test
    void dropsAStormWithoutAllocation() {
        assertAllocatesNothing(() -> {
            now += 1000;
            ControlMessage.write(message, ControlMessage.PROBE, 48, now, MonitoredPeer.SESSION);
            receive(48);
            ControlMessage.write(message, ControlMessage.ACKNOWLEDGEMENT, 48, now, MonitoredPeer.SESSION);
            assertThatOutcome(ControlOutcome.STRAY, receive(48));
            assertThatOutcome(ControlOutcome.MALFORMED, receive(47));
        });
        assertThat(peer.figures().received().get(ControlOutcome.LIMITED)).isGreaterThan(MESSAGES / 2);
    }

    private static void assertThatOutcome(ControlOutcome expected, ControlOutcome actual) {
        if (actual != expected) {
            throw new AssertionError(actual);
        }
    }
}
