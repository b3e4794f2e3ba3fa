package io.tapswitch.port.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.EventLoops;
import io.tapswitch.PortView;
import io.tapswitch.StateStore;
import io.tapswitch.SwitchService;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.MergePatch;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.it.Await;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.memory.MemoryDriver;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole switch with a port that takes many peers in, each of which gets a port of its own. */
@Timeout(60)
class StreamListenerTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration NOW = Duration.ofMillis(100);

    @TempDir
    Path directory;

    private final PortDrivers drivers = new PortDrivers(List.of(new StreamDriver(), new MemoryDriver()));
    private final ConfigReader reader = new ConfigReader(drivers);
    private final EventLoops loops = new EventLoops(2);
    private final List<StreamPeer> peers = new ArrayList<>();
    private StateStore store;
    private SwitchService service;

    @BeforeEach
    void start() throws IOException {
        store = new StateStore(directory.resolve("state"), reader);
        service = new SwitchService(drivers, loops, store, SwitchConfig.EMPTY);
        service.start();
    }

    @AfterEach
    void stop() throws IOException {
        service.close();
        store.close();
        loops.close();
        for (StreamPeer peer : peers) {
            peer.close();
        }
    }

    private Path path() {
        return directory.resolve("vm.sock");
    }

    private void make(String yaml) throws IOException {
        service.apply(config -> config.with(reader.port(ConfigReader.parseYaml("{" + yaml + "}"), "")));
    }

    private void listen(String name, int most, String more) throws IOException {
        make("name: " + name + ", type: stream, stream: {listen: 'unix:" + path() + "', maxConnections: " + most + "}"
                + more);
    }

    private void patch(String port, String yaml) throws IOException {
        service.apply(config -> config.with(reader.port(
                MergePatch.apply(
                        ConfigReader.write(config.port(port).orElseThrow()), ConfigReader.parseYaml("{" + yaml + "}")),
                "")));
    }

    private StreamPeer connect() throws IOException {
        StreamPeer peer = StreamPeer.connect(UnixDomainSocketAddress.of(path()));
        peers.add(peer);
        return peer;
    }

    /** Connects, and waits for the port that this makes. */
    private StreamPeer join(String name) throws Exception {
        StreamPeer peer = connect();
        Await.until("port " + name + " is up", 10, () -> isUp(name));
        return peer;
    }

    private List<String> names() {
        return service.ports().stream().map(view -> view.config().name()).toList();
    }

    private boolean isUp(String name) {
        return names().contains(name) && service.port(name).status() == PortView.Status.UP;
    }

    private void until(String what, Callable<Boolean> condition) throws Exception {
        Await.until(what, 10, condition);
    }

    private static byte[] broadcast(int station) {
        return Frames.ethernet(MacAddress.BROADCAST, 0x0200_0000_0000L + station, 46);
    }

    private static byte[] unicast(int to, int from) {
        return Frames.ethernet(0x0200_0000_0000L + to, 0x0200_0000_0000L + from, 46);
    }

    @Test
    void eachPeerGetsAPortAndFramesPassBetweenThem() throws Exception {
        listen("vm", 3, "");
        assertThat(service.port("vm").status()).isEqualTo(PortView.Status.UP);
        StreamPeer a = join("vm-1");
        StreamPeer b = join("vm-2");
        assertThat(names()).containsExactly("vm", "vm-1", "vm-2");
        assertThat(service.port("vm-2").listener()).isEqualTo("vm");
        a.send(broadcast(1));
        assertThat(b.receive(SOON)).isEqualTo(broadcast(1));
        b.send(unicast(1, 2));
        assertThat(a.receive(SOON)).isEqualTo(unicast(1, 2));
        assertThat(service.bridge("default")
                        .table()
                        .lookup(0x0200_0000_0002L)
                        .port()
                        .name())
                .isEqualTo("vm-2");
        assertThat(service.port("vm").counters().sum(PortCounters.RX_FRAMES)).isZero();
        assertThat(service.port("vm").info().device()).endsWith("(2 of 3 connections)");
    }

    @Test
    void aPortEndsWithItsPeerAndTakesItsStationsAlong() throws Exception {
        listen("vm", 3, "");
        StreamPeer a = join("vm-1");
        join("vm-2");
        a.send(broadcast(1));
        until("the station is learned", () -> service.bridge("default").table().size() == 1);
        a.close();
        until("the port is gone", () -> !names().contains("vm-1"));
        until("so is its station", () -> service.bridge("default").table().size() == 0);
        assertThat(names()).containsExactly("vm", "vm-2");
        join("vm-1");
    }

    @Test
    void namesSkipThoseThatAreTaken() throws Exception {
        listen("vm", 4, "");
        make("name: vm-1, type: memory");
        make("name: vm-3, type: memory");
        join("vm-2");
        join("vm-4");
        assertThatThrownBy(() -> make("name: vm-2, type: memory")).hasMessageContaining("is a connection of port 'vm'");
    }

    @Test
    void aLongNameIsCutToMakeRoomForTheNumber() throws Exception {
        String longest = "a".repeat(63);
        listen(longest, 2, "");
        join("a".repeat(61) + "-1");
        join("a".repeat(61) + "-2");
    }

    @Test
    void portsFollowWhatChangesAtTheirListener() throws Exception {
        service.apply(config -> config.with(reader.network(ConfigReader.parseYaml("{name: blue}"), "")));
        listen("vm", 3, "");
        StreamPeer a = join("vm-1");
        StreamPeer b = join("vm-2");
        make("name: other, type: memory, network: blue");
        patch("vm", "network: blue, learning: false");
        a.send(broadcast(1));
        assertThat(b.receive(SOON)).isEqualTo(broadcast(1));
        assertThat(service.port("vm-1").config().network()).isEqualTo("blue");
        assertThat(service.bridge("blue").table().size()).isZero();
        assertThat(service.port("other").counters().sum(PortCounters.TX_FRAMES)).isEqualTo(1);
        patch("vm", "enabled: false");
        assertThat(service.port("vm-1").status()).isEqualTo(PortView.Status.DISABLED);
        a.send(broadcast(1));
        until("the frame is dropped", () -> service.port("vm-1").counters().drops(DropReason.PORT_DISABLED) == 1);
        assertThat(b.receive(NOW)).isNull();
        StreamPeer c = connect();
        until("a new one is disabled, too", () -> names().contains("vm-3"));
        patch("vm", "enabled: true");
        c.send(broadcast(3));
        assertThat(a.receive(SOON)).isEqualTo(broadcast(3));
        assertThatThrownBy(() -> service.apply(config -> config.withoutNetwork("blue")))
                .hasMessageContaining("blue");
    }

    @Test
    void portsGoWithTheirListener() throws Exception {
        listen("vm", 3, "");
        StreamPeer a = join("vm-1");
        service.apply(config -> config.withoutPort("vm"));
        assertThat(a.isEnded(SOON)).isTrue();
        assertThat(names()).isEmpty();
        assertThat(path()).doesNotExist();
    }

    @Test
    void aListenerThatIsMadeAnewStartsWithNobody() throws Exception {
        listen("vm", 3, "");
        StreamPeer a = join("vm-1");
        patch("vm", "stream: {maxConnections: 2}");
        assertThat(a.isEnded(SOON)).isTrue();
        assertThat(names()).containsExactly("vm");
        join("vm-1");
        join("vm-2");
        assertThat(connect().isEnded(SOON)).isTrue();
    }

    @Test
    void portsOutliveARefusedChangeOfTheirListener() throws Exception {
        listen("vm", 3, "");
        StreamPeer a = join("vm-1");
        StreamPeer b = join("vm-2");
        assertThatThrownBy(() -> patch("vm", "network: none")).hasMessageContaining("none");
        a.send(broadcast(1));
        assertThat(b.receive(SOON)).isEqualTo(broadcast(1));
    }

    @Test
    void ofAHundredFiftyAreTakenIn() throws Exception {
        listen("vm", 50, "");
        for (int i = 0; i < 100; i++) {
            connect();
        }
        until("fifty are there", () -> names().size() == 51);
        until(
                "fifty are sent away",
                () -> peers.stream()
                                .filter(peer -> peer.isEnded(Duration.ofMillis(1)))
                                .count()
                        == 50);
        assertThat(names()).hasSize(51).contains("vm-50");
        long onFirstLoop = service.ports().stream()
                .filter(view -> view.info().loops().contains(0))
                .count();
        assertThat(onFirstLoop).isBetween(20L, 31L);
        for (StreamPeer peer : peers) {
            peer.close();
        }
        until("all are gone", () -> names().size() == 1);
        until("none is counted", () -> service.port("vm").info().device().endsWith("(0 of 50 connections)"));
        join("vm-1");
    }

    @Test
    void connectionsOutliveTheSocketFile() throws Exception {
        listen("vm", 3, "");
        StreamPeer a = join("vm-1");
        java.nio.file.Files.delete(path());
        until("the file is made again", () -> java.nio.file.Files.exists(path()));
        StreamPeer b = join("vm-2");
        a.send(broadcast(1));
        assertThat(b.receive(SOON)).isEqualTo(broadcast(1));
    }

    @Test
    void aRestartBringsTheListenerBackWithoutItsConnections() throws Exception {
        listen("vm", 3, "");
        StreamPeer a = join("vm-1");
        service.close();
        store.close();
        assertThat(a.isEnded(SOON)).isTrue();
        assertThat(path()).doesNotExist();
        start();
        assertThat(names()).containsExactly("vm");
        join("vm-1");
    }

    @Test
    void closingWhileTrafficRunsIsClean() throws Exception {
        for (int round = 0; round < 5; round++) {
            listen("vm", 4, "");
            for (int i = 1; i <= 4; i++) {
                join("vm-" + i);
            }
            List<StreamPeer> present = peers.subList(peers.size() - 4, peers.size());
            List<Thread> floods = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                StreamPeer from = present.get(i);
                byte[] wire = StreamPeer.wire(broadcast(i + 1));
                floods.add(new Thread(() -> flood(from, wire)));
                floods.get(i).start();
            }
            until("frames pass", () -> service.port("vm-1").counters().sum(PortCounters.RX_FRAMES) > 1000);
            service.apply(config -> config.withoutPort("vm"));
            assertThat(names()).isEmpty();
            for (Thread flood : floods) {
                flood.join();
            }
        }
    }

    private static void flood(StreamPeer from, byte[] wire) {
        try {
            while (true) {
                from.sendBytes(wire);
            }
        } catch (IOException e) {
            // The port has closed the connection, as it should.
        }
    }
}
