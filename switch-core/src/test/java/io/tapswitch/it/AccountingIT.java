package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.DropReason.Side;
import io.tapswitch.port.PortCounters;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every frame that comes in is forwarded, flooded or dropped for a reason, and counted once. */
@NeedsTap
class AccountingIT {
    private static final int FRAMES = 20_000;

    private TestSwitch net;
    private List<TestPort> ports;
    private TestPort down;

    @BeforeEach
    void aSwitchWithEveryKindOfPort() {
        net = new TestSwitch();
        net.network("name: blue, vlan: 10");
        net.network("name: red, vlan: 20");
        ports = List.of(
                net.port("a", "isolated: true"),
                net.port("b", "isolated: true, flood: {multicast: false}"),
                net.port("c", "storm: {broadcast: 100, unknownUnicast: 1000}, tap: {mtu: 4000}"),
                net.port("trunk", "trunk: [blue]"),
                net.port("all", "trunk: all, network: blue"),
                net.port("blue", "network: blue, locked: true"),
                net.port("red", "network: red"),
                net.port("down", "flood: {broadcast: true}"));
        down = ports.get(7);
        net.nail("blue", ports.get(5).macText(), ports.get(5));
    }

    @AfterEach
    void close() {
        net.close();
    }

    @Test
    void accountsForEachFrame() throws Exception {
        down.host().ip("link set tap0 down");
        List<TestPort> senders = ports.subList(0, 7);
        SplittableRandom random = new SplittableRandom(7);
        Map<TestPort, Integer> sent = new HashMap<>();
        Map<TestPort, Long> received = new HashMap<>();
        for (int i = 0; i < FRAMES; i++) {
            TestPort from = senders.get(random.nextInt(senders.size()));
            from.send(any(from, random));
            sent.merge(from, 1, Integer::sum);
            if (i % 500 == 499) {
                settle(senders, sent);
                ports.forEach(port -> received.merge(port, (long) port.drain().size(), Long::sum));
            }
        }

        for (TestPort port : ports) {
            PortCounters counters = port.counters();
            System.out.printf("AccountingIT: %-5s %s%n", port.name(), summary(counters));
            assertThat(counters.sum(PortCounters.RX_FRAMES))
                    .as(port.name())
                    .isEqualTo(sent.getOrDefault(port, 0).longValue());
            assertThat(outcomes(counters)).as(port.name()).isEqualTo(counters.sum(PortCounters.RX_FRAMES));
            assertThat(counters.sum(PortCounters.TX_FRAMES))
                    .as("copies that reached the host of %s", port.name())
                    .isEqualTo(received.get(port));
            compareWithKernel(port);
        }
        assertThat(down.drops(DropReason.EGRESS_DOWN)).isPositive();
        assertThat(down.counters().sum(PortCounters.TX_FRAMES)).isZero();
        for (DropReason reason : EXPECTED) {
            assertThat(ports.stream().mapToLong(port -> port.drops(reason)).sum())
                    .as(reason.label())
                    .isPositive();
        }
        assertThat(ports.stream()
                        .mapToLong(p -> p.drops(DropReason.INTERNAL_ERROR))
                        .sum())
                .isZero();
    }

    private static final List<DropReason> EXPECTED = List.of(
            DropReason.OVERSIZE,
            DropReason.INVALID_SOURCE,
            DropReason.RESERVED_DESTINATION,
            DropReason.VLAN_NOT_IN_TRUNK,
            DropReason.LOCKED,
            DropReason.STORM_BROADCAST,
            DropReason.STORM_UNKNOWN_UNICAST,
            DropReason.SAME_PORT,
            DropReason.ISOLATED,
            DropReason.EGRESS_TAG_CONFLICT);

    /** As {@link TestSwitch#settle}, and counts what it sends. */
    private static void settle(List<TestPort> senders, Map<TestPort, Integer> sent) throws Exception {
        for (TestPort port : senders) {
            port.send(TestFrame.of(MacAddress.BROADCAST, 0));
            sent.merge(port, 1, Integer::sum);
        }
        for (TestPort port : senders) {
            PortCounters counters = port.counters();
            Await.until(
                    "port " + port.name() + " has dealt with every frame",
                    10,
                    () -> outcomes(counters) >= sent.get(port));
        }
    }

    private static long outcomes(PortCounters counters) {
        return counters.sum(PortCounters.FORWARDED) + counters.sum(PortCounters.FLOODED) + counters.drops(Side.INGRESS);
    }

    private static String summary(PortCounters counters) {
        return "in " + counters.sum(PortCounters.RX_FRAMES) + " = forwarded " + counters.sum(PortCounters.FORWARDED)
                + " + flooded " + counters.sum(PortCounters.FLOODED) + " + dropped; out "
                + counters.sum(PortCounters.TX_FRAMES) + "; drops " + counters.drops();
    }

    private TestFrame any(TestPort from, SplittableRandom random) {
        boolean jumbo = from.name().equals("c") && random.nextInt(10) == 0;
        TestFrame frame = TestFrame.of(destination(random), source(from, random), jumbo ? 3000 : 60);
        return switch (random.nextInt(4)) {
            case 0 -> frame.tagged(10);
            case 1 -> frame.tagged(random.nextInt(30));
            default -> frame;
        };
    }

    private static long source(TestPort from, SplittableRandom random) {
        return switch (random.nextInt(20)) {
            case 0 -> 0;
            case 1 -> random.nextLong() & MacAddress.BROADCAST | 1L << 40;
            case 2 -> random.nextLong() & MacAddress.BROADCAST & ~(1L << 40);
            default -> from.mac();
        };
    }

    private long destination(SplittableRandom random) {
        return switch (random.nextInt(8)) {
            case 0 -> MacAddress.BROADCAST;
            case 1 -> 0x0100_5e00_0001L;
            case 2 -> 0x0180_c200_0000L | random.nextInt(16);
            case 3 -> random.nextLong() & MacAddress.BROADCAST;
            default -> ports.get(random.nextInt(ports.size())).mac();
        };
    }

    private static void compareWithKernel(TestPort port) {
        JsonNode kernel = port.host().link(TestPort.TAP).path("stats64");
        PortCounters counters = port.counters();
        assertThat(kernel.path("tx").path("packets").asLong()).isEqualTo(counters.sum(PortCounters.RX_FRAMES));
        assertThat(kernel.path("tx").path("bytes").asLong()).isEqualTo(counters.sum(PortCounters.RX_BYTES));
        assertThat(kernel.path("rx").path("packets").asLong()).isEqualTo(counters.sum(PortCounters.TX_FRAMES));
        assertThat(kernel.path("rx").path("bytes").asLong()).isEqualTo(counters.sum(PortCounters.TX_BYTES));
        assertThat(kernel.path("tx").path("dropped").asLong()).isZero();
    }
}
