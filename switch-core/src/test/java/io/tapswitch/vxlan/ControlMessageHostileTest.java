package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.Segments;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Messages as no honest peer sends them, to a monitor that waits for acknowledgements. A read behind the end throws,
 * because the buffer's limit is there. What ever raised a defect belongs into the corpus.
 */
class ControlMessageHostileTest {
    private static final int MUTATIONS = 50_000;
    private static final int[] EDGES = {0, 1, 2, 3, 7, 8, 0x2f, 0x30, 0x31, 0x53, 0x54, 0x7f, 0x80, 0xfe, 0xff};

    private final Random random = new Random(20261121);
    private final MonitoredPeer peer = MonitoredPeer.alive(ControlTag.NONE);

    static List<Path> corpus() {
        return Segments.files("/corpus/control");
    }

    /** The rules once more, written in another way. */
    private static boolean expected(byte[] bytes) {
        if (bytes.length < 48 || bytes[0] != 0 || bytes[1] != 'T' || bytes[2] != 'S' || bytes[4] != 1) {
            return false;
        }
        int told = Byte.toUnsignedInt(bytes[6]) * 256 + Byte.toUnsignedInt(bytes[7]);
        return bytes[3] == 1 && told == bytes.length || bytes[3] == 2 && bytes.length == 48 && told >= 48;
    }

    private void check(byte[] bytes) {
        boolean valid = expected(bytes);
        assertThat(ControlMessage.isValid(ByteBuffer.wrap(bytes), 0, bytes.length))
                .as(Arrays.toString(bytes))
                .isEqualTo(valid);
        ControlOutcome outcome = peer.receive(bytes);
        assertThat(outcome == ControlOutcome.MALFORMED).isEqualTo(!valid);
        List<byte[]> replies = peer.replies();
        assertThat(replies).hasSizeLessThanOrEqualTo(2).allSatisfy(reply -> assertThat(reply)
                .hasSize(48));
        assertThat(replies.isEmpty()).isEqualTo(outcome != ControlOutcome.ANSWERED);
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void sortsTheCorpus(Path file) {
        boolean valid = file.getFileName().toString().startsWith("valid");
        for (byte[] bytes : Segments.lines(file)) {
            assertThat(expected(bytes)).as(Arrays.toString(bytes)).isEqualTo(valid);
            check(bytes);
        }
    }

    @Test
    void survivesMutations() {
        List<byte[]> seeds = new ArrayList<>();
        corpus().forEach(file -> seeds.addAll(Segments.lines(file)));
        List<Object> told = peer.told();
        for (int i = 0; i < MUTATIONS; i++) {
            peer.pass(1);
            check(mutate(seeds.get(random.nextInt(seeds.size()))));
        }
        assertThat(peer.told()).isEqualTo(told);
        peer.figures().received().forEach((outcome, count) -> {
            boolean impossible = outcome == ControlOutcome.LIMITED || outcome == ControlOutcome.ACKNOWLEDGED;
            assertThat(count).as("%s", outcome).isGreaterThan(impossible ? -1 : MUTATIONS / 1000);
        });
    }

    /** Each the acknowledgement of a probe that waits for it, but for what was changed. */
    @Test
    void survivesMutationsOfExpectedAcknowledgements() {
        int believed = 0;
        for (int i = 0; i < MUTATIONS / 20; i++) {
            for (byte[] probe : peer.tick(100)) {
                byte[] answer = mutate(peer.acknowledgement(probe));
                ControlOutcome outcome = peer.receive(answer);
                peer.replies();
                if (outcome == ControlOutcome.ACKNOWLEDGED) {
                    believed++;
                    assertThat(Arrays.copyOf(answer, 5)).isEqualTo(new byte[] {0, 'T', 'S', 2, 1});
                    assertThat(Arrays.copyOfRange(answer, 8, 16)).isEqualTo(Arrays.copyOfRange(probe, 8, 16));
                    assertThat(Arrays.copyOfRange(answer, 32, answer.length)).isEqualTo(new byte[16]);
                }
            }
            assertThat(peer.figures().pathMtu()).isBetween(576, 1500);
        }
        assertThat(believed).isGreaterThan(MUTATIONS / 200);
    }

    private byte[] mutate(byte[] seed) {
        byte[] bytes = seed.clone();
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(100));
                case 1 -> bytes = withLength(Arrays.copyOf(bytes, random.nextInt(1500)));
                case 2 -> put(bytes, at, EDGES[random.nextInt(EDGES.length)]);
                case 3 -> put(bytes, random.nextInt(8), EDGES[random.nextInt(EDGES.length)]);
                default -> put(bytes, at, random.nextInt());
            }
        }
        return bytes;
    }

    private static byte[] withLength(byte[] bytes) {
        put(bytes, 6, bytes.length >> 8);
        put(bytes, 7, bytes.length);
        return bytes;
    }

    private static void put(byte[] bytes, int at, int value) {
        if (at < bytes.length) {
            bytes[at] = (byte) value;
        }
    }
}
