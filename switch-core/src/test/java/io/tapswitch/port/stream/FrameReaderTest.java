package io.tapswitch.port.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.port.Burst;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {
    private static final int WARM_UP = 200_000;
    private static final int ROUNDS = 200_000;

    private final Workspace work = new Workspace();
    private final Frame frame = new Frame();
    private final Burst burst = new Burst(0);
    private final List<byte[]> arrived = new ArrayList<>();
    private final FrameReader reader = new FrameReader(this::sink);
    private long counted;

    /** Does what the switch may do: write over everything in front of the frame. */
    private void sink(Frame received, Burst turn) {
        arrived.add(received.toByteArray());
        for (int i = 0; i < Frame.HEADROOM; i++) {
            received.buffer().put(received.start() - Frame.HEADROOM + i, (byte) 0xa5);
        }
    }

    private void read(FrameReader by, byte[] bytes, int from, int to) throws IOException {
        work.input.put(by.position(), bytes, from, to - from);
        by.take(work, to - from, frame, burst);
        // The buffer is everybody's between two turns.
        for (int i = 0; i < 200; i++) {
            work.input.put(i, (byte) 0x5a);
        }
    }

    private static byte[] wire(List<byte[]> frames) {
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        frames.forEach(bytes -> wire.writeBytes(StreamPeer.wire(bytes)));
        return wire.toByteArray();
    }

    private static List<byte[]> frames(int... lengths) {
        Random random = new Random(7);
        return Arrays.stream(lengths)
                .mapToObj(length -> {
                    byte[] bytes = new byte[length];
                    random.nextBytes(bytes);
                    return bytes;
                })
                .toList();
    }

    @Test
    void findsFramesWhereverTwoCutsFall() throws IOException {
        List<byte[]> frames = frames(14, 60, 15, 1, 20);
        byte[] wire = wire(frames);
        for (int first = 0; first <= wire.length; first++) {
            for (int second = first; second <= wire.length; second++) {
                arrived.clear();
                read(reader, wire, 0, first);
                read(reader, wire, first, second);
                read(reader, wire, second, wire.length);
                assertThat(arrived).as("cut at %d and %d", first, second).containsExactlyElementsOf(frames);
                assertThat(reader.isWithinFrame()).isFalse();
            }
        }
    }

    @Test
    void findsFramesThatComeByteByByte() throws IOException {
        List<byte[]> frames = frames(14, Frame.MAX_LENGTH, 1514, 13, 9018);
        byte[] wire = wire(frames);
        for (int i = 0; i < wire.length; i++) {
            read(reader, wire, i, i + 1);
        }
        assertThat(arrived).containsExactlyElementsOf(frames);
    }

    @Test
    void findsFramesInReadsAsLargeAsThereCanBe() throws IOException {
        Random random = new Random(1);
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            frames.addAll(frames(i % 10 == 0 ? Frame.MAX_LENGTH - i : 14 + random.nextInt(3000)));
        }
        byte[] wire = wire(frames);
        for (int at = 0; at < wire.length; ) {
            int end = Math.min(wire.length, at + Workspace.READ);
            read(reader, wire, at, end);
            at = end;
        }
        assertThat(arrived).containsExactlyElementsOf(frames);
    }

    @Test
    void knowsWhetherItIsWithinAFrame() throws IOException {
        byte[] wire = wire(frames(60));
        read(reader, wire, 0, 3);
        assertThat(reader.isWithinFrame()).isTrue();
        read(reader, wire, 3, wire.length);
        assertThat(reader.isWithinFrame()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, Frame.MAX_LENGTH + 1, Integer.MAX_VALUE})
    void refusesALengthThatNoFrameHas(int length) throws IOException {
        List<byte[]> before = frames(60, 61);
        read(reader, wire(before), 0, 129);
        byte[] wire = java.nio.ByteBuffer.allocate(8).putInt(length).putInt(7).array();
        assertThatThrownBy(() -> read(reader, wire, 0, 8))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a frame of " + Integer.toUnsignedLong(length) + " bytes");
        assertThat(arrived).containsExactlyElementsOf(before);
    }

    /** A peer that announces much and sends little costs no more memory than it sends. */
    @Test
    void keepsNoMoreThanWhatCame() throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] wire =
                java.nio.ByteBuffer.allocate(1000).putInt(Frame.MAX_LENGTH).array();
        read(new FrameReader((f, b) -> {}), wire, 0, wire.length);
        FrameReader[] readers = new FrameReader[100];
        Arrays.setAll(readers, i -> new FrameReader((f, b) -> {}));
        long before = threads.getCurrentThreadAllocatedBytes();
        for (FrameReader each : readers) {
            read(each, wire, 0, wire.length);
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100 * 4096);
    }

    @Test
    void allocatesNothingPerFrame() throws IOException {
        FrameReader counting = new FrameReader((received, turn) -> counted += received.length());
        byte[] wire = wire(List.of(Frames.ethernet(1, 2, 46), Frames.ethernet(1, 2, 1500), Frames.ethernet(1, 2, 300)));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        rounds(counting, wire, WARM_UP);
        long before = threads.getCurrentThreadAllocatedBytes();
        rounds(counting, wire, ROUNDS);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(ROUNDS / 100);
        assertThat(counted).isPositive();
    }

    /** Each round cuts the frames elsewhere. */
    private void rounds(FrameReader counting, byte[] wire, int rounds) throws IOException {
        for (int i = 0; i < rounds; i++) {
            int cut = i % wire.length;
            work.input.put(counting.position(), wire, 0, cut);
            counting.take(work, cut, frame, burst);
            work.input.put(counting.position(), wire, cut, wire.length - cut);
            counting.take(work, wire.length - cut, frame, burst);
        }
    }
}
