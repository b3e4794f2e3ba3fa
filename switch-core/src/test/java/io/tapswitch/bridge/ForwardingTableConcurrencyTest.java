package io.tapswitch.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.bridge.FdbEntry.Type;
import io.tapswitch.bridge.ForwardingTable.Change;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several event loops and the control thread at one table; each test runs for the better part of a second. */
class ForwardingTableConcurrencyTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long RUN_NANOS = SECOND * 6 / 10;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final long end = System.nanoTime() + RUN_NANOS;

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    private interface Work {
        void run(SplittableRandom random);
    }

    /** Runs each work over and over on a thread of its own until the time is over; the first failure is thrown. */
    private void runAll(List<Work> works) throws Exception {
        List<Future<?>> running = new ArrayList<>();
        for (Work work : works) {
            SplittableRandom random = new SplittableRandom(running.size());
            running.add(threads.submit(() -> {
                while (System.nanoTime() < end) {
                    work.run(random);
                }
            }));
        }
        for (Future<?> thread : running) {
            thread.get(RUN_NANOS + 20 * SECOND, TimeUnit.NANOSECONDS);
        }
    }

    /** Addresses whose entries stand close together in the first segment, so that removing one shifts others. */
    private static long[] neighbours(StationIndex<?> index, int count) {
        return LongStream.iterate(1, mac -> mac + 1)
                .filter(mac -> index.hash(mac) >>> 58 == 0)
                .limit(count)
                .toArray();
    }

    /**
     * Entries stand behind others of the same neighbourhood; while those are removed, and these shift to their places,
     * readers must find them all the time. The count of turns is odd as long as they must.
     */
    @Test
    void alwaysFindsAnEntryThatStaysWhileOthersComeAndGo() throws Exception {
        StationIndex<String> index = new StationIndex<>();
        long[] macs = neighbours(index, 14);
        AtomicLong turn = new AtomicLong();
        AtomicLong checked = new AtomicLong();
        Work writer = random -> {
            List<FdbEntry<String>> present = new ArrayList<>();
            for (long mac : macs) {
                present.add(new FdbEntry<>(mac, "p", Type.DYNAMIC, 0));
                index.add(present.get(present.size() - 1));
            }
            turn.incrementAndGet();
            present.subList(0, 7).forEach(index::remove);
            turn.incrementAndGet();
            present.subList(7, 14).forEach(index::remove);
        };
        Work reader = random -> {
            for (int i = 0; i < 1000; i++) {
                long mac = macs[7 + random.nextInt(7)];
                long before = turn.get();
                FdbEntry<String> entry = index.get(mac);
                if (before % 2 == 1 && turn.get() == before) {
                    assertThat(entry != null && entry.mac() == mac).isTrue();
                    checked.incrementAndGet();
                }
            }
        };
        runAll(List.of(writer, reader, reader, reader));
        assertThat(checked.get()).isGreaterThan(1000);
        assertThat(index.size()).isZero();
    }

    /** The same through the table, with every kind of writer that a switch has. */
    @Test
    void loopsControlPlaneAndAgeingLeaveEachOthersEntriesAlone() throws Exception {
        ForwardingTable<String> table = new ForwardingTable<>(3000, (change, entry) -> {});
        AtomicLong clock = new AtomicLong();
        for (long mac = 0; mac < 300; mac++) {
            table.put(mac, "static", Type.STATIC, 0);
        }
        Work reader = random -> {
            long mac = random.nextInt(300);
            FdbEntry<String> entry = table.lookup(mac);
            assertThat(entry != null && entry.port().equals("static")).isTrue();
            table.learn(mac, "intruder", clock.get());
        };
        Work learner = random -> {
            for (int i = 0; i < 100; i++) {
                table.learn(1000 + random.nextInt(6000), random.nextBoolean() ? "x" : "y", clock.get());
            }
        };
        Work control = random -> {
            long now = clock.addAndGet(SECOND);
            table.age(now, 5 * SECOND);
            table.put(10_000 + random.nextInt(50), "z", Type.EXTERN, now);
            table.removeIf(entry -> entry.port().equals("z") && entry.mac() % 2 == 0);
            assertThat(table.entries().stream().filter(e -> e.type() == Type.STATIC))
                    .hasSize(300)
                    .doesNotHaveDuplicates();
        };
        runAll(List.of(control, learner, learner, reader, reader));
        assertConsistent(table);
    }

    @Test
    void removesEveryEntryOfAPortWhileOtherPortsLearn() throws Exception {
        ForwardingTable<String> table = new ForwardingTable<>(1000, (change, entry) -> {});
        long[] macs = neighbours(indexOf(table), 60);
        table.setMaxLearned("other", 10);
        Work learner = random -> {
            for (int i = 0; i < 100; i++) {
                table.learn(macs[random.nextInt(40)], "other", 0);
            }
        };
        Work control = random -> {
            for (int i = 40; i < macs.length; i++) {
                table.put(macs[i], "gone", Type.STICKY, 0);
            }
            table.removePort("gone");
            for (int i = 40; i < macs.length; i++) {
                assertThat(table.lookup(macs[i])).isNull();
            }
        };
        runAll(List.of(control, learner, learner));
        assertConsistent(table);
    }

    private static StationIndex<?> indexOf(ForwardingTable<?> table) throws ReflectiveOperationException {
        Field index = ForwardingTable.class.getDeclaredField("index");
        index.setAccessible(true);
        return (StationIndex<?>) index.get(table);
    }

    /** What a listener hears, in the order in which it hears it, is what the table holds in the end. */
    @Test
    void tellsChangesInTheOrderInWhichTheyHappen() throws Exception {
        Map<Long, String> told = new HashMap<>();
        ForwardingTable<String> table = new ForwardingTable<>(200, (change, entry) -> {
            if (change == Change.LEARNED || change == Change.MOVED || change == Change.ADDED) {
                told.put(entry.mac(), entry.port());
            } else {
                assertThat(told.remove(entry.mac())).isNotNull();
            }
        });
        Work learner = random -> table.learn(random.nextInt(400), "p" + random.nextInt(5), 0);
        runAll(List.of(learner, learner, learner));
        Map<Long, String> held = new HashMap<>();
        table.entries().forEach(entry -> held.put(entry.mac(), entry.port()));
        assertThat(told).isEqualTo(held);
        assertConsistent(table);
    }

    /** A limit that is lowered under load holds at the end, and no learner does the control thread's work. */
    @Test
    void limitsHoldWhileTheyChange() throws Exception {
        ForwardingTable<String> table = new ForwardingTable<>(5000, (change, entry) -> {});
        Work learner = random -> {
            for (int i = 0; i < 100; i++) {
                table.learn(random.nextInt(20_000), "p" + random.nextInt(3), 0);
            }
        };
        Work control = random -> {
            int limit = 1 + random.nextInt(5000);
            table.setMaxLearned(limit);
            // A learner may be between its new entry and the one that makes room for it.
            assertThat(table.learned()).isLessThanOrEqualTo(limit + 1);
            table.setMaxLearned("p1", 1 + random.nextInt(500));
        };
        runAll(List.of(control, learner, learner));
        assertConsistent(table);
    }

    /** Ageing everything out leaves neither a count nor an entry behind. */
    private static void assertConsistent(ForwardingTable<String> table) {
        assertThat(table.entries()).hasSize(table.size());
        table.removeIf(entry -> entry.type() == Type.STATIC || entry.type() == Type.EXTERN);
        assertThat(table.learned()).isEqualTo(table.size());
        table.age(Long.MAX_VALUE / 2, SECOND);
        assertThat(table.size()).isZero();
        assertThat(table.learned()).isZero();
    }
}
