package io.tapswitch;

import static io.tapswitch.port.VtepDriver.vtep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.bridge.FdbEntry.Type;
import io.tapswitch.bridge.ForwardingTable.Change;
import io.tapswitch.bridge.NeighbourTable;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.StaticEntry;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.config.Trunk;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.Burst;
import io.tapswitch.port.OverlayPort;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.VniFrame;
import io.tapswitch.port.VtepDriver;
import io.tapswitch.port.memory.MemoryDriver;
import io.tapswitch.port.stream.StreamDriver;
import io.tapswitch.port.stream.StreamSettings;
import io.tapswitch.vxlan.VxlanSettings;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ports to the hosts of a cluster, and what a directory does with them. */
class HostLinksTest {
    private static final String B = "10.0.0.2";
    private static final String C = "10.0.0.3";
    private static final long STATION = 0x0200_0000_000aL;
    private static final long REMOTE = 0x0200_0000_00f1L;
    private static final byte[] TO_ALL = Frames.ethernet(MacAddress.BROADCAST, STATION, 46);

    private static EventLoops loops;

    @TempDir
    Path temp;

    private final VtepDriver vteps = new VtepDriver();
    private final MemoryDriver memory = new MemoryDriver();
    private final PortDrivers drivers = new PortDrivers(List.of(vteps, memory, new StreamDriver()));
    private StateStore store;
    private SwitchService service;

    @BeforeAll
    static void startLoops() {
        loops = new EventLoops(1);
    }

    @AfterAll
    static void stopLoops() {
        loops.close();
    }

    @BeforeEach
    void start() throws IOException {
        store = new StateStore(temp, new ConfigReader(drivers));
        service = new SwitchService(drivers, loops, store, SwitchConfig.EMPTY);
        service.start();
        apply(config -> config.with(network("default", 1))
                .with(network("red", 10))
                .with(network("blue", 20))
                .with(network("here", null))
                .with(local("tap", "default", null)));
    }

    @AfterEach
    void stop() throws IOException {
        service.close();
        store.close();
    }

    private static NetworkConfig network(String name, Integer vni) {
        return new NetworkConfig(name, null, vni, 1500, null, null, null, null, null);
    }

    private static PortConfig local(String name, String network, Trunk trunk) {
        return PortConfig.of(name, "memory", network, new MemoryDriver.Settings(null))
                .but()
                .trunk(trunk)
                .build();
    }

    private static PortConfig own(String name, VxlanSettings settings) {
        return PortConfig.of(name, "vxlan", "default", settings);
    }

    private static HostLink link(String host, String remote, String... networks) {
        return new HostLink(host, vtep(remote), Set.of(networks));
    }

    private void apply(UnaryOperator<SwitchConfig> change) throws IOException {
        service.apply(change);
    }

    private void links(HostLink... links) {
        service.links(List.of(links));
    }

    private List<String> portNames() {
        return service.ports().stream().map(view -> view.config().name()).toList();
    }

    private PortView.Status status(String port) {
        return service.port(port).status();
    }

    private OverlayPort wire(String link) {
        return vteps.port(link);
    }

    private void broadcast(String port) {
        send(port, TO_ALL);
    }

    private void send(String port, byte[] bytes) {
        Frame frame = new Frame();
        frame.set(bytes);
        memory.port(port).inject(frame, new Burst(0).begin(System.nanoTime()));
    }

    private void sendOverlay(String port, int vni, byte[] bytes) {
        Frame frame = new Frame();
        frame.set(bytes);
        wire(port).sink().receive(vni, frame, new Burst(0).begin(System.nanoTime()));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("nanoseconds late").isNegative();
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    private FdbEntry<BridgePort> entry(long mac) {
        return service.bridge("default").table().lookup(mac);
    }

    @Nested
    class Links {
        @Test
        void framesGoToEachHostByAPortOfItsOwn() {
            links(link("b", B, "default"), link("c", C, "default", "red"));
            assertThat(portNames()).containsExactly("tap", "vtep-b", "vtep-c");
            PortView view = service.port("vtep-b");
            assertThat(view.status()).isEqualTo(PortView.Status.UP);
            assertThat(view.host()).isEqualTo("b");
            assertThat(view.listener()).isNull();
            assertThat(view.config().type()).isEqualTo("vxlan");
            assertThat(view.remote().address()).isEqualTo(B);
            assertThat(service.port("tap").host()).isNull();
            assertThat(service.ownPorts())
                    .extracting(port -> port.config().name())
                    .containsExactly("tap");
            assertThat(service.linkPorts()).extracting(PortView::host).containsExactly("b", "c");
            List<String> shown = new ArrayList<>();
            service.forEachPort((config, counters) -> shown.add(config.name()));
            assertThat(shown).containsExactlyInAnyOrder("tap", "vtep-b", "vtep-c");
            broadcast("tap");
            assertThat(wire("vtep-b").take()).containsExactly(VniFrame.of(1, TO_ALL));
            assertThat(wire("vtep-c").take()).containsExactly(VniFrame.of(1, TO_ALL));
        }

        @Test
        void nothingOfThemIsInTheConfigurationOrOnDisk() throws Exception {
            links(link("b", B, "default"));
            apply(config -> config.with(local("other", "red", null)));
            assertThat(service.config().port("vtep-b")).isEmpty();
            assertThat(service.config().toJson().toString()).doesNotContain("vtep-b");
            assertThat(Files.readString(temp.resolve("state.json"))).doesNotContain("vtep-b");
            stop();
            start();
            assertThat(portNames()).doesNotContain("vtep-b");
        }

        @Test
        void aHostThatIsGoneIsClosedAndTheOthersStay() {
            links(link("b", B, "default"), link("c", C, "default"));
            OverlayPort gone = wire("vtep-b");
            OverlayPort stays = wire("vtep-c");
            links(link("c", C, "default"));
            assertThat(gone.sink()).as("closed").isNull();
            assertThat(wire("vtep-c")).isSameAs(stays);
            assertThat(portNames()).containsExactly("tap", "vtep-c");
            links();
            assertThat(portNames()).containsExactly("tap");
        }

        @Test
        void otherSettingsOpenThePortAnewWithItsNameAndCounters() {
            links(link("b", B, "default"));
            broadcast("tap");
            PortCounters counters = service.port("vtep-b").counters();
            OverlayPort before = wire("vtep-b");
            links(link("b", C, "default"));
            assertThat(before.sink()).as("closed").isNull();
            assertThat(service.port("vtep-b").remote().address()).isEqualTo(C);
            assertThat(service.port("vtep-b").counters()).isSameAs(counters);
        }

        @Test
        void otherNetworksLeaveThePortOpen() throws Exception {
            apply(config -> config.with(local("redtap", "red", null)));
            links(link("b", B, "default"));
            OverlayPort before = wire("vtep-b");
            broadcast("redtap");
            assertThat(before.take()).isEmpty();
            links(link("b", B, "red", "default"));
            broadcast("redtap");
            broadcast("tap");
            assertThat(before.take()).containsExactly(VniFrame.of(10, TO_ALL), VniFrame.of(1, TO_ALL));
            links(link("b", B, "red"));
            broadcast("redtap");
            broadcast("tap");
            assertThat(before.take()).containsExactly(VniFrame.of(10, TO_ALL));
            assertThat(vteps.opened()).containsExactly("vtep-b");
        }

        @Test
        void whatIsWantedAgainChangesNothing() {
            links(link("b", B, "default", "red"));
            OverlayPort before = wire("vtep-b");
            links(link("b", B, "red", "default"));
            assertThat(wire("vtep-b")).isSameAs(before);
            assertThat(vteps.opened()).containsExactly("vtep-b");
        }

        @Test
        void hostsMaySwapTheirAddresses() {
            links(link("b", B, "default"), link("c", C, "default"));
            links(link("b", C, "default"), link("c", B, "default"));
            assertThat(status("vtep-b")).isEqualTo(PortView.Status.UP);
            assertThat(service.port("vtep-b").remote().address()).isEqualTo(C);
            assertThat(service.port("vtep-c").remote().address()).isEqualTo(B);
        }

        @Test
        void twoHostsThatSayTheyHaveTheSameVtepDoNotShareIt() {
            links(link("b", B, "default"), link("c", B, "default"));
            assertThat(status("vtep-b")).isEqualTo(PortView.Status.UP);
            assertThat(status("vtep-c")).isEqualTo(PortView.Status.FAILED);
            assertThat(service.port("vtep-c").reason()).contains("is used by port 'vtep-b', which leads to host 'b'");
            links(link("c", B, "default"));
            assertThat(status("vtep-c")).isEqualTo(PortView.Status.UP);
        }

        @Test
        void networksOfAChangedHostKeepTheirOrder() {
            links(link("b", B, "blue", "red", "default"));
            PortConfig config = service.port("vtep-b").config();
            assertThat(config.network()).isEqualTo("default");
            assertThat(config.trunk().networks()).containsExactly("red", "blue");
        }

        @Test
        void pathMtusOfLinksBoundTheirNetworks() throws Exception {
            links(link("b", B, "default"));
            wire("vtep-b").pathMtu(1400);
            await(() -> service.mtu(service.config().network("default").orElseThrow()) == 1400);
            links();
            assertThat(service.mtu(service.config().network("default").orElseThrow()))
                    .isEqualTo(1500);
        }

        @Test
        void whatBecomesOfTheirVtepsIsTold() {
            BlockingQueue<VtepEvent> heard = new LinkedBlockingQueue<>();
            service.vtepEvents().listen(heard::add);
            links(link("b", B, "default"));
            assertThat(heard).extracting(VtepEvent::port).containsExactly("vtep-b");
        }

        @Test
        void afterTheEndNothingIsOpened() {
            service.close();
            links(link("b", B, "default"));
            assertThat(vteps.opened()).isEmpty();
        }
    }

    @Nested
    class Networks {
        @Test
        void thoseWithoutAVniOrUnknownHereAreLeftOut() {
            links(link("b", B, "here", "elsewhere", "red"), link("c", C, "here"));
            assertThat(service.port("vtep-b").config().network()).isEqualTo("red");
            assertThat(service.port("vtep-b").config().trunk()).isNull();
            assertThatThrownBy(() -> service.port("vtep-c")).hasMessage("port 'vtep-c' does not exist");
            assertThat(vteps.opened()).containsExactly("vtep-b");
        }

        @Test
        void linksFollowTheNetworksOfTheConfiguration() throws Exception {
            links(link("b", B, "default", "green"));
            OverlayPort b = wire("vtep-b");
            apply(config -> config.with(network("green", 30)).with(local("greentap", "green", null)));
            broadcast("greentap");
            assertThat(b.take()).containsExactly(VniFrame.of(30, TO_ALL));
            apply(config -> config.with(network("green", 31)));
            broadcast("greentap");
            assertThat(b.take()).containsExactly(VniFrame.of(31, TO_ALL));
            apply(config -> config.with(network("green", null)));
            broadcast("greentap");
            assertThat(b.take()).isEmpty();
            assertThat(vteps.opened()).as("once").containsExactly("vtep-b");
        }

        @Test
        void aNetworkThatOnlyALinkCarriesMayBeDeleted() throws Exception {
            links(link("b", B, "red"), link("c", C, "red", "blue"));
            OverlayPort b = wire("vtep-b");
            assertThat(service.config().usersOf("red")).isEmpty();
            apply(config -> config.withoutNetwork("red"));
            assertThat(portNames()).containsExactly("tap", "vtep-c");
            assertThat(b.sink()).as("closed").isNull();
            assertThat(service.port("vtep-c").config().network()).isEqualTo("blue");
            apply(config -> config.with(network("red", 11)));
            assertThat(status("vtep-b")).isEqualTo(PortView.Status.UP);
            assertThat(service.port("vtep-c").config().trunk().networks()).containsExactly("red");
        }

        @Test
        void aRefusedChangeLeavesLinksAsTheyAre() {
            links(link("b", B, "red"));
            OverlayPort before = wire("vtep-b");
            assertThatThrownBy(
                            () -> apply(config -> config.withoutNetwork("red").with(local("x", "red", null))))
                    .isInstanceOf(ConfigException.class);
            assertThat(wire("vtep-b")).isSameAs(before);
            assertThat(before.sink()).isNotNull();
        }

        @Test
        void thoseInUseAreOfPortsThatBringFramesOfThisHost() throws Exception {
            Trunk redAndBlue = new Trunk(false, List.of("red", "blue"));
            links(link("b", B, "red", "blue", "default"));
            assertThat(service.networksInUse()).containsExactly("default");
            apply(config -> config.with(new NetworkConfig("red", 10, 10, null, null, null, null, null, null))
                    .with(new NetworkConfig("blue", 20, 20, null, null, null, null, null, null))
                    .with(local("trunk", "here", redAndBlue)));
            assertThat(service.networksInUse()).containsExactlyInAnyOrder("default", "here", "red", "blue");
            memory.port("trunk").fail(new IOException("unplugged"));
            await(() -> service.networksInUse().equals(Set.of("default")));
            apply(config -> config.with(disabled("tap")).withoutPort("trunk"));
            assertThat(service.networksInUse()).isEmpty();
        }

        private PortConfig disabled(String name) {
            return local(name, "default", null).but().enabled(false).build();
        }

        @Test
        void aListenerUsesNoNetworkButThoseThatItTookInDo() throws Exception {
            Path path = temp.resolve("vm.sock");
            apply(config -> config.with(PortConfig.of("vm", "stream", "red", listening(path, 2))));
            assertThat(service.networksInUse()).containsExactly("default");
            try (SocketChannel peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                peer.connect(UnixDomainSocketAddress.of(path));
                await(() -> service.networksInUse().contains("red"));
            }
        }
    }

    private static StreamSettings listening(Path path, int connections) {
        return new StreamSettings("unix:" + path, null, connections, null, null, null, null);
    }

    @Nested
    class Names {
        @Test
        void aNameThatTheConfigurationHasIsFollowedByANumber() throws Exception {
            apply(config -> config.with(local("vtep-b", "red", null)).with(local("vtep-b-2", "red", null)));
            links(link("b", B, "default"));
            assertThat(service.port("vtep-b-3").host()).isEqualTo("b");
            apply(config -> config.withoutPort("vtep-b"));
            links(link("b", B, "default", "red"));
            assertThat(portNames()).as("it keeps its name").contains("vtep-b-3");
        }

        @Test
        void longNamesAreCutAndStayApart() {
            String host = "h".repeat(62);
            links(link(host + "1", B, "default"), link(host + "2", C, "default"));
            String cut = "vtep-" + "h".repeat(58);
            assertThat(service.port(cut).host()).isEqualTo(host + "1");
            String second = cut.substring(0, 61) + "-2";
            assertThat(service.port(second).host()).isEqualTo(host + "2");
            links(link(host + "2", C, "default"), link(host + "1", B, "default"));
            assertThat(service.port(cut).host()).as("whatever the order").isEqualTo(host + "1");
        }

        @Test
        void linksAndNewcomersDoNotTakeEachOthersNames() throws Exception {
            Path path = temp.resolve("vm.sock");
            apply(config -> config.with(PortConfig.of("vtep-b", "stream", "default", listening(path, 4))));
            links(link("b-1", B, "default"));
            try (SocketChannel first = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                first.connect(UnixDomainSocketAddress.of(path));
                await(() -> portNames().size() == 4);
                assertThat(portNames()).containsExactlyInAnyOrder("tap", "vtep-b", "vtep-b-1", "vtep-b-2");
                assertThat(service.port("vtep-b-1").host()).isEqualTo("b-1");
                links(link("b-1", B, "default"), link("b-2", C, "default"));
                assertThat(service.port("vtep-b-2-2").host()).isEqualTo("b-2");
            }
        }

        @Test
        void theConfigurationNeitherTakesALinksNameNorNailsStationsToIt() {
            links(link("b", B, "default"));
            assertThatThrownBy(() -> apply(config -> config.with(local("vtep-b", "red", null))))
                    .isInstanceOf(ConfigException.class)
                    .hasMessage("ports[1].name: port 'vtep-b' leads to host 'b' of the cluster, and comes and goes with"
                            + " it; choose another name");
            StaticEntry nail = new StaticEntry("default", "02:00:00:00:00:f1", "vtep-b");
            assertThatThrownBy(() -> apply(config -> config.with(nail)))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageStartingWith("fdb[0].port: port 'vtep-b' leads to host 'b' of the cluster");
        }
    }

    @Nested
    class Failure {
        @Test
        void aLinkThatCannotBeOpenedIsTriedAgainAndHoldsUpNoOther() throws Exception {
            vteps.reachable(B, false);
            links(link("b", B, "default"), link("c", C, "default"));
            assertThat(status("vtep-b")).isEqualTo(PortView.Status.FAILED);
            assertThat(service.port("vtep-b").reason()).isEqualTo("no way to " + B);
            assertThat(status("vtep-c")).isEqualTo(PortView.Status.UP);
            vteps.reachable(B, true);
            await(() -> status("vtep-b") == PortView.Status.UP);
            await(() -> isFlooded("vtep-b"));
        }

        private boolean isFlooded(String link) {
            broadcast("tap");
            return !wire(link).take().isEmpty();
        }

        @Test
        void aLinkThatIsLostComesBack() throws Exception {
            links(link("b", B, "default"));
            OverlayPort lost = wire("vtep-b");
            lost.fail(new IOException("the sockets broke"));
            await(() -> wire("vtep-b") != lost && status("vtep-b") == PortView.Status.UP);
        }

        @Test
        void aLinkThatIsFoundToBeAnotherComesBack() throws Exception {
            links(link("b", B, "default"));
            OverlayPort lost = wire("vtep-b");
            lost.refuseChecks("the namespace is another now");
            await(() -> wire("vtep-b") != lost && status("vtep-b") == PortView.Status.UP);
        }

        @Test
        void aLinkThatIsGoneIsNotTriedAgain() throws Exception {
            vteps.reachable(B, false);
            links(link("b", B, "default"), link("c", C, "default"));
            links(link("c", C, "default"));
            vteps.reachable(B, true);
            OverlayPort lost = wire("vtep-c");
            lost.fail(new IOException("the sockets broke"));
            await(() -> wire("vtep-c") != lost);
            assertThat(vteps.opened()).containsExactly("vtep-c", "vtep-c");
        }
    }

    @Nested
    class OwnPorts {
        private static final String TAKEN =
                "VTEP 10.0.0.2 by UDP port 4789 is used by port 'mine' of the configuration";

        @Test
        void aPortOfTheConfigurationToTheSameVtepWins() throws Exception {
            apply(config -> config.with(own("mine", vtep(B))));
            links(link("b", B, "default"));
            assertThat(status("vtep-b")).isEqualTo(PortView.Status.FAILED);
            assertThat(service.port("vtep-b").reason()).startsWith(TAKEN);
            apply(config -> config.withoutPort("mine"));
            assertThat(status("vtep-b")).as("at once").isEqualTo(PortView.Status.UP);
        }

        @Test
        void aPortOfTheConfigurationThatComesLaterTakesTheVtepOver() throws Exception {
            links(link("b", B, "default"), link("c", C, "default"));
            OverlayPort before = wire("vtep-b");
            apply(config -> config.with(own("mine", vtep(B))));
            assertThat(before.sink()).as("closed").isNull();
            assertThat(status("mine")).isEqualTo(PortView.Status.UP);
            assertThat(service.port("vtep-b").reason()).startsWith(TAKEN);
            assertThat(status("vtep-c")).isEqualTo(PortView.Status.UP);
            broadcast("tap");
            assertThat(wire("mine").take()).containsExactly(VniFrame.of(1, TO_ALL));
        }

        @Test
        void aPortOfTheConfigurationThatFailedWinsAsWell() throws Exception {
            apply(config -> config.with(own("mine", vtep(B))));
            vteps.reachable(B, false);
            wire("mine").fail(new IOException("the sockets broke"));
            await(() -> status("mine") == PortView.Status.FAILED);
            vteps.opened();
            links(link("b", B, "default"));
            assertThat(service.port("vtep-b").reason()).startsWith(TAKEN);
            vteps.reachable(B, true);
            await(() -> status("mine") == PortView.Status.UP);
            assertThat(vteps.opened()).containsExactly("mine");
        }

        @Test
        void aLinkIsBackAtOnceIfTheChangeIsRefused() {
            links(link("b", B, "default"));
            PortConfig refusing = PortConfig.of("no", "memory", "default", new MemoryDriver.Settings("no such device"));
            assertThatThrownBy(() ->
                            apply(config -> config.with(own("mine", vtep(B))).with(refusing)))
                    .hasMessage("no such device");
            assertThat(status("vtep-b")).isEqualTo(PortView.Status.UP);
            broadcast("tap");
            assertThat(wire("vtep-b").take()).containsExactly(VniFrame.of(1, TO_ALL));
        }

        @Test
        void anotherUdpPortIsAnotherVtep() throws Exception {
            VxlanSettings other =
                    new VxlanSettings(B, null, 8472, null, null, null, null, null, null, null, null, null);
            apply(config -> config.with(own("mine", other)));
            links(link("b", B, "default"));
            assertThat(status("vtep-b")).isEqualTo(PortView.Status.UP);
        }
    }

    @Nested
    class RemoteStations {
        private static final long OTHER = 0x0200_0000_00f2L;
        private static final long[] BOTH = {REMOTE, OTHER};

        @BeforeEach
        void connect() {
            links(link("b", B, "default", "red"), link("c", C, "default"));
        }

        private int put(String host, boolean overLocal, long... macs) {
            return service.putExtern(host, "default", macs, overLocal);
        }

        private void learnHere(long mac) {
            send("tap", Frames.ethernet(MacAddress.BROADCAST, mac, 46));
        }

        private void assertEntry(long mac, String port, Type type) {
            assertThat(entry(mac).port().name()).isEqualTo(port);
            assertThat(entry(mac).type()).isEqualTo(type);
        }

        @Test
        void framesToThemAreForwardedAndNotFlooded() {
            assertThat(put("b", false, BOTH)).isEqualTo(2);
            byte[] toRemote = Frames.ethernet(REMOTE, STATION, 46);
            send("tap", toRemote);
            assertThat(wire("vtep-b").take()).containsExactly(VniFrame.of(1, toRemote));
            assertThat(wire("vtep-c").take()).isEmpty();
        }

        @Test
        void theyMoveFromHostToHost() {
            put("b", false, BOTH);
            assertThat(put("c", false, REMOTE)).isOne();
            assertEntry(REMOTE, "vtep-c", Type.EXTERN);
            assertEntry(OTHER, "vtep-b", Type.EXTERN);
        }

        @Test
        void oneThatWasLearnedFromTheOverlayIsReplaced() {
            sendOverlay("vtep-c", 1, Frames.ethernet(MacAddress.BROADCAST, REMOTE, 46));
            assertEntry(REMOTE, "vtep-c", Type.DYNAMIC);
            assertThat(put("b", false, REMOTE)).isOne();
            assertEntry(REMOTE, "vtep-b", Type.EXTERN);
        }

        @Test
        void oneThatWasLearnedHereIsReplacedOnlyIfThatIsSaid() {
            learnHere(REMOTE);
            assertThat(put("b", false, BOTH)).isOne();
            assertEntry(REMOTE, "tap", Type.DYNAMIC);
            assertThat(put("b", true, BOTH)).isEqualTo(2);
            assertEntry(REMOTE, "vtep-b", Type.EXTERN);
        }

        @Test
        void whatAnOperatorPutInStays() throws Exception {
            apply(config -> config.with(new StaticEntry("default", MacAddress.format(REMOTE), "tap")));
            service.putEntry("default", OTHER, "tap", Type.STICKY);
            assertThat(put("b", true, BOTH)).isZero();
            assertEntry(REMOTE, "tap", Type.STATIC);
            assertEntry(OTHER, "tap", Type.STICKY);
        }

        @Test
        void nothingIsPutWhereNoLinkIsOpenInTheNetwork() {
            vteps.reachable("10.0.0.4", false);
            links(link("b", B, "default"), link("d", "10.0.0.4", "default"));
            assertThat(put("d", true, REMOTE)).as("failed").isZero();
            assertThat(put("e", true, REMOTE)).as("unknown host").isZero();
            assertThat(service.putExtern("b", "red", BOTH, true))
                    .as("not carried")
                    .isZero();
            assertThat(service.putExtern("b", "no", BOTH, true)).as("unknown").isZero();
            service.removeExtern("d", "default", BOTH);
            service.removeExtern("b", "no", BOTH);
            assertThat(service.bridge("default").table().size()).isZero();
            assertThat(service.bridge("red").table().size()).isZero();
        }

        @Test
        void changesAreToldWithTheVtepAndOnlyOnce() throws Exception {
            BlockingQueue<FdbEvent> heard = new LinkedBlockingQueue<>();
            service.events().listen(heard::add);
            put("b", false, REMOTE);
            put("b", false, REMOTE);
            learnHere(REMOTE);
            service.close();
            assertThat(heard)
                    .startsWith(
                            new FdbEvent("default", Change.ADDED, REMOTE, "vtep-b", Type.EXTERN, B),
                            new FdbEvent("default", Change.MOVED, REMOTE, "tap", Type.DYNAMIC, null));
        }

        @Test
        void onlyThoseBehindTheNamedHostAreTakenOut() {
            put("b", false, REMOTE);
            put("c", false, OTHER);
            sendOverlay("vtep-b", 1, Frames.ethernet(MacAddress.BROADCAST, 0x0200_0000_00f3L, 46));
            service.putEntry("default", 0x0200_0000_00f4L, "vtep-b", Type.STICKY);
            learnHere(STATION);
            service.removeExtern(
                    "b",
                    "default",
                    LongStream.rangeClosed(0x0200_0000_0000L, 0x0200_0000_00ffL).toArray());
            assertThat(entry(REMOTE)).isNull();
            assertThat(entry(0x0200_0000_00f3L)).as("learned from there").isNull();
            assertEntry(0x0200_0000_00f4L, "vtep-b", Type.STICKY);
            assertEntry(OTHER, "vtep-c", Type.EXTERN);
            assertEntry(STATION, "tap", Type.DYNAMIC);
        }

        @Test
        void theyGoWithTheirHost() {
            put("b", false, REMOTE);
            links(link("c", C, "default"));
            assertThat(entry(REMOTE)).isNull();
        }

        @Test
        void theyGoWithTheNetworkAndStayWithTheOthers() {
            service.putExtern("b", "red", BOTH, false);
            put("b", false, REMOTE);
            links(link("b", B, "default"));
            assertThat(service.bridge("red").table().size()).isZero();
            assertEntry(REMOTE, "vtep-b", Type.EXTERN);
        }

        @Test
        void theyAndTheirAddressesGoWhenTheNetworkGetsAnotherVni() throws Exception {
            put("b", false, REMOTE);
            sendOverlay("vtep-c", 1, Frames.ethernet(MacAddress.BROADCAST, OTHER, 46));
            service.putEntry("default", 0x0200_0000_00f4L, "vtep-b", Type.STICKY);
            learnHere(STATION);
            NeighbourTable neighbours = service.bridge("default").neighbours();
            assertThat(neighbours.putRemote(new byte[] {10, 1, 0, 1}, REMOTE)).isTrue();
            apply(config -> config.with(new NetworkConfig("default", null, 1, 1400, null, null, null, null, null)));
            assertEntry(REMOTE, "vtep-b", Type.EXTERN);
            assertThat(neighbours.size()).as("the same VNI").isOne();
            apply(config -> config.with(network("default", 2)));
            assertThat(entry(REMOTE)).as("put by the directory").isNull();
            assertThat(neighbours.size()).isZero();
            assertEntry(OTHER, "vtep-c", Type.DYNAMIC);
            assertEntry(0x0200_0000_00f4L, "vtep-b", Type.STICKY);
            assertEntry(STATION, "tap", Type.DYNAMIC);
        }

        @Test
        void stationsOfThisHostAreThoseBehindItsOwnPorts() throws Exception {
            put("b", false, REMOTE);
            sendOverlay("vtep-c", 1, Frames.ethernet(MacAddress.BROADCAST, OTHER, 46));
            apply(config -> config.with(new StaticEntry("default", "02:00:00:00:00:01", "tap")));
            service.putEntry("default", 2, "tap", Type.STICKY);
            service.putEntry("default", 3, "tap", Type.EXTERN);
            learnHere(STATION);
            assertThat(service.localStations("default"))
                    .containsExactlyInAnyOrder(
                            new LocalStation(0x0200_0000_0001L, "tap", true),
                            new LocalStation(2, "tap", false),
                            new LocalStation(3, "tap", false),
                            new LocalStation(STATION, "tap", false));
            assertThat(service.localStations("red")).isEmpty();
            assertThat(service.localStations("no")).isEmpty();
        }
    }
}
