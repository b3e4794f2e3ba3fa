package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.port.DropReason;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two trunks and access ports: every frame in its own network, with a tag only where there is a trunk. */
@NeedsTap
class VlanAwareIT {
    private static final String ALL = "ff:ff:ff:ff:ff:ff";

    private TestSwitch net;
    private TestPort trunk;
    private TestPort other;
    private TestPort plain;
    private TestPort blue;
    private TestPort red;

    @BeforeEach
    void twoTrunksAndThreeAccessPorts() {
        net = new TestSwitch();
        net.network("name: blue, vlan: 10");
        net.network("name: red, vlan: 20");
        trunk = net.port("trunk", "trunk: [blue, red]");
        other = net.port("other", "trunk: all");
        plain = net.port("plain");
        blue = net.port("blue", "network: blue");
        red = net.port("red", "network: red");
    }

    @AfterEach
    void close() {
        net.close();
    }

    private void expect(TestPort port, TestFrame... frames) {
        assertThat(port.received()).as(port.name()).containsExactly(frames);
    }

    @Test
    void carriesATaggedFrameToItsNetworkOnly() {
        TestFrame inner = trunk.broadcast();
        trunk.send(inner.tagged(10));
        expect(blue, inner);
        expect(other, inner.tagged(10));
        expect(red);
        expect(plain);
        expect(trunk);
        assertThat(net.fdb("blue")).containsEntry(trunk.macText(), "trunk dynamic");
        assertThat(net.fdb("default")).isEmpty();
    }

    @Test
    void tagsAFrameThatLeavesByATrunk() {
        TestFrame flooded = red.send(red.broadcast());
        expect(trunk, flooded.tagged(20));
        expect(other, flooded.tagged(20));
        expect(blue);
        expect(plain);

        trunk.send(trunk.broadcast().tagged(20));
        net.settle();
        List.of(red, other).forEach(TestPort::drain);
        TestFrame forwarded = red.send(red.to(trunk));
        expect(trunk, forwarded.tagged(20));
        expect(other);
    }

    @Test
    void keepsThePriorityFromTrunkToTrunk() {
        TestFrame inner = trunk.broadcast();
        trunk.send(inner.tagged(0xb000 | 10));
        expect(other, inner.tagged(0xb000 | 10));
        expect(blue, inner);
    }

    @Test
    void carriesUntaggedFramesInTheNativeNetwork() {
        TestFrame in = trunk.send(trunk.broadcast());
        expect(plain, in);
        expect(other, in);
        expect(blue);
        expect(red);
        TestFrame out = plain.send(plain.to(trunk));
        expect(trunk, out);
    }

    @Test
    void readsAPriorityTagAsUntagged() {
        TestFrame inner = trunk.broadcast();
        trunk.send(inner.tagged(0x6000));
        expect(plain, inner);
        expect(other, inner);
        expect(blue);
    }

    @Test
    void dropsATagThatTheTrunkDoesNotCarry() {
        net.patch(trunk, "trunk: [blue]");
        trunk.send(trunk.broadcast().tagged(20));
        trunk.send(trunk.broadcast().tagged(30));
        trunk.send(trunk.broadcast().tagged(4095));
        List.of(other, plain, blue, red).forEach(this::expect);
        assertThat(trunk.drops(DropReason.VLAN_NOT_IN_TRUNK)).isEqualTo(3);
        TestFrame out = red.send(red.broadcast());
        expect(trunk);
        expect(other, out.tagged(20));

        net.patch(trunk, "trunk: [blue, red]");
        TestFrame in = trunk.broadcast();
        trunk.send(in.tagged(20));
        expect(red, in);
    }

    @Test
    void followsAChangeOfTheVlan() {
        net.network("name: blue, vlan: 30");
        TestFrame inner = trunk.broadcast();
        trunk.send(inner.tagged(30));
        expect(blue, inner);
        expect(other, inner.tagged(30));
        trunk.send(trunk.broadcast().tagged(10));
        expect(blue);
        assertThat(trunk.drops(DropReason.VLAN_NOT_IN_TRUNK)).isEqualTo(1);
    }

    @Test
    void learnsTheSameStationInEachNetworkApart() {
        trunk.send(TestFrame.of(ALL, "02:00:00:00:dd:01").tagged(10));
        net.settle();
        red.send(TestFrame.of(ALL, "02:00:00:00:dd:01"));
        net.settle();
        assertThat(net.fdb("blue")).containsEntry("02:00:00:00:dd:01", "trunk dynamic");
        assertThat(net.fdb("red")).containsEntry("02:00:00:00:dd:01", "red dynamic");
        List.of(trunk, other, blue, red).forEach(TestPort::drain);
        TestFrame frame = blue.send(blue.to("02:00:00:00:dd:01"));
        expect(trunk, frame.tagged(10));
        expect(other);
        expect(red);
    }

    @Test
    void carriesAGuestsOwnTagBehindTheNetworks() {
        TestFrame inner = blue.broadcast().tagged(99);
        blue.send(inner);
        expect(trunk, inner.tagged(10));
        TestFrame back = trunk.broadcast().tagged(99);
        trunk.send(back.tagged(10));
        expect(blue, back);
    }

    @Test
    void letsNoGuestsTagJumpIntoATrunksNetwork() {
        TestFrame hop = plain.broadcast().tagged(20);
        plain.send(hop);
        expect(trunk);
        expect(other);
        expect(red);
        assertThat(trunk.drops(DropReason.EGRESS_TAG_CONFLICT)).isEqualTo(1);
        assertThat(other.drops(DropReason.EGRESS_TAG_CONFLICT)).isEqualTo(1);
    }

    /** Linux looks behind a priority tag: a VLAN interface takes such a frame for its own. */
    @Test
    void letsNoGuestsTagJumpBehindAPriorityTag() {
        plain.send(plain.broadcast().tagged(20).tagged(0));
        expect(trunk);
        expect(other);
        expect(red);
        assertThat(trunk.drops(DropReason.EGRESS_TAG_CONFLICT)).isEqualTo(1);
    }

    @Test
    void carriesAGuestsPriorityTagToTheNativeNetworkOfATrunk() {
        TestFrame frame = plain.broadcast().tagged(0xa000);
        plain.send(frame);
        assertThat(trunk.received()).hasSize(1);
    }

    @Test
    void carriesAProviderTagAsPayload() {
        TestFrame frame = trunk.broadcast().tagged(0x88a8, 10);
        trunk.send(frame);
        expect(plain, frame);
        expect(other, frame);
        expect(blue);
    }

    @Test
    void connectsVlanInterfacesAndAccessHosts() {
        trunk.host().assumeVlanInterfaces();
        address(trunk, "tap0.10", 10, "10.77.10.1/24");
        address(trunk, "tap0.20", 20, "10.77.20.1/24");
        address(other, "tap0.10", 10, "10.77.10.2/24");
        blue.host().ip("address add 10.77.10.3/24 dev tap0");
        red.host().ip("address add 10.77.20.3/24 dev tap0");
        red.host().ip("address add 10.77.10.4/24 dev tap0");
        assertThat(trunk.host().ping("10.77.10.2", 5)).isEqualTo(5);
        assertThat(trunk.host().ping("10.77.10.3", 5)).isEqualTo(5);
        assertThat(trunk.host().ping("10.77.20.3", 5)).isEqualTo(5);
        assertThat(blue.host().ping("10.77.10.2", 5)).isEqualTo(5);
        assertThat(blue.host().ping("10.77.10.4", 1, "-W", "1")).isZero();
    }

    /** Two switches, their trunks joined by a plain Linux bridge in a namespace. */
    @Test
    void connectsAccessHostsByATrunkBetweenSwitches() {
        try (TestSwitch second = new TestSwitch()) {
            second.network("name: blue, vlan: 10");
            second.network("name: red, vlan: 20");
            second.apply(
                    config -> config.with(second.config("trunk", trunk.host(), "trunk: all, tap: {interface: tap1}")));
            TestPort farPlain = second.port("plain");
            TestPort farBlue = second.port("blue", "network: blue");
            TestPort farRed = second.port("red", "network: red");
            trunk.host().bridge("tap0", "tap1");
            addresses("10.77.0.", plain, farPlain);
            addresses("10.77.10.", blue, farBlue);
            addresses("10.77.20.", red, farRed);
            red.host().ip("address add 10.77.10.9/24 dev tap0");
            assertThat(plain.host().ping("10.77.0.2", 5)).isEqualTo(5);
            assertThat(blue.host().ping("10.77.10.2", 5)).isEqualTo(5);
            assertThat(blue.host().ping("10.77.10.2", 5, "-s", "1472", "-M", "do"))
                    .isEqualTo(5);
            assertThat(farRed.host().ping("10.77.20.1", 5)).isEqualTo(5);
            assertThat(farBlue.host().ping("10.77.10.9", 1, "-W", "1")).isZero();
        }
    }

    private static void addresses(String prefix, TestPort... ports) {
        for (int i = 0; i < ports.length; i++) {
            ports[i].host().ip("address add " + prefix + (i + 1) + "/24 dev tap0");
        }
    }

    private static void address(TestPort port, String interfaceName, int vlan, String address) {
        port.host().ip("link add link tap0 name " + interfaceName + " type vlan id " + vlan);
        port.host().ip("address add " + address + " dev " + interfaceName);
        port.host().ip("link set " + interfaceName + " up");
    }
}
