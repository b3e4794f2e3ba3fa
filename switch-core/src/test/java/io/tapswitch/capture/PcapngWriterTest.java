package io.tapswitch.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.Frames;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Bytes written out by hand from the figures of draft-ietf-opsawg-pcapng. */
class PcapngWriterTest {
    private final PcapngWriter writer = new PcapngWriter(16);

    @Test
    void writesAnInterface() {
        writer.interfaceDescription("web1", 96, "arp");
        assertThat(writer.take())
                .isEqualTo(Frames.hex(
                        "01000000 30000000 0100 0000 60000000" // Ethernet, snap length 96
                                + "0200 0400 77656231" // if_name
                                + "0900 0100 09000000" // if_tsresol: 10^-9
                                + "0b00 0400 00617270" // if_filter: libpcap's
                                + "0000 0000 30000000"));
    }

    @Test
    void writesAFrameWithItsDirectionAndWhyItWasDropped() {
        writer.packet(1, 0x0102_0304_0506_0708L, ByteBuffer.wrap(new byte[] {1, 2, 3}), 60, 1, 0, "drop");
        assertThat(writer.take())
                .isEqualTo(Frames.hex("06000000 38000000 01000000 04030201 08070605 03000000 3c000000 01020300"
                        + "0200 0400 01000000" // epb_flags: inbound
                        + "0100 0400 64726f70" // opt_comment
                        + "0000 0000 38000000"));
    }

    @Test
    void writesHowManyFramesWereLostBeforeAFrame() {
        writer.packet(0, 0, ByteBuffer.allocate(0), 0, 2, 7, null);
        assertThat(writer.take())
                .isEqualTo(Frames.hex("06000000 38000000 00000000 00000000 00000000 00000000 00000000"
                        + "0200 0400 02000000" // epb_flags: outbound
                        + "0400 0800 0700000000000000" // epb_dropcount
                        + "0000 0000 38000000"));
    }

    @Test
    void writesStatistics() {
        writer.statistics(0, 0x0000_0001_0000_0002L, 0x0000_0003_0000_0004L, 10, 3);
        assertThat(writer.take())
                .isEqualTo(Frames.hex("05000000 4c000000 00000000 03000000 04000000"
                        + "0200 0800 0100000002000000" // isb_starttime
                        + "0300 0800 0300000004000000" // isb_endtime
                        + "0400 0800 0a00000000000000" // isb_ifrecv
                        + "0500 0800 0300000000000000" // isb_ifdrop
                        + "0000 0000 4c000000"));
    }

    @Test
    void beginsAFileWithItsByteOrder() {
        writer.section("TapSwitch 1");
        byte[] bytes = writer.take();
        assertThat(Arrays.copyOf(bytes, 4)).isEqualTo(Frames.hex("0a0d0d0a"));
        assertThat(Arrays.copyOfRange(bytes, 8, 24)).isEqualTo(Frames.hex("4d3c2b1a 0100 0000 ffffffffffffffff"));
        assertThat(Arrays.copyOfRange(bytes, 4, 8))
                .isEqualTo(Arrays.copyOfRange(bytes, bytes.length - 4, bytes.length));
        assertThat(new String(bytes, StandardCharsets.US_ASCII)).contains("TapSwitch 1");
    }
}
