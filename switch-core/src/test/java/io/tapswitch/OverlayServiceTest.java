package io.tapswitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.bridge.ForwardingTable.Change;
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
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.OverlayDriver;
import io.tapswitch.port.OverlayPort;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortDriver;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.PortOwner;
import io.tapswitch.port.RemoteVtep;
import io.tapswitch.port.VniFrame;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
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

/** How the switch follows what its ports of the overlay say of their ways. */
class OverlayServiceTest {
    private static final long STATION = 0x0200_0000_000aL;
    private static final long REMOTE = 0x0200_0000_00f1L;
    private static final int VNI = 77;

    /** Local ports whose far side follows the network's MTU, as TAPs do. */
    private static final class FollowingDriver implements PortDriver<FollowingDriver.Settings> {
        record Settings() {}

        private final Map<String, FollowingPort> ports = new ConcurrentHashMap<>();

        @Override
        public String type() {
            return "following";
        }

        @Override
        public Class<Settings> settingsType() {
            return Settings.class;
        }

        @Override
        public String exclusiveResource(String portName, Settings settings) {
            return null;
        }

        @Override
        public Port open(PortContext context, Settings settings) {
            FollowingPort port = new FollowingPort(context);
            ports.put(context.name(), port);
            return port;
        }
    }

    private static final class FollowingPort extends Port {
        private final int openedWith;
        private volatile FrameSink sink;
        private volatile int mtu;
        private volatile int changes;
        private volatile int sent;

        FollowingPort(PortContext context) {
            super(context.name(), context.counters());
            openedWith = context.networkMtu();
            mtu = openedWith;
        }

        @Override
        public void start(FrameSink frames, PortOwner owner) {
            sink = frames;
        }

        @Override
        public synchronized void transmit(Frame frame, Burst burst) {
            sent++;
            counters().transmitted(burst.loop(), frame.length());
        }

        @Override
        public synchronized void networkMtu(int changed) {
            mtu = changed;
            changes++;
        }

        @Override
        public Info info() {
            return new Info("following", 1, List.of(), List.of());
        }

        @Override
        public void close() {}
    }

    private static EventLoops loops;

    @TempDir
    Path temp;

    private final OverlayDriver overlay = new OverlayDriver();
    private final FollowingDriver following = new FollowingDriver();
    private final PortDrivers drivers = new PortDrivers(List.of(overlay, following));
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
    void start() throws IOException {
        store = new StateStore(temp, new ConfigReader(drivers));
        service = new SwitchService(drivers, loops, store, SwitchConfig.EMPTY);
        service.start();
    }

    @AfterEach
    void stop() throws IOException {
        service.close();
        store.close();
    }

    private static NetworkConfig network(String name, Integer vni, int mtu) {
        return new NetworkConfig(name, null, vni, mtu, null, null, null, null, null);
    }

    private static PortConfig vtep(String name, Trunk trunk, Integer pathMtu) {
        return OverlayDriver.config(name, "default", trunk, new OverlayDriver.Settings(name, pathMtu, null));
    }

    private static PortConfig local(String name, String network) {
        return PortConfig.of(name, "following", network, new FollowingDriver.Settings());
    }

    private void apply(UnaryOperator<SwitchConfig> change) throws IOException {
        service.apply(change);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("nanoseconds late").isNegative();
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    private int mtu(String network) {
        return service.mtu(service.config().network(network).orElseThrow());
    }

    private FollowingPort tap(String name) {
        return following.ports.get(name);
    }

    private void send(String port, byte[] bytes) {
        Frame frame = new Frame();
        frame.set(bytes);
        tap(port).sink.receive(frame, new Burst(0).begin(System.nanoTime()));
    }

    private void sendOverlay(String port, int vni, byte[] bytes) {
        Frame frame = new Frame();
        frame.set(bytes);
        overlay.port(port).sink().receive(vni, frame, new Burst(0).begin(System.nanoTime()));
    }

    private static byte[] toAll() {
        return Frames.ethernet(MacAddress.BROADCAST, STATION, 46);
    }

    @Nested
    class PathMtus {
        @BeforeEach
        void giveTheNetworkAVni() throws IOException {
            apply(config -> config.with(network("default", VNI, 1500)).with(local("tap", "default")));
        }

        @Test
        void interfacesFollowTheLeastOfTheWays() throws Exception {
            apply(config -> config.with(vtep("v1", null, 1450)).with(vtep("v2", null, 1400)));
            assertThat(tap("tap").mtu).isEqualTo(1400);
            assertThat(mtu("default")).isEqualTo(1400);
            overlay.port("v2").pathMtu(1300);
            await(() -> tap("tap").mtu == 1300);
            overlay.port("v2").pathMtu(9000);
            await(() -> tap("tap").mtu == 1450);
            overlay.port("v1").pathMtu(9000);
            await(() -> tap("tap").mtu == 1500);
            assertThat(mtu("default")).isEqualTo(1500);
        }

        /** Linux would take their IPv6 addresses, and not give them back. */
        @Test
        void interfacesKeepWhatIpv6NeedsHoweverLittleAWayTakes() throws Exception {
            apply(config -> config.with(vtep("v1", null, 500)));
            assertThat(tap("tap").mtu).isEqualTo(1280);
            apply(config -> config.with(network("default", VNI, 1000)));
            assertThat(tap("tap").mtu).isEqualTo(1000);
        }

        @Test
        void aDisabledWayBoundsNothing() throws Exception {
            apply(config -> config.with(vtep("v1", null, 1400)));
            PortConfig disabled = service.config()
                    .port("v1")
                    .orElseThrow()
                    .but()
                    .enabled(false)
                    .build();
            apply(config -> config.with(disabled));
            assertThat(tap("tap").mtu).isEqualTo(1500);
        }

        @Test
        void aPortThatComesLaterIsOpenedWithWhatTheWaysAllow() throws Exception {
            apply(config -> config.with(vtep("v1", null, 1450)));
            apply(config -> config.with(local("later", "default")));
            assertThat(tap("later").openedWith).isEqualTo(1450);
            assertThat(tap("later").changes).isZero();
        }

        @Test
        void aPortThatComesTogetherWithAWayFollowsItAtOnce() throws Exception {
            apply(config -> config.with(local("with", "default")).with(vtep("v1", null, 1450)));
            assertThat(tap("with").mtu).isEqualTo(1450);
        }

        @Test
        void interfacesFollowWhenAWayIsRemoved() throws Exception {
            apply(config -> config.with(vtep("v1", null, 1450)).with(vtep("v2", null, 1400)));
            apply(config -> config.withoutPort("v2"));
            assertThat(tap("tap").mtu).isEqualTo(1450);
            apply(config -> config.withoutPort("v1"));
            assertThat(tap("tap").mtu).isEqualTo(1500);
        }

        @Test
        void interfacesFollowWhenAWayIsLostAndWhenItIsBack() throws Exception {
            apply(config -> config.with(vtep("v1", null, 1400)));
            OverlayPort lost = overlay.port("v1");
            lost.fail(new IOException("the sockets broke"));
            await(() -> tap("tap").mtu == 1500);
            await(() -> tap("tap").mtu == 1400);
            assertThat(overlay.port("v1")).isNotSameAs(lost);
        }

        @Test
        void interfacesFollowWhenAWayIsFoundToBeAnother() throws Exception {
            apply(config -> config.with(vtep("v1", null, 1400)));
            overlay.port("v1").refuseChecks("the namespace is another now");
            await(() -> tap("tap").mtu == 1500);
            await(() -> tap("tap").mtu == 1400);
        }

        @Test
        void aWayIsOneOfEachNetworkOfItsPort() throws Exception {
            apply(config -> config.with(network("red", 10, 1500))
                    .with(network("blue", null, 1500))
                    .with(local("redtap", "red"))
                    .with(local("bluetap", "blue"))
                    .with(vtep("v1", new Trunk(true, List.of()), 1400)));
            assertThat(tap("tap").mtu).isEqualTo(1400);
            assertThat(tap("redtap").mtu).isEqualTo(1400);
            assertThat(tap("bluetap").mtu).isEqualTo(1500);
            apply(config -> config.with(network("blue", 20, 1500)));
            assertThat(tap("bluetap").mtu).isEqualTo(1400);
            apply(config -> config.with(network("red", null, 1500)));
            assertThat(tap("redtap").mtu).isEqualTo(1500);
        }

        @Test
        void aSmallerMtuOfTheNetworkStands() throws Exception {
            apply(config -> config.with(vtep("v1", null, 1400)));
            apply(config -> config.with(network("default", VNI, 1280)));
            assertThat(tap("tap").mtu).isEqualTo(1280);
            apply(config -> config.with(network("default", VNI, 9000)));
            assertThat(tap("tap").mtu).isEqualTo(1400);
            assertThat(service.bridge("default").settings().mtu())
                    .as("the switch itself carries what it is told to")
                    .isEqualTo(9000);
        }

        @Test
        void aChangeOfTheWayDoesNotDisturbTheStations() throws Exception {
            apply(config ->
                    config.with(vtep("v1", null, 1450)).with(new StaticEntry("default", "02:00:00:00:00:f2", "v1")));
            sendOverlay("v1", VNI, Frames.ethernet(MacAddress.BROADCAST, REMOTE, 46));
            overlay.port("v1").pathMtu(1400);
            await(() -> tap("tap").mtu == 1400);
            FdbEntry<?> learned = service.bridge("default").table().lookup(REMOTE);
            assertThat(learned.type()).isEqualTo(FdbEntry.Type.DYNAMIC);
            assertThat(service.bridge("default").table().size()).isEqualTo(2);
        }

        @Test
        void aRefusedChangeLeavesTheMtuAsItWas() throws Exception {
            apply(config -> config.with(vtep("v1", null, 1400)));
            assertThatThrownBy(() -> apply(config -> config.with(network("default", null, 1500))))
                    .hasMessageContaining("network 'default' has no vni");
            assertThat(tap("tap").mtu).isEqualTo(1400);
            assertThat(mtu("default")).isEqualTo(1400);
        }
    }

    @Nested
    class Floods {
        @BeforeEach
        void connect() throws IOException {
            apply(config -> config.with(network("default", VNI, 1500))
                    .with(local("tap", "default"))
                    .with(vtep("v1", null, null))
                    .with(vtep("v2", null, null)));
        }

        private boolean isFloodedTo(String vtep) {
            overlay.port(vtep).take();
            send("tap", toAll());
            List<VniFrame> frames = overlay.port(vtep).take();
            assertThat(frames).isSubsetOf(VniFrame.of(VNI, toAll()));
            return !frames.isEmpty();
        }

        @Test
        void aPortLeavesTheListsAndComesBack() throws Exception {
            assertThat(isFloodedTo("v1")).isTrue();
            overlay.port("v1").takeFloods(false);
            await(() -> !isFloodedTo("v1"));
            assertThat(isFloodedTo("v2")).isTrue();
            overlay.port("v1").takeFloods(true);
            await(() -> isFloodedTo("v1"));
        }

        @Test
        void aPortThatIsOpenedTakingNoneIsInNoList() throws Exception {
            apply(config -> config.with(
                    OverlayDriver.config("v3", "default", null, new OverlayDriver.Settings("v3", null, false))));
            assertThat(isFloodedTo("v3")).isFalse();
            overlay.port("v3").takeFloods(true);
            await(() -> isFloodedTo("v3"));
        }

        @Test
        void everyChangeOfTheStateBringsTheListsUpToDateBeforeItReturns() throws Exception {
            synchronized (service) {
                overlay.port("v1").takeFloods(false);
                apply(config -> config.with(local("other", "default")));
                assertThat(isFloodedTo("v1")).isFalse();
            }
            assertThat(isFloodedTo("v2")).isTrue();
        }

        @Test
        void aThousandChangesAtOnceAreFewRefreshes() throws Exception {
            OverlayPort v1 = overlay.port("v1");
            int before;
            synchronized (service) {
                before = v1.asked();
                for (int i = 0; i < 1000; i++) {
                    v1.takeFloods(i % 2 == 0);
                    overlay.port("v2").pathMtu(1400 + i % 3);
                }
                overlay.port("v2").pathMtu(1333);
            }
            await(() -> mtu("default") == 1333);
            await(() -> !isFloodedTo("v1")); // the lists follow right after
            assertThat(v1.asked() - before).isBetween(1, 2);
        }

        @Test
        void aPortThatIsGoneIsToldOfNoMore() throws Exception {
            OverlayPort gone = overlay.port("v1");
            apply(config -> config.withoutPort("v1"));
            gone.takeFloods(false);
            gone.pathMtu(1000);
            overlay.port("v2").pathMtu(1400);
            await(() -> mtu("default") == 1400);
            assertThat(isFloodedTo("v1")).isFalse();
        }

        @Test
        void changesAfterTheEndHarmNobody() {
            OverlayPort v1 = overlay.port("v1");
            service.close();
            v1.takeFloods(false);
            v1.pathMtu(1000);
            v1.fail(new IOException("too late"));
        }
    }

    @Nested
    class Networks {
        @Test
        void anotherVniIsInForceAtOnce() throws Exception {
            apply(config -> config.with(network("default", VNI, 1500))
                    .with(local("tap", "default"))
                    .with(vtep("v1", null, null)));
            apply(config -> config.with(network("default", 88, 1500)));
            send("tap", toAll());
            assertThat(overlay.port("v1").take()).containsExactly(VniFrame.of(88, toAll()));
            sendOverlay("v1", VNI, toAll());
            assertThat(tap("tap").sent).isZero();
            sendOverlay("v1", 88, toAll());
            assertThat(tap("tap").sent).isOne();
        }

        @Test
        void twoNetworksMaySwapTheirVnis() throws Exception {
            apply(config -> config.with(network("default", VNI, 1500))
                    .with(network("red", 10, 1500))
                    .with(local("tap", "default"))
                    .with(local("redtap", "red"))
                    .with(vtep("v1", new Trunk(false, List.of("red")), null)));
            apply(config -> new SwitchConfig(
                    List.of(network("default", 10, 1500), network("red", VNI, 1500)),
                    config.ports(),
                    config.fdb(),
                    config.mirrors()));
            send("tap", toAll());
            send("redtap", toAll());
            assertThat(overlay.port("v1").take()).containsExactly(VniFrame.of(10, toAll()), VniFrame.of(VNI, toAll()));
            sendOverlay("v1", VNI, Frames.ethernet(MacAddress.BROADCAST, REMOTE, 46));
            assertThat(tap("redtap").sent).isOne();
            assertThat(tap("tap").sent).isZero();
        }

        @Test
        void aTrunkOfAllFollowsNewNetworksAndNewVnis() throws Exception {
            apply(config -> config.with(network("default", VNI, 1500))
                    .with(vtep("v1", new Trunk(true, List.of()), null))
                    .with(network("red", null, 1500))
                    .with(local("redtap", "red")));
            send("redtap", toAll());
            assertThat(overlay.port("v1").take()).isEmpty();
            apply(config -> config.with(network("red", 10, 1500)));
            send("redtap", toAll());
            assertThat(overlay.port("v1").take()).containsExactly(VniFrame.of(10, toAll()));
            apply(config -> config.with(network("blue", 20, 1500)).with(local("bluetap", "blue")));
            send("bluetap", toAll());
            assertThat(overlay.port("v1").take()).containsExactly(VniFrame.of(20, toAll()));
        }
    }

    @Test
    void bringsAStateWithPortsOfTheOverlayBack() throws Exception {
        apply(config -> config.with(network("default", VNI, 1500))
                .with(network("red", 10, 1500))
                .with(local("before", "default"))
                .with(vtep("v1", new Trunk(false, List.of("red")), 1400))
                .with(OverlayDriver.config("v2", "red", null, new OverlayDriver.Settings("v2", 1350, false)))
                .with(local("tap", "red"))
                .with(new StaticEntry("red", "02:00:00:00:00:f1", "v1")));
        SwitchConfig before = service.config();
        stop();
        start();
        assertThat(service.config()).isEqualTo(before);
        assertThat(service.ports()).allMatch(view -> view.status() == PortView.Status.UP);
        assertThat(tap("before").mtu).isEqualTo(1400);
        assertThat(tap("tap").mtu).isEqualTo(1350);
        send("tap", toAll());
        assertThat(overlay.port("v1").take()).containsExactly(VniFrame.of(10, toAll()));
        assertThat(overlay.port("v2").take()).as("takes no floods").isEmpty();
        assertThat(service.bridge("red").table().lookup(REMOTE).port().vtep()).isEqualTo("v1");
    }

    @Nested
    class PlainNetworks {
        private void open(NetworkConfig... networks) throws IOException {
            apply(config -> {
                SwitchConfig next = config.with(network("default", VNI, 1500));
                for (NetworkConfig network : networks) {
                    next = next.with(network);
                }
                return next.with(vtep("v1", new Trunk(true, List.of()), 1400));
            });
        }

        private static NetworkConfig encrypted(String name, int vni, boolean whether) {
            return new NetworkConfig(name, null, vni, null, null, null, null, whether, null);
        }

        private List<List<Integer>> said() {
            return overlay.port("v1").takePlainNetworks();
        }

        @Test
        void aPortKnowsThemInOrder() throws IOException {
            open(encrypted("a", 900, false), encrypted("b", 5, false), encrypted("c", 6, true));
            assertThat(said()).containsExactly(List.of(5, 900));
        }

        @Test
        void aPortHearsOfAChangeOfTheFlagAndOfNothingElse() throws IOException {
            open(encrypted("a", 900, true));
            assertThat(said()).containsExactly(List.of());
            apply(config -> config.with(network("default", VNI, 1300)));
            assertThat(said()).isEmpty();
            apply(config -> config.with(encrypted("a", 900, false)));
            assertThat(said()).containsExactly(List.of(900));
            apply(config -> config.with(encrypted("default", VNI, false)));
            assertThat(said()).containsExactly(List.of(VNI, 900));
            apply(config -> config.with(encrypted("a", 901, false)));
            assertThat(said()).containsExactly(List.of(VNI, 901));
            apply(config -> config.with(encrypted("a", 901, true)).with(encrypted("default", VNI, true)));
            assertThat(said()).containsExactly(List.of());
        }

        /** Frames of an encrypted network may be under way with a VNI that is a plain one's next. */
        @Test
        void nothingIsPlainWhileAVniGoesFromOneNetworkToAnother() throws IOException {
            open(encrypted("a", 900, false), encrypted("b", 5, true));
            said();
            apply(config -> config.with(encrypted("a", 5, false)).with(encrypted("b", 900, true)));
            assertThat(said()).containsExactly(List.of(), List.of(5));
        }
    }

    @Test
    void tellsListenersWhatBecomesOfRemoteVteps() throws Exception {
        BlockingQueue<VtepEvent> heard = new LinkedBlockingQueue<>();
        service.vtepEvents().listen(event -> {
            throw new IllegalStateException("on purpose");
        });
        service.vtepEvents().listen(heard::add);
        apply(config -> config.with(network("default", VNI, 1500)).with(vtep("v1", null, 1400)));
        VtepEvent first = heard.poll(20, TimeUnit.SECONDS);
        assertThat(first.port()).isEqualTo("v1");
        assertThat(first.remote().pathMtu()).isEqualTo(1400);
        apply(config -> config.with(local("tap", "default")));
        overlay.port("v1").pathMtu(1300);
        assertThat(heard.poll(20, TimeUnit.SECONDS).remote().pathMtu()).isEqualTo(1300);
        assertThat(heard).as("nothing else changed").isEmpty();
    }

    @Test
    void changesOfTheFdbNameTheRemoteVtep() throws Exception {
        BlockingQueue<FdbEvent> heard = new LinkedBlockingQueue<>();
        service.events().listen(heard::add);
        apply(config -> config.with(network("default", VNI, 1500))
                .with(local("tap", "default"))
                .with(vtep("v1", null, null)));
        sendOverlay("v1", VNI, Frames.ethernet(MacAddress.BROADCAST, REMOTE, 46));
        assertThat(heard.poll(20, TimeUnit.SECONDS))
                .isEqualTo(new FdbEvent("default", Change.LEARNED, REMOTE, "v1", FdbEntry.Type.DYNAMIC, "v1"));
        send("tap", Frames.ethernet(MacAddress.BROADCAST, REMOTE, 46));
        assertThat(heard.poll(20, TimeUnit.SECONDS))
                .isEqualTo(new FdbEvent("default", Change.MOVED, REMOTE, "tap", FdbEntry.Type.DYNAMIC, null));
    }

    @Test
    void showsTheRemoteVtepOfAPortThatHasOne() throws Exception {
        apply(config -> config.with(network("default", VNI, 1500))
                .with(local("tap", "default"))
                .with(vtep("v1", null, 1400)));
        assertThat(service.port("v1").remote())
                .isEqualTo(new RemoteVtep("v1", "unknown", null, null, null, null, 1400, false, null));
        assertThat(service.port("tap").remote()).isNull();
        overlay.port("v1").fail(new IOException("the sockets broke"));
        await(() -> service.port("v1").status() == PortView.Status.FAILED);
        assertThat(service.port("v1").remote()).isNull();
    }
}
