package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.MacAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsTap
class LearningLimitIT {
    private static final long FIRST = MacAddress.parse("02:00:00:01:00:00");

    private TestSwitch net;
    private TestPort a;
    private TestPort b;

    @BeforeEach
    void twoHosts() {
        net = new TestSwitch();
        a = net.port("a");
        b = net.port("b");
    }

    @AfterEach
    void close() {
        net.close();
    }

    private void invent(TestPort port, int count) {
        for (int i = 0; i < count; i++) {
            port.send(TestFrame.of(MacAddress.BROADCAST, FIRST + i));
        }
        net.settle();
    }

    private long stationsOf(TestPort port) {
        return net.table("default").entries().stream()
                .filter(entry -> entry.port().name().equals(port.name()))
                .count();
    }

    @Test
    void aPortKeepsItsNewestStations() {
        net.patch(a, "maxLearned: 5");
        invent(a, 20);
        assertThat(stationsOf(a)).isEqualTo(5);
        for (int i = 15; i < 20; i++) {
            assertThat(net.fdb("default")).containsKey(MacAddress.format(FIRST + i));
        }
        invent(b, 15);
        assertThat(stationsOf(b)).as("the limit is the port's own").isEqualTo(15);
    }

    @Test
    void aLoweredLimitTakesEffectAtOnce() {
        invent(a, 20);
        assertThat(stationsOf(a)).isEqualTo(20);
        net.patch(a, "maxLearned: 3");
        assertThat(stationsOf(a)).isEqualTo(3);
        net.network("name: default, maxLearned: 2");
        assertThat(stationsOf(a)).isEqualTo(2);
    }

    @Test
    void thePortThatInventsAddressesPushesOutItsOwn() {
        net.network("name: default, maxLearned: 10");
        b.send(b.broadcast());
        b.send(TestFrame.of("ff:ff:ff:ff:ff:ff", "02:00:00:00:bb:02"));
        net.settle();
        invent(a, 500);
        assertThat(net.table("default").learned()).isEqualTo(10);
        assertThat(stationsOf(a)).isEqualTo(8);
        assertThat(net.fdb("default"))
                .containsEntry(b.macText(), "b dynamic")
                .containsEntry("02:00:00:00:bb:02", "b dynamic");
    }

    @Test
    void aNewStationFindsRoomInAFullTable() {
        net.network("name: default, maxLearned: 10");
        invent(a, 500);
        b.send(b.broadcast());
        net.settle();
        assertThat(net.fdb("default")).hasSize(10).containsEntry(b.macText(), "b dynamic");
    }

    @Test
    void staticStationsDoNotCount() {
        net.network("name: default, maxLearned: 2");
        for (int i = 1; i <= 5; i++) {
            net.nail("default", "02:00:00:00:ff:0" + i, b);
        }
        invent(a, 5);
        assertThat(stationsOf(b)).isEqualTo(5);
        assertThat(stationsOf(a)).isEqualTo(2);
    }

    @Test
    void framesPassAlthoughTheirSourceFindsNoRoomForLong() {
        net.network("name: default, maxLearned: 1");
        for (int i = 0; i < 10; i++) {
            TestFrame frame = a.send(TestFrame.of(MacAddress.BROADCAST, FIRST + i));
            assertThat(b.received()).containsExactly(frame);
        }
    }
}
