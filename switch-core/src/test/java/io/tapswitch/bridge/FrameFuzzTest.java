package io.tapswitch.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.bridge.Wiring.TestPort;
import io.tapswitch.bridge.Wiring.Vtep;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Bytes as no honest sender makes them. What ever raised a defect belongs into the corpus, as a new file. */
class FrameFuzzTest {
    private static final int ROUNDS = 60_000;
    private static final int RED_VNI = 1000;

    private final SplittableRandom random = new SplittableRandom(20_260_101);
    private final Wiring wiring = new Wiring();
    private final Bridge red = wiring.bridge("red", 10, RED_VNI);
    private final Bridge blue = wiring.bridge("blue", 20, RED_VNI + 1);
    private final Bridge plain =
            wiring.bridge("plain", new NetworkSettings(0, RED_VNI + 2, 65_521, Wiring.SECOND, 50, true, true, false));
    private final List<TestPort> ports = List.of(
            wiring.port("access").in(red),
            wiring.port("access2").in(red),
            wiring.port("trunk").in(plain, List.of(red, blue)),
            wiring.port("trunk2").in(red, List.of(red, blue)),
            wiring.port("plain").in(plain));
    private final List<Vtep> vteps = List.of(
            wiring.vtep("vtep").in(red, List.of(blue, plain)),
            wiring.vtep("vtep2").in(plain, List.of(red, blue)));

    private static List<byte[]> corpus() throws IOException, URISyntaxException {
        Path directory = Path.of(Objects.requireNonNull(FrameFuzzTest.class.getResource("/corpus/frames"))
                .toURI());
        List<byte[]> frames = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                frames.add(Frames.hex(Files.readString(file).replaceAll("#.*", "")));
            }
        }
        return frames;
    }

    private void send(byte[] bytes, boolean hostileHeader) {
        Consumer<Frame> header = frame -> {
            if (hostileHeader) {
                Frames.receive(frame, any(256), any(256), any(65536), any(65536), any(65536), any(65536), bytes);
            }
        };
        for (TestPort port : ports) {
            port.send(bytes, header);
            takeAll();
        }
        for (Vtep vtep : vteps) {
            vtep.send(RED_VNI - 1 + random.nextInt(5), bytes, header);
            takeAll();
        }
    }

    private void takeAll() {
        ports.forEach(TestPort::take);
        vteps.forEach(Vtep::take);
    }

    /** Small numbers and those at the ends more often than others. */
    private int any(int bound) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(Math.min(bound, 80));
            case 1 -> bound - 1 - random.nextInt(Math.min(bound, 8));
            case 2 -> random.nextInt(2);
            default -> random.nextInt(bound);
        };
    }

    @Test
    void theCorpusIsSorted() throws Exception {
        List<byte[]> corpus = corpus();
        assertThat(corpus).hasSizeGreaterThan(10);
        for (byte[] bytes : corpus) {
            send(bytes, false);
            send(bytes, true);
        }
        wiring.assertAccounts();
    }

    @Test
    void mutationsOfTheCorpusRaiseNothing() throws Exception {
        List<byte[]> corpus = corpus();
        for (int round = 0; round < ROUNDS; round++) {
            wiring.now(round * 1_000_000L);
            send(mutated(corpus.get(random.nextInt(corpus.size()))), random.nextBoolean());
        }
        wiring.assertAccounts();
        assertThat(red.table().learned()).isBetween(1, 1000);
        assertThat(plain.table().learned()).isBetween(1, 50);
    }

    private byte[] mutated(byte[] original) {
        byte[] bytes = original.clone();
        for (int changes = random.nextInt(5); changes > 0; changes--) {
            bytes = switch (random.nextInt(4)) {
                case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 8));
                case 1 -> bytes.length < 14 ? bytes : Frames.tagged(bytes, random.nextInt(65536));
                case 2 -> withRandomByte(bytes);
                default -> withFlippedBit(bytes);
            };
        }
        return bytes;
    }

    private byte[] withRandomByte(byte[] bytes) {
        if (bytes.length > 0) {
            bytes[random.nextInt(Math.min(bytes.length, 24))] = (byte) random.nextInt();
        }
        return bytes;
    }

    private byte[] withFlippedBit(byte[] bytes) {
        if (bytes.length > 0) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    @Test
    void randomBytesOfEveryLengthRaiseNothing() {
        for (int round = 0; round < ROUNDS / 3; round++) {
            byte[] bytes = new byte[random.nextInt(100)];
            random.nextBytes(bytes);
            send(bytes, random.nextBoolean());
        }
        for (int length = 65_400; length <= 65_554; length += 11) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            bytes[6] &= (byte) 0xfe;
            send(bytes, false);
            send(bytes, true);
        }
        wiring.assertAccounts();
    }
}
