package io.tapswitch.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.port.DropReason.Side;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PortCountersTest {
    private static final int FIRST = PortCounters.RX_FRAMES;
    private static final int LAST = PortCounters.SUPPRESSED;

    @Test
    void startsAtZero() {
        PortCounters counters = new PortCounters(3);
        for (int counter = FIRST; counter <= LAST; counter++) {
            assertThat(counters.sum(counter)).isZero();
        }
        assertThat(counters.drops()).isEmpty();
    }

    @Test
    void keepsEveryCounterApartFromEveryOther() {
        PortCounters counters = new PortCounters(2);
        for (int counter = FIRST; counter <= LAST; counter++) {
            counters.add(0, counter, 1 << counter);
            counters.add(1, counter, 1000);
        }
        for (DropReason reason : DropReason.values()) {
            for (int i = 0; i <= reason.ordinal(); i++) {
                counters.dropped(reason.ordinal() % 2, reason);
            }
        }
        for (int counter = FIRST; counter <= LAST; counter++) {
            assertThat(counters.sum(counter)).isEqualTo((1 << counter) + 1000);
        }
        for (DropReason reason : DropReason.values()) {
            assertThat(counters.drops(reason)).isEqualTo(reason.ordinal() + 1);
        }
    }

    @Test
    void countsFramesWithTheirBytes() {
        PortCounters counters = new PortCounters(2);
        counters.received(0, 60);
        counters.received(1, 1514);
        counters.transmitted(1, 64);
        assertThat(counters.sum(PortCounters.RX_FRAMES)).isEqualTo(2);
        assertThat(counters.sum(PortCounters.RX_BYTES)).isEqualTo(1574);
        assertThat(counters.sum(PortCounters.TX_FRAMES)).isOne();
        assertThat(counters.sum(PortCounters.TX_BYTES)).isEqualTo(64);
    }

    @Test
    void addsUpDropsBySide() {
        PortCounters counters = new PortCounters(1);
        for (DropReason reason : DropReason.values()) {
            counters.dropped(0, reason);
        }
        Map<Side, Long> sides = Arrays.stream(DropReason.values())
                .collect(Collectors.groupingBy(DropReason::side, Collectors.counting()));
        assertThat(counters.drops(Side.INGRESS)).isEqualTo(sides.get(Side.INGRESS));
        assertThat(counters.drops(Side.EGRESS)).isEqualTo(sides.get(Side.EGRESS));
    }

    @Test
    void showsOnlyReasonsThatOccurredInTheirOrder() {
        PortCounters counters = new PortCounters(2);
        counters.dropped(1, DropReason.EGRESS_FULL);
        counters.dropped(0, DropReason.RUNT);
        counters.dropped(1, DropReason.RUNT);
        assertThat(counters.drops().toString()).isEqualTo("{RUNT=2, EGRESS_FULL=1}");
    }

    @Test
    void refusesALoopThatDoesNotExist() {
        PortCounters counters = new PortCounters(2);
        assertThatThrownBy(() -> counters.dropped(2, DropReason.EGRESS_ERROR))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void losesNothingWhenEachLoopCountsInItsRow() throws Exception {
        int loops = 4;
        int each = 500_000;
        PortCounters counters = new PortCounters(loops);
        ExecutorService threads = Executors.newFixedThreadPool(loops);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int loop = 0; loop < loops; loop++) {
                int row = loop;
                running.add(threads.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        counters.received(row, 2);
                        counters.dropped(row, DropReason.RUNT);
                    }
                }));
            }
            long last = 0;
            while (running.stream().anyMatch(thread -> !thread.isDone())) {
                long sum = counters.sum(PortCounters.RX_FRAMES);
                assertThat(sum).as("never falls").isGreaterThanOrEqualTo(last);
                last = sum;
            }
            for (Future<?> thread : running) {
                thread.get(1, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(counters.sum(PortCounters.RX_FRAMES)).isEqualTo((long) loops * each);
        assertThat(counters.sum(PortCounters.RX_BYTES)).isEqualTo(2L * loops * each);
        assertThat(counters.drops(DropReason.RUNT)).isEqualTo((long) loops * each);
    }

    @Test
    void labelsEveryReasonForPeopleAndForMachines() {
        assertThat(DropReason.VLAN_NOT_IN_TRUNK.label()).isEqualTo("vlan-not-in-trunk");
        assertThat(DropReason.values())
                .allSatisfy(reason -> assertThat(reason.meaning()).isNotBlank());
        assertThat(Arrays.stream(DropReason.values()).map(DropReason::meaning)).doesNotHaveDuplicates();
    }
}
