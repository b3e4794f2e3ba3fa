package io.tapswitch.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** A "too big" message as the host reads it that it is for. */
record IcmpError(int mtu, byte[] packet, byte[] quoted) {
    /** Fails if the frame is not a sound answer to the other one. */
    static IcmpError read(byte[] answer, byte[] offending) {
        int network = network(offending);
        assertThat(slice(answer, 0, 6)).as("destination MAC").isEqualTo(slice(offending, 6, 6));
        assertThat(slice(answer, 6, 6)).as("source MAC").isEqualTo(slice(offending, 0, 6));
        assertThat(slice(answer, 12, network - 12))
                .as("tags and EtherType")
                .isEqualTo(slice(offending, 12, network - 12));
        byte[] packet = slice(answer, network, answer.length - network);
        byte[] offender = slice(offending, network, offending.length - network);
        IcmpError error = answer[network - 2] == 8 ? ipv4(packet, offender) : ipv6(packet, offender);
        assertThat(error.quoted).isEqualTo(Arrays.copyOf(offender, error.quoted.length));
        return error;
    }

    private static int network(byte[] frame) {
        int at = 12;
        while (frame[at] == (byte) 0x81 && frame[at + 1] == 0
                || frame[at] == (byte) 0x88 && frame[at + 1] == (byte) 0xa8) {
            at += 4;
        }
        return at + 2;
    }

    private static byte[] slice(byte[] bytes, int at, int length) {
        return Arrays.copyOfRange(bytes, at, at + length);
    }

    private static IcmpError ipv4(byte[] packet, byte[] offender) {
        ByteBuffer header = ByteBuffer.wrap(packet);
        assertThat(header.getShort(0))
                .as("version, header length, type of service")
                .isEqualTo((short) 0x45c0);
        assertThat(header.getShort(2)).as("total length").isEqualTo((short) packet.length);
        assertThat(packet.length).isBetween(28 + 28, 576);
        assertThat(header.getInt(4)).as("identification, not a fragment").isEqualTo(0x4000);
        assertThat(header.getShort(8)).as("time to live, protocol").isEqualTo((short) 0x4001);
        assertThat(TestPacket.wordSum(slice(packet, 0, 20)))
                .as("header checksum")
                .isEqualTo(0xffff);
        assertThat(slice(packet, 12, 4)).as("source").isEqualTo(slice(offender, 16, 4));
        assertThat(slice(packet, 16, 4)).as("destination").isEqualTo(slice(offender, 12, 4));
        byte[] message = slice(packet, 20, packet.length - 20);
        assertThat(TestPacket.wordSum(message)).as("checksum").isEqualTo(0xffff);
        assertThat(slice(message, 0, 2)).as("type and code").containsExactly(3, 4);
        assertThat(slice(message, 4, 2)).as("unused").containsOnly(0);
        return new IcmpError(header.getShort(26) & 0xffff, packet, slice(message, 8, message.length - 8));
    }

    private static IcmpError ipv6(byte[] packet, byte[] offender) {
        ByteBuffer header = ByteBuffer.wrap(packet);
        assertThat(header.getInt(0)).as("version, traffic class, flow label").isEqualTo(0x60000000);
        assertThat(header.getShort(4)).as("payload length").isEqualTo((short) (packet.length - 40));
        assertThat(packet.length).isBetween(48 + 48, 1280);
        assertThat(slice(packet, 6, 2)).as("next header, hop limit").containsExactly(58, 64);
        assertThat(slice(packet, 8, 16)).as("source").isEqualTo(slice(offender, 24, 16));
        assertThat(slice(packet, 24, 16)).as("destination").isEqualTo(slice(offender, 8, 16));
        byte[] message = slice(packet, 40, packet.length - 40);
        byte[] pseudo = ByteBuffer.allocate(40)
                .put(packet, 8, 32)
                .putInt(message.length)
                .putInt(58)
                .array();
        assertThat(TestPacket.wordSum(pseudo, message)).as("checksum").isEqualTo(0xffff);
        assertThat(slice(message, 0, 2)).as("type and code").containsExactly(2, 0);
        return new IcmpError(header.getInt(44), packet, slice(message, 8, message.length - 8));
    }
}
