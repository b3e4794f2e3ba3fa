package io.tapswitch.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.IpAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several event loops, a directory and ageing at one table; each test runs for the better part of a second. */
class NeighbourTableConcurrencyTest {
    private static final long SECOND = Wiring.SECOND;
    private static final long RUN_NANOS = SECOND * 6 / 10;
    private static final long STATION = 0x0200_0000_0000L;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicLong clock = new AtomicLong();
    private final NeighbourTable table = new NeighbourTable(mac -> true);

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    private void runAll(List<Consumer<SplittableRandom>> works) throws Exception {
        long end = System.nanoTime() + RUN_NANOS;
        List<Future<?>> running = new ArrayList<>();
        for (Consumer<SplittableRandom> work : works) {
            SplittableRandom random = new SplittableRandom(running.size());
            running.add(threads.submit(() -> {
                while (System.nanoTime() < end) {
                    work.accept(random);
                }
            }));
        }
        for (Future<?> thread : running) {
            thread.get(RUN_NANOS + 20 * SECOND, TimeUnit.NANOSECONDS);
        }
    }

    private static byte[] bytes(int ipv4) {
        return ByteBuffer.allocate(4).putInt(ipv4).array();
    }

    private static int staying(int number) {
        return 0x0a00_0001 + number;
    }

    private static int coming(int number) {
        return 0x0b00_0001 + number;
    }

    /** Others of the same chains come and go, and segments grow and shrink, around bindings that stay. */
    @Test
    void alwaysFindsABindingThatStays() throws Exception {
        for (int i = 0; i < 300; i++) {
            table.putRemote(bytes(staying(i)), STATION + i);
        }
        AtomicLong found = new AtomicLong();
        Consumer<SplittableRandom> reader = random -> {
            int number = random.nextInt(300);
            Binding binding = table.find(staying(number));
            assertThat(binding != null && binding.mac == STATION + number).isTrue();
            found.incrementAndGet();
        };
        Consumer<SplittableRandom> directory = random -> {
            for (int i = 0; i < 5000; i++) {
                table.putRemote(bytes(coming(i)), STATION + 1000 + i % 500);
            }
            for (int i = 0; i < 5000; i++) {
                table.removeRemote(bytes(coming(i)), STATION + 1000 + i % 500);
            }
        };
        runAll(List.of(directory, reader, reader, reader));
        assertThat(found.get()).isGreaterThan(1000);
        assertThat(table.size()).isEqualTo(300);
    }

    /** Every kind of change at once leaves the lists, the limits and the index in agreement. */
    @Test
    void loopsDirectoryAndAgeingLeaveTheTableConsistent() throws Exception {
        Consumer<SplittableRandom> loop = random -> {
            for (int i = 0; i < 100; i++) {
                long low = IpAddress.ipv4(coming(random.nextInt(3000)));
                table.learn(0, low, STATION + random.nextInt(20), clock.get());
                Binding binding = table.find(0, low);
                assertThat(binding == null || binding.low == low).isTrue();
            }
        };
        Consumer<SplittableRandom> directory = random -> {
            table.putRemote(bytes(coming(random.nextInt(3000))), STATION + random.nextInt(40));
            table.removeRemote(bytes(coming(random.nextInt(3000))), STATION + random.nextInt(40));
        };
        Consumer<SplittableRandom> ageing = random -> {
            table.age(clock.addAndGet(random.nextLong(60 * SECOND)));
            table.entries();
        };
        runAll(List.of(loop, loop, directory, ageing));
        assertConsistent();
    }

    private void assertConsistent() {
        List<Neighbour> entries = table.entries();
        assertThat(entries).hasSize(table.size());
        Set<Object> addresses = new HashSet<>();
        entries.forEach(entry -> assertThat(addresses.add(entry.address())).isTrue());
        for (long mac = STATION; mac < STATION + 40; mac++) {
            long station = mac;
            assertThat(entries.stream().filter(entry -> entry.mac() == station))
                    .hasSizeLessThanOrEqualTo(NeighbourTable.MAX_PER_STATION);
        }
        table.forgetLocal();
        for (Neighbour remote : table.entries()) {
            assertThat(remote.isLocal()).isFalse();
            table.removeRemote(remote.address().getAddress(), remote.mac());
        }
        assertThat(table.size()).isZero();
        assertThat(table.entries()).isEmpty();
    }

    @Test
    void countsEveryChangeThatADirectoryHasToSee() throws Exception {
        runAll(List.of(learning(0), learning(500), learning(1000)));
        assertThat(table.changes()).isGreaterThanOrEqualTo(table.size());
    }

    /** Learns addresses that no other loop does: of one that another is about to change, the change is counted last. */
    private Consumer<SplittableRandom> learning(int from) {
        return random -> {
            long before = table.changes();
            long low = IpAddress.ipv4(coming(from + random.nextInt(500)));
            Binding known = table.find(0, low);
            long mac = STATION + random.nextInt(20);
            boolean isNew = known == null || known.mac != mac;
            table.learn(0, low, mac, clock.get());
            Binding now = table.find(0, low);
            if (isNew && now != null && now.mac == mac) {
                assertThat(table.changes()).isGreaterThan(before);
            }
        };
    }
}
