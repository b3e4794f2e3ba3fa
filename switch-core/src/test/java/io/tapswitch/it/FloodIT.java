package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NeedsTap
class FloodIT {
    private static final List<String> KINDS =
            List.of("02:00:00:00:cc:01", "01:00:5e:01:02:03", "33:33:00:00:00:01", "ff:ff:ff:ff:ff:ff");

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
    }

    @AfterEach
    void close() {
        net.close();
    }

    @Test
    void givesEachOtherPortExactlyOneCopy() {
        List<TestFrame> sent = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            KINDS.forEach(destination -> sent.add(a.send(a.to(destination))));
        }
        assertThat(b.received()).isEqualTo(sent);
        assertThat(c.received()).isEqualTo(sent);
        assertThat(a.received()).isEmpty();
        assertThat(a.counters().sum(PortCounters.FLOODED)).isEqualTo(1000);
        assertThat(b.counters().sum(PortCounters.TX_FRAMES)).isEqualTo(1000);
    }

    @ParameterizedTest
    @CsvSource({
        "unknownUnicast, 02:00:00:00:cc:01",
        "multicast, 01:00:5e:01:02:03",
        "multicast, 33:33:00:00:00:01",
        "broadcast, ff:ff:ff:ff:ff:ff"
    })
    void sparesAPortThatDoesNotTakeTheKind(String kind, String destination) {
        net.patch(b, "flood: {" + kind + ": false}");
        TestFrame spared = a.send(a.to(destination));
        assertThat(b.received()).isEmpty();
        assertThat(c.received()).containsExactly(spared);

        for (String other : KINDS) {
            boolean sameKind = other.equals(destination) || kind.equals("multicast") && isMulticast(other);
            TestFrame frame = a.send(a.to(other));
            assertThat(b.received()).isEqualTo(sameKind ? List.of() : List.of(frame));
        }

        c.drain();
        net.patch(b, "flood: {" + kind + ": true}");
        TestFrame taken = a.send(a.to(destination));
        assertThat(b.received()).containsExactly(taken);
        assertThat(c.received()).containsExactly(taken);
    }

    private static boolean isMulticast(String mac) {
        return mac.startsWith("01") || mac.startsWith("33");
    }

    @Test
    void letsAPortThatTakesNothingSendAndBeReached() {
        net.patch(b, "flood: {unknownUnicast: false, multicast: false, broadcast: false}");
        TestFrame out = b.send(b.broadcast());
        assertThat(a.received()).containsExactly(out);
        TestFrame in = a.send(a.to(b));
        assertThat(b.received()).containsExactly(in);
        assertThat(c.received()).containsExactly(out);
    }

    @Test
    void countsAFrameThatNobodyTakes() {
        net.patch(b, "flood: {broadcast: false}");
        net.patch(c, "flood: {broadcast: false}");
        a.send(a.broadcast());
        assertThat(b.received()).isEmpty();
        assertThat(c.received()).isEmpty();
        assertThat(a.drops(DropReason.NO_EGRESS)).isEqualTo(1);
        assertThat(a.counters().sum(PortCounters.FLOODED)).isZero();
    }

    @Test
    void keepsNetworksApart() {
        net.network("name: other");
        net.patch(c, "network: other");
        TestFrame frame = a.send(a.broadcast());
        assertThat(b.received()).containsExactly(frame);
        assertThat(c.received()).isEmpty();
        c.send(c.broadcast());
        assertThat(a.received()).isEmpty();
        assertThat(net.fdb("default")).containsOnlyKeys(a.macText());
        assertThat(net.fdb("other")).containsOnlyKeys(c.macText());
    }
}
