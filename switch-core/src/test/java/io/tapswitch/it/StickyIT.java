package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.frame.MacAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsTap
class StickyIT {
    private static final String PINNED = "02:00:00:00:ee:01";

    private TestSwitch net;
    private TestPort a;
    private TestPort b;
    private TestPort c;

    @BeforeEach
    void pinAStation() {
        net = new TestSwitch();
        a = net.port("a");
        b = net.port("b");
        c = net.port("c");
        net.service().putEntry("default", MacAddress.parse(PINNED), "b", FdbEntry.Type.STICKY);
    }

    @AfterEach
    void close() {
        net.close();
    }

    @Test
    void staysAtItsPortWhenItIsHeardElsewhere() {
        TestFrame impostor = c.send(TestFrame.of("ff:ff:ff:ff:ff:ff", PINNED));
        assertThat(a.received()).containsExactly(impostor);
        assertThat(net.fdb("default")).containsEntry(PINNED, "b sticky");
        b.drain();
        TestFrame frame = a.send(a.to(PINNED));
        assertThat(b.received()).containsExactly(frame);
        assertThat(c.received()).isEmpty();
    }

    @Test
    void staysStickyWhenItIsHeardAtItsPort() {
        b.send(TestFrame.of("ff:ff:ff:ff:ff:ff", PINNED));
        net.settle();
        assertThat(net.fdb("default")).containsEntry(PINNED, "b sticky");
    }

    @Test
    void agesAndMayThenBeLearnedElsewhere() throws Exception {
        net.network("name: default, ageingSeconds: 1");
        Await.until("the sticky station ages out", 5, () -> net.fdb("default").isEmpty());
        c.send(TestFrame.of("ff:ff:ff:ff:ff:ff", PINNED));
        net.settle();
        assertThat(net.fdb("default")).containsEntry(PINNED, "c dynamic");
    }

    @Test
    void anExternStationRoamsAndBecomesDynamic() throws Exception {
        net.network("name: default, ageingSeconds: 1");
        String extern = "02:00:00:00:ee:02";
        net.service().putEntry("default", MacAddress.parse(extern), "b", FdbEntry.Type.EXTERN);
        Await.until("the sticky station ages out", 5, () -> !net.fdb("default").containsKey(PINNED));
        assertThat(net.fdb("default")).containsEntry(extern, "b extern");
        c.send(TestFrame.of("ff:ff:ff:ff:ff:ff", extern));
        net.settle();
        assertThat(net.fdb("default")).containsEntry(extern, "c dynamic");
    }
}
