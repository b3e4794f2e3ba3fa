package io.tapswitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.capture.CaptureSession;
import io.tapswitch.capture.CaptureSettings;
import io.tapswitch.capture.Captures;
import io.tapswitch.capture.Direction;
import io.tapswitch.capture.Mirror;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.MirrorConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.QuarantineConfig;
import io.tapswitch.config.StaticEntry;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.OverlayDriver;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.memory.MemoryDriver;
import io.tapswitch.port.stream.StreamDriver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Captures, mirrors and quarantines in a whole switch. */
@Timeout(60)
class MirrorServiceTest {
    private static final long A = 0x0200_0000_000aL;
    private static final long B = 0x0200_0000_000bL;
    private static final byte[] FROM_A = Frames.ethernet(MacAddress.BROADCAST, A, 46);
    private static final byte[] FROM_B = Frames.ethernet(MacAddress.BROADCAST, B, 46);

    private static EventLoops loops;

    @TempDir
    Path temp;

    private final MemoryDriver memory = new MemoryDriver();
    private final PortDrivers drivers = new PortDrivers(List.of(memory, new OverlayDriver(), new StreamDriver()));
    private final ConfigReader reader = new ConfigReader(drivers);
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
        store = new StateStore(temp, reader);
        service = new SwitchService(drivers, loops, store, SwitchConfig.EMPTY);
        service.start();
        if (service.config().ports().isEmpty()) {
            apply(config -> config.with(port("a")).with(port("b")).with(port("m")));
        }
    }

    @AfterEach
    void stop() throws IOException {
        service.close();
        store.close();
    }

    private static PortConfig port(String name) {
        return PortConfig.of(name, "memory", "default", new MemoryDriver.Settings(null));
    }

    private void apply(UnaryOperator<SwitchConfig> change) throws IOException {
        service.apply(change);
    }

    private MirrorConfig mirror(String json) {
        ObjectNode document = ConfigReader.parseYaml("{" + json + "}");
        return ConfigReader.read(document, MirrorConfig.class, "");
    }

    private void make(String json) throws IOException {
        MirrorConfig mirror = mirror(json);
        apply(config -> config.with(mirror));
    }

    private void quarantine(String port, QuarantineConfig quarantine) throws IOException {
        apply(config -> config.with(config.port(port).orElseThrow().withQuarantine(quarantine)));
    }

    private void send(String port, byte[] bytes) {
        Frame frame = new Frame();
        frame.set(bytes);
        Burst burst = new Burst(0).begin(System.nanoTime());
        memory.port(port).inject(frame, burst);
        burst.end();
    }

    private void assertTakes(String port, byte[]... frames) {
        assertThat(memory.port(port).take()).as(port).containsExactly(frames);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(5);
        }
    }

    @Test
    void theAnalysisPortGetsCopiesOfBothWaysAndNothingElse() throws Exception {
        make("name: look, port: a, to: {port: m}");
        send("a", FROM_A);
        assertTakes("m", FROM_A);
        assertTakes("b", FROM_A);
        send("b", FROM_B);
        assertTakes("m", FROM_B);
        send("b", Frames.ethernet(MacAddress.BROADCAST, 0, 46));
        assertTakes("m");
        assertThat(service.mirrorState("look")).isEqualTo(new Mirror.State(Mirror.Status.ACTIVE, null, 2, 0));
        memory.port("a").take();
        send("m", Frames.ethernet(MacAddress.BROADCAST, 0x0200_0000_000cL, 46));
        assertTakes("a");
        assertTakes("b");
        assertThat(service.port("m").counters().drops(DropReason.NO_EGRESS)).isEqualTo(1);
        apply(config -> config.withoutMirror("look"));
        send("a", FROM_A);
        assertTakes("m", FROM_A);
        assertThat(service.mirrorState("look")).isNull();
    }

    @Test
    void copiesWhatIsAskedForAndOnlySoMuchOfIt() throws Exception {
        make("name: look, port: a, direction: ingress, to: {port: m}, snapLength: 20, filter: broadcast");
        send("a", FROM_A);
        send("b", FROM_B);
        send("a", Frames.ethernet(B, A, 46));
        byte[] front = new byte[20];
        System.arraycopy(FROM_A, 0, front, 0, 20);
        assertTakes("m", front);
        assertTakes("b", FROM_A, Frames.ethernet(B, A, 46));
    }

    @Test
    void copiesAlsoWhatIsDroppedAndFromANetworkEachFrameOnce() throws Exception {
        make("name: look, network: default, to: {port: m}");
        byte[] dropped = Frames.ethernet(MacAddress.BROADCAST, 0, 46);
        send("a", dropped);
        send("b", FROM_B);
        assertTakes("m", dropped, FROM_B);
    }

    @Test
    void waitsForItsAnalysisPortAndGoesOn() throws Exception {
        make("name: look, port: a, to: {port: m}");
        memory.port("m").fail(new IOException("cut"));
        await(() -> service.mirrorState("look").status() == Mirror.Status.WAITING);
        send("a", FROM_A);
        assertThat(service.mirrorState("look").lost()).isEqualTo(1);
        await(() -> service.mirrorState("look").status() == Mirror.Status.ACTIVE);
        send("a", FROM_A);
        assertTakes("m", FROM_A);
    }

    @Test
    void writesAFileThatEndsWithItsStatistics() throws Exception {
        make("name: log, port: a, to: {file: web.pcapng}");
        send("a", FROM_A);
        await(() -> service.mirrorState("log").frames() == 1);
        apply(config -> config.withoutMirror("log"));
        Path file = temp.resolve("captures/web.pcapng");
        byte[] bytes = Files.readAllBytes(file);
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1))
                .startsWith("\n\r\r\n")
                .contains(new String(FROM_A, StandardCharsets.ISO_8859_1));
        assertThat(Files.getPosixFilePermissions(file).toString()).doesNotContain("OTHERS");
        make("name: log, port: a, to: {file: web.pcapng}");
        assertThat(Files.readAllBytes(temp.resolve("captures/web.pcapng.old"))).isEqualTo(bytes);
    }

    @Test
    void endsAFileThatIsFull() throws Exception {
        make("name: log, port: a, to: {file: full, fileMegabytes: 1}");
        byte[] large = Frames.ethernet(MacAddress.BROADCAST, A, 1500);
        await(() -> {
            for (int i = 0; i < 200; i++) {
                send("a", large);
            }
            memory.port("b").take();
            memory.port("m").take();
            return service.mirrorState("log").status() == Mirror.Status.FULL;
        });
        assertThat(Files.size(temp.resolve("captures/full"))).isBetween(500_000L, 1_000_000L);
    }

    @Test
    void removesMirrorsAndQuarantinesWhoseTimeIsOver() throws Exception {
        List<String> expired = new CopyOnWriteArrayList<>();
        service.switchEvents().listen(event -> {
            if (event.kind().label().endsWith("-expired")) {
                expired.add(event.kind().label() + " " + event.subject());
            }
        });
        String soon = Instant.now().plusSeconds(1).toString();
        make("name: look, port: a, to: {port: m}, expires: '" + soon + "'");
        quarantine("b", new QuarantineConfig("m", soon));
        await(() -> service.config().mirrors().isEmpty()
                && service.config().port("b").orElseThrow().quarantine() == null);
        assertThat(Instant.now()).isAfter(Instant.parse(soon));
        await(() -> expired.size() == 2);
        assertThat(expired).containsExactly("mirror-expired look", "quarantine-expired b");
        send("a", FROM_A);
        assertTakes("b", FROM_A);
        assertTakes("m", FROM_A);
    }

    @Test
    void endsWhatIsOverThoughTheDiskTakesNoState() throws Exception {
        String soon = Instant.now().plusSeconds(1).toString();
        make("name: log, port: a, to: {file: f}, expires: '" + soon + "'");
        quarantine("b", new QuarantineConfig("m", soon));
        Files.createDirectory(temp.resolve("state.json.new"));
        send("a", FROM_A);
        await(() -> service.mirrorState("log") == null);
        await(() -> {
            send("a", FROM_A);
            return !memory.port("b").take().isEmpty();
        });
        assertThat(service.config().mirrors()).hasSize(1);
        ByteBuffer file =
                ByteBuffer.wrap(Files.readAllBytes(temp.resolve("captures/f"))).order(ByteOrder.LITTLE_ENDIAN);
        int lastBlock = file.limit() - file.getInt(file.limit() - 4);
        assertThat(file.getInt(lastBlock)).as("interface statistics").isEqualTo(5);
    }

    @Test
    void saysWhyAFileCannotBeMade() throws Exception {
        Files.createFile(temp.resolve("captures"));
        make("name: log, port: a, to: {file: f}");
        assertThat(service.mirrorState("log").status()).isEqualTo(Mirror.Status.FAILED);
        assertThat(service.mirrorState("log").reason()).contains("the file cannot be made", "captures");
        apply(config -> config.withoutMirror("log"));
        assertThat(service.mirrorState("log")).isNull();
    }

    @Test
    void mirrorsAndQuarantinesOutliveARestart() throws Exception {
        make("name: look, port: a, to: {port: m}");
        quarantine("b", new QuarantineConfig("m", null));
        stop();
        start();
        send("a", FROM_A);
        assertTakes("m", FROM_A);
        assertTakes("b");
    }

    @Test
    void aPortInQuarantineExchangesFramesWithItsAnalysisPortOnly() throws Exception {
        apply(config -> config.with(port("c")));
        quarantine("a", new QuarantineConfig("m", null));
        quarantine("c", new QuarantineConfig("m", null));
        send("a", FROM_A);
        assertTakes("m", FROM_A);
        assertTakes("b");
        assertTakes("c");
        byte[] answer = Frames.ethernet(A, B, 46);
        send("m", answer);
        assertTakes("a", answer);
        assertTakes("c");
        send("b", FROM_B);
        assertTakes("a");
        assertTakes("m");
        byte[] toC = Frames.ethernet(0x0200_0000_000dL, A, 46);
        send("c", Frames.ethernet(MacAddress.BROADCAST, 0x0200_0000_000dL, 46));
        memory.port("m").take();
        send("a", toC);
        assertTakes("c");
        assertThat(service.port("a").counters().drops(DropReason.ISOLATED)).isEqualTo(1);
    }

    @Test
    void stationsOfAPortInQuarantineVanishAndStaticOnesComeBack() throws Exception {
        apply(config -> config.with(new StaticEntry("default", "02:00:00:00:00:0d", "a")));
        send("a", FROM_A);
        assertThat(service.localStations("default")).hasSize(2);
        quarantine("a", new QuarantineConfig("m", null));
        send("a", FROM_A);
        assertThat(service.localStations("default")).isEmpty();
        assertThat(service.networksInUse()).containsExactly("default");
        assertThatThrownBy(() -> service.putEntry("default", B, "a", FdbEntry.Type.STICKY))
                .hasMessageContaining("is in no network now");
        quarantine("a", null);
        assertThat(service.localStations("default"))
                .extracting(LocalStation::port, LocalStation::isStatic)
                .containsExactly(tuple("a", true));
        send("b", FROM_B);
        assertTakes("a", FROM_B);
    }

    @Test
    void aLockedTrunkPortInQuarantineShowsItsTagsToo() throws Exception {
        PortConfig locked = reader.port(
                ConfigReader.parseYaml("{name: a, type: memory, trunk: all, locked: true, quarantine: {port: m}}"), "");
        apply(config -> config.with(locked));
        byte[] tagged = Frames.tagged(FROM_A, 100);
        send("a", tagged);
        assertTakes("m", tagged);
    }

    @Test
    void refusesWhatWouldGoRoundInCircles() throws Exception {
        make("name: look, port: a, to: {port: m}");
        refused("name: back, port: m, to: {port: b}", "mirrors[1].port: port 'm' is an analysis port");
        refused("name: next, port: b, to: {port: a}", "mirrors[1].to.port: port 'a' is mirrored itself");
        refused("name: self, port: b, to: {port: b}", "mirrors[1].to.port: port 'b' is mirrored itself");
        refused("name: x, port: none, to: {port: b}", "mirrors[1].port: port 'none' does not exist");
        refused("name: x, network: none, to: {port: b}", "mirrors[1].network: network 'none' does not exist");
        refused("name: x, port: b, to: {port: m, vni: 5}", "mirrors[1].to.vni: port 'm' carries no VNI");
        assertThatThrownBy(() -> quarantine("m", new QuarantineConfig("b", null)))
                .hasMessageContaining("port 'm' is an analysis port, as mirror 'look' copies to it");
        assertThatThrownBy(() -> quarantine("b", new QuarantineConfig("a", null)))
                .hasMessageContaining("port 'a' is mirrored");
        assertThatThrownBy(() -> quarantine("b", new QuarantineConfig("b", null)))
                .isInstanceOf(ConfigException.class);
        quarantine("b", new QuarantineConfig("m", null));
        refused("name: x, port: a, to: {port: b}", "port 'b' is an analysis port, as mirror 'x' copies to it");
        make("name: log, port: a, to: {file: f}");
        refused("name: log2, port: a, to: {file: f}", "mirrors[1].to.file: 'f' is written by both");
    }

    private void refused(String json, String message) {
        assertThatThrownBy(() -> make(json)).isInstanceOf(ConfigException.class).hasMessageContaining(message);
    }

    @Test
    void refusesFieldsThatDoNotFit() {
        List<String> messages = new ArrayList<>();
        for (String json : List.of(
                "name: x, port: a, network: default, to: {port: m}",
                "name: x, port: a, to: {}",
                "name: x, port: a, to: {port: m, file: f}",
                "name: x, port: a, to: {file: ../f}",
                "name: x, port: a, to: {port: m, fileMegabytes: 1}",
                "name: x, port: a, to: {port: m}, filter: odd",
                "name: x, port: a, to: {port: m}, direction: up",
                "name: x, network: a, to: {port: m}, direction: both",
                "name: x, port: a, to: {port: m}, expires: soon")) {
            assertThatThrownBy(() -> mirror(json))
                    .isInstanceOfSatisfying(ConfigException.class, e -> messages.add(e.field()));
        }
        assertThat(messages)
                .containsExactly(
                        "", "to", "to", "to.file", "to.fileMegabytes", "filter", "direction", "direction", "expires");
    }

    @Test
    void removingAPortRemovesTheMirrorsFromItAndToIt() throws Exception {
        make("name: look, port: a, to: {port: m}");
        apply(config -> config.withoutPort("m"));
        assertThat(service.config().mirrors()).isEmpty();
        quarantine("a", new QuarantineConfig("b", null));
        assertThatThrownBy(() -> apply(config -> config.withoutPort("b"))).hasMessageContaining("does not exist");
    }

    @Test
    void hasRoomForSixteenCapturesAndForMoreOnceTheyEnd() {
        Captures captures = new Captures(service, "test");
        List<CaptureSession> sessions = new ArrayList<>();
        for (int i = 0; i < Captures.MAX_SESSIONS; i++) {
            sessions.add(captures.ofPort("a", CaptureSettings.ALL));
        }
        assertThatThrownBy(() -> captures.ofPort("a", CaptureSettings.ALL))
                .hasMessageContaining("16 captures are open");
        sessions.forEach(CaptureSession::close);
        sessions.forEach(CaptureSession::close);
        assertThat(captures.open()).isZero();
        assertThatThrownBy(() -> captures.ofPort("none", CaptureSettings.ALL)).hasMessageContaining("does not exist");
        assertThat(captures.open()).isZero();
    }

    @Test
    void capturesAreCountedAlsoOnceTheyHaveEnded() {
        Captures captures = new Captures(service, "test");
        CaptureSession first =
                captures.ofPort("a", new CaptureSettings(null, null, Direction.INGRESS, null, null, null, null));
        send("a", FROM_A);
        send("a", FROM_A);
        first.next();
        assertThat(captures.totals()).isEqualTo(new Captures.Totals(1, 2, 0));
        first.close();
        first.close();
        assertThat(captures.totals()).isEqualTo(new Captures.Totals(0, 2, 0));
        CaptureSession second = captures.ofPort("a", CaptureSettings.ALL);
        byte[] large = Frames.ethernet(MacAddress.BROADCAST, A, 1500);
        while (second.lost() == 0) {
            send("a", large);
            memory.port("b").take();
            memory.port("m").take();
        }
        assertThat(captures.totals()).isEqualTo(new Captures.Totals(1, 2, second.lost()));
        second.next();
        second.close();
        assertThat(captures.totals()).isEqualTo(new Captures.Totals(0, 2 + second.frames(), second.lost()));
    }

    @Test
    void aPortThatOnlyTakesOthersInIsNotCaptured() throws Exception {
        PortConfig many = reader.port(
                ConfigReader.parseYaml("{name: s, type: stream, stream: {listen: 'unix:" + temp.resolve("s")
                        + "', maxConnections: 2}}"),
                "");
        apply(config -> config.with(many));
        Captures captures = new Captures(service, "test");
        assertThatThrownBy(() -> captures.ofPort("s", CaptureSettings.ALL))
                .hasMessageContaining("name the port of one of its connections");
        assertThat(captures.open()).isZero();
    }

    @Test
    void aCaptureGoesOnWhenItsPortComesBackAndEndsWhenItIsGone() throws Exception {
        Captures captures = new Captures(service, "test");
        CaptureSession session = captures.ofPort("a", CaptureSettings.ALL);
        memory.port("a").fail(new IOException("cut"));
        await(() -> service.port("a").status() == PortView.Status.FAILED);
        await(() -> service.port("a").status() == PortView.Status.UP);
        send("a", FROM_A);
        assertThat(session.next()).isNotEmpty();
        assertThat(session.frames()).isEqualTo(1);
        apply(config -> config.withoutPort("a"));
        assertThat(session.next()).isNotEmpty();
        assertThat(session.next()).isNull();
        assertThat(captures.open()).isZero();
    }

    @Test
    void aCaptureOfAnAnalysisPortShowsTheCopies() throws Exception {
        make("name: look, port: a, to: {port: m}");
        CaptureSession session = new Captures(service, "test").ofPort("m", CaptureSettings.ALL);
        send("a", FROM_A);
        session.next();
        assertThat(session.frames()).isEqualTo(1);
        session.close();
    }
}
