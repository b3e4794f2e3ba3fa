package io.tapswitch.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.bridge.FdbEntry.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LargestFirstTest {
    private final LargestFirst<String> lists = new LargestFirst<>();

    private static void grow(LargestFirst<String> heap, LearnedList<String> list) {
        list.append(new FdbEntry<>(1, list.port, Type.DYNAMIC, 0));
        heap.grown(list);
    }

    private static void shrink(LargestFirst<String> heap, LearnedList<String> list) {
        list.remove(list.oldest());
        heap.shrunk(list);
    }

    @Test
    void hasNoneAtFirstAndNoneOnceAllAreEmpty() {
        LearnedList<String> list = new LearnedList<>("a", 10);
        assertThat(lists.largest()).isNull();
        grow(lists, list);
        assertThat(lists.largest()).isSameAs(list);
        shrink(lists, list);
        assertThat(lists.largest()).isNull();
        assertThat(list.rank).isNegative();
    }

    @Test
    void agreesWithAScanOverRandomChanges() {
        for (int seed = 0; seed < 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            LargestFirst<String> heap = new LargestFirst<>();
            int ports = random.nextInt(1, 60);
            List<LearnedList<String>> all = new ArrayList<>();
            IntStream.range(0, ports).forEach(port -> all.add(new LearnedList<>("port" + port, 1000)));
            for (int step = 0; step < 5000; step++) {
                // Skewed, so that some ports are much larger than others and ties occur as well.
                LearnedList<String> list = all.get(random.nextInt(1 + random.nextInt(ports)));
                if (list.size == 0 || random.nextBoolean()) {
                    grow(heap, list);
                } else {
                    shrink(heap, list);
                }
                int most = all.stream().mapToInt(l -> l.size).max().orElse(0);
                LearnedList<String> largest = heap.largest();
                assertThat(largest == null ? 0 : largest.size).isEqualTo(most);
                assertThat(all).allMatch(l -> l.size > 0 == l.rank >= 0);
            }
            int ranked = (int) all.stream().filter(l -> l.rank >= 0).count();
            assertThat(all.stream()
                            .filter(l -> l.rank >= 0)
                            .mapToInt(l -> l.rank)
                            .sorted())
                    .containsExactly(IntStream.range(0, ranked).boxed().toArray(Integer[]::new));
        }
    }
}
