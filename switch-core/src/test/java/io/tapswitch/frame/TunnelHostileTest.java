package io.tapswitch.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Inner frames as no honest guest sends them. */
class TunnelHostileTest {
    private static final int MUTATIONS = 100_000;
    private static final int VIRTIO = VirtioNetHeader.LENGTH;
    private static final int[] MTUS = {68, 72, 100, 300, 576, 1280, 1284, 1300, 1400, 65535};

    private final Random random = new Random(20260108);
    private final GuardedFrame zeros = new GuardedFrame((byte) 0x00);
    private final GuardedFrame ones = new GuardedFrame((byte) 0xff);
    private final TunnelEcn ecn = new TunnelEcn();
    private final MssClamp clamp = new MssClamp();
    private final PacketTooBig tooBig = new PacketTooBig();
    private final Frame answer = new Frame();
    private int marked;
    private int dropped;
    private int clamped;
    private int answered;

    static List<Path> corpus() {
        return Segments.files("/corpus/tunnel");
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void survivesTheCorpus(Path file) {
        for (byte[] large : Segments.lines(file)) {
            check(large);
        }
    }

    @Test
    void survivesMutations() {
        Mutations mutations = new Mutations(random, corpus());
        for (int i = 0; i < MUTATIONS; i++) {
            check(mutations.next());
        }
        assertThat(marked).isGreaterThan(MUTATIONS / 50);
        assertThat(dropped).isGreaterThan(MUTATIONS / 20);
        assertThat(clamped).isGreaterThan(MUTATIONS / 20);
        assertThat(answered).isGreaterThan(MUTATIONS / 50);
    }

    private void check(byte[] large) {
        checkEcn(large, random.nextInt(256));
        int mtu = MTUS[random.nextInt(MTUS.length)];
        checkClamp(large, mtu);
        checkTooBig(large, mtu);
    }

    private record Outcome(boolean result, byte[] bytes) {}

    /** What comes of a frame, whatever is around it. */
    private Outcome apply(byte[] large, Predicate<Frame> operation) {
        Outcome outcome = new Outcome(operation.test(zeros.load(large)), zeros.take());
        assertThat(operation.test(ones.load(large))).isEqualTo(outcome.result);
        assertThat(ones.take()).isEqualTo(outcome.bytes);
        return outcome;
    }

    /** The sum of all words from the IP header on, which no incremental update of a checksum changes. */
    private static int sum(byte[] large, int network) {
        int sum = TestPacket.wordSum(Arrays.copyOfRange(large, network, large.length));
        return sum == 0xffff ? 0 : sum;
    }

    private static int network(byte[] large) {
        ByteBuffer frame = ByteBuffer.wrap(large);
        int at = VIRTIO + 12;
        while (frame.getShort(at) == (short) 0x8100 || frame.getShort(at) == (short) 0x88a8) {
            at += 4;
        }
        return at + 2;
    }

    private void checkEcn(byte[] large, int outer) {
        Outcome outcome = apply(large, frame -> ecn.decapsulate(frame, outer));
        if (!outcome.result) {
            dropped++;
            assertThat(outer & 3).isEqualTo(3);
            assertThat(outcome.bytes).isEqualTo(large);
        }
        int before = ecn.trafficClass(zeros.load(large));
        zeros.take();
        int after = ecn.trafficClass(zeros.load(outcome.bytes));
        zeros.take();
        assertThat(after >>> 2).as("DSCP").isEqualTo(before >>> 2);
        if (after == before) {
            assertThat(outcome.bytes).isEqualTo(large);
            return;
        }
        marked++;
        int network = network(large);
        boolean ipv4 = large[network] >>> 4 == 4;
        byte[] expected = large.clone();
        expected[network + 1] ^= (byte) ((before ^ after) << (ipv4 ? 0 : 4));
        if (ipv4) {
            System.arraycopy(outcome.bytes, network + 10, expected, network + 10, 2);
            assertThat(sum(outcome.bytes, network)).isEqualTo(sum(large, network));
        }
        assertThat(outcome.bytes).isEqualTo(expected);
    }

    private void checkClamp(byte[] large, int mtu) {
        Outcome outcome = apply(large, frame -> clamp.clamp(frame, mtu));
        if (!outcome.result) {
            assertThat(outcome.bytes).isEqualTo(large);
            return;
        }
        clamped++;
        int network = network(large);
        boolean open = (large[0] & 1) != 0;
        assertThat(sum(outcome.bytes, network) == sum(large, network)).isEqualTo(!open);
        int first = Arrays.mismatch(outcome.bytes, large);
        assertThat(first).as("the checksum, or an option").isGreaterThanOrEqualTo(network + 20 + (open ? 20 : 16));
        assertThat(apply(outcome.bytes, frame -> clamp.clamp(frame, mtu)).result)
                .as("a second time")
                .isFalse();
    }

    private void checkTooBig(byte[] large, int mtu) {
        Frames.receive(answer, 1, 1, 66, 1448, 34, 16, new byte[100]);
        Outcome outcome = apply(large, frame -> tooBig.answer(frame, mtu, answer));
        assertThat(outcome.bytes).as("the offending frame").isEqualTo(large);
        if (outcome.result) {
            answered++;
            assertThat(Frames.header(answer)).containsOnly(0);
            byte[] offending = Arrays.copyOfRange(large, VIRTIO, large.length);
            IcmpError error = IcmpError.read(answer.toByteArray(), offending);
            assertThat(error.mtu()).isEqualTo(mtu - (network(large) - VIRTIO - 14));
            assertThat(error.packet().length).isLessThanOrEqualTo(mtu);
        } else {
            assertThat(answer.toByteArray()).hasSize(100).containsOnly(0);
            assertThat(Frames.header(answer)[1]).isEqualTo((byte) 1);
        }
    }
}
