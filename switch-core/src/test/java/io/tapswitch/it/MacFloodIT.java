package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.PortCounters;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One host sends from a million invented addresses to as many others, as fast as it can. */
@NeedsTap
class MacFloodIT {
    private static final int FRAMES = 1_000_000;
    private static final int MAX_LEARNED = 16_384;
    private static final long HEAP_GROWTH = 48L << 20;

    private TestSwitch net;

    @BeforeEach
    void aSwitch() {
        net = new TestSwitch();
    }

    @AfterEach
    void close() {
        net.close();
    }

    @Test
    void leavesTheOtherPortsAlone() throws Exception {
        net.network("name: default, maxLearned: " + MAX_LEARNED);
        TestPort attacker = net.port("attacker");
        TestPort b = net.port("b", "tap: {addresses: [10.80.0.2/24]}");
        TestPort c = net.port("c", "tap: {addresses: [10.80.0.3/24]}");
        // Nobody reads these while the flood goes on.
        b.socket().close();
        c.socket().close();
        assertThat(b.host().ping("10.80.0.3", 5)).isEqualTo(5);
        long heapBefore = usedHeap();

        CompletableFuture<Long> flood = CompletableFuture.supplyAsync(() -> flood(attacker));
        int answered = 0;
        int asked = 0;
        while (!flood.isDone() || asked < 50) {
            answered += b.host().ping("10.80.0.3", 10, "-i", "0.01");
            asked += 10;
            // One comes in before another one goes.
            assertThat(net.table("default").learned()).isLessThanOrEqualTo(MAX_LEARNED + 1);
            assertThat(stations("b")).isEqualTo(1);
            assertThat(stations("c")).isEqualTo(1);
        }
        long nanos = flood.get(1, TimeUnit.SECONDS);
        b.reopen();
        c.reopen();
        net.settle();
        System.out.printf(
                "MacFloodIT: %d frames in %d ms, %d of them read; %d of %d pings answered; heap grew by %d KiB%n",
                FRAMES,
                nanos / 1_000_000,
                attacker.counters().sum(PortCounters.RX_FRAMES),
                answered,
                asked,
                (usedHeap() - heapBefore) >> 10);
        assertThat(answered).isEqualTo(asked);
        assertThat(attacker.counters().sum(PortCounters.RX_FRAMES)).isGreaterThan(FRAMES / 4);
        assertThat(stations("attacker")).isEqualTo(MAX_LEARNED - 2);
        assertThat(usedHeap() - heapBefore).isLessThan(HEAP_GROWTH);
    }

    private long stations(String port) {
        return net.table("default").entries().stream()
                .filter(entry -> entry.port().name().equals(port))
                .count();
    }

    private static long flood(TestPort attacker) {
        SplittableRandom random = new SplittableRandom(80);
        byte[] frame = TestFrame.of(0, 0).bytes();
        long begin = System.nanoTime();
        try {
            for (int i = 0; i < FRAMES; i++) {
                putAddress(frame, 0, random.nextLong());
                putAddress(frame, 6, random.nextLong());
                attacker.socket().send(frame);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return System.nanoTime() - begin;
    }

    private static void putAddress(byte[] frame, int at, long random) {
        long mac = random & MacAddress.BROADCAST & ~(1L << 40) | 1L << 41;
        for (int i = 0; i < 6; i++) {
            frame[at + i] = (byte) (mac >>> 40 - 8 * i);
        }
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
