package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class SessionTest {
    private final OverlaySecret secret = SealedPeers.secret();
    private final Session here = new Session();
    private final Session there = new Session();

    private Pairing pair(Session own, Session peer) {
        return own.pair(secret, peer.id(), 4, RekeyLimits.DEFAULT);
    }

    private static int carry(Pairing from, Pairing to) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(200);
        int length = from.sealing().seal(3, buffer, 0, 60, buffer, 0, 0, buffer, 100, 0);
        return to.opening().open(buffer, 100, length, buffer, 0, 0);
    }

    @Test
    void pairsBothDirections() {
        Pairing near = pair(here, there);
        Pairing far = pair(there, here);
        assertThat(carry(near, far)).isEqualTo(60);
        assertThat(carry(far, near)).isEqualTo(60);
    }

    @Test
    void opensNotWhatItSealedItself() {
        Pairing near = pair(here, there);
        assertThat(carry(near, near)).isEqualTo(Opening.NOT_AUTHENTIC);
    }

    @Test
    void opensNotWhatAThirdHostSealed() {
        Session third = new Session();
        pair(here, there);
        assertThat(carry(pair(third, here), pair(here, third))).isEqualTo(60);
        assertThat(carry(pair(third, there), pair(there, here))).isEqualTo(Opening.NOT_AUTHENTIC);
    }

    @Test
    void opensNotWhatAnEarlierSessionSealed() {
        Pairing before = pair(here, there);
        Session again = new Session();
        Pairing after = pair(again, there);
        Pairing far = pair(there, again);
        assertThat(carry(before, far)).isEqualTo(Opening.NOT_AUTHENTIC);
        assertThat(carry(after, far)).isEqualTo(60);
    }

    @Test
    void pairsWithAnotherSessionOnlyOnce() {
        pair(here, there);
        pair(here, new Session());
        assertThat(here.canPair(secret, there.id())).isFalse();
        assertThatThrownBy(() -> pair(here, there)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void pairsOnceMoreUnderAnotherSecretWithOtherKeys() {
        OverlaySecret other = OverlaySecret.of(new byte[32]);
        Pairing near = pair(here, there);
        Pairing far = pair(there, here);
        Pairing otherNear = here.pair(other, there.id(), 4, RekeyLimits.DEFAULT);
        Pairing otherFar = there.pair(other, here.id(), 4, RekeyLimits.DEFAULT);
        assertThat(carry(near, otherFar)).isEqualTo(Opening.NOT_AUTHENTIC);
        assertThat(carry(near, far)).isEqualTo(60);
        assertThat(carry(otherNear, otherFar)).isEqualTo(60);
        assertThat(here.canPair(other, there.id())).isFalse();
        assertThat(here.canPair(secret, there.id())).isFalse();
    }

    @Test
    void pairsStillAfterAMistakeOfTheCaller() {
        assertThatThrownBy(() -> here.pair(secret, there.id(), 0, RekeyLimits.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> here.pair(secret, there.id(), 1025, RekeyLimits.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(here.canPair(secret, there.id())).isTrue();
    }

    @Test
    void pairsNotWithItself() {
        assertThat(here.canPair(secret, here.id())).isFalse();
        assertThatThrownBy(() -> pair(here, here)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void wantsSixteenBytes() {
        assertThat(here.canPair(secret, new byte[15])).isFalse();
        assertThatThrownBy(() -> here.pair(secret, new byte[17], 4, RekeyLimits.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void remembersABoundedNumberOfPeers() {
        ByteBuffer peer = ByteBuffer.allocate(Session.LENGTH);
        for (int i = 0; i < 65_536; i++) {
            here.pair(secret, peer.putInt(0, i).array(), 1, RekeyLimits.DEFAULT);
        }
        assertThat(here.canPair(secret, there.id())).isFalse();
        assertThat(new Session().canPair(secret, there.id())).isTrue();
    }

    @Test
    void isDifferentEachTimeAndCannotBeChanged() {
        byte[] id = here.id();
        assertThat(id).hasSize(Session.LENGTH).isNotEqualTo(there.id());
        id[0]++;
        assertThat(here.id()).isNotEqualTo(id);
    }
}
