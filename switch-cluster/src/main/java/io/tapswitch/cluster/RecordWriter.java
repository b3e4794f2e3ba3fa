package io.tapswitch.cluster;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes a record: the header that all have, then its fields, big endian. {@link Keyring#seal} puts tags behind it.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+---------------+---------------+
 * |   'T' (0x54)  |   'S' (0x53)  |  version (1)  |     kind      |
 * +---------------+---------------+---------------+---------------+
 * |                            epoch                              |
 * |                           (64 bits)                           |
 * +---------------------------------------------------------------+
 * |                           sequence                            |
 * |                           (64 bits)                           |
 * +---------------------------------------------------------------+
 * |   fields of the kind ...                                      |
 * </pre>
 *
 * <p>A text is its length in bytes (8 bits) and UTF-8; a list is its length (16 bits) and its items. A reader skips what it
 * does not know behind the fields that it knows, so that later versions may add some.
 */
final class RecordWriter {
    static final int MAGIC = 0x5453;
    static final int VERSION = 1;
    static final int HEADER = 20;

    private static final int LONGEST_TEXT = 255;
    private static final int LONGEST_LIST = 0xffff;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);

    RecordWriter(RecordKind kind, long epoch, long sequence) {
        u16(MAGIC).u8(VERSION).u8(kind.code()).i64(epoch).i64(sequence);
    }

    RecordWriter u8(int value) {
        bytes.write(value);
        return this;
    }

    RecordWriter u16(int value) {
        return u8(value >>> 8).u8(value);
    }

    RecordWriter u24(int value) {
        return u8(value >>> 16).u16(value);
    }

    RecordWriter i32(int value) {
        return u16(value >>> 16).u16(value);
    }

    RecordWriter i64(long value) {
        return i32((int) (value >>> 32)).i32((int) value);
    }

    RecordWriter mac(long value) {
        return u16((int) (value >>> 32)).i32((int) value);
    }

    /** Bytes whose length the reader knows. */
    RecordWriter raw(byte[] value) {
        bytes.writeBytes(value);
        return this;
    }

    /** An IP address: 4 or 16 bytes behind their number. */
    RecordWriter address(byte[] value) {
        return u8(value.length).raw(value);
    }

    /** A text, cut if it is too long. */
    RecordWriter text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(utf8.length, LONGEST_TEXT);
        // Not within a character.
        while (length < utf8.length && length > 0 && (utf8[length] & 0xc0) == 0x80) {
            length--;
        }
        return u8(length).raw(Arrays.copyOf(utf8, length));
    }

    /** How long the list is that follows. */
    RecordWriter count(int items) {
        if (items > LONGEST_LIST) {
            throw new IllegalArgumentException("a list of " + items + " items is too long for a record");
        }
        return u16(items);
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
