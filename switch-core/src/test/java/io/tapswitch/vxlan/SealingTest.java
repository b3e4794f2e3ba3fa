package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Frames that arrive as they were sent, and what happens to those that do not. */
class SealingTest {
    private static final int LONGEST_DATAGRAM = 65_507;

    private final SealedPeers peers = new SealedPeers(1024, RekeyLimits.DEFAULT);
    private final ByteBuffer plain = ByteBuffer.allocateDirect(70_000);
    private final ByteBuffer sealed = ByteBuffer.allocateDirect(70_000);
    private final ByteBuffer opened = ByteBuffer.allocateDirect(70_000);

    private byte[] fill(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        plain.put(0, bytes);
        return bytes;
    }

    private static byte[] bytes(ByteBuffer buffer, int at, int length) {
        byte[] bytes = new byte[length];
        buffer.get(at, bytes);
        return bytes;
    }

    private int seal(int stream, int head, int length, int at) {
        return peers.sealing.seal(stream, plain, 0, head, plain, head, length - head, sealed, at, peers.now);
    }

    @Test
    void carriesFramesOfEverySizeHoweverTheyAreCutInTwo() {
        for (int length = 0; length <= 9000; length++) {
            byte[] bytes = fill(length);
            int datagram = seal(length % 1024, length * 7 % (length + 1), length, 3);
            assertThat(datagram).isEqualTo(length + Sealing.OVERHEAD);
            assertThat(peers.opening.open(sealed, 3, datagram, opened, 5, peers.now))
                    .isEqualTo(length);
            assertThat(bytes(opened, 5, length)).isEqualTo(bytes);
        }
    }

    @Test
    void addsTwentyEightBytes() {
        assertThat(Sealing.OVERHEAD).isEqualTo(28);
    }

    @Test
    void carriesTheLongestDatagramThatThereIs() {
        int length = LONGEST_DATAGRAM - Sealing.OVERHEAD;
        byte[] bytes = fill(length);
        assertThat(seal(0, 22, length, 0)).isEqualTo(LONGEST_DATAGRAM);
        assertThat(peers.opening.open(sealed, 0, LONGEST_DATAGRAM, opened, 0, peers.now))
                .isEqualTo(length);
        assertThat(bytes(opened, 0, length)).isEqualTo(bytes);
    }

    @Test
    void touchesNothingAroundTheDatagramAndThePlaintext() {
        fill(100);
        for (int i = 0; i < 1000; i++) {
            sealed.put(i, (byte) 0x5a);
            opened.put(i, (byte) 0x5a);
        }
        int datagram = seal(0, 22, 100, 400);
        peers.opening.open(sealed, 400, datagram, opened, 400, peers.now);
        byte[] untouched = new byte[400];
        Arrays.fill(untouched, (byte) 0x5a);
        assertThat(bytes(sealed, 0, 400)).isEqualTo(untouched);
        assertThat(bytes(sealed, 528, 400)).isEqualTo(untouched);
        assertThat(bytes(opened, 0, 400)).isEqualTo(untouched);
        assertThat(bytes(opened, 500, 400)).isEqualTo(untouched);
    }

    @Test
    void opensInPlaceHoweverItOverlaps() {
        for (int targetAt : new int[] {0, 90, 99, 100, 101, 112, 130, 1700, 2000}) {
            byte[] bytes = fill(1458);
            int datagram = seal(0, 22, 1458, 100);
            assertThat(peers.opening.open(sealed, 100, datagram, sealed, targetAt, peers.now))
                    .isEqualTo(1458);
            assertThat(bytes(sealed, targetAt, 1458)).isEqualTo(bytes);
        }
    }

    @Test
    void sealsOverItsOwnSource() {
        byte[] bytes = fill(1458);
        int datagram = peers.sealing.seal(0, plain, 0, 22, plain, 22, 1436, plain, 10, peers.now);
        assertThat(peers.opening.open(plain, 10, datagram, opened, 0, peers.now))
                .isEqualTo(1458);
        assertThat(bytes(opened, 0, 1458)).isEqualTo(bytes);
    }

    @Test
    void readsAndWritesNeitherPositionNorByteOrder() {
        byte[] bytes = fill(60);
        plain.order(ByteOrder.LITTLE_ENDIAN).position(17);
        sealed.order(ByteOrder.LITTLE_ENDIAN).position(19);
        int datagram = seal(0, 22, 60, 0);
        assertThat(peers.opening.open(sealed, 0, datagram, opened, 0, peers.now))
                .isEqualTo(60);
        assertThat(bytes(opened, 0, 60)).isEqualTo(bytes);
        assertThat(plain.position()).isEqualTo(17);
        assertThat(sealed.position()).isEqualTo(19);
    }

    @Test
    void makesAnotherDatagramOfTheSameFrame() {
        byte[] first = peers.seal(0, new byte[64]);
        byte[] second = peers.seal(0, new byte[64]);
        byte[] onAnotherStream = peers.seal(1, new byte[64]);
        byte[][] bodies = {first, second, onAnotherStream};
        for (int i = 0; i < bodies.length; i++) {
            bodies[i] = Arrays.copyOfRange(bodies[i], SealedHeader.LENGTH, SealedHeader.LENGTH + 64);
        }
        assertThat(bodies[0]).isNotEqualTo(new byte[64]).isNotEqualTo(bodies[1]).isNotEqualTo(bodies[2]);
    }

    @Test
    void goesOnAfterAFrameThatDidNotFit() {
        fill(100);
        ByteBuffer small = ByteBuffer.allocate(127);
        assertThatThrownBy(() -> peers.sealing.seal(0, plain, 0, 22, plain, 22, 78, small, 0, peers.now))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> peers.sealing.seal(0, plain, 0, 22, plain, 69_990, 78, sealed, 0, peers.now))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> seal(0, 0, 65_509, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> seal(0, -1, 100, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        int datagram = seal(0, 22, 100, 0);
        assertThat(peers.opening.open(sealed, 0, datagram, opened, 0, peers.now))
                .isEqualTo(100);
    }

    @Test
    void knowsNoStreamBeyondThoseItHas() {
        SealedPeers two = new SealedPeers(2, RekeyLimits.DEFAULT);
        assertThat(two.seal(1, (byte) 1)).hasSize(29);
        assertThatThrownBy(() -> two.seal(2, (byte) 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> two.seal(-1, (byte) 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void opensNotWhatWasSealedWithAnotherSecretOrForAnotherSession() {
        OverlaySecret secret = SealedPeers.secret();
        OverlaySecret otherSecret =
                OverlaySecret.of("another secret, which is longer.".getBytes(StandardCharsets.US_ASCII));
        byte[] other = SealedPeers.changed(SealedPeers.RECEIVER, 15, 1);
        FrameKeys[] wrong = {
            new FrameKeys(otherSecret, SealedPeers.SENDER, SealedPeers.RECEIVER),
            new FrameKeys(secret, other, SealedPeers.RECEIVER),
            new FrameKeys(secret, SealedPeers.SENDER, other),
            new FrameKeys(secret, SealedPeers.RECEIVER, SealedPeers.SENDER),
        };
        byte[] datagram = peers.seal(0, new byte[60]);
        for (FrameKeys keys : wrong) {
            assertThat(peers.open(new Opening(keys), datagram)).isEqualTo(Opening.NOT_AUTHENTIC);
        }
        assertThat(peers.open(datagram)).isEqualTo(60);
    }

    @Test
    void opensNotAFrameOfAnotherStreamOrEpoch() {
        byte[] datagram = peers.seal(1, new byte[60]);
        int length = SealedHeader.LENGTH;
        byte[] moved = datagram.clone();
        for (int word : new int[] {SealedHeader.streamAndEpoch(2, 0), SealedHeader.streamAndEpoch(1, 1)}) {
            SealedHeader.put(ByteBuffer.wrap(moved), word, 0);
            assertThat(moved).hasSize(60 + length + FrameCipher.TAG);
            assertThat(peers.open(moved)).isEqualTo(Opening.NOT_AUTHENTIC);
        }
        assertThat(peers.open(datagram)).isEqualTo(60);
    }
}
