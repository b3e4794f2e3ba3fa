package io.tapswitch.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VniTableTest {
    private static final int MOST = 0xff_ffff;

    /** Plans by which operators number their networks, and what crowds a hash that is not the table's own. */
    private static final Map<String, IntUnaryOperator> PLANS = Map.of(
            "ascending", i -> i + 1,
            "descending", i -> MOST - i,
            "every 256th", i -> i << 8 | i >> 16 | 1,
            "every 2048th", i -> (i << 11 | 1) & MOST,
            "every 4096th", i -> (i << 12 | 1) & MOST,
            "a number twice over", i -> i << 12 | i,
            "bits reversed", i -> Integer.reverse(i) >>> 8,
            "Fibonacci steps", i -> i * 10_946 & MOST,
            "every 1000th", i -> i * 1000 & MOST);

    private static Bridge network(int vni) {
        return new Bridge(
                "n" + vni,
                new NetworkSettings(0, vni, 1500, Wiring.SECOND, 1000, false, true, false),
                (change, entry) -> {});
    }

    private static List<Bridge> networks(IntUnaryOperator plan, int count) {
        return IntStream.range(0, count)
                .map(plan)
                .filter(vni -> vni != 0)
                .distinct()
                .mapToObj(VniTableTest::network)
                .toList();
    }

    @Test
    void findsNothingAmongNone() {
        VniTable table = new VniTable(List.of());
        for (int vni : new int[] {0, 1, MOST, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertThat(table.get(vni)).isNull();
        }
    }

    @Test
    void leavesANetworkWithoutAVniOut() {
        Bridge without = network(0);
        Bridge with = network(5);
        VniTable table = new VniTable(List.of(without, with));
        assertThat(table.get(0)).isNull();
        assertThat(table.get(5)).isSameAs(with);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 7, 8, 4095, 4096})
    void findsEveryNetworkAndNoOther(int count) {
        PLANS.forEach((name, plan) -> {
            List<Bridge> networks = networks(plan, count);
            VniTable table = new VniTable(networks);
            Set<Integer> vnis = new HashSet<>();
            for (Bridge network : networks) {
                assertThat(table.get(network.vni())).as(name).isSameAs(network);
                vnis.add(network.vni());
            }
            SplittableRandom random = new SplittableRandom(count);
            for (int i = 0; i < 10_000; i++) {
                int vni = i < 5000 ? i : random.nextInt();
                assertThat(table.get(vni) != null).as("%s: %d", name, vni).isEqualTo(vnis.contains(vni));
            }
        });
    }

    /** In none of many tables do they crowd, neither where it is a quarter full nor where it is almost half full. */
    @ParameterizedTest
    @ValueSource(ints = {256, 4096, 4095})
    void keepsRunsShortForEveryPlan(int count) throws Exception {
        for (var plan : PLANS.entrySet()) {
            List<Bridge> networks = networks(plan.getValue(), count);
            for (int seed = 0; seed < 200; seed++) {
                VniTable table = new VniTable(networks, new SplittableRandom(seed));
                assertThat(longestRun(table)).as(plan.getKey()).isLessThan(80);
            }
        }
    }

    /** Whoever knows the hash of one table, and so which identifiers share a slot there, knows nothing of the next. */
    @Test
    void whatCrowdsOneTableDoesNotCrowdAnother() throws Exception {
        long multiplier = new SplittableRandom(1).nextLong() | 1;
        SplittableRandom sameAgain = new SplittableRandom(1);
        sameAgain.nextLong();
        long secondMultiplier = sameAgain.nextLong() | 1;
        List<Bridge> crowd = IntStream.rangeClosed(1, MOST)
                .filter(vni -> {
                    long product = vni * multiplier;
                    return (product ^ product >>> 32) * secondMultiplier >>> 54 == 0;
                })
                .limit(4096)
                .mapToObj(VniTableTest::network)
                .toList();
        assertThat(crowd).hasSize(4096);
        assertThat(longestRun(new VniTable(crowd, new SplittableRandom(1)))).isGreaterThan(4000);
        for (int seed = 2; seed < 200; seed++) {
            assertThat(longestRun(new VniTable(crowd, new SplittableRandom(seed))))
                    .isLessThan(80);
        }
    }

    /** The most used slots in a row, which bounds what a look-up reads. */
    private static int longestRun(VniTable table) throws ReflectiveOperationException {
        Field field = VniTable.class.getDeclaredField("vnis");
        field.setAccessible(true);
        int[] vnis = (int[]) field.get(table);
        int longest = 0;
        int run = 0;
        for (int at = 0; at < 2 * vnis.length; at++) {
            run = vnis[at % vnis.length] == 0 ? 0 : run + 1;
            longest = Math.max(longest, run);
        }
        return longest;
    }
}
