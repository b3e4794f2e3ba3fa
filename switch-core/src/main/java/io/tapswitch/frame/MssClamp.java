package io.tapswitch.frame;

import java.nio.ByteBuffer;

/**
 * Lowers the maximum segment size that a TCP connection is opened with (RFC 9293, 3.7.1) to what a tunnel takes, so that
 * its segments fit even where the ICMP messages that would tell its hosts do not get through.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |    kind (2)   |  length (4)   |      maximum segment size     |
 * +---------------+---------------+-------------------------------+
 * </pre>
 *
 * <p>A SYN without the option is left alone. Whoever receives it then sends segments of at most 536 bytes, or 1220 by
 * IPv6: packets of 576 bytes, which every host must take, and 1280, which every link must. There would be no place for the
 * option either, without moving what follows.
 *
 * <p>Belongs to one event loop. Nothing is allocated but by the constructor. Guest tags, IPv4 options and IPv6 extension
 * headers are stepped over.
 */
public final class MssClamp {
    private static final int TCP_HEADER = 20;
    private static final int DATA_OFFSET = 12;
    private static final int FLAGS = 13;
    private static final int CHECKSUM = 16;
    private static final int SYN = 0x02;

    private static final int END_OF_LIST = 0;
    private static final int NO_OPERATION = 1;
    private static final int MSS = 2;
    private static final int MSS_LENGTH = 4;

    private final PacketLayout layout = new PacketLayout();

    /**
     * Lowers the option in a SYN, with the TCP checksum. A checksum that is still open does not cover the option yet, and
     * stays as it is.
     *
     * @param mtu the longest payload of an Ethernet frame that the tunnel takes, bytes; guest tags are part of it
     * @return whether the frame was changed
     */
    public boolean clamp(Frame frame, int mtu) {
        if (!layout.findNetwork(frame) || !layout.findFirstTransport() || !isSyn()) {
            return false;
        }
        int ip = layout.isIpv4() ? PacketLayout.IPV4_HEADER : PacketLayout.IPV6_HEADER; // RFC 9293, 3.7.1: no options
        int most = mtu - (layout.network() - Frame.ETHERNET_HEADER) - ip - TCP_HEADER;
        return most > 0 && lowerAll(frame, most);
    }

    private boolean isSyn() {
        int at = layout.transport();
        return layout.protocol() == PacketLayout.TCP
                && at + TCP_HEADER <= layout.end()
                && (layout.u8(at + FLAGS) & SYN) != 0;
    }

    /** The option may be there once only; but of two, some hosts take the first and some the last. */
    private boolean lowerAll(Frame frame, int most) {
        int at = layout.transport() + TCP_HEADER;
        int end = layout.transport() + (layout.u8(layout.transport() + DATA_OFFSET) >>> 4) * 4;
        boolean lowered = false;
        while (end <= layout.end() && at + MSS_LENGTH <= end && layout.u8(at) != END_OF_LIST) {
            int kind = layout.u8(at);
            int length = kind == NO_OPERATION ? 1 : layout.u8(at + 1);
            if (length == 0 || length == 1 && kind != NO_OPERATION) {
                break;
            }
            if (kind == MSS && length == MSS_LENGTH && layout.u16(at + 2) > most) {
                lower(frame, at + 2, most);
                lowered = true;
            }
            at += length;
        }
        return lowered;
    }

    private void lower(Frame frame, int at, int most) {
        ByteBuffer buffer = frame.buffer();
        int from = layout.u16(at);
        buffer.putShort(frame.start() + at, (short) most);
        if (frame.isChecksumOpen()) {
            return;
        }
        boolean odd = (at - layout.transport()) % 2 != 0;
        int field = layout.transport() + CHECKSUM;
        int checksum = Checksum.update(layout.u16(field), odd ? swap(from) : from, odd ? swap(most) : most);
        buffer.putShort(frame.start() + field, (short) checksum);
    }

    private static int swap(int word) {
        return Short.reverseBytes((short) word) & 0xffff;
    }
}
