package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ports without a trunk: tags are the guests' own business. */
@NeedsTap
class VlanUnawareIT {
    private TestSwitch net;
    private TestPort a;
    private TestPort b;
    private TestPort c;

    @BeforeEach
    void threeHosts() {
        net = new TestSwitch();
        net.network("name: default, vlan: 10");
        a = net.port("a");
        b = net.port("b");
        c = net.port("c");
    }

    @AfterEach
    void close() {
        net.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 0xe000, 1, 10, 0x700a, 4094, 4095})
    void passesAGuestsTagUnchanged(int tci) {
        TestFrame frame = a.send(a.broadcast().tagged(tci));
        assertThat(b.received()).containsExactly(frame);
        assertThat(c.received()).containsExactly(frame);
    }

    @Test
    void passesProviderAndStackedTagsUnchanged() {
        TestFrame provider = a.send(a.broadcast().tagged(0x88a8, 10));
        TestFrame stacked = a.send(a.broadcast().tagged(20).tagged(10));
        TestFrame both = a.send(a.broadcast().tagged(20).tagged(0x88a8, 10));
        assertThat(b.received()).containsExactly(provider, stacked, both);
    }

    @Test
    void learnsAStationWhateverItsTag() {
        b.send(b.broadcast().tagged(10));
        net.settle();
        c.drain();
        TestFrame frame = a.send(a.to(b).tagged(20));
        assertThat(b.received()).containsExactly(frame);
        assertThat(c.received()).isEmpty();
    }

    @Test
    void connectsVlanInterfacesOfGuests() {
        a.host().assumeVlanInterfaces();
        for (TestPort port : new TestPort[] {a, b}) {
            port.host().ip("link add link tap0 name tap0.55 type vlan id 55");
            port.host().ip("address add 10.78.0." + (port == a ? 1 : 2) + "/24 dev tap0.55");
            port.host().ip("link set tap0.55 up");
        }
        assertThat(a.host().ping("10.78.0.2", 10)).isEqualTo(10);
        assertThat(a.host().ping("10.78.0.2", 5, "-s", "1472", "-M", "do")).isEqualTo(5);
    }
}
