package io.tapswitch.vm;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.PortView;
import io.tapswitch.PortView.Status;
import io.tapswitch.it.Await;
import io.tapswitch.it.NeedsTap;
import io.tapswitch.it.TestHost;
import io.tapswitch.it.TestSwitch;
import io.tapswitch.port.DropReason;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A guest on each {@link Backend} and a host on a TAP, in one network: real virtual machines under all that happens to
 * them. Each test leaves all guests running and attached.
 */
@NeedsTap
@NeedsQemu
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VmBackendsIT {
    private static final int MTU = 9000;
    private static final int PATIENCE_SECONDS = 10;
    private static final String HOST = "10.86.0.1";
    private static final String HOST6 = "fd86::1";

    private final Map<Backend, Guest> guests = new EnumMap<>(Backend.class);
    private final TestSwitch net = new TestSwitch();
    private final TestHost host = new TestHost().enableIpv6();
    private final SocketDirectory sockets = new SocketDirectory();

    @BeforeAll
    void aGuestOnEachBackend() {
        net.network("name: default, mtu: " + MTU);
        String device = "interface: tap0, namespace: " + host.namespace() + ", mac: '52:54:00:86:00:01'";
        net.add("name: host, type: tap, tap: {" + device + ", addresses: [" + HOST + "/24, '" + HOST6 + "/64']}");
        for (Backend backend : Backend.values()) {
            net.add(backend.config(sockets, net.wires()));
        }
        start(Backend.values());
    }

    @AfterAll
    void close() {
        try (sockets;
                host;
                net) {
            guests.values().forEach(Guest::close);
        }
    }

    private static String ip(Backend backend) {
        return "10.86.0.1" + backend.ordinal();
    }

    private static String ip6(Backend backend) {
        return "fd86::1" + backend.ordinal();
    }

    /** Starts guests side by side. */
    private void start(Backend... backends) {
        for (Backend backend : backends) {
            guests.put(
                    backend,
                    backend.guest(sockets, net.wires())
                            .mac("52:54:00:86:00:1" + backend.ordinal())
                            .ip(ip(backend) + "/24")
                            .ip6(ip6(backend) + "/64")
                            .start());
        }
        for (Backend backend : backends) {
            guests.get(backend).boot();
        }
    }

    /** Does something with guests, all of them unless said, at the same time. */
    private static void sideBySide(Consumer<Backend> action, Backend... some) {
        Stream.of(some.length == 0 ? Backend.values() : some)
                .map(backend -> CompletableFuture.runAsync(
                        () -> action.accept(backend), task -> new Thread(task, backend.port()).start()))
                .toList()
                .forEach(CompletableFuture::join);
    }

    private PortView view(Backend backend) {
        return net.service().port(backend.port());
    }

    private void awaitStatus(Backend backend, Status status) throws Exception {
        String what = "port " + backend.port() + " is " + status;
        Await.until(what, PATIENCE_SECONDS, () -> view(backend).status() == status);
    }

    /** Asserts that a guest has an answer from everybody else, by IPv4 and IPv6. */
    private void assertReachesAll(Backend from) {
        List<String> addresses = new ArrayList<>(List.of(HOST, HOST6));
        for (Backend to : Backend.values()) {
            if (to != from) {
                addresses.addAll(List.of(ip(to), ip6(to)));
            }
        }
        String ping =
                "for a in " + String.join(" ", addresses) + "; do ping -q -c 1 -W 2 $a >/dev/null || echo $a; done";
        assertThat(guests.get(from).execute(ping))
                .as("who does not answer %s", from)
                .isEmpty();
    }

    private void assertAllReachOneAnother() {
        sideBySide(this::assertReachesAll);
    }

    @ParameterizedTest
    @EnumSource
    void carriesPingsOfEverybody(Backend backend) {
        assertThat(host.ping(ip(backend), 5)).isEqualTo(5);
        assertThat(host.run("ping", "-c", "1", "-W", "2", ip6(backend))).contains("1 received");
        assertReachesAll(backend);
        assertThat(net.fdb("default")).containsEntry(guests.get(backend).mac(), backend.port() + " dynamic");
    }

    @ParameterizedTest
    @EnumSource
    void carriesTcp(Backend backend) throws Exception {
        TextTransfer.bothWays(guests.get(backend), host, HOST, HOST);
        TextTransfer.bothWays(guests.get(backend), host, HOST6, HOST6);
    }

    @Test
    void carriesTcpFromGuestToGuest() {
        Backend[] all = Backend.values();
        for (int i = 0; i < all.length; i++) {
            Backend server = all[(i + 1) % all.length];
            guests.get(server).execute("iperf3 -s -1 -D");
            String client = "iperf3 -n 1M -c " + (i % 2 == 0 ? ip(server) : ip6(server));
            assertThat(guests.get(all[i]).execute(client)).contains("receiver");
        }
    }

    @Test
    void carriesJumboFrames() throws Exception {
        setGuestMtu(MTU);
        try {
            for (Backend backend : Backend.values()) {
                assertThat(host.ping(ip(backend), 3, "-s", "8972", "-M", "do"))
                        .as("answers of 9000 bytes from %s", backend)
                        .isEqualTo(3);
                TextTransfer.bothWays(guests.get(backend), host, HOST, HOST);
            }
            assertThat(guests.get(Backend.TAP).ping(ip(Backend.STREAM_CLIENT), 3, "-s 8972"))
                    .isEqualTo(3);
        } finally {
            setGuestMtu(1500);
        }
    }

    private void setGuestMtu(int bytes) {
        guests.values().forEach(guest -> guest.execute("ip link set eth0 mtu " + bytes));
    }

    @Test
    void passesTagsOfGuests() {
        for (Backend backend : Backend.values()) {
            addVlan(backend);
        }
        try {
            for (Backend backend : Backend.values()) {
                String next = vlanIp(Backend.values()[(backend.ordinal() + 1) % Backend.values().length]);
                assertThat(guests.get(backend).ping(next, 1))
                        .as("answers within the VLAN of %s", backend)
                        .isOne();
            }
        } finally {
            guests.values().forEach(guest -> guest.execute("ip link del eth0.100"));
        }
    }

    private void addVlan(Backend backend) {
        guests.get(backend)
                .execute("ip link add link eth0 name eth0.100 type vlan id 100 && ip addr add " + vlanIp(backend)
                        + "/24 dev eth0.100 && ip link set eth0.100 up");
    }

    private static String vlanIp(Backend backend) {
        return "10.87.0.1" + backend.ordinal();
    }

    @Test
    void trunksAGuest() {
        net.network("name: blue, vlan: 100");
        try (TestHost other = new TestHost()) {
            net.add("name: blue-host, network: blue, type: tap, tap: {interface: tap0, namespace: " + other.namespace()
                    + ", addresses: [10.87.0.1/24]}");
            Stream.of(Backend.values()).forEach(backend -> reconfigure(backend, ", trunk: [blue]"));
            Stream.of(Backend.values()).forEach(this::addVlan);
            for (Backend backend : Backend.values()) {
                assertThat(other.ping(vlanIp(backend), 3))
                        .as("answers in the VLAN of %s", backend)
                        .isEqualTo(3);
                assertThat(host.ping(ip(backend), 3)).isEqualTo(3);
            }
        } finally {
            Stream.of(Backend.values()).forEach(backend -> reconfigure(backend, ""));
            guests.values().forEach(guest -> guest.run("ip link del eth0.100"));
            net.apply(config -> config.withoutPort("blue-host").withoutNetwork("blue"));
        }
    }

    private void reconfigure(Backend backend, String fields) {
        net.add(backend.config(sockets, net.wires()) + fields);
    }

    @Test
    void staysUpWhileGuestsReboot() {
        Map<Backend, Instant> since = new EnumMap<>(Backend.class);
        Stream.of(Backend.values())
                .forEach(backend -> since.put(backend, view(backend).since()));
        sideBySide(backend -> guests.get(backend).reboot(), Backend.STREAM_CLIENT, Backend.TAP);
        assertAllReachOneAnother();
        since.forEach((backend, instant) -> assertThat(view(backend).since())
                .as("since when %s is up", backend)
                .isEqualTo(instant));
    }

    @Test
    void forgetsKilledGuestsAndTakesThemBack() throws Exception {
        assertAllReachOneAnother();
        for (Backend backend : Backend.values()) {
            try (Guest guest = guests.remove(backend)) {
                guest.kill();
                awaitStatus(backend, Status.WAITING);
                String what = backend + " is forgotten";
                Await.until(what, PATIENCE_SECONDS, () -> !net.fdb("default").containsKey(guest.mac()));
            }
        }
        start(Backend.values());
        assertAllReachOneAnother();
    }

    /** QEMU 7.2 does not connect again, so the guests that did are lost until QEMU is started again. */
    @Test
    void findsGuestsAgainAfterARestart() throws Exception {
        net.stop();
        net.start();
        for (Backend backend : Backend.values()) {
            if (backend.comesBack()) {
                awaitStatus(backend, Status.UP);
                Await.until(backend + " answers", PATIENCE_SECONDS, () -> host.ping(ip(backend), 1) == 1);
            }
        }
        for (Backend backend : List.of(Backend.STREAM_CLIENT, Backend.SOCKET)) {
            assertThat(view(backend).status()).isEqualTo(Status.WAITING);
            assertThat(guests.get(backend).ping(HOST, 1)).isZero();
            guests.remove(backend).close();
        }
        start(Backend.STREAM_CLIENT, Backend.SOCKET);
        assertAllReachOneAnother();
    }

    @Test
    void shieldsGuestsFromGarbage() throws Exception {
        String budgets = ", storm: {broadcast: 200, multicast: 200, unknownUnicast: 200}";
        Path frames = sockets.path("frames");
        Path noise = sockets.path("noise");
        net.add("name: frames, type: stream, stream: {listen: 'unix:" + frames + "', owner: nobody}" + budgets);
        net.add("name: noise, type: stream, stream: {listen: 'unix:" + noise + "'}");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
        try (QemuClient client = new QemuClient("stream,server=off,addr.type=unix,addr.path=" + frames)) {
            client.awaitConnected(true);
            CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> Garbage.sendFrames(client.frames(), end));
            CompletableFuture<Integer> caller = CompletableFuture.supplyAsync(() -> Garbage.sendBytes(noise, end));
            // What the budgets let pass may fill a socket on which Linux lets ten datagrams wait.
            sideBySide(backend -> assertThat(guests.get(backend).ping(HOST, 15))
                    .as("answers to %s", backend)
                    .isGreaterThanOrEqualTo(12));
            sender.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(caller.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("connections that were ended")
                    .isPositive();
            assertThat(net.service().port("frames").counters().drops(DropReason.STORM_MULTICAST))
                    .isPositive();
        } finally {
            net.apply(config -> config.withoutPort("frames").withoutPort("noise"));
        }
        assertAllReachOneAnother();
    }

    @Test
    void givesAGuestTheWorldThroughPasst() throws Exception {
        Assumptions.assumeTrue(Passt.isInstalled(), "passt is not installed");
        Path socket = sockets.path("inside");
        net.network("name: inside");
        net.add("name: guest, network: inside, type: stream, stream: {listen: 'unix:" + socket + "', owner: nobody}");
        try (TestHost outside = new TestHost().enableIpv6();
                Passt passt = new Passt(outside);
                Guest guest = Guest.on("stream,server=off,addr.type=unix,addr.path=" + socket)
                        .start()) {
            net.add("name: passt, network: inside, type: stream, stream: {connect: 'unix:" + passt.socket() + "'}");
            guest.execute("ip link set eth0 up && udhcpc -i eth0 -n -q -t 5 -T 1");
            assertThat(guest.execute("ip addr show eth0")).contains(Passt.ADDRESS + "/24");
            TextTransfer.bothWays(guest, outside, "127.0.0.1", Passt.GATEWAY);
        } finally {
            net.apply(config -> config.withoutPort("guest").withoutPort("passt").withoutNetwork("inside"));
        }
    }
}
