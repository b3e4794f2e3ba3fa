package io.tapswitch.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.bridge.FdbEntry.Type;
import io.tapswitch.bridge.ForwardingTable.Change;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ForwardingTableTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long AGEING = 300 * SECOND;
    private static final long MAC = 0x0200_0000_0001L;

    private final List<String> changes = new ArrayList<>();
    private final ForwardingTable<String> table = new ForwardingTable<>(1000, this::note);

    private void note(Change change, FdbEntry<String> entry) {
        changes.add(change + " " + entry.mac() + " " + entry.port() + " " + entry.type());
    }

    private List<Long> macs() {
        return table.entries().stream().map(FdbEntry::mac).sorted().toList();
    }

    @Test
    void learnsAndFinds() {
        table.learn(5, "a", 7);
        FdbEntry<String> entry = table.lookup(5);
        assertThat(entry.port()).isEqualTo("a");
        assertThat(entry.type()).isEqualTo(Type.DYNAMIC);
        assertThat(entry.seenNanos()).isEqualTo(7);
        assertThat(table.lookup(6)).isNull();
        assertThat(table.size()).isOne();
        assertThat(table.learned()).isOne();
        assertThat(changes).containsExactly("LEARNED 5 a DYNAMIC");
    }

    @Test
    void notesOnceASecondThatAStationIsHeard() {
        table.learn(MAC, "a", 0);
        table.learn(MAC, "a", SECOND - 1);
        assertThat(table.lookup(MAC).seenNanos()).isZero();
        table.learn(MAC, "a", SECOND);
        assertThat(table.lookup(MAC).seenNanos()).isEqualTo(SECOND);
        assertThat(changes).hasSize(1);
    }

    @Test
    void movesAStationAtOnce() {
        table.learn(5, "a", 0);
        table.learn(5, "b", 1);
        assertThat(table.lookup(5).port()).isEqualTo("b");
        assertThat(table.lookup(5).seenNanos()).isOne();
        assertThat(table.learned()).isOne();
        assertThat(changes).containsExactly("LEARNED 5 a DYNAMIC", "MOVED 5 b DYNAMIC");
    }

    @Test
    void lookingUpDoesNotKeepAStationFromAgeing() {
        table.learn(MAC, "a", 0);
        for (long now = 0; now < 400 * SECOND; now += SECOND) {
            table.lookup(MAC);
        }
        table.age(400 * SECOND, AGEING);
        assertThat(table.lookup(MAC)).isNull();
    }

    @Test
    void agesAStationOnlyOnceItWasSilentForTheAgeingTime() {
        table.learn(5, "a", 0);
        // Heard again, but too soon to be noted.
        table.learn(5, "a", SECOND - 1);
        assertThat(table.age(SECOND - 1 + AGEING - 1, AGEING)).isZero();
        assertThat(table.age(SECOND + AGEING, AGEING)).isOne();
        assertThat(table.size()).isZero();
        assertThat(table.learned()).isZero();
        assertThat(changes).containsExactly("LEARNED 5 a DYNAMIC", "AGED 5 a DYNAMIC");
    }

    @Test
    void neverAgesAStationThatGoesOnTalkingHoweverShortTheAgeingTime() {
        for (long now = 0; now < 20 * SECOND; now += SECOND / 100) {
            table.learn(5, "a", now);
            if (now % (SECOND / 2) == 0) {
                table.age(now, SECOND);
            }
        }
        assertThat(changes).containsExactly("LEARNED 5 a DYNAMIC");
    }

    @Test
    void agesMoreThanABatchAtOnceAndOnlyTheOld() {
        for (long mac = 1; mac <= 900; mac++) {
            table.learn(mac, mac % 2 == 0 ? "a" : "b", mac <= 700 ? 0 : 100 * SECOND);
        }
        assertThat(table.age(301 * SECOND, AGEING)).isEqualTo(700);
        assertThat(macs()).hasSize(200).allMatch(mac -> mac > 700);
        assertThat(table.learned()).isEqualTo(200);
    }

    @Test
    void agesByWhenAStationWasHeardNotByWhenItWasLearned() {
        table.learn(1, "a", 0);
        table.learn(2, "a", 0);
        table.learn(1, "a", 200 * SECOND);
        table.age(400 * SECOND, AGEING);
        assertThat(macs()).containsExactly(1L);
        table.age(600 * SECOND, AGEING);
        assertThat(macs()).isEmpty();
    }

    @Test
    void agesAcrossTheWrapOfNanoTime() {
        long start = Long.MAX_VALUE - SECOND;
        table.learn(1, "a", start);
        table.age(start + 10 * SECOND, AGEING);
        assertThat(macs()).containsExactly(1L);
        table.age(start + AGEING + 2 * SECOND, AGEING);
        assertThat(macs()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Type.class)
    void agesDynamicAndStickyOnly(Type type) {
        table.put(5, "a", type, 0);
        table.age(1000 * SECOND, AGEING);
        boolean ages = type == Type.DYNAMIC || type == Type.STICKY;
        assertThat(table.lookup(5) == null).isEqualTo(ages);
    }

    @ParameterizedTest
    @EnumSource(Type.class)
    void movesDynamicAndExternOnly(Type type) {
        table.put(5, "a", type, 0);
        table.learn(5, "b", SECOND);
        FdbEntry<String> entry = table.lookup(5);
        boolean roams = type == Type.DYNAMIC || type == Type.EXTERN;
        assertThat(entry.port()).isEqualTo(roams ? "b" : "a");
        assertThat(entry.type()).isEqualTo(roams ? Type.DYNAMIC : type);
        assertThat(entry.seenNanos()).isEqualTo(roams ? SECOND : 0);
    }

    @Test
    void agesAnExternStationOnceItRoamed() {
        table.put(5, "tunnel", Type.EXTERN, 0);
        assertThat(table.learned()).isZero();
        table.learn(5, "a", SECOND);
        assertThat(table.learned()).isOne();
        table.age(400 * SECOND, AGEING);
        assertThat(table.lookup(5)).isNull();
        assertThat(table.learned()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Type.class)
    void keepsTheTypeWhenHeardOnTheSamePort(Type type) {
        table.put(5, "a", type, 0);
        table.learn(5, "a", 5 * SECOND);
        assertThat(table.lookup(5).type()).isEqualTo(type);
        assertThat(table.lookup(5).seenNanos()).isEqualTo(5 * SECOND);
    }

    @Test
    void putsAnEntryInPlaceOfAnyOther() {
        for (Type from : Type.values()) {
            for (Type to : Type.values()) {
                table.put(5, "a", from, 0);
                table.put(5, "b", to, 1);
                FdbEntry<String> entry = table.lookup(5);
                assertThat(entry.port()).isEqualTo("b");
                assertThat(entry.type()).isEqualTo(to);
                assertThat(table.size()).isOne();
                assertThat(table.learned()).isEqualTo(to == Type.DYNAMIC || to == Type.STICKY ? 1 : 0);
            }
        }
    }

    @Test
    void anEntryIsReplacedInItsPlaceSoThatNoFrameFloodsMeanwhile() {
        table.learn(5, "a", 0);
        FdbEntry<String> entry = table.lookup(5);
        table.put(5, "b", Type.EXTERN, 7);
        assertThat(table.lookup(5)).isSameAs(entry);
        assertThat(entry.port()).isEqualTo("b");
        assertThat(entry.seenNanos()).isEqualTo(7);
        assertThat(table.learned()).isZero();
        table.put(5, "a", Type.STICKY, 8);
        assertThat(table.learned()).isOne();
        assertThat(table.age(8 + AGEING + SECOND, AGEING)).isOne();
    }

    @Test
    void putsManyInButForThoseThatAreToStay() {
        table.put(1, "a", Type.STATIC, 0);
        table.learn(2, "a", 0);
        table.put(3, "x", Type.EXTERN, 0);
        table.learn(4, "x", 0);
        changes.clear();
        assertThat(table.put(new long[] {1, 2, 3, 4, 5}, "x", Type.EXTERN, 9, entry -> entry.type() == Type.DYNAMIC))
                .isEqualTo(4);
        assertThat(changes).containsExactly("ADDED 2 x EXTERN", "ADDED 4 x EXTERN", "ADDED 5 x EXTERN");
        assertThat(table.lookup(1).port()).isEqualTo("a");
        assertThat(table.lookup(3).seenNanos())
                .as("an equal one stays as it is")
                .isZero();
        assertThat(table.learned()).isZero();
    }

    @Test
    void asksWhetherAnExternEntryOfAnotherPortMayGo() {
        table.put(1, "a", Type.EXTERN, 0);
        assertThat(table.put(new long[] {1}, "b", Type.EXTERN, 0, entry -> false))
                .isZero();
        assertThat(table.lookup(1).port()).isEqualTo("a");
        assertThat(table.put(new long[] {1}, "b", Type.EXTERN, 0, entry -> true))
                .isOne();
        assertThat(table.lookup(1).port()).isEqualTo("b");
    }

    @Test
    void putsAndTakesOutMoreThanABatch() {
        long[] macs = LongStream.rangeClosed(1, 1000).toArray();
        table.put(500, "a", Type.STATIC, 0);
        assertThat(table.put(macs, "x", Type.EXTERN, 0, entry -> false)).isEqualTo(999);
        assertThat(table.size()).isEqualTo(1000);
        assertThat(table.removeIf(macs, entry -> entry.port().equals("x"))).isEqualTo(999);
        assertThat(macs()).containsExactly(500L);
    }

    @Test
    void takesOutOnlyWhatIsNamedAndAccepted() {
        table.put(1, "x", Type.EXTERN, 0);
        table.learn(2, "x", 0);
        table.put(3, "x", Type.EXTERN, 0);
        table.put(4, "a", Type.EXTERN, 0);
        assertThat(table.removeIf(new long[] {1, 2, 4, 9}, entry -> entry.port().equals("x")))
                .isEqualTo(2);
        assertThat(macs()).containsExactly(3L, 4L);
        assertThat(table.removeIf(new long[] {}, entry -> true)).isZero();
        assertThat(changes).endsWith("FLUSHED 1 x EXTERN", "FLUSHED 2 x DYNAMIC");
    }

    @Test
    void removesAnEntryOfAnyType() {
        for (Type type : Type.values()) {
            table.put(5, "a", type, 0);
            assertThat(table.remove(5)).isTrue();
            assertThat(table.lookup(5)).isNull();
            assertThat(table.learned()).isZero();
        }
        assertThat(table.remove(5)).isFalse();
        assertThat(changes).hasSize(8).contains("ADDED 5 a STATIC", "FLUSHED 5 a STATIC");
    }

    @Test
    void flushesWhatTheFilterAccepts() {
        for (long mac = 1; mac <= 600; mac++) {
            table.put(mac, mac % 3 == 0 ? "a" : "b", mac % 2 == 0 ? Type.STATIC : Type.DYNAMIC, 0);
        }
        assertThat(table.removeIf(
                        entry -> entry.type() != Type.STATIC && entry.port().equals("b")))
                .isEqualTo(200);
        assertThat(macs()).hasSize(400).allMatch(mac -> mac % 2 == 0 || mac % 3 == 0);
        assertThat(table.removeIf(entry -> entry.type() != Type.STATIC)).isEqualTo(100);
        assertThat(macs()).hasSize(300).allMatch(mac -> mac % 2 == 0);
    }

    @Test
    void forgetsAPortWithAllItsEntries() {
        for (Type type : Type.values()) {
            table.put(10 + type.ordinal(), "a", type, 0);
            table.put(20 + type.ordinal(), "b", type, 0);
        }
        table.removePort("a");
        assertThat(macs()).containsExactly(20L, 21L, 22L, 23L);
        assertThat(table.learned()).isEqualTo(2);
        table.age(1000 * SECOND, AGEING);
        assertThat(macs()).containsExactly(21L, 23L);
    }

    @Test
    void takesAPortBackThatWasForgotten() {
        table.setMaxLearned("a", 1);
        table.learn(1, "a", 0);
        table.removePort("a");
        table.learn(2, "a", 0);
        table.learn(3, "a", 0);
        assertThat(macs()).as("without its old limit").containsExactly(2L, 3L);
        table.age(1000 * SECOND, AGEING);
        assertThat(macs()).isEmpty();
    }

    @Test
    void aPortOverItsLimitLosesItsOldest() {
        table.setMaxLearned("a", 2);
        table.learn(1, "a", 0);
        table.learn(2, "a", 1);
        table.learn(10, "b", 1);
        table.learn(1, "a", 2 * SECOND);
        table.learn(3, "a", 3 * SECOND);
        assertThat(macs()).containsExactly(1L, 3L, 10L);
        assertThat(changes).contains("EVICTED 2 a DYNAMIC");
    }

    @Test
    void aPortOverItsLimitByAMoveLosesItsOldest() {
        table.setMaxLearned("a", 1);
        table.learn(1, "a", 0);
        table.learn(2, "b", 0);
        table.learn(2, "a", 1);
        assertThat(macs()).containsExactly(2L);
        assertThat(table.lookup(2).port()).isEqualTo("a");
        assertThat(table.learned()).isOne();
    }

    @Test
    void aLowerLimitOfAPortTakesEffectAtOnce() {
        for (long mac = 1; mac <= 900; mac++) {
            table.learn(mac, "a", mac);
        }
        table.setMaxLearned("a", 5);
        assertThat(macs()).containsExactly(896L, 897L, 898L, 899L, 900L);
    }

    @Test
    void aPortMayHaveNoLimitAtAnyTime() {
        table.setMaxLearned("a", Integer.MAX_VALUE);
        for (long mac = 1; mac <= 10; mac++) {
            table.learn(mac, "a", mac);
        }
        assertThat(table.learned()).isEqualTo(10);
        table.setMaxLearned("a", 5);
        assertThat(table.learned()).isEqualTo(5);
        table.setMaxLearned("a", Integer.MAX_VALUE);
        for (long mac = 1; mac <= 10; mac++) {
            table.learn(mac, "a", 10 + mac);
        }
        assertThat(table.learned()).isEqualTo(10);
    }

    @Test
    void inAFullTableThePortWithMostEntriesLosesItsOldest() {
        ForwardingTable<String> small = new ForwardingTable<>(6, this::note);
        for (long mac = 1; mac <= 4; mac++) {
            small.learn(mac, "many", mac);
        }
        small.learn(11, "few", 0);
        small.learn(12, "few", 0);
        small.learn(13, "few", 9);
        assertThat(changes).contains("EVICTED 1 many DYNAMIC").noneMatch(c -> c.startsWith("EVICTED 11"));
        assertThat(small.learned()).isEqualTo(6);
    }

    @Test
    void aPortThatInventsAddressesPushesOutItsOwnOnly() {
        for (long mac = 1; mac <= 20; mac++) {
            table.learn(mac, "honest", 0);
        }
        for (long mac = 1_000; mac < 50_000; mac++) {
            table.learn(mac, "attacker", mac);
        }
        assertThat(table.learned()).isEqualTo(1000);
        assertThat(macs().subList(0, 20)).allMatch(mac -> mac <= 20);
    }

    @Test
    void evictsFromOneOfTheLargestWhenSeveralAreAlike() {
        ForwardingTable<String> small = new ForwardingTable<>(6, this::note);
        for (long mac = 1; mac <= 6; mac++) {
            small.learn(mac, "port" + mac % 3, mac);
        }
        small.learn(7, "new", 7);
        assertThat(small.learned()).isEqualTo(6);
        assertThat(small.lookup(7)).isNotNull();
        assertThat(changes.stream().filter(c -> c.startsWith("EVICTED"))).hasSize(1);
        assertThat(List.of(1L, 2L, 3L))
                .as("the oldest of one of them")
                .filteredOn(mac -> small.lookup(mac) == null)
                .hasSize(1);
    }

    @Test
    void theNewStationStaysInATableOfOne() {
        ForwardingTable<String> single = new ForwardingTable<>(1, this::note);
        for (long mac = 1; mac <= 9; mac++) {
            single.learn(mac, "port" + mac % 2, mac);
            assertThat(single.lookup(mac)).isNotNull();
            assertThat(single.size()).isOne();
        }
    }

    @Test
    void aLowerLimitOfTheTableTakesEffectAtOnce() {
        for (long mac = 1; mac <= 800; mac++) {
            table.learn(mac, mac <= 700 ? "a" : "b", mac);
        }
        table.setMaxLearned(150);
        assertThat(table.learned()).isEqualTo(150);
        Map<String, Long> byPort =
                table.entries().stream().collect(Collectors.groupingBy(FdbEntry::port, Collectors.counting()));
        assertThat(byPort).isEqualTo(Map.of("a", 75L, "b", 75L));
    }

    @Test
    void staticAndExternEntriesCountAgainstNoLimit() {
        table.setMaxLearned(1);
        table.setMaxLearned("a", 1);
        for (long mac = 1; mac <= 10; mac++) {
            table.put(mac, "a", mac % 2 == 0 ? Type.STATIC : Type.EXTERN, 0);
        }
        table.learn(11, "a", 0);
        assertThat(table.size()).isEqualTo(11);
        assertThat(table.learned()).isOne();
    }

    /** The whole contract against a plain map, in random order. */
    @Test
    void agreesWithAModelOverRandomChanges() {
        for (int seed = 0; seed < 30; seed++) {
            new Model(seed).run(4000);
        }
    }

    /** Entries in the order in which they were last heard, moved or added: what a table without limits does. */
    private static final class Model {
        private static final List<String> PORTS = List.of("a", "b", "c", "d");

        private record Station(String port, Type type, long seenNanos) {}

        private final SplittableRandom random;
        private final Map<Long, Station> stations = new LinkedHashMap<>();
        private final Map<Long, String> told = new HashMap<>();
        private final ForwardingTable<String> table = new ForwardingTable<>(1_000_000, this::hear);
        private long now;

        Model(int seed) {
            random = new SplittableRandom(seed);
            now = random.nextLong();
        }

        /** Who only listens to the changes knows the same as who looks. */
        private void hear(Change change, FdbEntry<String> entry) {
            switch (change) {
                case LEARNED, ADDED, MOVED -> told.put(entry.mac(), entry.port());
                case AGED, EVICTED, FLUSHED -> told.remove(entry.mac());
            }
        }

        void run(int steps) {
            for (int step = 0; step < steps; step++) {
                now += random.nextLong(SECOND);
                long mac = random.nextInt(200);
                String port = PORTS.get(random.nextInt(PORTS.size()));
                switch (random.nextInt(40)) {
                    case 0 -> age();
                    case 1 -> remove(mac);
                    case 2 -> removePort(port);
                    case 3, 4, 5 -> put(mac, port);
                    default -> learn(mac, port);
                }
                if (step % 50 == 0) {
                    compare();
                }
            }
            compare();
        }

        private void learn(long mac, String port) {
            table.learn(mac, port, now);
            Station old = stations.get(mac);
            if (old == null) {
                stations.put(mac, new Station(port, Type.DYNAMIC, now));
            } else if (old.port.equals(port)) {
                long seen = now - old.seenNanos >= SECOND ? now : old.seenNanos;
                stations.put(mac, new Station(port, old.type, seen));
            } else if (old.type == Type.DYNAMIC || old.type == Type.EXTERN) {
                stations.put(mac, new Station(port, Type.DYNAMIC, now));
            }
        }

        private void put(long mac, String port) {
            Type type = Type.values()[random.nextInt(4)];
            table.put(mac, port, type, now);
            stations.put(mac, new Station(port, type, now));
        }

        private void remove(long mac) {
            assertThat(table.remove(mac)).isEqualTo(stations.remove(mac) != null);
        }

        private void removePort(String port) {
            table.removePort(port);
            stations.values().removeIf(station -> station.port.equals(port));
        }

        private void age() {
            long ageing = 20 * SECOND;
            int before = stations.size();
            stations.values()
                    .removeIf(station -> (station.type == Type.DYNAMIC || station.type == Type.STICKY)
                            && now - station.seenNanos >= ageing + SECOND);
            assertThat(table.age(now, ageing)).isEqualTo(before - stations.size());
        }

        private void compare() {
            Map<Long, Station> actual = new TreeMap<>();
            table.entries().forEach(e -> actual.put(e.mac(), new Station(e.port(), e.type(), e.seenNanos())));
            assertThat(actual).isEqualTo(new TreeMap<>(stations));
            assertThat(table.size()).isEqualTo(stations.size());
            assertThat(table.learned()).isEqualTo((int) stations.values().stream()
                    .filter(s -> s.type == Type.DYNAMIC || s.type == Type.STICKY)
                    .count());
            Map<Long, String> ports = new HashMap<>();
            stations.forEach((mac, station) -> ports.put(mac, station.port));
            assertThat(told).isEqualTo(ports);
        }
    }

    @Test
    void namesItsTypesInIproute2sWords() {
        assertThat(Arrays.stream(Type.values()).map(Type::label))
                .containsExactly("dynamic", "static", "sticky", "extern");
    }
}
