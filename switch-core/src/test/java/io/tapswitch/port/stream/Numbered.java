package io.tapswitch.port.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.Frames;
import java.nio.ByteBuffer;

/** Frames that say who made them and which one they are, and whose every byte can be checked. */
final class Numbered {
    private static final long TO = 0x0200_0000_0b01L;
    private static final long FROM = 0x0200_0000_0a00L;
    private static final int HEADER = 14;

    private Numbered() {}

    /** A frame of a producer; its length depends on its number. */
    static byte[] frame(int producer, int number) {
        return frame(producer, number, HEADER + 8 + number * 131 % 1500);
    }

    static byte[] frame(int producer, int number, int length) {
        byte[] payload = new byte[length - HEADER];
        for (int i = 8; i < payload.length; i++) {
            payload[i] = (byte) (number + i);
        }
        ByteBuffer.wrap(payload).putInt(producer).putInt(number);
        return Frames.ethernet(TO, FROM + producer, 0x88b5, payload);
    }

    static int producer(byte[] frame) {
        return ByteBuffer.wrap(frame).getInt(HEADER);
    }

    /** The frame's number, once it is sure that the frame is whole. */
    static int number(byte[] frame) {
        int number = ByteBuffer.wrap(frame).getInt(HEADER + 4);
        assertThat(frame).isEqualTo(frame(producer(frame), number, frame.length));
        return number;
    }
}
