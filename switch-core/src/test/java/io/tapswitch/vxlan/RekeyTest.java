package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A stream's next key comes when it is due, and no frame is lost to it. */
class RekeyTest {
    private static final long NEVER = Long.MAX_VALUE;

    private static int epoch(byte[] datagram) {
        return SealedHeader.epoch(ByteBuffer.wrap(datagram), 0);
    }

    private static int sequence(byte[] datagram) {
        return SealedHeader.sequence(ByteBuffer.wrap(datagram), 0);
    }

    private static List<byte[]> seal(SealedPeers peers, int frames) {
        List<byte[]> datagrams = new ArrayList<>();
        for (int i = 0; i < frames; i++) {
            datagrams.add(peers.seal(0, new byte[60]));
        }
        return datagrams;
    }

    private static void assertAllOpen(SealedPeers peers, List<byte[]> datagrams) {
        for (byte[] datagram : datagrams) {
            assertThat(peers.open(datagram)).as("epoch %d", epoch(datagram)).isEqualTo(60);
        }
    }

    private static void assertAllAreReplays(SealedPeers peers, List<byte[]> datagrams) {
        for (byte[] datagram : datagrams) {
            assertThat(peers.open(datagram)).as("epoch %d", epoch(datagram)).isEqualTo(Opening.REPLAYED);
        }
    }

    @Test
    void takesANewKeyAfterSoManyFrames() {
        SealedPeers peers = new SealedPeers(1, new RekeyLimits(3, NEVER));
        List<byte[]> datagrams = seal(peers, 8);
        assertThat(datagrams.stream().map(RekeyTest::epoch)).containsExactly(0, 0, 0, 1, 1, 1, 2, 2);
        assertThat(datagrams.stream().map(RekeyTest::sequence)).containsExactly(0, 1, 2, 0, 1, 2, 0, 1);
        assertAllOpen(peers, datagrams);
    }

    @Test
    void takesANewKeyAfterSoLong() {
        SealedPeers peers = new SealedPeers(1, new RekeyLimits(1 << 20, 1000));
        assertThat(epoch(peers.seal(0))).isZero();
        peers.now += 999;
        assertThat(epoch(peers.seal(0))).isZero();
        peers.now += 1;
        assertThat(epoch(peers.seal(0))).isEqualTo(1);
        peers.now += 999;
        assertThat(epoch(peers.seal(0))).isEqualTo(1);
    }

    @Test
    void anIdleStreamTakesOneKeyHoweverLongItWasIdle() {
        SealedPeers peers = new SealedPeers(1, new RekeyLimits(1 << 20, 1000));
        seal(peers, 1);
        peers.now += 1_000_000;
        assertThat(epoch(peers.seal(0))).isEqualTo(1);
    }

    @Test
    void eachStreamHasItsOwnTurn() {
        SealedPeers peers = new SealedPeers(2, new RekeyLimits(3, NEVER));
        seal(peers, 4);
        byte[] first = peers.seal(1, new byte[60]);
        assertThat(epoch(first)).isZero();
        assertThat(sequence(first)).isZero();
    }

    @Test
    void defaultsToAnHourAndToWhatTheMarginOfTheCipherAllows() {
        assertThat(RekeyLimits.DEFAULT.nanos()).isEqualTo(TimeUnit.HOURS.toNanos(1));
        double blocks = RekeyLimits.DEFAULT.frames() * Math.ceil(1 + (9000 + 8) / 16.0);
        assertThat(blocks * blocks / Math.pow(2, 129)).isLessThan(Math.pow(2, -57));
    }

    @Test
    void refusesLimitsThatCannotBeKept() {
        assertThatThrownBy(() -> new RekeyLimits(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RekeyLimits((1L << 32) + 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RekeyLimits(1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(new RekeyLimits(1L << 32, 1).frames()).isEqualTo(1L << 32);
    }

    @Test
    void losesNothingToReorderingAcrossARekey() {
        for (int seed = 0; seed < 20; seed++) {
            SealedPeers peers = new SealedPeers(1, new RekeyLimits(100, NEVER));
            List<byte[]> datagrams = seal(peers, 200);
            Collections.shuffle(datagrams, new Random(seed));
            assertAllOpen(peers, datagrams);
            assertAllAreReplays(peers, datagrams);
        }
    }

    /** Frames that are up to 150 places off, with a new key every 100. */
    @Test
    void losesNothingToReorderingAcrossManyRekeys() {
        SealedPeers peers = new SealedPeers(1, new RekeyLimits(100, NEVER));
        List<byte[]> datagrams = seal(peers, 5000);
        for (int from = 50; from + 100 <= datagrams.size(); from += 100) {
            Collections.shuffle(datagrams.subList(from, from + 100), new Random(from));
        }
        assertAllOpen(peers, datagrams);
        assertAllAreReplays(peers, datagrams);
    }

    /** The stream is met with a frame that is newer than some which are still on the way. */
    @Test
    void opensTheEpochBeforeTheOneItMetFirst() {
        SealedPeers peers = new SealedPeers(1, new RekeyLimits(2, NEVER));
        List<byte[]> datagrams = seal(peers, 10);
        assertAllOpen(peers, datagrams.subList(8, 10));
        assertAllOpen(peers, datagrams.subList(6, 8));
        assertAllAreReplays(peers, datagrams);
    }

    @Test
    void takesNoFrameTwiceAcrossAGap() {
        SealedPeers peers = new SealedPeers(1, new RekeyLimits(2, NEVER));
        List<byte[]> datagrams = seal(peers, 10);
        assertAllOpen(peers, datagrams.subList(4, 6)); // Epoch 2.
        assertAllOpen(peers, datagrams.subList(9, 10)); // Epoch 4.
        assertAllOpen(peers, datagrams.subList(6, 8)); // Epoch 3.
        assertAllAreReplays(peers, datagrams.subList(0, 8));
        assertAllOpen(peers, datagrams.subList(8, 9));
    }

    @Test
    void followsASenderWhoseFramesWereLostForManyEpochs() {
        SealedPeers peers = new SealedPeers(1, new RekeyLimits(1, NEVER));
        assertAllOpen(peers, seal(peers, 1));
        List<byte[]> datagrams = seal(peers, 3000);
        assertAllOpen(peers, datagrams.subList(2999, 3000));
        assertAllAreReplays(peers, datagrams.subList(0, 2998));
        assertAllOpen(peers, seal(peers, 10));
    }

    @Test
    void remembersAsManyFramesOfEachEpochAsItsWindowHas() {
        SealedPeers peers = new SealedPeers(1, new RekeyLimits(10_000, NEVER));
        List<byte[]> datagrams = seal(peers, 10_000);
        assertAllOpen(peers, datagrams.subList(9999, 10_000));
        assertAllOpen(peers, seal(peers, 10));
        assertAllOpen(peers, datagrams.subList(10_000 - ReplayWindow.LENGTH, 9999));
        assertAllAreReplays(peers, datagrams);
    }

    @Test
    void stopsAtTheLastEpochSinceNoNonceMayComeAgain() {
        SealingStream stream =
                new SealingStream(SealedPeers.keys(), 7, SealedHeader.EPOCHS - 1, new RekeyLimits(1, NEVER));
        assertThat(stream.seal(Scratch.ofThread(), 60, 0)).isEqualTo(88);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> stream.seal(Scratch.ofThread(), 60, 0))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("stream 7");
        }
    }
}
