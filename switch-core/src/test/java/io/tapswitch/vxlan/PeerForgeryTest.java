package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody else sends in a peer's name: recorded, made up, or turned back. */
class PeerForgeryTest {
    private static final SessionId OTHER = new SessionId(2, 2);

    static List<ControlTag> tags() {
        return List.of(ControlTag.NONE, new TestTag("key"));
    }

    private static long count(MonitoredPeer peer, ControlOutcome outcome) {
        return peer.figures().received().get(outcome);
    }

    private static void assertDiesInTime(MonitoredPeer peer, Runnable attack) {
        for (int i = 0; i < 27; i++) {
            attack.run();
            peer.tick(100);
        }
        assertThat(peer.figures().state()).isEqualTo(PeerState.DEAD);
    }

    @ParameterizedTest
    @MethodSource("tags")
    void anAcknowledgementCountsOnce(ControlTag tag) {
        MonitoredPeer peer = MonitoredPeer.alive(tag);
        List<byte[]> recorded = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            for (byte[] probe : peer.tick(100)) {
                byte[] answer = peer.acknowledgement(probe);
                assertThat(peer.receive(answer)).isEqualTo(ControlOutcome.ACKNOWLEDGED);
                assertThat(peer.receive(answer)).isEqualTo(ControlOutcome.STRAY);
                recorded.add(answer);
            }
        }
        assertThat(recorded).hasSizeGreaterThanOrEqualTo(4);
        assertDiesInTime(peer, () -> recorded.forEach(peer::receive));
    }

    @ParameterizedTest
    @MethodSource("tags")
    void anAcknowledgementThatIsTooLateIsStray(ControlTag tag) {
        MonitoredPeer peer = MonitoredPeer.alive(tag);
        byte[] late = null;
        while (late == null) {
            late = peer.tick(100).stream().map(peer::acknowledgement).findAny().orElse(null);
        }
        for (int i = 0; i < 30; i++) {
            peer.tickAndAnswer();
        }
        assertThat(peer.receive(late)).isEqualTo(ControlOutcome.STRAY);
    }

    @ParameterizedTest
    @MethodSource("tags")
    void recordedAndMadeUpProbesKeepNobodyAliveAndBringNoSession(ControlTag tag) {
        MonitoredPeer peer = MonitoredPeer.alive(tag);
        List<Object> told = peer.told();
        assertDiesInTime(peer, () -> {
            peer.receive(peer.probe(48, MonitoredPeer.SESSION));
            peer.receive(peer.probe(1472, OTHER));
        });
        assertThat(peer.told()).startsWith(told.toArray()).hasSize(told.size() + 1);
    }

    @ParameterizedTest
    @MethodSource("tags")
    void aGuessedTokenChangesNothing(ControlTag tag) {
        MonitoredPeer peer = MonitoredPeer.alive(tag);
        List<Object> told = peer.told();
        Random random = new Random(3);
        for (int i = 0; i < 10_000; i++) {
            byte[] probe = peer.probe(48 + random.nextInt(2) * 1424, OTHER);
            assertThat(peer.receive(peer.acknowledgement(probe, OTHER))).isEqualTo(ControlOutcome.STRAY);
        }
        assertThat(peer.told()).isEqualTo(told);
        assertThat(peer.replies()).isEmpty();
    }

    /** A guesser who knows the slots, but not the 57 random bits. */
    @Test
    void everyBitOfTheTokenCounts() {
        MonitoredPeer peer = MonitoredPeer.alive(ControlTag.NONE);
        byte[] probe = firstProbe(peer);
        for (int bit = 0; bit < 64; bit++) {
            byte[] answer = peer.acknowledgement(probe, OTHER);
            answer[8 + bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(peer.receive(answer)).isEqualTo(ControlOutcome.STRAY);
        }
        assertThat(peer.receive(peer.acknowledgement(probe, OTHER))).isEqualTo(ControlOutcome.ACKNOWLEDGED);
    }

    private static byte[] firstProbe(MonitoredPeer peer) {
        List<byte[]> sent = peer.tick(500);
        assertThat(sent).isNotEmpty();
        return sent.get(0);
    }

    @Test
    void anAcknowledgementOfAnotherLengthIsStray() {
        MonitoredPeer peer = MonitoredPeer.alive(ControlTag.NONE);
        byte[] answer = peer.acknowledgement(firstProbe(peer));
        answer[6]++;
        assertThat(peer.receive(answer)).isEqualTo(ControlOutcome.STRAY);
    }

    @Test
    void everyBitOfAnAuthenticatedMessageCounts() {
        MonitoredPeer peer = MonitoredPeer.alive(new TestTag("key"));
        byte[] answer = peer.acknowledgement(firstProbe(peer), OTHER);
        byte[] probe = peer.probe(60, MonitoredPeer.SESSION);
        List<Object> told = peer.told();
        for (int bit = 0; bit < 8 * 60; bit++) {
            peer.pass(20);
            byte[] forged = probe.clone();
            forged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(peer.receive(forged)).isIn(ControlOutcome.FORGED, ControlOutcome.MALFORMED);
            if (bit < 8 * answer.length) {
                forged = answer.clone();
                forged[bit / 8] ^= (byte) (1 << bit % 8);
                assertThat(peer.receive(forged))
                        .isIn(ControlOutcome.FORGED, ControlOutcome.MALFORMED, ControlOutcome.STRAY);
            }
        }
        assertThat(peer.replies()).isEmpty();
        assertThat(peer.told()).isEqualTo(told);
        assertThat(peer.receive(probe)).isEqualTo(ControlOutcome.ANSWERED);
        assertThat(count(peer, ControlOutcome.FORGED)).isGreaterThan(400);
    }

    @ParameterizedTest
    @MethodSource("tags")
    void itsOwnProbesTurnedBackAreNotAnswered(ControlTag tag) {
        MonitoredPeer peer = MonitoredPeer.alive(tag);
        byte[] probe = firstProbe(peer);
        assertThat(peer.receive(probe)).isEqualTo(ControlOutcome.REFLECTED);
        byte[] answer = peer.acknowledgement(probe, SessionId.of(MonitoredPeer.OWN_SESSION));
        assertThat(peer.receive(answer)).isEqualTo(ControlOutcome.REFLECTED);
        assertThat(peer.replies()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("tags")
    void anAnswerThatWasHeldBackDoesNotBringAnEarlierSessionUp(ControlTag tag) {
        MonitoredPeer peer = MonitoredPeer.alive(tag);
        byte[] first = firstProbe(peer);
        byte[] second = firstProbe(peer);
        assertThat(peer.receive(peer.acknowledgement(second, OTHER))).isEqualTo(ControlOutcome.ACKNOWLEDGED);
        assertThat(peer.receive(peer.acknowledgement(first))).isEqualTo(ControlOutcome.STRAY);
        assertThat(peer.told()).endsWith(OTHER);
    }

    @ParameterizedTest
    @MethodSource("tags")
    void aProbeOfAnotherSessionHasThePeerProbedAtOnce(ControlTag tag) {
        MonitoredPeer peer = MonitoredPeer.alive(tag);
        while (peer.tick(100).isEmpty()) {
            peer.pass(0);
        }
        peer.pass(150);
        assertThat(peer.receive(peer.probe(48, MonitoredPeer.SESSION))).isEqualTo(ControlOutcome.ANSWERED);
        assertThat(peer.replies()).hasSize(1);
        assertThat(peer.receive(peer.probe(48, OTHER))).isEqualTo(ControlOutcome.ANSWERED);
        List<byte[]> sent = peer.replies();
        assertThat(sent).hasSize(2);
        assertThat(sent.get(0)[3]).isEqualTo((byte) ControlMessage.ACKNOWLEDGEMENT);
        assertThat(sent.get(1)[3]).isEqualTo((byte) ControlMessage.PROBE);
        assertThat(peer.receive(peer.acknowledgement(sent.get(1), OTHER))).isEqualTo(ControlOutcome.ACKNOWLEDGED);
        assertThat(peer.told()).endsWith(OTHER);
    }

    @Test
    void aStormOfProbesIsAnsweredInPartAndHasThePeerProbedTenTimesASecond() {
        MonitoredPeer peer = MonitoredPeer.alive(ControlTag.NONE);
        int answers = 0;
        int probes = 0;
        for (int i = 0; i < 100; i++) {
            List<byte[]> sent = new ArrayList<>(peer.tick(100));
            for (int k = 0; k < 1000; k++) {
                peer.receive(peer.probe(48, new SessionId(i, k + 1)));
            }
            sent.addAll(peer.replies());
            for (byte[] datagram : sent) {
                answers += datagram[3] == ControlMessage.ACKNOWLEDGEMENT ? 1 : 0;
                probes += datagram[3] == ControlMessage.PROBE ? 1 : 0;
            }
        }
        assertThat(answers).isBetween(1000, 1100);
        assertThat(probes).isLessThan(130);
        assertThat(count(peer, ControlOutcome.LIMITED)).isGreaterThan(98_000);
    }

    /** Who cannot read the peer's messages does not know its session. */
    @Test
    void aStormInThePeersNameLeavesItsOwnProbesAnswered() {
        MonitoredPeer peer = MonitoredPeer.alive(ControlTag.NONE);
        for (int i = 0; i < 1000; i++) {
            peer.tickAndAnswer();
            for (int k = 0; k < 100; k++) {
                peer.receive(peer.probe(48, new SessionId(i, k + 2)));
            }
            assertThat(peer.receive(peer.probe(48, MonitoredPeer.SESSION))).isEqualTo(ControlOutcome.ANSWERED);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {48, 49, 1472, 8972})
    void anAnswerIsNeverLongerThanTheProbe(int length) {
        MonitoredPeer peer = MonitoredPeer.alive(ControlTag.NONE);
        peer.receive(peer.probe(length, MonitoredPeer.SESSION));
        List<byte[]> sent = peer.replies();
        assertThat(sent).hasSize(1);
        assertThat(sent.get(0)).hasSize(48);
    }
}
