package io.tapswitch.frame;

import static io.tapswitch.frame.Frames.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.unix.Buffer;
import java.nio.BufferUnderflowException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FrameTest {
    /** An ARP request as tcpdump -xx shows it: who-has 10.0.0.2 tell 10.0.0.1. */
    private static final byte[] ARP_REQUEST =
            hex("ffffffffffff 0a1b2c3d4e5f 0806" + "0001 0800 0604 0001 0a1b2c3d4e5f 0a000001 000000000000 0a000002");

    /** The same in VLAN 100 with priority 5. */
    private static final byte[] TAGGED_ARP_REQUEST = hex("ffffffffffff 0a1b2c3d4e5f 8100 a064 0806"
            + "0001 0800 0604 0001 0a1b2c3d4e5f 0a000001 000000000000 0a000002");

    /** From a TAP: TCP over IPv4 left open at csum_start 34 and offset 16, TSO with gso_size 1448 and hdr_len 66. */
    private static final byte[] TSO_HEADER = hex("01 01 4200 a805 2200 1000 0000");

    private final Frame frame = new Frame();

    @Test
    void readsTheFieldsOfACapturedFrame() {
        frame.set(ARP_REQUEST);
        assertThat(frame.length()).isEqualTo(42);
        assertThat(frame.destination()).isEqualTo(MacAddress.BROADCAST);
        assertThat(frame.source()).isEqualTo(MacAddress.parse("0a:1b:2c:3d:4e:5f"));
        assertThat(frame.etherType()).isEqualTo(EtherType.ARP);
        assertThat(frame.isTagged()).isFalse();
        assertThat(frame.isGso()).isFalse();
        assertThat(frame.toByteArray()).isEqualTo(ARP_REQUEST);
    }

    @Test
    void readsTheTagOfACapturedFrame() {
        frame.set(TAGGED_ARP_REQUEST);
        assertThat(frame.isTagged()).isTrue();
        assertThat(frame.etherType()).isEqualTo(EtherType.VLAN);
        assertThat(frame.vid()).isEqualTo(100);
        assertThat(frame.tci()).isEqualTo(0xa064);
    }

    @Test
    void takesATagOffAndPutsOneOn() {
        frame.set(TAGGED_ARP_REQUEST);
        frame.popTag();
        assertThat(frame.toByteArray()).isEqualTo(ARP_REQUEST);
        frame.pushTag(0xa064);
        assertThat(frame.toByteArray()).isEqualTo(TAGGED_ARP_REQUEST);
    }

    @Test
    void popsOnlyTheOuterOfTwoTags() {
        byte[] twice = Frames.tagged(TAGGED_ARP_REQUEST, 0x0fff);
        frame.set(twice);
        frame.popTag();
        assertThat(frame.toByteArray()).isEqualTo(TAGGED_ARP_REQUEST);
        frame.pushTag(0x0fff);
        frame.pushTag(0x0001);
        assertThat(frame.toByteArray()).isEqualTo(Frames.tagged(twice, 1));
    }

    @Test
    void doesNotTakeAFrameTooShortForItsTagAsTagged() {
        frame.set(hex("ffffffffffff 0a1b2c3d4e5f 8100 a064 08"));
        assertThat(frame.isTagged()).isFalse();
        frame.set(hex("ffffffffffff 0a1b2c3d4e5f 8100 a064 0806"));
        assertThat(frame.isTagged()).isTrue();
    }

    @Test
    void readsNoOtherTpidAsATag() {
        for (String tpid : new String[] {"88a8", "9100", "0081", "8101"}) {
            frame.set(hex("ffffffffffff 0a1b2c3d4e5f" + tpid + "a064 0806 0001"));
            assertThat(frame.isTagged()).as(tpid).isFalse();
        }
    }

    @Test
    void movesTheVirtioHeaderWithTheTagAndShiftsWhatItPointsAt() {
        Frames.receive(frame, 1, 1, 66, 1448, 34, 16, ARP_REQUEST);
        assertThat(Frames.header(frame)).isEqualTo(TSO_HEADER);
        frame.pushTag(0xa064);
        assertThat(Frames.header(frame)).isEqualTo(hex("01 01 4600 a805 2600 1000 0000"));
        assertThat(frame.gsoSize()).isEqualTo(1448);
        assertThat(frame.isGso()).isTrue();
        frame.popTag();
        assertThat(Frames.header(frame)).isEqualTo(TSO_HEADER);
        assertThat(frame.toByteArray()).isEqualTo(ARP_REQUEST);
    }

    @Test
    void takesTheEthernetHeaderOffAndPutsOneOnWhileAnOpenChecksumStaysWhereItIs() {
        Frames.receive(frame, 1, 1, 66, 1448, 34, 16, ARP_REQUEST);
        byte[] packet = Arrays.copyOfRange(ARP_REQUEST, 14, ARP_REQUEST.length);
        long destination = frame.destination();
        long source = frame.source();
        frame.popEthernet();
        assertThat(frame.toByteArray()).isEqualTo(packet);
        assertThat(Frames.header(frame)).isEqualTo(hex("01 01 3400 a805 1400 1000 0000"));
        frame.pushEthernet(destination, source, EtherType.ARP);
        assertThat(frame.toByteArray()).isEqualTo(ARP_REQUEST);
        assertThat(Frames.header(frame)).isEqualTo(TSO_HEADER);
        frame.pushTag(7);
        frame.popTag();
        assertThat(frame.toByteArray()).isEqualTo(ARP_REQUEST);
    }

    @Test
    void putsAnEthernetHeaderBeforeTheLongestPacket() {
        frame.receivedPlain(Frame.MAX_LENGTH);
        frame.pushEthernet(MacAddress.BROADCAST, MacAddress.parse("02:00:00:00:00:01"), 0xfedc);
        assertThat(frame.length()).isEqualTo(Frame.MAX_LENGTH + 14);
        assertThat(frame.destination()).isEqualTo(MacAddress.BROADCAST);
        assertThat(frame.source()).isEqualTo(0x0200_0000_0001L);
        assertThat(frame.etherType()).isEqualTo(0xfedc);
    }

    @Test
    void leavesAHeaderThatAsksForNothingAsItIs() {
        Frames.receive(frame, 0, 0, 0, 0, 0, 0, TAGGED_ARP_REQUEST);
        frame.popTag();
        assertThat(Frames.header(frame)).isEqualTo(new byte[12]);
        frame.pushTag(7);
        assertThat(Frames.header(frame)).isEqualTo(new byte[12]);
    }

    @Test
    void keepsWhateverAHostileHeaderSaysWithinSixteenBits() {
        Frames.receive(frame, 0xff, 0xff, 0xfffe, 0xffff, 0xffff, 0xffff, TAGGED_ARP_REQUEST);
        byte[] before = Frames.header(frame);
        frame.pushTag(1);
        frame.popTag();
        assertThat(Frames.header(frame)).isEqualTo(before);
        assertThat(frame.toByteArray()).isEqualTo(TAGGED_ARP_REQUEST);
    }

    @Test
    void placesWhatIsReadAndWrittenWhereItsAddressesSay() {
        frame.set(ARP_REQUEST);
        assertThat(frame.writeAddress()).isEqualTo(frame.readAddress());
        assertThat(frame.writeLength()).isEqualTo(42 + 12);
        long ofBuffer = Buffer.memoryAddress(frame.buffer());
        assertThat(frame.writeAddress() - ofBuffer).isEqualTo(frame.start() - 12);
        frame.pushTag(1);
        assertThat(frame.writeAddress()).isEqualTo(frame.readAddress() - 4);
        assertThat(frame.writeLength()).isEqualTo(42 + 12 + 4);
        assertThat(frame.writeAddress() - ofBuffer).isEqualTo(frame.start() - 12);
        frame.popTag();
        frame.popTag();
        assertThat(frame.writeAddress()).isEqualTo(frame.readAddress() + 4);
    }

    @Test
    void takesAPlainFrameWhateverTheHeaderOfTheLastOneSaid() {
        Frames.receive(frame, 1, 1, 66, 1448, 34, 16, TAGGED_ARP_REQUEST);
        frame.popTag();
        long address = frame.plainReadAddress();
        assertThat(address - Buffer.memoryAddress(frame.buffer())).isEqualTo(Frame.HEADROOM);
        frame.buffer().put((int) (address - Buffer.memoryAddress(frame.buffer())), ARP_REQUEST);
        frame.receivedPlain(ARP_REQUEST.length);
        assertThat(frame.toByteArray()).isEqualTo(ARP_REQUEST);
        assertThat(Frames.header(frame)).isEqualTo(new byte[12]);
        frame.receivedPlain(0);
        assertThat(frame.length()).isZero();
    }

    @Test
    void startsAnewWithEachFrameReceived() {
        frame.set(ARP_REQUEST);
        int start = frame.start();
        frame.pushTag(1);
        frame.received(12 + 60);
        assertThat(frame.start()).isEqualTo(start);
        assertThat(frame.length()).isEqualTo(60);
    }

    @Test
    void isEmptyIfNotEvenTheVirtioHeaderCame() {
        for (int bytes = 0; bytes <= 12; bytes++) {
            frame.received(bytes);
            assertThat(frame.length()).isZero();
        }
        frame.received(13);
        assertThat(frame.length()).isOne();
    }

    @Test
    void readsWithinItsBufferEvenIfEmpty() {
        frame.received(0);
        frame.buffer().put(frame.start() + 12, (byte) 0x81).put(frame.start() + 13, (byte) 0);
        assertThat(frame.isTagged()).isFalse();
        assertThat(frame.toByteArray()).isEmpty();
    }

    @Test
    void takesTheLongestFrameWithTwoMoreTags() {
        byte[] longest = new byte[Frame.MAX_LENGTH];
        new SplittableRandom(7).nextBytes(longest);
        frame.set(longest);
        assertThat(frame.readCapacity()).isEqualTo(12 + Frame.MAX_LENGTH);
        assertThat(frame.readAddress() + frame.readCapacity())
                .isEqualTo(Buffer.memoryAddress(frame.buffer()) + frame.buffer().capacity());
        frame.pushTag(1);
        frame.pushTag(2);
        assertThat(frame.toByteArray()).isEqualTo(Frames.tagged(Frames.tagged(longest, 1), 2));
    }

    @Test
    void refusesALongerFrame() {
        assertThatThrownBy(() -> frame.set(new byte[Frame.MAX_LENGTH + 1]))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void refusesToReadBehindItsBuffer() {
        frame.received(12 + Frame.MAX_LENGTH + 1);
        assertThatThrownBy(frame::toByteArray)
                .isInstanceOfAny(IndexOutOfBoundsException.class, BufferUnderflowException.class);
    }

    @Test
    void copiesAnotherFrameWithItsHeader() {
        Frame other = new Frame();
        Frames.receive(other, 1, 1, 66, 1448, 34, 16, ARP_REQUEST);
        other.pushTag(0xa064);
        frame.set(other);
        other.set(new byte[60]);
        assertThat(frame.toByteArray()).isEqualTo(TAGGED_ARP_REQUEST);
        assertThat(Frames.header(frame)).isEqualTo(hex("01 01 4600 a805 2600 1000 0000"));
    }

    @Test
    void copiesTheLongestFrameAlsoWithATagMore() {
        byte[] longest = new byte[Frame.MAX_LENGTH];
        new SplittableRandom(8).nextBytes(longest);
        Frame other = new Frame();
        other.set(longest);
        other.pushTag(9);
        frame.set(other);
        assertThat(frame.toByteArray()).isEqualTo(Frames.tagged(longest, 9));
    }

    @Test
    void keepsEveryPayloadByteThroughTagsOfAnyLength() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 500; i++) {
            byte[] bytes = new byte[random.nextInt(14, 2000)];
            random.nextBytes(bytes);
            int tci = random.nextInt(0x10000);
            frame.set(bytes);
            frame.pushTag(tci);
            assertThat(frame.toByteArray()).isEqualTo(Frames.tagged(bytes, tci));
            assertThat(frame.tci()).isEqualTo(tci);
            assertThat(frame.vid()).isEqualTo(tci & 0xfff);
            frame.popTag();
            assertThat(frame.toByteArray()).isEqualTo(bytes);
        }
    }
}
