package io.tapswitch.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DiscoveryTest {
    private static final String REQUEST =
            "ffffffffffff 02000000000a 0806 0001 0800 06 04 0001 02000000000a 0a000001 000000000000 0a000003";
    private static final String SOLICITATION = "3333ff000003 02000000000a 86dd 60000000 0020 3a ff"
            + "fd000000000000000000000000000001 ff0200000000000000000001ff000003"
            + "87 00 7d8c 00000000 fd000000000000000000000000000003 01 01 02000000000a";

    private final Discovery message = new Discovery();

    static Stream<Path> corpus() {
        return Stream.of("/corpus/discovery", "/corpus/neighbours").flatMap(name -> Segments.files(name).stream());
    }

    private static byte[] withHeader(byte[] frame) {
        byte[] bytes = new byte[VirtioNetHeader.LENGTH + frame.length];
        System.arraycopy(frame, 0, bytes, VirtioNetHeader.LENGTH, frame.length);
        return bytes;
    }

    private boolean read(String hex) {
        Frame frame = new Frame();
        frame.set(Frames.hex(hex));
        assertThat(Discovery.isLikely(frame)).isTrue();
        return message.read(frame);
    }

    @Test
    void readsAnArpRequest() {
        assertThat(read(REQUEST)).isTrue();
        assertThat(message.asks()).isTrue();
        assertThat(message.asksAll()).isTrue();
        assertThat(message.hasSource()).isTrue();
        assertThat(message.sourceHigh()).isZero();
        assertThat(message.sourceLow()).isEqualTo(0xffff_0a00_0001L);
        assertThat(message.targetLow()).isEqualTo(0xffff_0a00_0003L);
        assertThat(message.mac()).isEqualTo(0x0200_0000_000aL);
        assertThat(message.frameSource()).isEqualTo(0x0200_0000_000aL);
    }

    @Test
    void tellsARequestToOneStationFromOneToAll() {
        assertThat(read(REQUEST.replaceFirst("ffffffffffff", "020000000003"))).isTrue();
        assertThat(message.asks()).isTrue();
        assertThat(message.asksAll()).isFalse();
    }

    @Test
    void readsASolicitation() {
        assertThat(read(SOLICITATION)).isTrue();
        assertThat(message.asksAll()).isTrue();
        assertThat(message.sourceHigh()).isEqualTo(0xfdL << 56);
        assertThat(message.sourceLow()).isEqualTo(1);
        assertThat(message.targetHigh()).isEqualTo(0xfdL << 56);
        assertThat(message.targetLow()).isEqualTo(3);
        assertThat(message.mac()).isEqualTo(0x0200_0000_000aL);
    }

    @Test
    void refusesAWrongChecksumAndAnotherHopLimit() {
        assertThat(read(SOLICITATION.replace("7d8c", "0001"))).isFalse();
        Frame frame = new Frame();
        frame.set(Frames.hex(SOLICITATION.replace("3a ff", "3a fe")));
        assertThat(Discovery.isLikely(frame)).isFalse();
        assertThat(message.read(frame)).isFalse();
    }

    /** No other frame is worth a look: not one of ICMPv6 that a router has passed on, nor one cut short. */
    @Test
    void passesOverOtherFrames() {
        for (byte[] bytes : new byte[][] {
            Frames.ethernet(1, 2, EtherType.IPV4, new byte[60]),
            Frames.ethernet(1, 2, EtherType.IPV6, new byte[60]),
            Frames.tagged(Frames.hex(REQUEST), 5),
            Arrays.copyOf(Frames.hex(SOLICITATION), 53),
            new byte[14]
        }) {
            Frame frame = new Frame();
            frame.set(bytes);
            assertThat(Discovery.isLikely(frame)).isFalse();
        }
    }

    /** Cut at every length, between bytes of either kind: the result hangs on nothing but the frame. */
    @ParameterizedTest
    @MethodSource("corpus")
    void readsNothingOutsideTheFrame(Path file) {
        GuardedFrame zeros = new GuardedFrame((byte) 0);
        GuardedFrame ones = new GuardedFrame((byte) -1);
        for (byte[] whole : Segments.lines(file)) {
            for (int length = Math.min(whole.length, 14); length <= whole.length; length++) {
                byte[] bytes = withHeader(Arrays.copyOf(whole, length));
                boolean taken = read(zeros, bytes);
                assertThat(read(ones, bytes)).isEqualTo(taken);
            }
        }
    }

    private boolean read(GuardedFrame guarded, byte[] bytes) {
        Frame frame = guarded.load(bytes);
        boolean likely = frame.length() >= Frame.ETHERNET_HEADER && Discovery.isLikely(frame);
        boolean read = frame.length() >= Frame.ETHERNET_HEADER && message.read(frame);
        assertThat(likely || !read).as("likely").isTrue();
        guarded.take();
        return read;
    }
}
