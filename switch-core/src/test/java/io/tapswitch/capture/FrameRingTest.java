package io.tapswitch.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.port.DropReason;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FrameRingTest {
    private final FrameRing ring = new FrameRing(4096);
    private final Frame frame = new Frame();

    private void begin(String port, int length) {
        frame.set(Frames.payload(length));
        ring.begin(port, FrameRing.INGRESS, frame, 65_536, length);
    }

    private void put(String port, int length) {
        begin(port, length);
        ring.end(null, true);
    }

    private void assertNext(String port, int length, DropReason reason) {
        assertThat(ring.hasNext()).isTrue();
        assertThat(ring.port()).isEqualTo(port);
        assertThat(ring.length()).isEqualTo(length);
        assertThat(ring.nanos()).isEqualTo(length);
        assertThat(ring.reason()).isEqualTo(reason);
        byte[] bytes = new byte[ring.bytes().remaining()];
        ring.bytes().get(bytes);
        assertThat(bytes).isEqualTo(Frames.payload(length));
        ring.next();
    }

    @Test
    void showsAFrameOnlyOnceItsOutcomeIsKnown() {
        begin("a", 60);
        assertThat(ring.hasNext()).isFalse();
        ring.end(DropReason.LOCKED, true);
        assertNext("a", 60, DropReason.LOCKED);
        assertThat(ring.hasNext()).isFalse();
    }

    @Test
    void whatAFrameSetsOffComesBehindItAndKeepsItsOwnOutcome() {
        begin("a", 60);
        begin("b", 61);
        ring.end(DropReason.EGRESS_FULL, true);
        assertThat(ring.hasNext()).isFalse();
        ring.end(null, true);
        assertNext("a", 60, null);
        assertNext("b", 61, DropReason.EGRESS_FULL);
    }

    @Test
    void forgetsWhatTurnsOutToBeOfNoInterest() {
        begin("a", 60);
        begin("b", 61);
        ring.end(DropReason.EGRESS_FULL, true);
        ring.end(null, false);
        begin("c", 62);
        ring.end(null, false);
        put("d", 63);
        assertNext("b", 61, DropReason.EGRESS_FULL);
        assertNext("d", 63, null);
        assertThat(ring.hasNext()).isFalse();
    }

    @Test
    void knowsThePortOfEachFrameAmongMany() {
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 100; i++) {
                put("p" + i, 60);
                put("q", 61);
                assertNext("p" + i, 60, null);
                assertNext("q", 61, null);
            }
        }
    }

    @Test
    void losesTheFramesOfPortsThatItHasNoNumbersFor() {
        int most = 1 << Short.SIZE;
        for (int i = 0; i < most + 2; i++) {
            put("p" + i, 60);
            if (i < most) {
                assertNext("p" + i, 60, null);
            }
        }
        assertThat(ring.lost()).isEqualTo(2);
        put("p" + (most - 1), 60);
        assertNext("p" + (most - 1), 60, null);
        assertThat(ring.hasNext()).isFalse();
    }

    @Test
    void losesAndCountsWhatFindsNoRoomAndGoesOn() {
        for (int i = 0; i < 10; i++) {
            put("a", 1000);
        }
        assertThat(ring.lost()).isEqualTo(6);
        for (int i = 0; i < 4; i++) {
            assertNext("a", 1000, null);
        }
        put("b", 500);
        assertNext("b", 500, null);
    }

    @Test
    void keepsFramesWholeAndInOrderOverManyRounds() {
        SplittableRandom random = new SplittableRandom(1);
        Deque<Integer> expected = new ArrayDeque<>();
        long lost = 0;
        for (int i = 0; i < 20_000; i++) {
            if (random.nextInt(100) < 55) {
                int length = random.nextInt(700);
                put("p" + length, length);
                if (ring.lost() == lost) {
                    expected.add(length);
                }
                lost = ring.lost();
            } else if (!expected.isEmpty()) {
                int length = expected.remove();
                assertNext("p" + length, length, null);
            }
        }
        assertThat(lost).isPositive();
    }

    @Test
    void keepsNoMoreOfAFrameThanTheSnapLength() {
        frame.set(Frames.payload(100));
        ring.begin("a", FrameRing.EGRESS, frame, 14, 5);
        ring.end(null, true);
        assertThat(ring.hasNext()).isTrue();
        assertThat(ring.length()).isEqualTo(100);
        assertThat(ring.isIngress()).isFalse();
        assertThat(ring.bytes().remaining()).isEqualTo(14);
    }

    @Test
    void isNotLedAstrayByFramesThatSetOffOthersWithoutEnd() {
        for (int i = 0; i < 20; i++) {
            begin("a", i);
        }
        for (int i = 0; i < 20; i++) {
            ring.end(null, true);
        }
        put("b", 99);
        int[] seen = new int[9];
        for (int i = 0; i < 9; i++) {
            assertThat(ring.hasNext()).isTrue();
            seen[i] = ring.length();
            ring.next();
        }
        assertThat(seen).isEqualTo(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 99});
        assertThat(Arrays.stream(seen).sum() + ring.lost()).isEqualTo(28 + 99 + 12);
    }
}
