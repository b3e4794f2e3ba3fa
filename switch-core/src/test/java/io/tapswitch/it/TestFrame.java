package io.tapswitch.it;

import io.tapswitch.frame.EtherType;
import io.tapswitch.frame.MacAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;

/** A frame of a test: the EtherType for local experiments, and a number that tells it from every other one. */
public final class TestFrame {
    /** IEEE 802: Local Experimental EtherType 1, so that nothing in a namespace answers. */
    public static final int ETHER_TYPE = 0x88b5;

    /** The shortest frame without frame check sequence. */
    private static final int LENGTH = 60;

    private static final int ADDRESSES = 12;
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final byte[] bytes;

    private TestFrame(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A new frame of the shortest length. */
    public static TestFrame of(long destination, long source) {
        return of(destination, source, LENGTH);
    }

    /** A new frame of {@code length} bytes. */
    public static TestFrame of(long destination, long source, int length) {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        buffer.putLong(0, destination << 16).putLong(6, source << 16).putShort(ADDRESSES, (short) ETHER_TYPE);
        buffer.putInt(14, NUMBERS.incrementAndGet());
        for (int i = 18; i < length; i++) {
            buffer.put(i, (byte) i);
        }
        return new TestFrame(buffer.array());
    }

    /** A new frame, the addresses as text. */
    public static TestFrame of(String destination, String source) {
        return of(MacAddress.parse(destination), MacAddress.parse(source));
    }

    /** What came in. */
    public static TestFrame received(byte[] bytes) {
        return new TestFrame(bytes);
    }

    /** The same with an 802.1Q tag in front of what is there. */
    public TestFrame tagged(int tci) {
        return tagged(EtherType.VLAN, tci);
    }

    /** The same with a tag of another kind. */
    public TestFrame tagged(int tpid, int tci) {
        ByteBuffer buffer = ByteBuffer.allocate(bytes.length + 4);
        buffer.put(bytes, 0, ADDRESSES).putShort((short) tpid).putShort((short) tci);
        return new TestFrame(
                buffer.put(bytes, ADDRESSES, bytes.length - ADDRESSES).array());
    }

    /** Whether a frame is one of a test's, whatever tags it has. */
    public boolean isOfATest() {
        if (bytes.length < LENGTH) {
            return false;
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int at = ADDRESSES;
        while (at + 4 < bytes.length && isTag(buffer.getShort(at) & 0xffff)) {
            at += 4;
        }
        return (buffer.getShort(at) & 0xffff) == ETHER_TYPE;
    }

    private static boolean isTag(int etherType) {
        return etherType == EtherType.VLAN || etherType == 0x88a8;
    }

    /** The bytes themselves. */
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TestFrame frame && Arrays.equals(bytes, frame.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, 26)) + " (" + bytes.length + " bytes)";
    }
}
