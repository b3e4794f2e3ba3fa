package io.tapswitch.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.bridge.FdbEntry.Type;
import io.tapswitch.bridge.Wiring.TestPort;
import io.tapswitch.bridge.Wiring.Vtep;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.frame.Segments;
import io.tapswitch.port.PortCounters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Messages of discovery as no honest host sends them, from a port next to one whose stations are to keep their names. */
class NeighbourFuzzTest {
    private static final int ROUNDS = 300_000;
    private static final int VNI = 1000;
    private static final int MAX_LENGTH = 300;
    private static final long VICTIM = 0x0200_0000_0055L;
    private static final long REMOTE = 0x0200_0000_00aaL;
    private static final int[] EDGES = {0, 1, 2, 7, 8, 10, 24, 32, 58, 127, 128, 135, 136, 224, 254, 255};

    private final SplittableRandom random = new SplittableRandom(20_261_121);
    private final Wiring wiring = new Wiring();
    private final Bridge red = wiring.suppressing("red", 10, VNI);
    private final TestPort attacker = wiring.port("attacker").in(red);
    private final TestPort victim = wiring.port("victim").in(red);
    private final TestPort trunk = wiring.port("trunk").in(wiring.bridge("other", 20), List.of(red));
    private final Vtep vtep = wiring.vtep("vtep").in(red);

    private static List<byte[]> corpus() {
        List<byte[]> seeds = new ArrayList<>();
        for (String directory : List.of("/corpus/neighbours", "/corpus/discovery")) {
            for (Path file : Segments.files(directory)) {
                seeds.addAll(Segments.lines(file));
            }
        }
        return seeds;
    }

    private void introduce() {
        red.table().put(VICTIM, victim.port, Type.STATIC, 0);
        victim.send(DiscoveryFrames.request(VICTIM, "10.0.0.2", "10.0.0.2"));
        victim.send(DiscoveryFrames.unsolicited(VICTIM, "fd00::2"));
        vtep.send(VNI, Frames.ethernet(MacAddress.BROADCAST, REMOTE, 46));
        for (String address : List.of("10.0.0.3", "10.0.0.1", "fd00::1", "fe80::2")) {
            red.neighbours().putRemote(DiscoveryFrames.address(address), REMOTE);
        }
    }

    @Test
    void whateverComesRaisesNothingAndSaysNothingOfOtherPortsStations() {
        introduce();
        List<byte[]> corpus = corpus();
        for (int round = 0; round < ROUNDS; round++) {
            wiring.now(round * 1_000_000L);
            byte[] bytes = mutated(corpus.get(random.nextInt(corpus.size())));
            switch (random.nextInt(4)) {
                case 0 -> trunk.send(bytes.length < 14 ? bytes : Frames.tagged(bytes, random.nextInt(2) * 10));
                case 1 -> vtep.send(VNI, bytes);
                default ->
                    attacker.send(bytes, frame -> {
                        if (random.nextInt(8) == 0) {
                            Frames.makeGso(frame, random.nextInt(256), random.nextInt(65536));
                        }
                    });
            }
            List.of(attacker, victim, trunk).forEach(TestPort::take);
            vtep.take();
            if (round % 1000 == 0) {
                assertSound();
                red.age(round * 1_000_000L);
            }
        }
        assertSound();
        wiring.assertAccounts();
        assertThat(attacker.count(PortCounters.SUPPRESSED)).isGreaterThan(ROUNDS / 1000);
        assertThat(red.neighbours().changes()).isGreaterThan(100);
    }

    /** Somebody may say that he has the victim's address, but not that the victim has another one. */
    private void assertSound() {
        for (Neighbour neighbour : red.neighbours().entries()) {
            String address = neighbour.address().getHostAddress();
            if (neighbour.mac() == VICTIM) {
                assertThat(address).isIn("10.0.0.2", "fd00:0:0:0:0:0:0:2");
            } else if (neighbour.mac() == REMOTE) {
                assertThat(neighbour.isLocal()).isFalse();
            }
            assertThat(MacAddress.isValidSource(neighbour.mac())).isTrue();
            assertThat(neighbour.address().isMulticastAddress()
                            || neighbour.address().isLoopbackAddress()
                            || neighbour.address().isAnyLocalAddress())
                    .as(address)
                    .isFalse();
        }
    }

    /** Never from the remote station, whose move here would be its right. */
    private byte[] mutated(byte[] seed) {
        byte[] bytes = seed.clone();
        if (random.nextInt(3) == 0 && bytes.length >= 42) {
            sendAs(bytes, random.nextBoolean() ? VICTIM : 0x0200_0000_0100L + random.nextInt(8));
        }
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(MAX_LENGTH));
                case 1 -> bytes = Arrays.copyOf(bytes, Math.max(0, bytes.length - random.nextInt(10)));
                case 2 -> fixChecksum(bytes);
                case 3 -> put(bytes, at, EDGES[random.nextInt(EDGES.length)]);
                default -> put(bytes, at, random.nextInt(256));
            }
        }
        return bytes;
    }

    private static void put(byte[] bytes, int at, int value) {
        if (at < bytes.length) {
            bytes[at] = (byte) value;
        }
    }

    /** With the same MAC address in the message, where ARP has it. */
    private static void sendAs(byte[] bytes, long mac) {
        for (int i = 0; i < 6; i++) {
            bytes[6 + i] = (byte) (mac >>> 40 - 8 * i);
            if (bytes[12] == 8 && bytes[13] == 6) {
                bytes[22 + i] = bytes[6 + i];
            }
        }
    }

    /** Else nearly all mutations of IPv6 would end at the checksum. */
    private static void fixChecksum(byte[] bytes) {
        if (bytes.length >= 78 && (bytes[12] & 0xff) == 0x86) {
            int length = Math.min(bytes.length - 54, (bytes[18] & 0xff) << 8 | bytes[19] & 0xff);
            if (length >= 24) {
                bytes[56] = bytes[57] = 0;
                int sum = DiscoveryFrames.checksum(Arrays.copyOfRange(bytes, 14, 54 + length), length);
                bytes[56] = (byte) (sum >>> 8);
                bytes[57] = (byte) sum;
            }
        }
    }
}
