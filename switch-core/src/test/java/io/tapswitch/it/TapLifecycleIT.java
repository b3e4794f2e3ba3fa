package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.PortView.Status;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.PortConfig;
import io.tapswitch.linux.IfTun;
import io.tapswitch.linux.Privileges;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From a port's configuration to its interface and back, whatever happens to the interface meanwhile. */
@NeedsTap
class TapLifecycleIT {
    private static final int PATIENCE_SECONDS = 8;

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
        PortConfig port = net.config(name, host, yaml);
        net.apply(config -> config.with(port));
    }

    private void remove(String name) {
        net.apply(config -> config.withoutPort(name));
    }

    private Status status(String port) {
        return net.service().port(port).status();
    }

    private static List<String> addresses(TestHost host) {
        return host.ip("-br address show dev tap0")
                .lines()
                .flatMap(line -> List.of(line.trim().split(" +")).stream().skip(2))
                .filter(address -> !address.startsWith("fe80"))
                .toList();
    }

    @Test
    void appearsAsItWasConfigured() {
        TestHost host = host().enableIpv6();
        add(
                "web",
                host,
                "tap: {interface: tap0, mtu: 1400, mac: '02:00:00:00:77:01', owner: nobody, group: '2345',"
                        + " addresses: [10.81.0.1/24, 'fd81::1/64']}");
        JsonNode link = host.link("tap0");
        assertThat(link.path("mtu").asInt()).isEqualTo(1400);
        assertThat(link.path("address").asText()).isEqualTo("02:00:00:00:77:01");
        JsonNode tun = link.path("linkinfo").path("info_data");
        assertThat(tun.path("type").asText()).isEqualTo("tap");
        assertThat(tun.path("user").asText()).isEqualTo("nobody");
        assertThat(tun.path("group").asText()).isEqualTo("2345");
        assertThat(tun.path("persist").asBoolean()).isFalse();
        assertThat(host.flags("tap0")).contains("UP", "LOWER_UP");
        assertThat(addresses(host)).containsExactly("10.81.0.1/24", "fd81::1/64");
        assertThat(TestHost.execute("ip", "-br", "link")).doesNotContain("tap0");
        assertThat(net.service().port("web").info().device()).isEqualTo("tap0");
    }

    @Test
    void staysDownIfItIsToStayDown() {
        TestHost host = host();
        add("web", host, "tap: {up: false}");
        assertThat(host.flags("tap0")).doesNotContain("UP");
        assertThat(status("web")).isEqualTo(Status.UP);
    }

    @Test
    void isGoneAfterRemovalAndAfterClose() {
        List<String> openBefore = Privileges.openFiles();
        TestHost host = host();
        add("web", host, "");
        assertThat(host.interfaces()).containsExactly("tap0");
        remove("web");
        assertThat(host.interfaces()).isEmpty();
        assertThat(Privileges.openFiles()).isEqualTo(openBefore);
        add("web", host, "");
        net.stop();
        assertThat(host.interfaces()).isEmpty();
    }

    @Test
    void persistentStaysAfterCloseAndIsAttachedAgainAndGoesWithThePort() {
        TestHost host = host();
        add("web", host, "tap: {persistent: true}");
        int index = host.link("tap0").path("ifindex").asInt();
        net.stop();
        assertThat(host.interfaces()).containsExactly("tap0");
        assertThat(host.flags("tap0")).doesNotContain("LOWER_UP");
        net.start();
        assertThat(status("web")).isEqualTo(Status.UP);
        assertThat(host.link("tap0").path("ifindex").asInt()).isEqualTo(index);
        assertThat(host.flags("tap0")).contains("UP", "LOWER_UP");
        remove("web");
        assertThat(host.interfaces()).isEmpty();
    }

    /** A neighbour that knew another address of it would lose what it sends until it asks again, some ten seconds later. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void isReachedByANeighbourAsBeforeAfterARestartAndAfterItWasMadeAgain(int queues) {
        TestHost neighbour = net.veth("neighbour", "").host();
        neighbour.ip("address add 10.83.0.2/24 dev " + TestSwitch.STATION);
        TestHost host = host();
        String yaml = "tap: {addresses: [10.83.0.1/24], queues: " + queues + "}";
        add("web", host, yaml);
        assertThat(neighbour.ping("10.83.0.1", 1)).isEqualTo(1);
        String known = host.link("tap0").path("address").asText();
        assertThat(neighbour.ip("neigh show 10.83.0.1")).contains(known);

        // From now on the neighbour does not ask again.
        neighbour.ip("neigh replace 10.83.0.1 lladdr " + known + " nud permanent dev " + TestSwitch.STATION);
        net.stop();
        assertThat(host.interfaces()).isEmpty();
        net.start();
        assertThat(neighbour.ping("10.83.0.1", 3)).isEqualTo(3);
        remove("web");
        add("web", host, yaml);
        assertThat(neighbour.ping("10.83.0.1", 3)).isEqualTo(3);
    }

    @Test
    void aPortOfTheSameNameOnAnotherSwitchHasAnotherMacAddress() {
        TestHost here = host();
        TestHost there = host();
        add("web", here, "");
        try (TestSwitch other = new TestSwitch()) {
            PortConfig port = other.config("web", there, "");
            other.apply(config -> config.with(port));
            assertThat(there.link("tap0").path("address").asText())
                    .isNotEqualTo(here.link("tap0").path("address").asText());
        }
    }

    @Test
    void persistenceCanBeSwitchedOnAndOff() {
        TestHost host = host();
        TestPort web = net.port("web", host, "");
        try {
            net.patch(web, "tap: {persistent: true}");
            net.stop();
            assertThat(host.interfaces()).containsExactly("tap0");
            net.start();
            net.patch(web, "tap: {persistent: false}");
            net.stop();
            assertThat(host.interfaces()).isEmpty();
        } finally {
            hosts.remove(host);
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void leavesATapThatTheUserMadeAlone(boolean persistent) {
        TestHost host = host();
        host.ip("tuntap add dev tap0 mode tap");
        int index = host.link("tap0").path("ifindex").asInt();
        String mac = host.link("tap0").path("address").asText();
        add("web", host, "tap: {persistent: " + persistent + "}");
        assertThat(host.link("tap0").path("ifindex").asInt()).isEqualTo(index);
        assertThat(host.link("tap0").path("address").asText()).isEqualTo(mac);
        assertThat(host.flags("tap0")).contains("LOWER_UP");
        remove("web");
        assertThat(host.interfaces()).containsExactly("tap0");
        add("web", host, "tap: {persistent: " + persistent + "}");
        net.stop();
        assertThat(host.interfaces()).containsExactly("tap0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tap: {owner: no-such-user} | user 'no-such-user' does not exist",
                "tap: {group: no-such-group} | group 'no-such-group' does not exist",
                "tap: {addresses: ['fd81::1/64']} | disable_ipv6",
                "tap: {namespace: tswi-none} | create it with: ip netns add tswi-none",
                "tap: {interface: lo} | exists and is",
                "tap: {interface: other0} | it exists and is a veth",
                "tap: {interface: tun0} | it exists and is a TUN, not a TAP",
                "tap: {interface: many0} | it exists and has several queues; set queues to 2 or more",
                "tap: {interface: one0, queues: 2} | it exists and has one queue; set queues to 1",
                "tap: {interface: busy0} | another process holds it open",
            })
    void refusesWithAReasonAndLeavesNothing(String yaml, String reason) throws IOException {
        TestHost host = host();
        host.ip("link add other0 type veth peer name other1");
        host.ip("tuntap add dev tun0 mode tun");
        host.ip("tuntap add dev many0 mode tap multi_queue");
        host.ip("tuntap add dev one0 mode tap");
        int busy = host.inside(() -> {
            int fd = IfTun.open();
            IfTun.setIff(fd, "busy0", IfTun.IFF_TAP | IfTun.IFF_NO_PI);
            return fd;
        });
        try {
            String linksBefore = host.ip("-br link");
            List<String> openBefore = Privileges.openFiles();
            assertThatThrownBy(() -> add("web", host, yaml))
                    .isInstanceOf(UncheckedIOException.class)
                    .cause()
                    .hasMessageContaining(reason);
            assertThat(host.ip("-br link")).isEqualTo(linksBefore);
            assertThat(Privileges.openFiles()).isEqualTo(openBefore);
            assertThat(net.service().ports()).isEmpty();
            assertThat(net.service().config().ports()).isEmpty();
        } finally {
            IfTun.close(busy);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tap: {interface: sixteen-bytes-xx} | tap.interface | 1 to 15 characters and has 16",
                "tap: {interface: 'a/b'} | tap.interface | cannot name a network interface",
                "tap: {interface: ''} | tap.interface | 1 to 15 characters",
                "tap: {mtu: 67} | tap.mtu | use 68 to 65521",
                "tap: {mac: '01:00:00:00:00:01'} | tap.mac | is a group address",
                "tap: {addresses: [10.0.0.1]} | tap.addresses[0] | 10.0.0.1",
                "tap: {queues: 0} | tap.queues | use 1 to 64",
                "tap: {interfaces: x} | tap.interfaces | is not a known field",
                "tap: {namespace: ../x} | tap.namespace | neither a name",
            })
    void refusesAWrongFieldByName(String yaml, String field, String reason) {
        TestHost host = host();
        assertThatThrownBy(() -> add("web", host, yaml))
                .isInstanceOfSatisfying(
                        ConfigException.class, e -> assertThat(e.field()).isEqualTo(field))
                .hasMessageContaining(reason);
        assertThat(host.interfaces()).isEmpty();
    }

    @Test
    void refusesTwoPortsOnOneDevice() {
        TestHost host = host();
        add("web", host, "");
        assertThatThrownBy(() -> add("web2", host, ""))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("interface tap0 in namespace " + host.namespace())
                .hasMessageContaining("used by");
        assertThat(status("web")).isEqualTo(Status.UP);
    }

    @Test
    void comesBackByItselfAfterItsInterfaceWasDeleted() throws Exception {
        TestPort a = net.port("a");
        TestPort b = net.port("b");
        net.nail("default", "02:00:00:00:ff:01", b);
        b.send(b.broadcast());
        assertThat(a.received()).hasSize(1);
        long sentBefore = b.counters().sum(PortCounters.RX_FRAMES);

        b.host().ip("link del tap0");
        Await.until("the port has failed", 2, () -> b.view().status() == Status.FAILED);
        assertThat(b.view().reason()).contains("the interface was lost").contains("makes it again");
        assertThat(net.fdb("default")).isEmpty();
        TestFrame flooded = a.send(a.broadcast());
        Await.until("nobody takes the broadcast", 2, () -> a.drops(DropReason.NO_EGRESS) == 1);

        Await.until("the port is back", PATIENCE_SECONDS, () -> b.view().status() == Status.UP);
        assertThat(b.view().reason()).isNull();
        Await.until("its static station too", 1, () -> net.fdb("default").containsKey("02:00:00:00:ff:01"));
        b.reopen();
        TestFrame again = a.send(a.to("02:00:00:00:ff:01"));
        assertThat(b.received()).containsExactly(again).doesNotContain(flooded);
        TestFrame out = b.send(b.to(a));
        assertThat(a.received()).containsExactly(out);
        assertThat(b.counters().sum(PortCounters.RX_FRAMES)).isGreaterThan(sentBefore);
    }

    @Test
    void isDeletedManyTimesAndComesBackEachTime() throws Exception {
        List<String> openBefore = Privileges.openFiles();
        TestHost host = host();
        add("web", host, "");
        for (int i = 0; i < 3; i++) {
            host.ip("link del tap0");
            Await.until("the port has failed", 2, () -> status("web") == Status.FAILED);
            Await.until("the port is back", PATIENCE_SECONDS, () -> status("web") == Status.UP);
            assertThat(host.flags("tap0")).contains("UP", "LOWER_UP");
        }
        remove("web");
        assertThat(Privileges.openFiles()).isEqualTo(openBefore);
    }

    @Test
    void waitsForItsNamespaceAtStart() throws Exception {
        TestHost host = host();
        TestPort other = net.port("other");
        add("web", host, "tap: {addresses: [10.81.0.1/24]}");
        net.stop();
        TestHost.execute("ip", "netns", "del", host.namespace());
        net.start();
        other.reopen();
        assertThat(status("web")).isEqualTo(Status.FAILED);
        assertThat(net.service().port("web").reason()).contains("ip netns add " + host.namespace());
        assertThat(status("other")).isEqualTo(Status.UP);
        TestHost.execute("ip", "netns", "add", host.namespace());
        Await.until("the port comes up", PATIENCE_SECONDS, () -> status("web") == Status.UP);
        assertThat(addresses(host)).contains("10.81.0.1/24");
    }

    @Test
    void movesIntoANamespaceThatWasMadeAnew() throws Exception {
        TestHost host = host();
        add("web", host, "tap: {addresses: [10.81.0.1/24]}");
        TestHost.execute("ip", "netns", "del", host.namespace());
        TestHost.execute("ip", "netns", "add", host.namespace());
        Await.until("the interface is in the new namespace", PATIENCE_SECONDS, () -> host.interfaces()
                .contains("tap0"));
        Await.until("the port comes up", PATIENCE_SECONDS, () -> status("web") == Status.UP);
        assertThat(addresses(host)).contains("10.81.0.1/24");
    }

    @Test
    void aPersistentDeviceGoesWithItsPortAlsoWhileThePortIsFailed() throws Exception {
        TestHost host = host();
        add("web", host, "tap: {persistent: true}");
        net.stop();
        int holder = host.inside(() -> {
            int fd = IfTun.open();
            IfTun.setIff(fd, "tap0", IfTun.IFF_TAP | IfTun.IFF_NO_PI | IfTun.IFF_VNET_HDR);
            return fd;
        });
        net.start();
        assertThat(status("web")).isEqualTo(Status.FAILED);
        IfTun.close(holder);
        assertThat(host.interfaces()).contains("tap0");
        remove("web");
        assertThat(host.interfaces()).doesNotContain("tap0");
    }

    @Test
    void aFailedPortCanBeChangedAndRemoved() {
        TestHost host = host();
        TestPort web = net.port("web", host, "");
        hosts.remove(host);
        net.stop();
        TestHost.execute("ip", "netns", "del", host.namespace());
        net.start();
        assertThat(status("web")).isEqualTo(Status.FAILED);
        net.patch(web, "learning: false");
        assertThat(status("web")).isEqualTo(Status.FAILED);
        remove("web");
        assertThat(net.service().ports()).isEmpty();
        TestHost.execute("ip", "netns", "add", host.namespace());
    }

    @Test
    void countsWhatItsDownInterfaceRefusesAndGoesOn() throws Exception {
        TestPort a = net.port("a");
        TestPort b = net.port("b");
        TestPort c = net.port("c");
        net.nail("default", b.macText(), b);
        b.host().ip("link set tap0 down");
        for (int i = 0; i < 100; i++) {
            a.send(a.to(b));
            a.send(a.to(c));
        }
        Await.until("each copy is counted", 5, () -> b.drops(DropReason.EGRESS_DOWN) == 200);
        Await.until("the others got theirs", 5, () -> c.counters().sum(PortCounters.TX_FRAMES) == 100);
        assertThat(b.view().status()).isEqualTo(Status.UP);

        b.host().ip("link set tap0 up");
        b.reopen();
        long refused = b.drops(DropReason.EGRESS_DOWN);
        Await.until("traffic goes on", 2, () -> {
            a.send(a.to(b));
            return !b.received().isEmpty();
        });
        assertThat(b.drops(DropReason.EGRESS_DOWN) - refused).isLessThan(20);
        TestFrame frame = a.send(a.to(b));
        assertThat(b.received()).containsExactly(frame);
        b.send(b.broadcast());
        assertThat(a.received()).hasSize(1);
    }

    @Test
    void followsTheNetworksMtuUnlessItHasItsOwn() {
        TestPort a = net.port("a");
        TestPort fixed = net.port("fixed", "tap: {mtu: 3000}");
        assertThat(a.host().link("tap0").path("mtu").asInt()).isEqualTo(1500);
        net.network("name: default, mtu: 2000");
        assertThat(a.host().link("tap0").path("mtu").asInt()).isEqualTo(2000);
        assertThat(fixed.host().link("tap0").path("mtu").asInt()).isEqualTo(3000);

        TestFrame fits = fixed.send(TestFrame.of(0x0200_0000_cc01L, fixed.mac(), 2014));
        fixed.send(TestFrame.of(0x0200_0000_cc01L, fixed.mac(), 2015));
        assertThat(a.received()).containsExactly(fits);
        assertThat(fixed.drops(DropReason.OVERSIZE)).isEqualTo(1);

        net.network("name: jumbo, mtu: 9000");
        net.patch(a, "network: jumbo");
        assertThat(a.host().link("tap0").path("mtu").asInt()).isEqualTo(9000);
    }

    @Test
    void followsTheMtuOfAnInterfaceThatWasRenamed() {
        TestPort a = net.port("a");
        a.host().ip("link set tap0 name renamed0");
        net.network("name: default, mtu: 1400");
        assertThat(a.host().link("renamed0").path("mtu").asInt()).isEqualTo(1400);
    }

    @Test
    void readsEachOfSeveralQueuesOnALoopOfItsOwn() throws Exception {
        TestPort a = net.port("a", "tap: {queues: 2, addresses: [10.82.0.1/24]}");
        TestPort b = net.port("b", "tap: {addresses: [10.82.0.2/24]}");
        assertThat(a.view().info().queues()).isEqualTo(2);
        assertThat(a.view().info().loops()).containsExactlyInAnyOrder(0, 1);
        long before = a.counters().sum(PortCounters.RX_FRAMES);
        for (int i = 0; i < 64; i++) {
            a.send(datagram(a, b, i));
        }
        Await.until("every frame is read", 5, () -> a.counters().sum(PortCounters.RX_FRAMES) - before >= 64);
        assertThat(framesPerQueue(a)).hasSize(2).allMatch(frames -> frames > 5);
        assertThat(a.host().ping("10.82.0.2", 10)).isEqualTo(10);
        Transfer.tcp(a.host(), b.host(), "10.82.0.2", 32 << 20);
        Transfer.tcp(b.host(), a.host(), "10.82.0.1", 32 << 20);
        TestFrame in = b.send(b.broadcast());
        assertThat(a.received()).contains(in).hasSize(1);
        net.patch(a, "enabled: false");
        assertThat(a.host().flags("tap0")).doesNotContain("LOWER_UP");
    }

    /** An IPv4/UDP frame with a source port of its own, by which the kernel chooses the queue. */
    private static TestFrame datagram(TestPort from, TestPort to, int number) {
        ByteBuffer frame = ByteBuffer.wrap(TestFrame.of(to.mac(), from.mac()).bytes());
        frame.putShort(12, (short) 0x0800).putShort(14, (short) 0x4500).putShort(16, (short) 46);
        frame.putInt(18, 0).putShort(22, (short) 0x4011).putInt(26, 0x0a52_0001).putInt(30, 0x0a52_0009);
        frame.putShort(34, (short) (20_000 + number)).putShort(36, (short) 9).putShort(38, (short) 26);
        return TestFrame.received(frame.array());
    }

    private static List<Long> framesPerQueue(TestPort port) throws IOException {
        JsonNode qdiscs = ConfigReader.JSON.readTree(port.host().run("tc", "-s", "-j", "qdisc", "show", "dev", "tap0"));
        List<Long> frames = new ArrayList<>();
        for (JsonNode qdisc : qdiscs) {
            if (!qdisc.path("kind").asText().equals("mq")) {
                frames.add(qdisc.path("packets").asLong());
            }
        }
        return frames;
    }

    @Test
    void keepsItsCountersWhenItsDeviceIsMadeAnew() {
        TestPort a = net.port("a");
        TestPort b = net.port("b");
        a.send(a.broadcast());
        assertThat(b.received()).hasSize(1);
        int index = b.host().link("tap0").path("ifindex").asInt();
        net.patch(b, "tap: {mtu: 1400}");
        assertThat(b.host().link("tap0").path("ifindex").asInt()).isNotEqualTo(index);
        assertThat(b.counters().sum(PortCounters.TX_FRAMES)).isEqualTo(1);
        b.reopen();
        TestFrame frame = a.send(a.broadcast());
        assertThat(b.received()).containsExactly(frame);
    }

    @Test
    void aChangeThatFailsBringsTheOldDeviceBack() {
        TestPort a = net.port("a");
        TestPort b = net.port("b");
        net.nail("default", b.macText(), b);
        assertThatThrownBy(() -> net.patch(b, "tap: {owner: no-such-user}")).hasMessageContaining("no-such-user");
        assertThat(b.view().status()).isEqualTo(Status.UP);
        assertThat(net.fdb("default")).containsEntry(b.macText(), "b static");
        b.reopen();
        TestFrame frame = a.send(a.to(b));
        assertThat(b.received()).containsExactly(frame);
    }

    /** A descriptor's number is given to the next file as soon as it is closed: nothing may be written to it then. */
    @Test
    void isRemovedWhileOtherPortsFloodToIt() throws Exception {
        TestPort a = net.port("a");
        TestPort b = net.port("b");
        TestHost host = host();
        AtomicBoolean stop = new AtomicBoolean();
        TestFrame frame = a.broadcast();
        CompletableFuture<?> flood = CompletableFuture.runAsync(() -> {
            while (!stop.get()) {
                a.send(frame);
            }
        });
        CompletableFuture<?> files = CompletableFuture.runAsync(() -> openFiles(stop));
        try {
            for (int i = 0; i < 40; i++) {
                add("z", host, i % 2 == 0 ? "" : "tap: {queues: 2}");
                PortCounters counters = net.service().port("z").counters();
                Await.until("the flood reaches the port", 5, () -> counters.sum(PortCounters.TX_FRAMES) > 0);
                remove("z");
                assertThat(counters.drops()).as("round %d", i).doesNotContainKey(DropReason.EGRESS_ERROR);
            }
        } finally {
            stop.set(true);
        }
        flood.get(5, TimeUnit.SECONDS);
        files.get(5, TimeUnit.SECONDS);
        assertThat(b.counters().drops()).doesNotContainKey(DropReason.EGRESS_ERROR);
        b.drain();
    }

    private static void openFiles(AtomicBoolean stop) {
        try {
            Path file = Files.createTempFile("tswi", ".empty");
            try {
                while (!stop.get()) {
                    openAtOnce(file, 20);
                    assertThat(Files.size(file))
                            .as("bytes that the switch wrote to a foreign file")
                            .isZero();
                }
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void openAtOnce(Path file, int count) throws IOException {
        List<OutputStream> open = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            open.add(Files.newOutputStream(file));
        }
        for (OutputStream stream : open) {
            stream.close();
        }
    }
}
