package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.port.DropReason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsTap
class IsolationIT {
    private TestSwitch net;
    private TestPort one;
    private TestPort two;
    private TestPort free;

    @BeforeEach
    void twoIsolatedPortsAndAFreeOne() {
        net = new TestSwitch();
        one = net.port("one", "isolated: true");
        two = net.port("two", "isolated: true");
        free = net.port("free");
    }

    @AfterEach
    void close() {
        net.close();
    }

    @Test
    void floodsFromAnIsolatedPortToFreeOnesOnly() {
        TestFrame broadcast = one.send(one.broadcast());
        TestFrame multicast = one.send(one.to("01:00:5e:00:00:09"));
        TestFrame unknown = one.send(one.to("02:00:00:00:cc:02"));
        assertThat(free.received()).containsExactly(broadcast, multicast, unknown);
        assertThat(two.received()).isEmpty();
    }

    @Test
    void floodsFromAFreePortToAll() {
        TestFrame broadcast = free.send(free.broadcast());
        assertThat(one.received()).containsExactly(broadcast);
        assertThat(two.received()).containsExactly(broadcast);
    }

    @Test
    void forwardsBetweenIsolatedAndFreeButNotBetweenIsolated() {
        two.send(two.broadcast());
        net.settle();
        free.send(free.broadcast());
        net.settle();
        one.drain();
        two.drain();
        free.drain();

        one.send(one.to(two));
        assertThat(two.received()).isEmpty();
        assertThat(free.received()).isEmpty();
        assertThat(one.drops(DropReason.ISOLATED)).isEqualTo(1);

        TestFrame out = one.send(one.to(free));
        assertThat(free.received()).containsExactly(out);
        TestFrame back = free.send(free.to(one));
        assertThat(one.received()).containsExactly(back);
    }

    @Test
    void countsAFrameThatOnlyIsolatedPortsWouldTake() {
        net.patch(free, "flood: {broadcast: false}");
        one.send(one.broadcast());
        assertThat(two.received()).isEmpty();
        assertThat(one.drops(DropReason.NO_EGRESS)).isEqualTo(1);
    }

    @Test
    void ceasesWhenSwitchedOff() {
        net.patch(two, "isolated: false");
        TestFrame broadcast = one.send(one.broadcast());
        assertThat(two.received()).containsExactly(broadcast);
        TestFrame back = two.send(two.to(one));
        assertThat(one.received()).containsExactly(back);
    }
}
