package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The keys of one host while its secrets change; the other host is the test. */
class LinkKeysTest {
    private static final OverlaySecret OLD = secret("old");
    private static final OverlaySecret NEW = secret("new");
    private static final OverlaySecret THIRD = secret("third");
    private static final OverlaySecrets ONLY_OLD = new OverlaySecrets(OLD, null);
    private static final OverlaySecrets BOTH = new OverlaySecrets(OLD, NEW);
    private static final OverlaySecrets ONLY_NEW = new OverlaySecrets(NEW, null);
    private static final int PLAIN = 60;
    private static final int STREAM = 3;

    private final Session own = new Session();
    private final Session peer = new Session();
    private final LinkKeys keys = new LinkKeys(own, ONLY_OLD, 4);
    private final Pairing peersOld = peer.pair(OLD, own.id(), 4, RekeyLimits.DEFAULT);
    private final Pairing peersNew = peer.pair(NEW, own.id(), 4, RekeyLimits.DEFAULT);
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(400);
    private long now;

    private static OverlaySecret secret(String content) {
        return OverlaySecret.of(content.repeat(20).getBytes(StandardCharsets.US_ASCII));
    }

    @BeforeEach
    void meet() {
        assertThat(keys.pairWith(peer.id())).isTrue();
    }

    private byte[] sealed(Sealing sealing) {
        int length = sealing.seal(STREAM, buffer, 0, PLAIN, buffer, 0, 0, buffer, 0, now);
        byte[] datagram = new byte[length];
        buffer.get(0, datagram);
        return datagram;
    }

    private int open(byte[] datagram) {
        buffer.put(0, datagram);
        return keys.inUse().openings().open(buffer, 0, datagram.length, buffer, 0, now);
    }

    private int opensAtPeer(Pairing peers) {
        byte[] datagram = sealed(keys.inUse().sealing());
        buffer.put(0, datagram);
        return peers.opening().open(buffer, 0, datagram.length, buffer, 0, now);
    }

    private void replaceBy(OverlaySecrets changed) {
        assertThat(keys.admit(changed)).isTrue();
        keys.keepAdmitted(now);
    }

    @Test
    void opensUnderTheNextSecretBeforeItSealsByIt() {
        keys.admit(BOTH);
        assertThat(open(sealed(peersNew.sealing()))).isEqualTo(PLAIN);
        assertThat(open(sealed(peersOld.sealing()))).isEqualTo(PLAIN);
        assertThat(opensAtPeer(peersOld)).isEqualTo(PLAIN);
        keys.keepAdmitted(now);
        keys.sendBy(NEW);
        assertThat(keys.sending()).isEqualTo(NEW);
        assertThat(opensAtPeer(peersNew)).isEqualTo(PLAIN);
    }

    @Test
    void opensInWhicheverOrderFramesOfBothCome() {
        replaceBy(BOTH);
        for (int i = 0; i < 500; i++) {
            Pairing from = Integer.bitCount(i) % 2 == 0 ? peersOld : peersNew;
            assertThat(open(sealed(from.sealing()))).isEqualTo(PLAIN);
        }
    }

    @Test
    void opensNoFrameOfEitherTwice() {
        replaceBy(BOTH);
        byte[] old = sealed(peersOld.sealing());
        byte[] fresh = sealed(peersNew.sealing());
        assertThat(open(old)).isEqualTo(PLAIN);
        assertThat(open(fresh)).isEqualTo(PLAIN);
        assertThat(open(old)).isEqualTo(Opening.REPLAYED);
        assertThat(open(fresh)).isEqualTo(Opening.REPLAYED);
    }

    @Test
    void refusesWhatIsForgedOrCutUnderEither() {
        replaceBy(BOTH);
        byte[] forged = sealed(peersNew.sealing());
        forged[forged.length - 1]++;
        assertThat(open(forged)).isEqualTo(Opening.NOT_AUTHENTIC);
        assertThat(open(new byte[Sealing.OVERHEAD - 1])).isEqualTo(Opening.TOO_SHORT);
    }

    @Test
    void opensNothingUnderASecretThatWasReplaced() {
        replaceBy(BOTH);
        byte[] late = sealed(peersOld.sealing());
        replaceBy(ONLY_NEW);
        assertThat(open(late)).isEqualTo(Opening.NOT_AUTHENTIC);
        assertThat(open(sealed(peersNew.sealing()))).isEqualTo(PLAIN);
        assertThat(opensAtPeer(peersNew)).isEqualTo(PLAIN);
        keys.sendBy(OLD);
        assertThat(opensAtPeer(peersNew)).isEqualTo(PLAIN);
    }

    @Test
    void opensForAWhileUnderASecretThatWasWithdrawnAndSealsByTheOtherAtOnce() {
        replaceBy(BOTH);
        keys.sendBy(NEW);
        replaceBy(ONLY_OLD);
        assertThat(opensAtPeer(peersOld)).isEqualTo(PLAIN);
        now += TimeUnit.SECONDS.toNanos(9);
        keys.tick(now);
        assertThat(open(sealed(peersNew.sealing()))).isEqualTo(PLAIN);
        now += TimeUnit.SECONDS.toNanos(1);
        keys.tick(now);
        assertThat(open(sealed(peersNew.sealing()))).isEqualTo(Opening.NOT_AUTHENTIC);
        assertThat(open(sealed(peersOld.sealing()))).isEqualTo(PLAIN);
    }

    /** With the counters and windows that they had: the same nonce would come again otherwise, and the same frame. */
    @Test
    void goesOnWithTheSameKeysWhenASecretComesBack() {
        replaceBy(BOTH);
        keys.sendBy(NEW);
        Sealing before = keys.inUse().sealing();
        byte[] recorded = sealed(peersNew.sealing());
        assertThat(open(recorded)).isEqualTo(PLAIN);
        replaceBy(ONLY_OLD);
        now += TimeUnit.HOURS.toNanos(1);
        keys.tick(now);
        replaceBy(BOTH);
        keys.sendBy(NEW);
        assertThat(keys.inUse().sealing()).isSameAs(before);
        assertThat(open(recorded)).isEqualTo(Opening.REPLAYED);
    }

    @Test
    void makesNoKeysASecondTimeForASecretThatComesBackLate() {
        replaceBy(BOTH);
        replaceBy(ONLY_NEW);
        replaceBy(new OverlaySecrets(NEW, THIRD));
        replaceBy(new OverlaySecrets(THIRD, null));
        assertThat(keys.admit(new OverlaySecrets(THIRD, OLD))).isFalse();
    }

    @Test
    void hasKeysUnderBothWithAnotherSessionOfThePeer() {
        replaceBy(BOTH);
        Session anew = new Session();
        assertThat(keys.pairWith(anew.id())).isTrue();
        assertThat(open(sealed(peersOld.sealing()))).isEqualTo(Opening.NOT_AUTHENTIC);
        for (OverlaySecret secret : new OverlaySecret[] {OLD, NEW}) {
            Pairing pairing = anew.pair(secret, own.id(), 4, RekeyLimits.DEFAULT);
            assertThat(open(sealed(pairing.sealing()))).isEqualTo(PLAIN);
        }
        assertThat(keys.pairWith(peer.id())).isFalse();
    }

    @Test
    void hasNoKeysBeforeThePeerIsKnown() {
        LinkKeys early = new LinkKeys(own, ONLY_OLD, 4);
        assertThat(early.admit(BOTH)).isTrue();
        early.keepAdmitted(now);
        early.sendBy(NEW);
        assertThat(early.inUse()).isNull();
        assertThat(early.pairWith(new Session().id())).isTrue();
        assertThat(early.inUse()).isNotNull();
        assertThat(early.sending()).isEqualTo(NEW);
    }
}
