package io.tapswitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.bridge.FdbEntry.Type;
import io.tapswitch.bridge.ForwardingTable.Change;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.ExclusiveDriver;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.StaticEntry;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.config.Trunk;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.memory.MemoryDriver;
import io.tapswitch.port.memory.MemoryPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SwitchServiceTest {
    private static final String STATION = "02:00:00:00:00:0a";
    private static final long STATION_NUMBER = MacAddress.parse(STATION);
    private static final long OTHER = 0x0200_0000_000bL;

    private static EventLoops loops;

    @TempDir
    Path temp;

    private final MemoryDriver memory = new MemoryDriver();
    private final ExclusiveDriver exclusive = new ExclusiveDriver();
    private final PortDrivers drivers = new PortDrivers(List.of(memory, exclusive));
    private final Frame frame = new Frame();
    private StateStore store;
    private SwitchService service;

    @BeforeAll
    static void startLoops() {
        loops = new EventLoops(2);
    }

    @AfterAll
    static void stopLoops() {
        loops.close();
    }

    @BeforeEach
    void startService() throws IOException {
        start(SwitchConfig.EMPTY);
    }

    @AfterEach
    void stopService() throws IOException {
        service.close();
        store.close();
    }

    private void start(SwitchConfig fileConfig) throws IOException {
        store = new StateStore(temp, new ConfigReader(drivers));
        service = new SwitchService(drivers, loops, store, fileConfig);
        service.start();
    }

    private void restart(SwitchConfig fileConfig) throws IOException {
        stopService();
        start(fileConfig);
    }

    private static PortConfig port(String name, String network, Trunk trunk) {
        return PortConfig.of(name, "memory", network, new MemoryDriver.Settings(null))
                .but()
                .trunk(trunk)
                .build();
    }

    private static PortConfig port(String name) {
        return port(name, "default", null);
    }

    private static PortConfig refusing(String name) {
        return PortConfig.of(name, "memory", "default", new MemoryDriver.Settings("no such device"));
    }

    private static PortConfig holding(String name, String resource) {
        return PortConfig.of(name, "exclusive", "default", new ExclusiveDriver.Settings(resource));
    }

    private static NetworkConfig network(String name, Integer vlan) {
        return new NetworkConfig(name, vlan, null, null, null, null, null, null, null);
    }

    private void apply(UnaryOperator<SwitchConfig> change) throws IOException {
        service.apply(change);
    }

    private SwitchConfig onDisk() throws IOException {
        return store.load();
    }

    private MemoryPort wire(String port) {
        return memory.port(port);
    }

    private void send(String port, byte[] bytes) {
        frame.set(bytes);
        wire(port).inject(frame, new Burst(0).begin(System.nanoTime()));
    }

    private void assertPasses(String from, String to, byte[] sent, byte[] received) {
        wire(to).take();
        send(from, sent);
        assertThat(wire(to).take()).containsExactly(received);
    }

    private static byte[] broadcast() {
        return Frames.ethernet(MacAddress.BROADCAST, STATION_NUMBER, 46);
    }

    private FdbEntry<BridgePort> station(String network) {
        return service.bridge(network).table().lookup(STATION_NUMBER);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("nanoseconds late").isNegative();
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Nested
    class Changes {
        @Test
        void startsEmptyWithTheDefaultNetwork() {
            assertThat(service.config()).isEqualTo(SwitchConfig.EMPTY);
            assertThat(service.ports()).isEmpty();
            assertThat(service.bridge("default").name()).isEqualTo("default");
            assertThat(service.eventLoops()).isEqualTo(2);
        }

        @Test
        void bringsPortsUpAndSavesThem() throws Exception {
            apply(config -> config.with(port("a")).with(port("b")));
            assertThat(service.ports())
                    .extracting(view -> view.config().name(), PortView::status)
                    .containsExactly(tuple("a", PortView.Status.UP), tuple("b", PortView.Status.UP));
            assertThat(onDisk()).isEqualTo(service.config());
            assertPasses("a", "b", broadcast(), broadcast());
        }

        @Test
        void removesPortsWithTheirStations() throws Exception {
            apply(config -> config.with(port("a")).with(port("b")));
            send("a", broadcast());
            MemoryPort gone = wire("a");
            apply(config -> config.withoutPort("a"));
            assertThat(service.bridge("default").table().size()).isZero();
            assertThatThrownBy(() -> service.port("a")).hasMessage("port 'a' does not exist");
            frame.set(broadcast());
            gone.inject(frame, new Burst(0));
            wire("b").take();
            gone.inject(frame, new Burst(0));
            assertThat(wire("b").take()).isEmpty();
        }

        @Test
        void appliesNothingIfAnyPortOfSeveralCannotBeOpened() throws Exception {
            apply(config -> config.with(port("a")));
            SwitchConfig before = service.config();
            MemoryPort a = wire("a");
            assertThatThrownBy(() -> apply(config -> config.with(network("blue", 20))
                            .with(port("c"))
                            .withoutPort("a")
                            .with(holding("x", "r"))
                            .with(refusing("d"))))
                    .isInstanceOf(IOException.class)
                    .hasMessage("no such device");
            assertThat(service.config()).isEqualTo(before);
            assertThat(onDisk()).isEqualTo(before);
            assertThat(service.ports()).extracting(view -> view.config().name()).containsExactly("a");
            assertThat(service.port("a").status()).isEqualTo(PortView.Status.UP);
            assertThat(wire("a")).as("opened again").isNotSameAs(a);
            assertThat(exclusive.held()).isEmpty();
            assertThatThrownBy(() -> service.bridge("blue")).hasMessage("network 'blue' does not exist");
            apply(config -> config.with(port("b")));
            assertPasses("a", "b", broadcast(), broadcast());
        }

        @Test
        void appliesNothingIfTheStateCannotBeSaved() throws Exception {
            apply(config -> config.with(port("a")).with(holding("x", "r1")).with(network("blue", 20)));
            SwitchConfig before = service.config();
            Files.createDirectory(temp.resolve("state.json.new"));
            assertThatThrownBy(() -> apply(config -> config.with(port("b"))
                            .with(holding("x", "r2"))
                            .with(holding("y", "r1"))
                            .with(network("blue", 21))))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("the state could not be saved, so nothing was changed: ");
            assertThat(service.config()).isEqualTo(before);
            assertThat(onDisk()).isEqualTo(before);
            assertThat(exclusive.held()).containsExactly("r1");
            assertThat(service.port("x").status()).isEqualTo(PortView.Status.UP);
            assertThat(service.bridge("blue").settings().vlan()).isEqualTo(20);
            Files.delete(temp.resolve("state.json.new"));
            apply(config -> config.with(port("b")));
            assertPasses("a", "b", broadcast(), broadcast());
        }

        @Test
        void bringsBackStaticStationsOfAPortThatARefusedChangeTookAway() throws Exception {
            apply(config -> config.with(holding("x", "r1")).with(new StaticEntry("default", STATION, "x")));
            assertThatThrownBy(() -> apply(config ->
                            config.withoutPort("x").with(holding("z", "r1")).with(refusing("d"))))
                    .hasMessage("no such device");
            assertThat(station("default").type()).isEqualTo(Type.STATIC);
            assertThat(station("default").port().name()).isEqualTo("x");
        }

        @Test
        void leavesEverythingAsItIsIfNothingChanges() throws Exception {
            apply(config -> config.with(port("a")));
            MemoryPort a = wire("a");
            Files.delete(temp.resolve("state.json"));
            apply(config -> config.with(port("a")));
            assertThat(wire("a")).isSameAs(a);
            assertThat(temp.resolve("state.json")).doesNotExist();
        }

        @Test
        void checksWithoutChanging() throws Exception {
            SwitchConfig next = service.check(config -> config.with(port("a")));
            assertThat(next.port("a")).isPresent();
            assertThat(service.ports()).isEmpty();
            assertThatThrownBy(() -> service.check(config -> config.with(port("a", "no", null))))
                    .hasMessageStartingWith("ports[0].network: network 'no' does not exist");
        }

        @Test
        void refusesChangesOnceItIsClosed() {
            service.close();
            assertThatThrownBy(() -> apply(config -> config.with(port("a")))).hasMessage("the switch is shutting down");
        }
    }

    @Nested
    class Replacement {
        @Test
        void aPortWithAnotherFarSideKeepsItsCounters() throws Exception {
            apply(config -> config.with(holding("x", "r1")).with(port("a")));
            send("a", broadcast());
            PortCounters counters = service.port("x").counters();
            assertThat(counters.sum(PortCounters.TX_FRAMES)).isOne();
            apply(config -> config.with(holding("x", "r2")));
            assertThat(service.port("x").counters()).isSameAs(counters);
            assertThat(exclusive.held()).containsExactly("r2");
            send("a", broadcast());
            assertThat(counters.sum(PortCounters.TX_FRAMES)).isEqualTo(2);
        }

        @Test
        void aSettingOfTheBridgeDoesNotOpenTheFarSideAnew() throws Exception {
            apply(config -> config.with(port("a")).with(port("b")));
            MemoryPort a = wire("a");
            send("a", broadcast());
            apply(config -> config.with(port("a").but().isolated(true).build()));
            assertThat(wire("a")).isSameAs(a);
            assertThat(station("default")).isNotNull();
        }

        @Test
        void anotherNameMayTakeTheSameResource() throws Exception {
            apply(config -> config.with(holding("old", "r1")));
            apply(config -> config.withoutPort("old").with(holding("new", "r1")));
            assertThat(exclusive.held()).containsExactly("r1");
            assertThat(service.port("new").status()).isEqualTo(PortView.Status.UP);
            assertThat(exclusive.happened())
                    .containsExactly("open old", "commit old", "withdraw old", "close old", "open new", "commit new");
        }

        @Test
        void twoPortsMaySwapTheirResources() throws Exception {
            apply(config -> config.with(holding("x", "r1")).with(holding("y", "r2")));
            apply(config -> config.with(holding("x", "r2")).with(holding("y", "r1")));
            assertThat(exclusive.held()).containsExactlyInAnyOrder("r1", "r2");
            assertThat(service.ports()).allMatch(view -> view.status() == PortView.Status.UP);
        }

        @Test
        void aRefusedSwapIsTakenBackInTheRightOrder() throws Exception {
            apply(config -> config.with(holding("x", "r1")).with(holding("y", "r2")));
            assertThatThrownBy(() -> apply(config -> config.with(holding("x", "r2"))
                            .with(holding("y", "r1"))
                            .with(refusing("z"))))
                    .hasMessage("no such device");
            assertThat(exclusive.held()).containsExactlyInAnyOrder("r1", "r2");
            assertThat(service.ports()).allMatch(view -> view.status() == PortView.Status.UP);
            List<String> happened = exclusive.happened();
            assertThat(happened.subList(happened.size() - 6, happened.size()))
                    .containsExactly("close y", "close x", "open y", "commit y", "open x", "commit x");
        }

        @Test
        void twoPortsOfOneResourceAreRefusedBeforeAnythingIsOpened() {
            assertThatThrownBy(
                            () -> apply(config -> config.with(holding("x", "r")).with(holding("y", "r"))))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("resource r");
            assertThat(exclusive.happened()).isEmpty();
        }

        @Test
        void nothingIsCommittedBeforeTheStateIsOnDisk() throws Exception {
            Files.createDirectory(temp.resolve("state.json.new"));
            assertThatThrownBy(() -> apply(config -> config.with(holding("x", "r"))))
                    .isInstanceOf(IOException.class);
            assertThat(exclusive.happened()).containsExactly("open x", "close x");
        }
    }

    @Nested
    class Failures {
        @Test
        void aLostPortIsFailedWithTheReasonAndComesBack() throws Exception {
            apply(config -> config.with(port("a")).with(port("b")).with(new StaticEntry("default", STATION, "a")));
            MemoryPort lost = wire("a");
            PortCounters counters = service.port("a").counters();
            lost.fail(new IOException("the interface was lost"));
            await(() -> service.port("a").status() == PortView.Status.FAILED);
            PortView view = service.port("a");
            assertThat(view.reason()).isEqualTo("the interface was lost");
            assertThat(view.info()).isNull();
            assertThat(station("default")).as("its stations go").isNull();
            await(() -> service.port("a").status() == PortView.Status.UP);
            assertThat(wire("a")).isNotSameAs(lost);
            assertThat(service.port("a").counters()).isSameAs(counters);
            assertThat(service.port("a").reason()).isNull();
            await(() -> station("default") != null);
            assertThat(station("default").type()).isEqualTo(Type.STATIC);
            assertPasses("b", "a", broadcastFrom(OTHER), broadcastFrom(OTHER));
        }

        private byte[] broadcastFrom(long source) {
            return Frames.ethernet(MacAddress.BROADCAST, source, 46);
        }

        @Test
        void aPortThatIsGoneCannotFailItsSuccessor() throws Exception {
            apply(config -> config.with(port("a")));
            MemoryPort first = wire("a");
            apply(config -> config.with(PortConfig.of("a", "exclusive", "default", new ExclusiveDriver.Settings("r"))));
            first.fail(new IOException("too late"));
            assertThat(service.port("a").status()).isEqualTo(PortView.Status.UP);
        }

        @Test
        void aPortThatCannotBeOpenedAtStartDoesNotHoldUpTheOthers() throws Exception {
            apply(config -> config.with(port("a")).with(port("b")));
            String text = Files.readString(temp.resolve("state.json"));
            stopService();
            Files.writeString(
                    temp.resolve("state.json"),
                    text.replaceFirst("\"refuse\" : null", "\"refuse\" : \"not there yet\""));
            start(SwitchConfig.EMPTY);
            assertThat(service.port("a").status()).isEqualTo(PortView.Status.FAILED);
            assertThat(service.port("a").reason()).isEqualTo("not there yet");
            assertThat(service.port("b").status()).isEqualTo(PortView.Status.UP);
            apply(config -> config.with(port("a")));
            assertThat(service.port("a").status()).isEqualTo(PortView.Status.UP);
        }

        @Test
        void aListenerThatFailsDoesNotSilenceTheOthers() throws Exception {
            ConcurrentLinkedQueue<FdbEvent> heard = new ConcurrentLinkedQueue<>();
            service.events().listen(event -> {
                throw new IllegalStateException("on purpose");
            });
            service.events().listen(heard::add);
            apply(config -> config.with(port("a")).with(port("b")));
            send("a", broadcast());
            await(() -> heard.size() == 1);
            send("b", broadcast());
            await(() -> heard.size() == 2);
            assertThat(heard)
                    .extracting(FdbEvent::change, FdbEvent::port)
                    .containsExactly(tuple(Change.LEARNED, "a"), tuple(Change.MOVED, "b"));
        }

        @Test
        void changesAreToldWhileTheControlThreadIsBusy() throws Exception {
            ConcurrentLinkedQueue<String> threads = new ConcurrentLinkedQueue<>();
            service.events().listen(event -> threads.add(Thread.currentThread().getName()));
            apply(config -> config.with(port("a")));
            synchronized (service) {
                wire("a").fail(new IOException("the control thread waits for the lock now"));
                send("a", broadcast());
                await(() -> !threads.isEmpty());
            }
            assertThat(threads).containsOnly("tapswitch-events");
        }

        @Test
        void closingTellsTheLastChanges() throws Exception {
            ConcurrentLinkedQueue<FdbEvent> heard = new ConcurrentLinkedQueue<>();
            service.events().listen(heard::add);
            apply(config -> config.with(port("a")).with(port("b")));
            send("a", broadcast());
            service.close();
            assertThat(heard).extracting(FdbEvent::change).containsExactly(Change.LEARNED, Change.FLUSHED);
            assertThat(service.events().lost()).isZero();
        }
    }

    @Nested
    class Restart {
        @Test
        void bringsTheSameStateBack() throws Exception {
            apply(config -> config.with(network("red", 10))
                    .with(network("blue", 20))
                    .with(new NetworkConfig("default", 5, 77, 9000, 60, 100, true, null, null))
                    .with(port("a", "red", new Trunk(false, List.of("blue"))))
                    .with(port("b", "default", new Trunk(true, List.of())))
                    .with(holding("x", "r"))
                    .with(new StaticEntry("blue", STATION, "a")));
            SwitchConfig before = service.config();
            restart(SwitchConfig.EMPTY);
            assertThat(service.config()).isEqualTo(before);
            assertThat(service.ports()).allMatch(view -> view.status() == PortView.Status.UP);
            assertThat(station("blue").type()).isEqualTo(Type.STATIC);
            assertThat(station("blue").port().name()).isEqualTo("a");
            byte[] tagged = Frames.tagged(broadcast(), 5);
            assertThat(service.bridge("default").settings().vlan()).isEqualTo(5);
            assertPasses(
                    "b",
                    "a",
                    Frames.tagged(Frames.ethernet(MacAddress.BROADCAST, OTHER, 46), 10),
                    Frames.ethernet(MacAddress.BROADCAST, OTHER, 46));
            assertThat(tagged).hasSize(64);
        }

        @Test
        void bringsTheSameStateBackWithAConfigurationFile() throws Exception {
            SwitchConfig file = SwitchConfig.EMPTY
                    .with(network("corp", 30))
                    .with(port("f", "corp", null))
                    .with(new StaticEntry("corp", "02:00:00:00:00:77", "f"));
            restart(file);
            apply(config -> config.with(network("red", 10)).with(port("a", "corp", null)));
            SwitchConfig before = service.config();
            restart(file);
            assertThat(service.config()).isEqualTo(before);
            assertThat(onDisk().port("f"))
                    .as("what is in the file is not state")
                    .isEmpty();
            assertThat(onDisk().network("corp")).isEmpty();
            assertThat(onDisk().fdb()).isEmpty();
            assertThat(onDisk().port("a")).isPresent();
        }

        @Test
        void followsTheConfigurationFile() throws Exception {
            apply(config -> config.with(port("f")));
            SwitchConfig file = SwitchConfig.EMPTY.with(network("corp", 30)).with(port("f", "corp", null));
            restart(file);
            assertThat(service.port("f").config().network()).isEqualTo("corp");
            restart(SwitchConfig.EMPTY);
            assertThat(service.config().network("corp")).isEmpty();
        }

        @Test
        void refusesAStateThatDoesNotFitTheFile() throws Exception {
            SwitchConfig file = SwitchConfig.EMPTY.with(network("corp", 30));
            restart(file);
            apply(config -> config.with(port("a", "corp", null)));
            service.close();
            store.close();
            assertThatThrownBy(() -> start(SwitchConfig.EMPTY))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("network 'corp' does not exist");
        }
    }

    @Nested
    class FileOwned {
        private final SwitchConfig file = SwitchConfig.EMPTY
                .with(network("corp", 30))
                .with(port("f", "corp", null))
                .with(new StaticEntry("corp", STATION, "f"));

        @BeforeEach
        void startWithFile() throws IOException {
            restart(file);
        }

        private void assertRefused(UnaryOperator<SwitchConfig> change, String what) {
            SwitchConfig before = service.config();
            assertThatThrownBy(() -> apply(change))
                    .isInstanceOf(ConfigException.class)
                    .hasMessage(what + " is defined in the configuration file; change it there and restart");
            assertThat(service.config()).isEqualTo(before);
        }

        @Test
        void objectsAreNeitherChangedNorRemoved() {
            assertRefused(config -> config.with(network("corp", 31)), "network 'corp'");
            assertRefused(config -> config.withoutNetwork("corp"), "network 'corp'");
            assertRefused(config -> config.with(port("f")), "port 'f'");
            assertRefused(config -> config.withoutPort("f"), "port 'f'");
            assertRefused(config -> config.withoutEntry("corp", STATION), "static entry '" + STATION + "'");
        }

        @Test
        void othersMayUseThem() throws Exception {
            apply(config -> config.with(port("a", "corp", null)));
            assertPasses(
                    "a",
                    "f",
                    Frames.ethernet(MacAddress.BROADCAST, OTHER, 46),
                    Frames.ethernet(MacAddress.BROADCAST, OTHER, 46));
        }
    }

    @Nested
    class Networks {
        @Test
        void aNetworkInUseIsNotRemoved() throws Exception {
            apply(config -> config.with(network("red", 10)).with(port("a", "red", null)));
            assertThatThrownBy(() -> apply(config -> config.withoutNetwork("red")))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("ports[0].network")
                    .hasMessageContaining("network 'red' does not exist");
            assertThat(service.port("a").status()).isEqualTo(PortView.Status.UP);
        }

        @Test
        void anUnusedNetworkIsRemovedWithItsStations() throws Exception {
            apply(config -> config.with(network("red", 10)).with(port("a", "default", new Trunk(true, List.of()))));
            send("a", Frames.tagged(broadcast(), 10));
            apply(config -> config.withoutNetwork("red"));
            assertThatThrownBy(() -> service.bridge("red")).hasMessage("network 'red' does not exist");
            apply(config -> config.with(network("red", 10)));
            assertThat(service.bridge("red").table().size()).isZero();
        }

        @Test
        void aTrunkOfAllFollowsNewNetworks() throws Exception {
            apply(config -> config.with(port("trunk", "default", new Trunk(true, List.of()))));
            apply(config -> config.with(network("red", 10)).with(port("a", "red", null)));
            assertPasses("a", "trunk", broadcast(), Frames.tagged(broadcast(), 10));
            apply(config -> config.withoutPort("a").withoutNetwork("red"));
            send("trunk", Frames.tagged(broadcast(), 10));
            assertThat(service.port("trunk").counters().drops(DropReason.VLAN_NOT_IN_TRUNK))
                    .isOne();
        }

        @Test
        void aTrunkThatCarriesNothingYetReadsTagsAtOnce() throws Exception {
            apply(config -> config.with(port("a")).with(port("b")));
            byte[] tagged = Frames.tagged(broadcast(), 10);
            assertPasses("a", "b", tagged, tagged);
            apply(config -> config.with(port("a", "default", new Trunk(true, List.of()))));
            send("a", tagged);
            assertThat(service.port("a").counters().drops(DropReason.VLAN_NOT_IN_TRUNK))
                    .isOne();
            apply(config -> config.with(port("a")));
            assertPasses("a", "b", tagged, tagged);
        }

        @Test
        void anotherVlanIsInForceAtOnce() throws Exception {
            apply(config -> config.with(network("red", 10))
                    .with(port("a", "red", null))
                    .with(port("trunk", "default", new Trunk(false, List.of("red")))));
            assertPasses("a", "trunk", broadcast(), Frames.tagged(broadcast(), 10));
            apply(config -> config.with(network("red", 11)));
            assertPasses("a", "trunk", broadcast(), Frames.tagged(broadcast(), 11));
            assertPasses(
                    "trunk",
                    "a",
                    Frames.tagged(Frames.ethernet(STATION_NUMBER, OTHER, 46), 11),
                    Frames.ethernet(STATION_NUMBER, OTHER, 46));
        }

        @Test
        void networksMaySwapTheirVlans() throws Exception {
            apply(config -> config.with(network("red", 10))
                    .with(network("blue", 20))
                    .with(port("a", "red", null))
                    .with(port("b", "blue", null))
                    .with(port("trunk", "default", new Trunk(true, List.of()))));
            apply(config -> new SwitchConfig(
                    List.of(NetworkConfig.named("default"), network("red", 20), network("blue", 10)),
                    config.ports(),
                    config.fdb(),
                    config.mirrors()));
            assertPasses("a", "trunk", broadcast(), Frames.tagged(broadcast(), 20));
            assertPasses("b", "trunk", broadcast(), Frames.tagged(broadcast(), 10));
        }

        @Test
        void aPortThatChangesItsNetworkTakesItsStationsOut() throws Exception {
            apply(config -> config.with(network("red", 10)).with(port("a")).with(port("b")));
            send("a", broadcast());
            assertThat(station("default")).isNotNull();
            apply(config -> config.with(port("a", "red", null)));
            assertThat(station("default")).isNull();
        }

        @Test
        void aDisabledPortShowsNoCarrier() throws Exception {
            apply(config -> config.with(port("a").but().enabled(false).build()));
            assertThat(service.port("a").status()).isEqualTo(PortView.Status.DISABLED);
            assertThat(wire("a").hasCarrier()).isFalse();
            apply(config -> config.with(port("a")));
            assertThat(wire("a").hasCarrier()).isTrue();
        }
    }

    @Nested
    class Stations {
        @Test
        void aStaticStationReplacesALearnedOneAndStays() throws Exception {
            apply(config -> config.with(port("a")).with(port("b")));
            send("b", broadcast());
            apply(config -> config.with(new StaticEntry("default", STATION, "a")));
            send("b", broadcast());
            assertThat(station("default").type()).isEqualTo(Type.STATIC);
            assertThat(station("default").port().name()).isEqualTo("a");
            apply(config -> config.with(new StaticEntry("default", STATION, "b")));
            assertThat(station("default").port().name()).isEqualTo("b");
            apply(config -> config.withoutEntry("default", STATION));
            assertThat(station("default")).isNull();
        }

        @Test
        void aStaticStationOutlivesAReplacedFarSide() throws Exception {
            apply(config -> config.with(holding("x", "r1")).with(new StaticEntry("default", STATION, "x")));
            apply(config -> config.with(holding("x", "r2")));
            assertThat(station("default").type()).isEqualTo(Type.STATIC);
            assertThat(station("default").port().name()).isEqualTo("x");
        }

        @Test
        void anEntryOfAnotherTypeIsPutInButNotSaved() throws Exception {
            apply(config -> config.with(port("a")));
            service.putEntry("default", STATION_NUMBER, "a", Type.STICKY);
            assertThat(station("default").type()).isEqualTo(Type.STICKY);
            assertThat(onDisk().fdb()).isEmpty();
            assertThatThrownBy(() -> service.putEntry("default", 1, "no", Type.EXTERN))
                    .hasMessage("port: port 'no' does not exist");
            apply(config -> config.with(network("red", 10)));
            assertThatThrownBy(() -> service.putEntry("red", 1, "a", Type.EXTERN))
                    .hasMessage("port: port 'a' is not in network 'red'");
        }
    }
}
