package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.config.ConfigException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsTap
class StaticEntryIT {
    private static final String NAILED = "02:00:00:00:ff:01";

    private TestSwitch net;
    private TestPort a;
    private TestPort b;
    private TestPort c;

    @BeforeEach
    void nailAStation() {
        net = new TestSwitch();
        a = net.port("a");
        b = net.port("b");
        c = net.port("c");
        net.nail("default", NAILED, b);
    }

    @AfterEach
    void close() {
        net.close();
    }

    private void expectAtB() {
        b.drain();
        c.drain();
        TestFrame frame = a.send(a.to(NAILED));
        assertThat(b.received()).containsExactly(frame);
        assertThat(c.received()).isEmpty();
    }

    @Test
    void forwardsToAStationThatWasNeverHeard() {
        expectAtB();
    }

    @Test
    void trafficDoesNotChangeIt() {
        TestFrame impostor = c.send(TestFrame.of("ff:ff:ff:ff:ff:ff", NAILED));
        assertThat(a.received()).containsExactly(impostor);
        assertThat(net.fdb("default")).containsEntry(NAILED, "b static");
        expectAtB();
        b.send(TestFrame.of("ff:ff:ff:ff:ff:ff", NAILED));
        net.settle();
        assertThat(net.fdb("default")).containsEntry(NAILED, "b static");
    }

    @Test
    void neverAges() throws Exception {
        net.network("name: default, ageingSeconds: 1");
        c.send(c.broadcast());
        net.settle();
        assertThat(net.fdb("default")).hasSize(2);
        Await.until("the learned station ages out", 5, () -> net.fdb("default").size() == 1);
        expectAtB();
    }

    @Test
    void replacesALearnedOneAndMovesAtTheOperatorsWord() {
        c.send(c.broadcast());
        net.settle();
        net.nail("default", c.macText(), b);
        assertThat(net.fdb("default")).containsEntry(c.macText(), "b static");
        net.nail("default", NAILED, c);
        b.drain();
        c.drain();
        TestFrame frame = a.send(a.to(NAILED));
        assertThat(c.received()).containsExactly(frame);
        assertThat(b.received()).isEmpty();
    }

    @Test
    void floodsAgainOnceItIsTakenOut() {
        net.apply(config -> config.withoutEntry("default", NAILED));
        assertThat(net.fdb("default")).isEmpty();
        TestFrame frame = a.send(a.to(NAILED));
        assertThat(b.received()).containsExactly(frame);
        assertThat(c.received()).containsExactly(frame);
    }

    @Test
    void outlivesARestart() {
        net.stop();
        net.start();
        List.of(a, b, c).forEach(TestPort::reopen);
        assertThat(net.fdb("default")).containsEntry(NAILED, "b static");
        expectAtB();
    }

    @Test
    void goesWithItsPort() {
        net.apply(config -> config.withoutPort("b"));
        assertThat(net.fdb("default")).isEmpty();
        assertThat(net.service().config().fdb()).isEmpty();
    }

    @Test
    void isRefusedForAPortOutsideTheNetwork() {
        net.network("name: other");
        assertThatThrownBy(() -> net.nail("other", NAILED, b))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("port 'b' is not in network 'other'");
        expectAtB();
    }
}
