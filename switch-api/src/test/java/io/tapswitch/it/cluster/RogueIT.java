package io.tapswitch.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.it.NeedsTap;
import io.tapswitch.it.TestFrame;
import io.tapswitch.it.vxlan.Capture;
import io.tapswitch.it.vxlan.Family;
import io.tapswitch.it.vxlan.Outer;
import io.tapswitch.it.vxlan.Site;
import io.tapswitch.linux.RawSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines on the underlay that do not have the secret: what they say changes nothing, and is counted. */
@NeedsTap
class RogueIT extends FaultTest {
    private static final int ROGUE = 9;
    private static final int ROUNDS = 60;
    private static final int DATAGRAMS = 50;

    /** Where a sealed frame has its number, of four bytes. */
    private static final int SEQUENCE = 8;

    private static Site site;

    @TempDir
    private Path temp;

    @BeforeAll
    static void start() throws Exception {
        begin(new ClusterHarness(List.of(1, 2)).start("member", 2).start("client", 1));
        site = cluster.underlay().site(ROGUE);
    }

    @BeforeEach
    void isRight() throws Exception {
        assertNothingChanged();
    }

    private Process rogue(String what) throws IOException {
        return new ProcessBuilder(
                        "ip",
                        "netns",
                        "exec",
                        site.namespace(),
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.tapswitch.cluster.RogueMember",
                        what,
                        ClusterHarness.NAME,
                        site.address(Family.V4),
                        "192.0.2.1,192.0.2.2")
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("rogue.log").toFile())
                .start();
    }

    private void awaitSaid(String words) throws Exception {
        Path log = temp.resolve("rogue.log");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ClusterHarness.PATIENCE_SECONDS);
        while (!Files.readString(log).contains(words)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the rogue does not say '" + words + "':\n" + Files.readString(log));
            }
            Thread.sleep(100);
        }
    }

    private static void assertNothingChanged() throws Exception {
        for (ClusterHost host : cluster.hosts()) {
            Set<String> names = new TreeSet<>();
            for (JsonNode shown : host.get("hosts")) {
                names.add(
                        shown.path("name").asText() + " " + shown.path("state").asText());
            }
            assertThat(names).as("seen by " + host).containsExactly("h1 up", "h2 up", "h3 up");
            assertThat(host.get("networks").findValuesAsText("name"))
                    .as("networks of " + host + ": " + host.get("networks"))
                    .contains("default", Guests.NETWORK)
                    .doesNotContain("evil");
            assertThat(host.find("networks/blue").path("vni").asInt()).isEqualTo(Guests.VNI);
            for (int other = 1; other <= 3; other++) {
                String vtep = host == host(other) ? "" : host(other).address();
                JsonNode station = host.station(Guests.NETWORK, Guests.mac(other));
                assertThat(station.isMissingNode())
                        .as("station " + other + " is missing on " + host)
                        .isFalse();
                assertThat(station.path("vtep").asText()).isEqualTo(vtep);
            }
        }
    }

    @Test
    void aMemberWithoutTheSecretForgesErasesAndDestroys() throws Exception {
        Process rogue = null;
        try (Flows flows = new Flows(guests, 1, 2, 3)) {
            rogue = rogue("forge");
            awaitSaid("joined 3");
            for (int round = 1; round <= ROUNDS; round += 5) {
                awaitSaid("done " + round);
                assertNothingChanged();
            }
            for (ClusterHost host : cluster.hosts()) {
                print("%s refused %s", host, host.cluster().path("refused"));
                assertThat(host.cluster().path("refused")).isNotEmpty();
            }
            rogue.destroyForcibly().waitFor();
            long begin = System.nanoTime();
            host(3).post("networks", "{'name':'green','vni':50}");
            for (ClusterHost host : cluster.hosts()) {
                ClusterHarness.awaitNetwork(host, "green");
            }
            print(
                    "%d rounds of forgery; a network written right after is on all after %d ms",
                    ROUNDS, millisSince(begin));
            Thread.sleep(10_000);
            assertNothingChanged();
            begin = System.nanoTime();
            host(2).post("networks", "{'name':'lime','vni':51}");
            for (ClusterHost host : cluster.hosts()) {
                ClusterHarness.awaitNetwork(host, "lime");
            }
            print("10 s later a network is on all after %d ms", millisSince(begin));
            print("forged, erased and destroyed: %s", flows.nothingLost());
        } finally {
            if (rogue != null) {
                rogue.destroyForcibly().waitFor();
            }
        }
    }

    /** Hazelcast would let any member end all others; ours read no command of that kind. */
    @Test
    void aMemberWithoutTheSecretCannotEndTheOthers() throws Exception {
        Process rogue = null;
        try (Flows flows = new Flows(guests, 1, 2, 3)) {
            rogue = rogue("shutdown");
            awaitSaid("refused");
            rogue.destroyForcibly().waitFor();
            assertNothingChanged();
            for (ClusterHost host : cluster.hosts()) {
                assertThat(host.cluster().path("state").asText()).isEqualTo("joined");
            }
            long begin = System.nanoTime();
            host(1).post("networks", "{'name':'back','vni':60}");
            for (ClusterHost host : cluster.hosts()) {
                ClusterHarness.awaitNetwork(host, "back");
            }
            print("told to end, no member did; a network is on all after %d ms", millisSince(begin));
            print("told to end: %s", flows.nothingLost());
        } finally {
            if (rogue != null) {
                rogue.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void aSenderWithoutTheSecretIsCountedAndNotHeard() throws Exception {
        List<Outer> genuine = new ArrayList<>();
        try (Capture capture = new Capture(cluster.underlay().sentBy(host(2).site()));
                Flows flows = new Flows(guests, 1, 2)) {
            while (genuine.size() < DATAGRAMS) {
                Outer outer = capture.next(1_000);
                if (outer != null && outer.destination().equals(host(1).address()) && outer.payload().length > 100) {
                    genuine.add(outer);
                }
            }
            flows.nothingLost();
        }
        TestFrame hijack = TestFrame.of(MacAddress.parse(Guests.mac(1)), MacAddress.parse(Guests.mac(3)));
        byte[] plain = Outer.vxlan(Guests.VNI, hijack.bytes());
        Map<String, Long> before = drops();
        try (RawSocket wire = site.socket();
                RawSocket guest = guests.get(1).socket("eth0")) {
            for (int i = 0; i < DATAGRAMS; i++) {
                wire.send(datagram(site.address(Family.V4), plain));
                wire.send(datagram(host(2).address(), plain));
                byte[] altered = genuine.get(i).payload().clone();
                // Another number than any that came, so that it is the tag that tells.
                altered[SEQUENCE] ^= 0x10;
                wire.send(datagram(host(2).address(), altered));
                wire.send(datagram(host(2).address(), genuine.get(i).payload()));
            }
            Thread.sleep(500);
            for (byte[] frame = guest.receive(0); frame != null; frame = guest.receive(0)) {
                assertThat(TestFrame.received(frame).isOfATest()).isFalse();
            }
        }
        Map<String, Long> dropped = drops();
        before.forEach((reason, count) -> dropped.merge(reason, -count, Long::sum));
        print(
                "%d each of unknown source, plain from a right source, wrong tag, replayed: dropped %s",
                DATAGRAMS, dropped);
        for (String reason : List.of("unknown-vtep", "not-encrypted", "not-authentic", "replayed")) {
            assertThat(dropped.get(reason)).as(reason + " in " + dropped).isGreaterThanOrEqualTo(DATAGRAMS);
        }
        assertNothingChanged();
    }

    private static byte[] datagram(String source, byte[] payload) {
        return new Outer(source, host(1).address(), 64, 0, 50_000, Outer.VXLAN_PORT, payload)
                .frame(host(1).site().mac(), site.mac());
    }

    /** What host 1 has dropped of what came by the underlay, from anybody and as from host 2, by reason. */
    private static Map<String, Long> drops() throws Exception {
        Map<String, Long> drops = new TreeMap<>();
        for (JsonNode counts : List.of(
                host(1).get("status").path("endpoints").path(0).path("drops"),
                host(1).portTo(host(2)).path("counters").path("drops"))) {
            counts.fieldNames()
                    .forEachRemaining(
                            reason -> drops.merge(reason, counts.path(reason).asLong(), Long::sum));
        }
        return drops;
    }
}
