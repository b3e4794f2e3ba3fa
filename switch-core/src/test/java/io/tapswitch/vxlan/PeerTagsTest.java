package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A monitor whose tag is replaced; the peer is the test, and has the old one, the new one, or both. */
class PeerTagsTest {
    private static final ControlTag OLD = new TestTag("old");
    private static final ControlTag NEW = new TestTag("new");

    private final MonitoredPeer peer = MonitoredPeer.alive(OLD);

    private static boolean has(byte[] message, ControlTag tag) {
        return tag.verify(ByteBuffer.wrap(message), 0, message.length);
    }

    /** Lets half a second go by, in which the peer answers what it can verify. @return what was sent */
    private List<byte[]> answerWith(ControlTag... tags) {
        List<byte[]> sent = peer.tick(500);
        for (byte[] probe : sent) {
            for (ControlTag tag : tags) {
                if (has(probe, tag)) {
                    assertThat(peer.receive(peer.acknowledgement(probe, MonitoredPeer.SESSION, tag)))
                            .isEqualTo(ControlOutcome.ACKNOWLEDGED);
                }
            }
        }
        return sent;
    }

    private void assertUses(ControlTag tag) {
        assertThat(peer.tag()).isEqualTo(tag);
        assertThat(peer.figures().state()).isEqualTo(PeerState.ALIVE);
    }

    @Test
    void triesTheNextTagBesideTheCurrentOne() {
        peer.monitor().use(OLD, NEW);
        List<byte[]> sent = answerWith(OLD);
        assertThat(sent).hasSize(2);
        assertThat(has(sent.get(0), OLD)).isTrue();
        assertThat(has(sent.get(1), NEW)).isTrue();
        assertUses(OLD);
    }

    @Test
    void triesNothingElseWithOneTag() {
        assertThat(answerWith(OLD)).hasSize(1);
    }

    @Test
    void whatItTriesInVainDoesNotCountAsLost() {
        peer.monitor().use(OLD, NEW);
        for (int i = 0; i < 100; i++) {
            answerWith(OLD);
        }
        assertThat(peer.figures().loss()).isZero();
    }

    @Test
    void goesOverOnceThePeerHasShownTheNextOne() {
        peer.monitor().use(OLD, NEW);
        answerWith(OLD, NEW);
        assertUses(NEW);
        List<byte[]> sent = answerWith(OLD, NEW);
        assertThat(has(sent.get(0), NEW)).isTrue();
        assertThat(has(sent.get(1), OLD)).isTrue();
        peer.monitor().use(NEW, null);
        assertThat(answerWith(NEW)).hasSize(1);
        assertUses(NEW);
    }

    @Test
    void answersWithTheTagThatAProbeCameWith() {
        peer.monitor().use(OLD, NEW);
        for (ControlTag tag : List.of(OLD, NEW)) {
            peer.pass(100);
            assertThat(peer.receive(peer.probe(48, MonitoredPeer.SESSION, tag))).isEqualTo(ControlOutcome.ANSWERED);
            byte[] answer = peer.replies().get(0);
            assertThat(answer[3]).isEqualTo((byte) ControlMessage.ACKNOWLEDGEMENT);
            assertThat(has(answer, tag)).isTrue();
        }
        assertThat(peer.receive(peer.probe(48, MonitoredPeer.SESSION, new TestTag("third"))))
                .isEqualTo(ControlOutcome.FORGED);
    }

    /** Only an acknowledgement does: a probe may be a recording. */
    @Test
    void aProbeWithTheNextTagHasItTriedAtOnceAndNothingMore() {
        peer.monitor().use(OLD, NEW);
        answerWith(OLD);
        peer.pass(100);
        peer.receive(peer.probe(48, MonitoredPeer.SESSION, NEW));
        List<byte[]> sent = peer.replies();
        assertThat(sent).hasSize(3);
        assertThat(has(sent.get(2), NEW)).isTrue();
        assertThat(sent.get(2)[3]).isEqualTo((byte) ControlMessage.PROBE);
        peer.receive(peer.probe(48, MonitoredPeer.SESSION, NEW));
        assertThat(peer.replies()).hasSize(1);
        assertUses(OLD);
    }

    @Test
    void goesBackWhereThePeerHasTheNextOneNoMore() {
        peer.monitor().use(OLD, NEW);
        answerWith(OLD, NEW);
        answerWith(OLD);
        answerWith(OLD);
        assertUses(NEW);
        answerWith(OLD);
        assertUses(OLD);
        answerWith(OLD, NEW);
        assertUses(NEW);
    }

    @Test
    void goesBackAtOnceWhereTheNextOneIsTakenNoMore() {
        peer.monitor().use(OLD, NEW);
        answerWith(OLD, NEW);
        peer.monitor().use(OLD, null);
        assertUses(OLD);
        assertThat(peer.receive(peer.probe(48, MonitoredPeer.SESSION, NEW))).isEqualTo(ControlOutcome.FORGED);
    }

    @Test
    void takesNoAnswerToAProbeWhoseTagIsTakenNoMore() {
        peer.monitor().use(OLD, NEW);
        answerWith(NEW);
        List<byte[]> sent = peer.tick(500);
        peer.monitor().use(NEW, null);
        byte[] old = sent.stream().filter(probe -> has(probe, OLD)).findAny().orElseThrow();
        assertThat(peer.receive(peer.acknowledgement(old, MonitoredPeer.SESSION, OLD)))
                .isEqualTo(ControlOutcome.FORGED);
    }

    @Test
    void takesNoAnswerWithTheOtherTagThanTheProbes() {
        peer.monitor().use(OLD, NEW);
        byte[] probe = peer.tick(500).get(0);
        assertThat(peer.receive(peer.acknowledgement(probe, MonitoredPeer.SESSION, NEW)))
                .isEqualTo(ControlOutcome.FORGED);
    }

    @Test
    void aNewSessionIsWithTheTagThatBroughtIt() {
        peer.monitor().use(OLD, NEW);
        answerWith(OLD, NEW);
        SessionId anew = new SessionId(7, 7);
        byte[] old = peer.tick(500).stream()
                .filter(probe -> has(probe, OLD))
                .findAny()
                .orElseThrow();
        peer.receive(peer.acknowledgement(old, anew, OLD));
        assertUses(OLD);
        assertThat(peer.told()).endsWith(anew);
    }
}
