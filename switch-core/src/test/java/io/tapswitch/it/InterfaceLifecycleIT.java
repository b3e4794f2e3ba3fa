package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.PortView.Status;
import io.tapswitch.config.ConfigException;
import io.tapswitch.linux.Privileges;
import io.tapswitch.port.DropReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Interface ports, whatever becomes of the interface that they are on. */
@NeedsTap
class InterfaceLifecycleIT {
    private static final int PATIENCE_SECONDS = 5;

    private TestSwitch net;
    private final List<TestHost> hosts = new ArrayList<>();

    @BeforeEach
    void aSwitch() {
        net = new TestSwitch();
    }

    @AfterEach
    void close() {
        net.close();
        hosts.forEach(TestHost::close);
    }

    private TestHost host() {
        TestHost host = new TestHost();
        hosts.add(host);
        return host;
    }

    private void add(String name, TestHost host, String yaml) {
        net.apply(config -> config.with(net.config("name: " + name + ", type: interface, interface: {namespace: "
                + host.namespace() + ", " + yaml + "}")));
    }

    private void remove(String name) {
        net.apply(config -> config.withoutPort(name));
    }

    private Status status(String port) {
        return net.service().port(port).status();
    }

    private String reason(String port) {
        return net.service().port(port).reason();
    }

    private void await(String port, Status status) throws Exception {
        Await.until(port + " is " + status, PATIENCE_SECONDS, () -> status(port) == status);
    }

    private void awaitReason(String port, String part) throws Exception {
        Await.until(
                port + ": " + part,
                PATIENCE_SECONDS,
                () -> reason(port) != null && reason(port).contains(part));
    }

    @Test
    void waitsForItsInterfaceAndIsUpAtOnceWhenItAppears() throws Exception {
        TestHost host = host();
        add("web", host, "name: eth7");
        assertThat(status("web")).isEqualTo(Status.WAITING);
        assertThat(reason("web")).isEqualTo("waits for interface eth7 to appear");
        host.ip("link add other type veth peer name peer");
        host.ip("link add eth7 type veth peer name far");
        awaitReason("web", "waits for interface eth7 to be brought up");
        host.ip("link set eth7 up");
        awaitReason("web", "waits for a carrier on interface eth7");
        host.ip("link set far up");
        Await.until("the port is up", 1, () -> status("web") == Status.UP);
        assertThat(net.service().port("web").info().device()).isEqualTo("eth7");
    }

    @Test
    void forgetsItsStationsWhenItsInterfaceGoesDownAndGoesOnWhenItIsUpAgain() throws Exception {
        TestPort a = net.port("a");
        TestPort b = net.veth("b", "");
        b.send(b.broadcast());
        assertThat(a.received()).hasSize(1);
        assertThat(net.fdb("default")).containsKey(b.macText());

        net.wires().ip("link set sw-b down");
        await("b", Status.WAITING);
        assertThat(reason("b")).isEqualTo("waits for interface sw-b to be brought up");
        Await.until("its stations are forgotten", 1, () -> !net.fdb("default").containsKey(b.macText()));
        a.send(a.broadcast());
        Await.until("the copy is counted", 1, () -> b.drops(DropReason.EGRESS_DOWN) > 0);

        net.wires().ip("link set sw-b up");
        await("b", Status.UP);
        b.reopen();
        TestFrame there = a.send(a.broadcast());
        assertThat(b.received()).containsExactly(there);
        TestFrame back = b.send(b.to(a));
        assertThat(a.received()).containsExactly(back);
    }

    @Test
    void waitsWhileThePeerIsDown() throws Exception {
        TestPort b = net.veth("b", "");
        b.host().ip("link set st0 down");
        await("b", Status.WAITING);
        assertThat(reason("b")).startsWith("waits for a carrier on interface sw-b");
        b.host().ip("link set st0 up");
        await("b", Status.UP);
    }

    @Test
    void comesBackWithAnInterfaceOfTheSameName() throws Exception {
        TestPort a = net.port("a");
        TestPort b = net.veth("b", "");
        for (int round = 0; round < 2; round++) {
            net.wires().ip("link del sw-b");
            Await.until("the port is not up", 1, () -> status("b") != Status.UP);
            awaitReason("b", "waits for interface sw-b to appear");
            net.wires()
                    .ip("link add sw-b type veth peer name st0 netns "
                            + b.host().namespace());
            net.wires().ip("link set sw-b up");
            b.host().ip("link set st0 up");
            Await.until("the port is up", 1, () -> status("b") == Status.UP);
            b.reopen();
            TestFrame frame = a.send(a.broadcast());
            assertThat(b.received()).containsExactly(frame);
        }
    }

    @Test
    void comesBackWhenItsInterfaceIsDeletedWhileDown() throws Exception {
        TestHost host = host();
        host.ip("link add eth7 type veth peer name far");
        add("web", host, "name: eth7");
        awaitReason("web", "to be brought up");
        host.ip("link del eth7");
        awaitReason("web", "to appear");
    }

    @Test
    void staysWithItsInterfaceWhenThatIsRenamed() throws Exception {
        TestPort b = net.veth("b", "");
        net.wires().ip("link set sw-b down");
        net.wires().ip("link set sw-b name renamed0");
        net.wires().ip("link set renamed0 up");
        await("b", Status.UP);
        assertThat(net.service().port("b").info().device()).isEqualTo("renamed0");
    }

    @Test
    void letsGoOfANamespaceThatWasDeletedAndComesBackWithANewOne() throws Exception {
        TestPort b = net.veth("b", "");
        TestHost other = host();
        net.wires().ip("link add eth7 type veth peer name far7 netns " + other.namespace());
        add("web", net.wires(), "name: eth7");
        TestHost.execute("ip", "netns", "del", net.wires().namespace());
        Await.until(
                "the veth is gone", PATIENCE_SECONDS, () -> !other.interfaces().contains("far7"));
        assertThat(status("b")).isEqualTo(Status.FAILED);
        assertThat(reason("b")).contains(net.wires().namespace());
        TestHost.execute("ip", "netns", "add", net.wires().namespace());
        Await.until("it waits in the new namespace", 8, () -> status("b") == Status.WAITING);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lo | no Ethernet header",
                "tun0 | it is a TUN",
                "member | member of a bridge",
            })
    void refusesWhatCannotBeAPort(String name, String reason) {
        TestHost host = host();
        host.ip("tuntap add dev tun0 mode tun");
        host.ip("link add br0 type bridge");
        host.ip("link add member type veth peer name far");
        host.ip("link set member master br0");
        assertThatThrownBy(() -> add("web", host, "name: " + name)).hasMessageContaining(reason);
        assertThat(net.service().ports()).isEmpty();
        assertThat(host.link(name).path("promiscuity").asInt()).isEqualTo(name.equals("member") ? 1 : 0);
    }

    @Test
    void failsWhileItsInterfaceIsAMemberOfABridge() throws Exception {
        TestPort b = net.veth("b", "");
        net.wires().ip("link add br0 type bridge");
        net.wires().ip("link set sw-b master br0");
        await("b", Status.FAILED);
        assertThat(reason("b")).contains("ip link set sw-b nomaster");
        net.wires().ip("link set sw-b nomaster");
        await("b", Status.UP);
    }

    @Test
    void refusesATapOfTheSwitchItself() {
        TestPort a = net.port("a");
        assertThatThrownBy(() -> add("twice", a.host(), "name: tap0"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("interface tap0 in namespace " + a.host().namespace())
                .hasMessageContaining("used by");
        assertThatThrownBy(() -> net.apply(config -> config.with(net.config("name: twice, type: interface,"
                        + " interface: {name: tap0, namespace: /run/netns/"
                        + a.host().namespace() + "}"))))
                .hasMessageContaining("whose wire is TapSwitch itself");
    }

    @Test
    void isPromiscuousAsLongAsItIsOpenAndLeavesNothingBehind() {
        List<String> openBefore = Privileges.openFiles();
        TestHost host = host();
        host.ip("link add eth7 type veth peer name far");
        add("web", host, "name: eth7");
        assertThat(promiscuity(host)).isEqualTo(1);
        assertThat(host.flags("eth7"))
                .as("what is not the switch's stays as it is")
                .doesNotContain("UP");
        remove("web");
        assertThat(promiscuity(host)).isZero();
        add("web", host, "name: eth7, promiscuous: false");
        assertThat(promiscuity(host)).isZero();
        remove("web");
        assertThat(host.interfaces()).contains("eth7", "far");
        assertThat(Privileges.openFiles()).isEqualTo(openBefore);
    }

    private static int promiscuity(TestHost host) {
        return host.link("eth7").path("promiscuity").asInt();
    }

    @Test
    void isOpenedAndClosedManyTimesWithoutALeak() {
        TestHost host = host();
        add("absent", host, "name: nowhere");
        remove("absent");
        List<String> openBefore = Privileges.openFiles();
        for (int i = 0; i < 30; i++) {
            add("web", host, "name: nowhere");
            remove("web");
            assertThatThrownBy(() -> add("web", host, "name: lo")).hasMessageContaining("Ethernet");
        }
        assertThat(Privileges.openFiles()).isEqualTo(openBefore);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name: sixteen-bytes-xx | interface.name | 1 to 15 characters and has 16",
                "name: 'a/b' | interface.name | cannot name a network interface",
                "owner: qemu | interface.owner | set createTap",
                "group: kvm | interface.group | set createTap",
                "queues: 2 | interface.queues | set createTap",
                "mtu: 1400 | interface.mtu | set createTap",
                "createTap: true, queues: 257 | interface.queues | use 1 to 256",
                "createTap: true, mtu: 67 | interface.mtu | use 68 to 65521",
                "interface: eth0 | interface.interface | is not a known field",
            })
    void refusesAWrongFieldByName(String yaml, String field, String reason) {
        TestHost host = host();
        assertThatThrownBy(() -> add("web", host, yaml))
                .isInstanceOfSatisfying(
                        ConfigException.class, e -> assertThat(e.field()).isEqualTo(field))
                .hasMessageContaining(reason);
        assertThat(host.interfaces()).isEmpty();
    }
}
