package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Datagrams that nobody sealed, or that came before. */
class OpeningHostileTest {
    private static final int FUZZED = 20_000;
    private static final long KEY_NANOS = 1_000_000_000L / KeyBudget.PER_SECOND;

    private final SealedPeers peers = new SealedPeers(1024, new RekeyLimits(100, Long.MAX_VALUE));
    private final Random random = new Random(4);

    /** A datagram of full length that nobody sealed. */
    private byte[] forged(int stream, int epoch, int sequence) {
        byte[] datagram = new byte[100];
        random.nextBytes(datagram);
        SealedHeader.put(ByteBuffer.wrap(datagram), SealedHeader.streamAndEpoch(stream, epoch), sequence);
        return datagram;
    }

    private byte[] sealed(int stream) {
        return peers.seal(stream, new byte[60]);
    }

    /** Takes all keys that the budget has, with datagrams of streams that the receiver does not know. */
    private void useUpTheBudget() {
        for (int i = 0; i < KeyBudget.AT_ONCE; i++) {
            peers.open(forged(1000 + i % 20, 1 + i, 0));
        }
        assertThat(peers.open(forged(1000, 1, 0))).isEqualTo(Opening.BUSY);
    }

    @Test
    void opensNotADatagramWithAnyBitChanged() {
        byte[] datagram = sealed(5);
        for (int bit = 0; bit < 8 * datagram.length; bit++) {
            byte[] changed = SealedPeers.changed(datagram, bit / 8, 1 << bit % 8);
            assertThat(peers.open(changed)).as("bit %d", bit).isEqualTo(Opening.NOT_AUTHENTIC);
        }
        assertThat(peers.open(datagram)).isEqualTo(60);
    }

    /** The same once the stream is known; what then looks like a frame that came before is not even checked. */
    @Test
    void opensNotADatagramOfAKnownStreamWithAnyBitChanged() {
        assertThat(peers.open(sealed(5))).isEqualTo(60);
        byte[] datagram = sealed(5);
        for (int bit = 0; bit < 8 * datagram.length; bit++) {
            boolean isFirstSequence = bit == 8 * 11;
            assertThat(peers.open(SealedPeers.changed(datagram, bit / 8, 1 << bit % 8)))
                    .as("bit %d", bit)
                    .isEqualTo(isFirstSequence ? Opening.REPLAYED : Opening.NOT_AUTHENTIC);
        }
        assertThat(peers.open(datagram)).isEqualTo(60);
    }

    @Test
    void opensNoPartOfADatagram() {
        byte[] datagram = sealed(5);
        for (int length = 0; length < datagram.length; length++) {
            assertThat(peers.open(Arrays.copyOf(datagram, length)))
                    .as("%d bytes", length)
                    .isEqualTo(length < Sealing.OVERHEAD ? Opening.TOO_SHORT : Opening.NOT_AUTHENTIC);
        }
        assertThat(peers.open(Arrays.copyOf(datagram, datagram.length + 1))).isEqualTo(Opening.NOT_AUTHENTIC);
        assertThat(peers.open(datagram)).isEqualTo(60);
    }

    @Test
    void opensNoOtherKindOfDatagramThoughItIsAuthentic() {
        byte[] datagram = new byte[60 + Sealing.OVERHEAD];
        SealedHeader.put(ByteBuffer.wrap(datagram), 0, 0);
        for (byte kind = 1; kind <= 3; kind++) {
            datagram[3] = kind;
            SealedPeers.keys().cipher(0, 0).seal(0, new byte[60], 60, datagram, SealedHeader.LENGTH);
            assertThat(peers.open(datagram)).as("kind %d", kind).isEqualTo(kind == 3 ? 60 : Opening.NOT_AUTHENTIC);
        }
    }

    @Test
    void opensADatagramOnce() {
        byte[] datagram = sealed(5);
        assertThat(peers.open(datagram)).isEqualTo(60);
        assertThat(peers.open(datagram)).isEqualTo(Opening.REPLAYED);
    }

    @Test
    void aForgedFrameMovesNoWindow() {
        byte[] first = sealed(5);
        byte[] second = sealed(5);
        assertThat(peers.open(first)).isEqualTo(60);
        assertThat(peers.open(forged(5, 0, 1))).isEqualTo(Opening.NOT_AUTHENTIC);
        assertThat(peers.open(forged(5, 0, -1))).isEqualTo(Opening.NOT_AUTHENTIC);
        assertThat(peers.open(forged(5, 1, 1))).isEqualTo(Opening.NOT_AUTHENTIC);
        assertThat(peers.open(forged(5, 5000, 1))).isEqualTo(Opening.NOT_AUTHENTIC);
        assertThat(peers.open(second)).isEqualTo(60);
    }

    @Test
    void leavesTheTargetAloneUnlessItOpens() {
        byte[] datagram = sealed(5);
        ByteBuffer target = ByteBuffer.allocate(200);
        byte[][] refused = {
            SealedPeers.changed(datagram, 30, 1), Arrays.copyOf(datagram, 20), datagram, new byte[100],
        };
        peers.open(datagram);
        for (byte[] bytes : refused) {
            assertThat(peers.opening.open(ByteBuffer.wrap(bytes), 0, bytes.length, target, 0, peers.now))
                    .isNegative();
        }
        assertThat(target.array()).containsOnly(0);
    }

    @Test
    void readsNotBeyondTheSource() {
        byte[] datagram = sealed(5);
        ByteBuffer source = ByteBuffer.wrap(datagram);
        ByteBuffer target = ByteBuffer.allocate(200);
        assertThatThrownBy(() -> peers.opening.open(source, 1, datagram.length, target, 0, peers.now))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> peers.opening.open(source, -1, datagram.length, target, 0, peers.now))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(peers.opening.open(source, 0, -1, target, 0, peers.now)).isEqualTo(Opening.TOO_SHORT);
        assertThat(peers.open(datagram)).isEqualTo(60);
    }

    @Test
    void derivesABoundedNumberOfKeysForGarbage() {
        int derived = 0;
        for (int i = 0; i < 5000; i++) {
            int opened = peers.open(forged(random.nextInt(1024), random.nextInt(SealedHeader.EPOCHS), i));
            assertThat(opened).isIn(Opening.NOT_AUTHENTIC, Opening.BUSY);
            derived += opened == Opening.NOT_AUTHENTIC ? 1 : 0;
        }
        assertThat(derived).isEqualTo(KeyBudget.AT_ONCE);
        peers.now += 10 * KEY_NANOS;
        for (int i = 0; i < 5000; i++) {
            derived += peers.open(forged(random.nextInt(1024), 0, i)) == Opening.NOT_AUTHENTIC ? 1 : 0;
        }
        assertThat(derived).isEqualTo(KeyBudget.AT_ONCE + 10);
    }

    @Test
    void opensTheFirstFrameOfEveryStreamAtOnce() {
        for (int stream = 0; stream < 1024; stream++) {
            assertThat(peers.open(sealed(stream))).isEqualTo(60);
        }
    }

    /** The clock counts from anywhere, also from before 0. */
    @Test
    void hasAWholeBudgetWheneverItBegins() {
        for (long start : new long[] {Long.MIN_VALUE, -1L << 60, -1, 0, 1, 1L << 60, Long.MAX_VALUE}) {
            SealedPeers begun = new SealedPeers(1024, RekeyLimits.DEFAULT);
            begun.now = start;
            assertThat(begun.open(begun.seal(0, new byte[60]))).isEqualTo(60);
            assertThat(begun.open(begun.seal(1023, new byte[60]))).isEqualTo(60);
        }
    }

    @Test
    void opensAStreamThatItKnowsWhateverGarbageComes() {
        assertThat(peers.open(sealed(5))).isEqualTo(60);
        useUpTheBudget();
        for (int i = 0; i < 1000; i++) {
            assertThat(peers.open(forged(5, 3 + i, 0))).isEqualTo(Opening.BUSY);
            assertThat(peers.open(sealed(5))).isEqualTo(60);
        }
    }

    /** Rekeying cannot be kept away by forgers, since the next key needs no budget, and is derived before it is due. */
    @Test
    void derivesTheNextKeyOnceForGarbage() {
        assertThat(peers.open(sealed(5))).isEqualTo(60);
        for (int i = 0; i < 5 * KeyBudget.AT_ONCE; i++) {
            assertThat(peers.open(forged(5, 1, i))).isEqualTo(Opening.NOT_AUTHENTIC);
        }
        assertThat(peers.open(sealed(6))).isEqualTo(60); // The budget is whole.
    }

    @Test
    void opensANewStreamWhenTheBudgetHasAKeyAgain() {
        byte[] datagram = sealed(5);
        useUpTheBudget();
        assertThat(peers.open(datagram)).isEqualTo(Opening.BUSY);
        peers.now += KEY_NANOS - 1;
        assertThat(peers.open(datagram)).isEqualTo(Opening.BUSY);
        peers.now += 1;
        assertThat(peers.open(datagram)).isEqualTo(60);
    }

    @Test
    void survivesRandomBytes() {
        for (int i = 0; i < FUZZED; i++) {
            byte[] datagram = new byte[random.nextInt(200)];
            random.nextBytes(datagram);
            if (datagram.length >= SealedHeader.LENGTH && i % 2 == 0) {
                ByteBuffer.wrap(datagram).putInt(0, SealedHeader.KIND);
            }
            assertThat(peers.open(datagram)).isNegative();
            peers.now += KEY_NANOS;
        }
        assertThat(peers.open(sealed(5))).isEqualTo(60);
    }

    /** Datagrams that were changed, cut, drawn out or sent again, between those that were not. */
    @Test
    void survivesChangedDatagramsAndGoesOn() {
        for (int i = 0; i < FUZZED; i++) {
            byte[] datagram = sealed(i % 8);
            byte[] mutated = mutated(datagram);
            boolean isSame = Arrays.equals(mutated, datagram);
            int opened = peers.open(mutated);
            assertThat(opened >= 0).isEqualTo(isSame);
            assertThat(peers.open(datagram)).isEqualTo(isSame ? Opening.REPLAYED : 60);
            peers.now += KEY_NANOS;
        }
    }

    private byte[] mutated(byte[] datagram) {
        byte[] bytes = Arrays.copyOf(datagram, random.nextInt(3) > 0 ? datagram.length : random.nextInt(120));
        for (int changes = random.nextInt(4); changes > 0 && bytes.length > 0; changes--) {
            int header = Math.min(bytes.length, SealedHeader.LENGTH);
            int at = random.nextBoolean() ? random.nextInt(header) : random.nextInt(bytes.length);
            bytes[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : bytes[at] ^ 1 << random.nextInt(8));
        }
        return bytes;
    }
}
