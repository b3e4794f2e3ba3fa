package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.capture.CaptureSession;
import io.tapswitch.capture.CaptureSettings;
import io.tapswitch.capture.Captures;
import io.tapswitch.capture.FrameFilter;
import io.tapswitch.capture.Mirror;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.MirrorConfig;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.linux.Shell;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Captures, mirrors and quarantines with real TAPs; what Wireshark's own reader makes of a capture. */
@NeedsTap
class CaptureIT {
    private static final String FIELDS = " -T fields -e frame.interface_name -e frame.packet_flags_direction"
            + " -e frame.len -e frame.cap_len -e frame.comment";

    @TempDir
    Path directory;

    private TestSwitch net;
    private TestPort a;
    private TestPort b;

    @BeforeEach
    void twoHosts() {
        net = new TestSwitch();
        a = port("a", 1);
        b = port("b", 2);
    }

    @AfterEach
    void close() {
        net.close();
    }

    private TestPort port(String name, int number) {
        return net.port(name, "tap: {addresses: [10.79.0." + number + "/24]}");
    }

    private CaptureSession capture(String port, String filter, Integer snapLength) {
        CaptureSettings settings =
                new CaptureSettings(snapLength, FrameFilter.parse(filter), null, null, null, null, null);
        return new Captures(net.service(), "TapSwitch test").ofPort(port, settings);
    }

    /** Everything that was captured, with its end, as a file. */
    private Path write(CaptureSession session) throws IOException {
        Path file = directory.resolve("capture.pcapng");
        session.ended("the test is over");
        for (byte[] bytes = session.next(); bytes != null; bytes = session.next()) {
            Files.write(file, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
        return file;
    }

    private static boolean hasWireshark() {
        boolean there = Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "tshark")));
        if (!there) {
            System.out.println("SKIPPED: CaptureIT reads no capture with tshark, which is not installed");
        }
        return there;
    }

    private static List<String> read(Path file, String options) {
        List<String> lines = new ArrayList<>();
        Shell.run("tshark -n -r " + file + options).lines().map(String::strip).forEach(line -> {
            if (!line.startsWith("Running as user")) {
                lines.add(line);
            }
        });
        return lines;
    }

    @Test
    void wiresharkReadsDirectionsReasonsAndLengths() throws Exception {
        CaptureSession session = capture("a", "ether proto 0x88b5", 64);
        a.send(a.broadcast());
        b.send(TestFrame.of(MacAddress.BROADCAST, b.mac(), 100));
        a.send(TestFrame.of(MacAddress.BROADCAST, MacAddress.BROADCAST, 60));
        net.settle();
        Path file = write(session);
        assertThat(session.lost()).isZero();
        if (hasWireshark()) {
            assertThat(read(file, FIELDS + " -Y !(eth.src==00:00:00:00:00:00)"))
                    .containsExactlyInAnyOrder(
                            "a\t0x00000001\t60\t60",
                            "a\t0x00000002\t100\t64",
                            "a\t0x00000001\t60\t60\tdrop: invalid-source - the source address is zero or a group address");
        }
    }

    @Test
    void largeFramesOfARealTcpAreThereAsTheyCrossedTheSwitch() throws Exception {
        CaptureSession session = capture("a", "tcp port 7000 and host 10.79.0.2", 128);
        Transfer.tcp(a.host(), b.host(), "10.79.0.2", 1 << 20);
        net.settle();
        Path file = write(session);
        if (hasWireshark()) {
            List<String> frames = read(file, FIELDS + " -Y tcp");
            assertThat(frames).hasSize((int) session.frames());
            assertThat(frames.stream().mapToInt(line -> Integer.parseInt(line.split("\t")[2])))
                    .anyMatch(length -> length > 9000);
        }
    }

    @Test
    void aReaderThatNeverReadsLosesFramesAndSlowsNobody() throws Exception {
        CaptureSession session = capture("a", "ether proto 0x88b5", null);
        int frames = 4000;
        for (int i = 0; i < frames; i++) {
            a.send(TestFrame.of(b.mac(), a.mac(), 1514));
            if (i % 500 == 499) {
                net.settle();
            }
        }
        net.settle();
        assertThat(a.counters().sum(PortCounters.FLOODED)).isEqualTo(frames);
        assertThat(b.received()).hasSize(frames);
        assertThat(session.lost()).isPositive();
        write(session);
        assertThat(session.frames() + session.lost()).isGreaterThanOrEqualTo(frames);
    }

    @Test
    void aMirrorCopiesARealConversationToAnAnalysisPort() throws Exception {
        TestPort monitor = net.port("monitor");
        mirror("name: look, port: a, to: {port: monitor}, filter: tcp, snapLength: 100");
        Transfer.tcp(a.host(), b.host(), "10.79.0.2", 1 << 20);
        TestFrame broadcast = a.send(a.broadcast());
        net.settle();
        assertThat(monitor.received()).doesNotContain(broadcast);
        Mirror.State state = net.service().mirrorState("look");
        assertThat(state.frames()).isGreaterThan(20);
        assertThat(monitor.counters().sum(PortCounters.TX_FRAMES)
                        + monitor.counters().drops(DropReason.Side.EGRESS))
                .isEqualTo(state.frames());
        monitor.send(monitor.broadcast());
        net.settle();
        assertThat(a.drain()).isEmpty();
        assertThat(monitor.drops(DropReason.NO_EGRESS)).isPositive();
    }

    private void mirror(String yaml) {
        MirrorConfig mirror = ConfigReader.read(ConfigReader.parseYaml("{" + yaml + "}"), MirrorConfig.class, "");
        net.apply(config -> config.with(mirror));
    }

    @Test
    void quarantineTakesAPortAwayFromEverybodyAndBack() {
        TestPort monitor = net.port("monitor");
        TestFrame before = a.send(a.broadcast());
        assertThat(b.received()).containsExactly(before);
        monitor.drain();
        net.patch(a, "quarantine: {port: monitor}");
        assertThat(net.fdb("default")).doesNotContainKey(a.macText());
        TestFrame caught = a.send(a.broadcast());
        TestFrame unheard = b.send(b.broadcast());
        assertThat(monitor.received()).containsExactly(caught);
        assertThat(b.received()).isEmpty();
        assertThat(a.received()).doesNotContain(unheard);
        TestFrame answer = monitor.send(monitor.to(a));
        assertThat(a.received()).containsExactly(answer);
        net.patch(a, "quarantine: null");
        TestFrame after = a.send(a.broadcast());
        assertThat(b.received()).containsExactly(after);
    }
}
