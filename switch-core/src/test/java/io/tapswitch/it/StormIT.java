package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.port.DropReason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NeedsTap
class StormIT {
    private static final int RATE = 100;
    private static final int SENT = 1000;

    private TestSwitch net;
    private TestPort a;
    private TestPort b;
    private TestPort c;

    @BeforeEach
    void threeHosts() {
        net = new TestSwitch();
        a = net.port("a");
        b = net.port("b");
        c = net.port("c");
        b.send(b.broadcast());
        net.settle();
        a.drain();
        c.drain();
    }

    @AfterEach
    void close() {
        net.close();
    }

    private long flood(TestPort port, String destination) {
        long begin = System.nanoTime();
        for (int i = 0; i < SENT; i++) {
            port.send(port.to(destination));
        }
        net.settle();
        return System.nanoTime() - begin;
    }

    @ParameterizedTest
    @CsvSource({
        "unknownUnicast, 02:00:00:00:cc:01, STORM_UNKNOWN_UNICAST",
        "multicast, 01:00:5e:01:02:03, STORM_MULTICAST",
        "broadcast, ff:ff:ff:ff:ff:ff, STORM_BROADCAST"
    })
    void letsTheBudgetPassAndCountsTheRest(String kind, String destination, DropReason reason) {
        net.patch(a, "storm: {" + kind + ": " + RATE + "}");
        long nanos = flood(a, destination);
        int passed = c.received().size();
        // A tenth of a second's worth at once, and what is due during the storm.
        long due = RATE / 10 + nanos * RATE / 1_000_000_000;
        assertThat(passed).isBetween(RATE / 10, (int) due + 1);
        assertThat(b.received()).hasSize(passed);
        assertThat(a.drops(reason)).isEqualTo(SENT - passed);

        flood(b, destination);
        assertThat(c.received()).as("the budget is the port's own").hasSize(SENT);
    }

    @Test
    void sparesOtherKindsAndKnownStations() {
        net.patch(a, "storm: {broadcast: 1}");
        flood(a, "ff:ff:ff:ff:ff:ff");
        assertThat(b.received()).hasSizeBetween(1, 3);
        flood(a, b.macText());
        assertThat(b.received()).hasSize(SENT);
        flood(a, "01:00:5e:00:00:01");
        assertThat(b.received()).hasSize(SENT);
    }

    @Test
    void takesTheRateInTheLongRun() throws Exception {
        net.patch(a, "storm: {broadcast: 200}");
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < 1_500_000_000L) {
            a.send(a.broadcast());
            Thread.sleep(1);
        }
        assertThat(b.received().size()).isBetween(250, 345);
    }

    @Test
    void ceasesWhenTakenOff() {
        net.patch(a, "storm: {broadcast: 1}");
        net.patch(a, "storm: {broadcast: null}");
        flood(a, "ff:ff:ff:ff:ff:ff");
        assertThat(b.received()).hasSize(SENT);
    }
}
