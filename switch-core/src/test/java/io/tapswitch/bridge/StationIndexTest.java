package io.tapswitch.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.bridge.FdbEntry.Type;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StationIndexTest {
    private static final long MACS = 0xffff_ffff_ffffL;

    private final StationIndex<String> index = new StationIndex<>();

    private static FdbEntry<String> entry(long mac) {
        return new FdbEntry<>(mac, "port", Type.DYNAMIC, 0);
    }

    @Test
    void isEmptyAtFirst() {
        assertThat(index.get(1)).isNull();
        assertThat(index.size()).isZero();
        assertThat(shown()).isEmpty();
    }

    @Test
    void findsTheLowestAndTheHighestAddress() {
        FdbEntry<String> zero = entry(0);
        FdbEntry<String> ones = entry(MACS);
        index.add(zero);
        index.add(ones);
        assertThat(index.get(0)).isSameAs(zero);
        assertThat(index.get(MACS)).isSameAs(ones);
        assertThat(index.get(1)).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 40, 3000, 100_000})
    void agreesWithAMapOverRandomChanges(int addresses) {
        for (int seed = 0; seed < 4; seed++) {
            StationIndex<String> tested = new StationIndex<>();
            Map<Long, FdbEntry<String>> model = new HashMap<>();
            SplittableRandom random = new SplittableRandom(seed);
            for (int step = 0; step < 150_000; step++) {
                // Mostly adding, then mostly removing, so that segments both grow and shrink.
                boolean growing = step / 25_000 % 2 == 0;
                long mac = 0x0200_0000_0000L + random.nextInt(addresses);
                FdbEntry<String> present = tested.get(mac);
                assertThat(present).isSameAs(model.get(mac));
                if (present == null && random.nextInt(4) < (growing ? 3 : 1)) {
                    model.put(mac, entry(mac));
                    tested.add(model.get(mac));
                } else if (present != null && random.nextInt(4) < (growing ? 1 : 3)) {
                    model.remove(mac);
                    tested.remove(present);
                }
            }
            assertThat(tested.size()).isEqualTo(model.size());
            assertThat(shown(tested)).hasSameSizeAs(model.values());
            assertThat(new HashSet<>(shown(tested))).isEqualTo(new HashSet<>(model.values()));
        }
    }

    @Test
    void growsAndShrinksAndKeepsWhatIsLeft() throws Exception {
        List<FdbEntry<String>> entries = new ArrayList<>();
        for (long mac = 1; mac <= 200_000; mac++) {
            entries.add(entry(mac));
            index.add(entries.get(entries.size() - 1));
        }
        entries.forEach(entry -> assertThat(index.get(entry.mac())).isSameAs(entry));
        for (FdbEntry<String> entry : entries) {
            if (entry.mac() % 1000 != 0) {
                index.remove(entry);
            }
        }
        assertThat(index.size()).isEqualTo(200);
        for (FdbEntry<String> entry : entries) {
            assertThat(index.get(entry.mac())).isSameAs(entry.mac() % 1000 == 0 ? entry : null);
        }
        assertThat(slots(index)).as("memory is given back").allSatisfy(slots -> assertThat(slots.length)
                .isLessThanOrEqualTo(64));
    }

    @Test
    void showsEachEntryOnce() {
        for (long mac = 0; mac < 10_000; mac++) {
            index.add(entry(mac * 65_537));
        }
        assertThat(shown()).hasSize(10_000);
        assertThat(new HashSet<>(shown())).hasSize(10_000);
    }

    /** Addresses that a numbering plan, or a guest, would choose: in none of many tables do they crowd. */
    @Test
    void keepsRunsShortForRegularAddresses() throws Exception {
        Map<String, LongUnaryOperator> patterns = Map.of(
                "ascending", i -> 0x0200_0000_0000L + i,
                "every 256th", i -> i << 8,
                "every 65536th", i -> i << 16,
                "bits reversed", i -> Long.reverse(i) >>> 16,
                "both halves alike", i -> i << 24 | i,
                "Fibonacci steps", i -> i * 0x9e37_79b9_7f4bL & MACS);
        for (var pattern : patterns.entrySet()) {
            List<FdbEntry<String>> entries = LongStream.range(0, 4096)
                    .map(pattern.getValue())
                    .mapToObj(StationIndexTest::entry)
                    .toList();
            for (int seed = 0; seed < 200; seed++) {
                StationIndex<String> tested = new StationIndex<>(new SplittableRandom(seed));
                entries.forEach(tested::add);
                assertThat(longestRun(tested)).as(pattern.getKey()).isLessThan(64);
            }
        }
    }

    /** The most used slots in a row, which bounds what a lookup reads. */
    private static int longestRun(StationIndex<String> index) throws ReflectiveOperationException {
        int longest = 0;
        for (Object[] slots : slots(index)) {
            int run = 0;
            for (int at = 0; at < 2 * slots.length; at++) {
                run = slots[at % slots.length] == null ? 0 : run + 1;
                longest = Math.max(longest, run);
            }
        }
        return longest;
    }

    private static List<Object[]> slots(StationIndex<String> index) throws ReflectiveOperationException {
        Field segmentsField = StationIndex.class.getDeclaredField("segments");
        segmentsField.setAccessible(true);
        AtomicReferenceArray<?> segments = (AtomicReferenceArray<?>) segmentsField.get(index);
        List<Object[]> slots = new ArrayList<>();
        for (int i = 0; i < segments.length(); i++) {
            Object segment = segments.get(i);
            if (segment != null) {
                Field slotsField = segment.getClass().getDeclaredField("slots");
                slotsField.setAccessible(true);
                slots.add((Object[]) slotsField.get(segment));
            }
        }
        return slots;
    }

    private List<FdbEntry<String>> shown() {
        return shown(index);
    }

    private static List<FdbEntry<String>> shown(StationIndex<String> index) {
        List<FdbEntry<String>> entries = new ArrayList<>();
        for (int segment = 0; segment < StationIndex.SEGMENTS; segment++) {
            index.forEach(segment, entries::add);
        }
        return entries;
    }
}
