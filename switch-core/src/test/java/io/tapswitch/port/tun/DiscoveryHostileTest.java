package io.tapswitch.port.tun;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.Discovery;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Segments;
import io.tapswitch.linux.InterfaceAddress;
import io.tapswitch.port.Burst;
import io.tapswitch.port.PortCounters;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages and packets as no honest host sends them. A read behind the end throws, because the buffer's limit is there. */
class DiscoveryHostileTest {
    private static final int MUTATIONS = 200_000;
    private static final int[] EDGES = {0, 1, 7, 8, 23, 24, 31, 32, 58, 127, 128, 133, 135, 136, 137, 254, 255};

    private final Random random = new Random(20261121);
    private final PortCounters counters = new PortCounters(1);
    private final Burst burst = new Burst(0);
    private final Frame packet = new Frame();
    private final HostEthernet ethernet = new HostEthernet(
            new Host(
                    0x0200_0000_0099L,
                    List.of(InterfaceAddress.parse("10.0.0.1/24"), InterfaceAddress.parse("fd00::1/64")),
                    List.of(),
                    List.of()),
            counters,
            this::check);
    private int answers;
    private long now;

    static List<Path> corpus() {
        return Segments.files("/corpus/discovery");
    }

    private void check(Frame sent, Burst turn) {
        answers++;
        assertThat(sent.length()).isGreaterThanOrEqualTo(Frame.ETHERNET_HEADER + 20);
        assertThat(sent.source()).isEqualTo(0x0200_0000_0099L);
        assertThat(sent.destination()).isNotZero();
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void answersOnlyWhatIsValid(Path file) {
        for (byte[] message : Segments.lines(file)) {
            answers = 0;
            receive(message);
            boolean valid = file.getFileName().toString().equals("valid.hex");
            boolean asks = message.length > 54 && message[54] == (byte) 135 || message.length == 42 && message[21] == 1;
            assertThat(answers).as(Arrays.toString(message)).isEqualTo(valid && asks ? 1 : 0);
        }
    }

    @Test
    void survivesMutations() {
        List<byte[]> seeds = new ArrayList<>();
        corpus().forEach(file -> seeds.addAll(Segments.lines(file)));
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] bytes = mutate(seeds.get(random.nextInt(seeds.size())));
            receive(bytes);
            if (bytes.length > Frame.ETHERNET_HEADER) {
                send(Packets.unframed(bytes));
            }
            now += TimeUnit.MILLISECONDS.toNanos(random.nextInt(50));
            ethernet.tick(burst.begin(now));
        }
        assertThat(answers).isGreaterThan(MUTATIONS / 20);
        assertThat(counters.drops()).hasSize(3);
    }

    private void receive(byte[] message) {
        ethernet.receive(ByteBuffer.wrap(message), message.length, random.nextBoolean() || now == 0, burst.begin(now));
    }

    private void send(byte[] bytes) {
        packet.set(bytes);
        ethernet.send(packet, burst);
    }

    /** The type of discovery is looked for in front of the end only, whatever the chain of headers says. */
    @Test
    void readsNoByteBehindAPacket() {
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] bytes = new byte[40 + random.nextInt(40)];
            for (int at = 40; at < bytes.length; at++) {
                bytes[at] = (byte) new int[] {0, 43, 60, 58, 1, 2, random.nextInt()}[random.nextInt(7)];
            }
            bytes[0] = 0x60;
            bytes[6] = (byte) new int[] {0, 43, 60, 58}[random.nextInt(4)];
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            assertThat(IpHeader.version(buffer, 0, bytes.length)).isEqualTo(6);
            IpHeader.isDiscovery(buffer, 0, bytes.length);
        }
    }

    private byte[] mutate(byte[] seed) {
        byte[] bytes = seed.clone();
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(Discovery.MAX_LENGTH + 1));
                case 1 -> bytes = Arrays.copyOf(bytes, Math.max(0, bytes.length - random.nextInt(10)));
                case 2 -> {
                    if (bytes.length > 0) {
                        bytes[at] = (byte) EDGES[random.nextInt(EDGES.length)];
                    }
                }
                default -> {
                    if (bytes.length > 0) {
                        bytes[at] ^= (byte) (1 << random.nextInt(8));
                    }
                }
            }
        }
        return bytes;
    }
}
