package io.tapswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Netlink messages byte by byte: what ip(8) sends, as strace shows it, and what Linux 6.18 answers. */
class NetlinkWireTest {
    /** The body of an RTM_NEWLINK for a multi-queue TAP, without the attributes that nobody reads here. */
    private static final byte[] LINK = HexFormat.of()
            .parseHex("0000010002000000431001000000000009000300746170370000000008000d00"
                    + "e803000005001000000000000500110000000000080004007805000008003200"
                    + "4400000008003300f1ff000005002100010000000e0014007461707377697463"
                    + "680000000a00010002000000000700000a000200ffffffffffff000048001200"
                    + "0800010074756e003c0002000500030002000000050004000000000005000500"
                    + "0100000005000600000000000500070001000000080008000200000008000900"
                    + "00000000");

    @BeforeAll
    static void capturedOnLittleEndian() {
        boolean littleEndian = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        if (!littleEndian) {
            System.out.println("SKIPPED: the captured bytes are little-endian");
        }
        Assumptions.assumeTrue(littleEndian);
    }

    @Test
    void buildsTheRequestThatSetsAnMtu() {
        NetlinkMessage message =
                NetlinkMessage.link(NetlinkMessage.RTM_SETLINK, 2).attribute(4, 1300);
        assertThat(hex(message.finish(7)))
                .isEqualTo("28000000" + "1300" + "0500" + "07000000" + "00000000" // nlmsghdr
                        + "00000000" + "02000000" + "00000000" + "00000000" // ifinfomsg
                        + "0800" + "0400" + "14050000");
    }

    @Test
    void buildsTheRequestThatAddsAnAddress() {
        NetlinkMessage message = NetlinkMessage.address(NetlinkMessage.RTM_NEWADDR, 0x600, 2, LibC.AF_INET, 24, 0)
                .attribute(2, new byte[] {10, 1, 2, 3})
                .attribute(1, new byte[] {10, 1, 2, 3});
        assertThat(hex(message.finish(1)))
                .isEqualTo("28000000" + "1400" + "0506" + "01000000" + "00000000" // nlmsghdr
                        + "02" + "18" + "00" + "00" + "02000000" // ifaddrmsg
                        + "0800" + "0200" + "0a010203"
                        + "0800" + "0100" + "0a010203");
    }

    @Test
    void padsAttributesToFourBytes() {
        NetlinkMessage message =
                NetlinkMessage.link(NetlinkMessage.RTM_GETLINK, 0).attribute(3, "tap7\0");
        assertThat(hex(message.finish(1))).startsWith("2c000000").endsWith("0900" + "0300" + "7461703700" + "000000");
    }

    @Test
    void readsACapturedLink() throws Exception {
        Link link = Link.read(ByteBuffer.wrap(LINK));
        assertThat(link.index()).isEqualTo(2);
        assertThat(link.name()).isEqualTo("tap7");
        assertThat(link.kind()).isEqualTo("tun");
        assertThat(link.mac()).isEqualTo(0x0200_0000_0007L);
        assertThat(link.mtu()).isEqualTo(1400);
        assertThat(link.minMtu()).isEqualTo(68);
        assertThat(link.maxMtu()).isEqualTo(65521);
        assertThat(link.txQueueLength()).isEqualTo(1000);
        assertThat(link.up()).isTrue();
        assertThat(link.carrier()).isTrue();
        assertThat(link.alias()).isEqualTo("tapswitch");
        assertThat(link.tun()).contains(new Link.Tun(true, true, false, 2));
    }

    @Test
    void refusesAttributesThatDoNotFit() {
        assertThatThrownBy(() -> new NetlinkAttributes(bytes("0300" + "0100"))).hasMessageContaining("EPROTO");
        assertThatThrownBy(() -> new NetlinkAttributes(bytes("0900" + "0100" + "00000000")))
                .hasMessageContaining("EPROTO");
        assertThatThrownBy(() -> Link.read(ByteBuffer.wrap(LINK, 0, 15))).hasMessageContaining("EPROTO");
    }

    @Test
    void neverFailsOtherwiseOnADamagedLink() {
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            byte[] damaged = Arrays.copyOf(LINK, random.nextInt(LINK.length + 1));
            for (int j = random.nextInt(4); j > 0 && damaged.length > 0; j--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                Link.read(ByteBuffer.wrap(damaged));
            } catch (LinuxException e) {
                assertThat(e.errno()).isEqualTo(Errno.EPROTO);
            }
        }
    }

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    }

    private static String hex(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
