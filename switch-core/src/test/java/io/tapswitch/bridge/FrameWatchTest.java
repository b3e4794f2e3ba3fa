package io.tapswitch.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.bridge.Wiring.TestPort;
import io.tapswitch.bridge.Wiring.Vtep;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrameWatchTest {
    private static final long A = 0x0200_0000_000aL;
    private static final long B = 0x0200_0000_000bL;

    private final Wiring wiring = new Wiring();
    private final Bridge red = wiring.bridge("red", 10, 1000);
    private final Bridge blue = wiring.bridge("blue", 20);
    private final TestPort a = wiring.port("a").in(red);
    private final TestPort b = wiring.port("b").in(red);
    private final Recorder seen = new Recorder();

    /** Writes down what it is shown. */
    private static final class Recorder implements FrameWatch {
        private final List<String> calls = new ArrayList<>();

        private void note(String what, BridgePort port, Frame frame) {
            calls.add(what + " " + port.name() + " " + HexFormat.of().formatHex(frame.toByteArray()));
        }

        @Override
        public void arrived(BridgePort port, Frame frame, Burst burst) {
            note("arrived", port, frame);
        }

        @Override
        public void decided(BridgePort port, DropReason reason, Burst burst) {
            calls.add("decided " + port.name() + " " + reason);
        }

        @Override
        public void leaving(BridgePort port, Frame frame, Burst burst) {
            note("leaving", port, frame);
        }

        @Override
        public void left(BridgePort port, DropReason reason, Burst burst) {
            calls.add("left " + port.name() + " " + reason);
        }

        void assertSaw(String... expected) {
            assertThat(calls).containsExactly(expected);
            calls.clear();
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @AfterEach
    void everyFrameIsAccountedFor() {
        wiring.assertAccounts();
    }

    @Test
    void showsAFrameAsItCameAndThatItWasNotDropped() {
        a.port.watch(seen);
        byte[] frame = Frames.ethernet(MacAddress.BROADCAST, A, 46);
        a.send(frame);
        seen.assertSaw("arrived a " + hex(frame), "decided a null");
    }

    @Test
    void showsWhyAFrameWasDropped() {
        a.port.watch(seen);
        byte[] invalid = Frames.ethernet(B, MacAddress.BROADCAST, 46);
        a.send(invalid);
        seen.assertSaw("arrived a " + hex(invalid), "decided a INVALID_SOURCE");
        a.send(new byte[13]);
        seen.assertSaw("arrived a " + hex(new byte[13]), "decided a RUNT");
        byte[] good = Frames.ethernet(MacAddress.BROADCAST, A, 46);
        a.send(good);
        seen.assertSaw("arrived a " + hex(good), "decided a null");
    }

    @Test
    void showsWhatLeavesBetweenTheTwoWhereOneWatchHasBoth() {
        a.port.watch(seen);
        b.port.watch(seen);
        byte[] frame = Frames.ethernet(MacAddress.BROADCAST, A, 46);
        a.send(frame);
        seen.assertSaw("arrived a " + hex(frame), "leaving b " + hex(frame), "left b null", "decided a null");
    }

    @Test
    void showsWhyACopyWasRefused() {
        TestPort trunk = wiring.port("trunk").in(red, List.of(blue));
        trunk.port.watch(seen);
        byte[] ownTag = Frames.tagged(Frames.ethernet(MacAddress.BROADCAST, A, 46), 20);
        a.send(ownTag);
        seen.assertSaw("leaving trunk " + hex(ownTag), "left trunk EGRESS_TAG_CONFLICT");
        trunk.memory.close();
        byte[] frame = Frames.ethernet(MacAddress.BROADCAST, A, 46);
        a.send(frame);
        seen.assertSaw("leaving trunk " + hex(frame), "left trunk EGRESS_DOWN");
    }

    @Test
    void showsTagsAtTrunksAndNoneInNetworks() {
        TestPort trunk = wiring.port("trunk").in(blue, List.of(red));
        trunk.port.watch(seen);
        Recorder network = new Recorder();
        red.watch(network);
        byte[] plain = Frames.ethernet(MacAddress.BROADCAST, B, 46);
        byte[] tagged = Frames.tagged(plain, 10);
        trunk.send(tagged);
        seen.assertSaw("arrived trunk " + hex(tagged), "decided trunk null");
        network.assertSaw("arrived trunk " + hex(plain), "decided trunk null");
        a.send(Frames.ethernet(B, A, 46));
        seen.assertSaw("leaving trunk " + hex(Frames.tagged(Frames.ethernet(B, A, 46), 10)), "left trunk null");
        network.calls.clear();
        trunk.send(plain);
        trunk.send(Frames.tagged(plain, 99));
        network.assertSaw();
    }

    @Test
    void aNetworkShowsEachFrameOnceAndWhyItWasDropped() {
        red.watch(seen);
        byte[] known = Frames.ethernet(MacAddress.BROADCAST, A, 46);
        a.send(known);
        b.send(Frames.ethernet(A, B, 46));
        a.send(Frames.ethernet(A, A, 46));
        assertThat(seen.calls.stream().filter(call -> call.startsWith("decided")))
                .containsExactly("decided a null", "decided b null", "decided a SAME_PORT");
        assertThat(seen.calls).hasSize(6);
    }

    @Test
    void showsFramesOfTheOverlay() {
        Vtep vtep = wiring.vtep("vtep").in(red);
        vtep.port.watch(seen);
        byte[] frame = Frames.ethernet(MacAddress.BROADCAST, B, 46);
        vtep.send(1000, frame);
        vtep.send(999, frame);
        a.send(frame);
        seen.assertSaw(
                "arrived vtep " + hex(frame),
                "decided vtep null",
                "arrived vtep " + hex(frame),
                "decided vtep UNKNOWN_VNI",
                "leaving vtep " + hex(frame),
                "left vtep null");
    }

    @Test
    void showsWhatAPortRefusedByItself() {
        a.port.watch(seen);
        Frame frame = new Frame();
        frame.set(Frames.payload(20));
        a.port.refused(frame, DropReason.UNKNOWN_SENDER, new Burst(0));
        seen.assertSaw("arrived a " + hex(Frames.payload(20)), "decided a UNKNOWN_SENDER");
        assertThat(a.drops()).isEmpty();
    }

    @Test
    void severalSeeTheSameAndNobodySeesMoreOnceItIsTakenOff() {
        Recorder other = new Recorder();
        a.port.watch(FrameWatches.of(List.of(seen, other)));
        a.send(Frames.ethernet(MacAddress.BROADCAST, A, 46));
        assertThat(seen.calls).hasSize(2).isEqualTo(other.calls);
        a.port.watch(FrameWatches.of(List.of()));
        a.send(Frames.ethernet(MacAddress.BROADCAST, A, 46));
        assertThat(seen.calls).hasSize(2);
    }
}
