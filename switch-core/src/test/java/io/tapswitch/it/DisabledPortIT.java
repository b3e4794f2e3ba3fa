package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.PortView.Status;
import io.tapswitch.port.DropReason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsTap
class DisabledPortIT {
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

    private static boolean carrier(TestPort port) {
        return port.host().flags(TestPort.TAP).contains("LOWER_UP");
    }

    @Test
    void showsTheHostACableThatIsPulledAndPluggedIn() throws Exception {
        assertThat(carrier(b)).isTrue();
        assertThat(b.view().status()).isEqualTo(Status.UP);
        net.patch(b, "enabled: false");
        assertThat(b.view().status()).isEqualTo(Status.DISABLED);
        assertThat(carrier(b)).isFalse();
        assertThat(b.host().flags(TestPort.TAP)).contains("NO-CARRIER", "UP");
        net.patch(b, "enabled: true");
        assertThat(carrier(b)).isTrue();
        assertThat(b.view().status()).isEqualTo(Status.UP);
        assertThat(carrier(a)).isTrue();
    }

    @Test
    void isWithoutCarrierFromTheStart() {
        TestPort d = net.port("d", "enabled: false");
        assertThat(d.view().status()).isEqualTo(Status.DISABLED);
        assertThat(carrier(d)).isFalse();
    }

    @Test
    void takesAndGivesNothing() {
        b.send(b.broadcast());
        net.settle();
        a.drain();
        c.drain();
        net.patch(b, "enabled: false");

        TestFrame flooded = a.send(a.broadcast());
        assertThat(c.received()).containsExactly(flooded);
        a.send(a.to(b));
        b.send(b.broadcast());
        assertThat(c.received()).isEmpty();
        assertThat(b.received()).isEmpty();
        assertThat(a.drops(DropReason.EGRESS_UNAVAILABLE)).isEqualTo(1);
    }

    @Test
    void carriesTrafficAgainOnceEnabled() throws Exception {
        net.patch(b, "enabled: false");
        net.patch(b, "enabled: true");
        TestFrame in = a.send(a.broadcast());
        assertThat(b.received()).containsExactly(in);
        TestFrame out = b.send(b.to(a));
        assertThat(a.received()).containsExactly(out);
        assertThat(c.received()).containsExactly(in);
    }

    @Test
    void staysDisabledAcrossARestart() {
        net.patch(b, "enabled: false");
        net.stop();
        net.start();
        assertThat(carrier(b)).isFalse();
        assertThat(b.view().status()).isEqualTo(Status.DISABLED);
    }
}
