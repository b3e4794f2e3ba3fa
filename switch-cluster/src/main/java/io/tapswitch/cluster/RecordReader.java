package io.tapswitch.cluster;

import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads what {@link RecordWriter} wrote, and believes nothing: each length is checked before it is used. */
final class RecordReader {
    /** The highest epoch and the highest sequence: the next one can always be computed. */
    static final long HIGHEST = 1L << 62;

    private final ByteBuffer bytes;
    private final long epoch;
    private final long sequence;

    /**
     * Reads the header.
     *
     * @param record authentic
     * @param length of the record without its tags
     */
    RecordReader(RecordKind kind, byte[] record, int length) throws RefusedException {
        bytes = ByteBuffer.wrap(record, 0, length);
        if (u16() != RecordWriter.MAGIC) {
            throw new RefusedException(Refusal.MALFORMED);
        }
        int version = u8();
        if (version != RecordWriter.VERSION) {
            throw new RefusedException(version == 0 ? Refusal.MALFORMED : Refusal.TOO_NEW);
        }
        if (u8() != kind.code()) {
            throw new RefusedException(Refusal.MISPLACED);
        }
        epoch = number();
        sequence = number();
    }

    private long number() throws RefusedException {
        long number = i64();
        if (number < 0 || number > HIGHEST) {
            throw new RefusedException(Refusal.MALFORMED);
        }
        return number;
    }

    long epoch() {
        return epoch;
    }

    long sequence() {
        return sequence;
    }

    private void require(int length) throws RefusedException {
        if (bytes.remaining() < length) {
            throw new RefusedException(Refusal.MALFORMED);
        }
    }

    int u8() throws RefusedException {
        require(1);
        return bytes.get() & 0xff;
    }

    int u16() throws RefusedException {
        require(2);
        return bytes.getShort() & 0xffff;
    }

    int u24() throws RefusedException {
        return u8() << 16 | u16();
    }

    /** A VXLAN network identifier that a network can have. */
    int vni() throws RefusedException {
        int vni = u24();
        if (vni == 0) {
            throw new RefusedException(Refusal.MALFORMED);
        }
        return vni;
    }

    int i32() throws RefusedException {
        require(4);
        return bytes.getInt();
    }

    long i64() throws RefusedException {
        require(8);
        return bytes.getLong();
    }

    long mac() throws RefusedException {
        return (long) u16() << 32 | i32() & 0xffff_ffffL;
    }

    /** An IP address. */
    byte[] address() throws RefusedException {
        int length = u8();
        if (length != 4 && length != 16) {
            throw new RefusedException(Refusal.MALFORMED);
        }
        return raw(length);
    }

    /** So many bytes. */
    byte[] raw(int length) throws RefusedException {
        require(length);
        byte[] raw = new byte[length];
        bytes.get(raw);
        return raw;
    }

    String text() throws RefusedException {
        int length = u8();
        require(length);
        ByteBuffer utf8 = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
        } catch (CharacterCodingException e) {
            throw new RefusedException(Refusal.MALFORMED);
        }
    }

    /** A name that hosts, networks and ports may have. */
    String name() throws RefusedException {
        try {
            return Checks.name("", text());
        } catch (ConfigException e) {
            throw new RefusedException(Refusal.MALFORMED);
        }
    }

    /**
     * How long the list is that follows.
     *
     * @param leastBytes of an item, so that a short record cannot claim a long list
     */
    int count(int leastBytes) throws RefusedException {
        int items = u16();
        if ((long) items * leastBytes > bytes.remaining()) {
            throw new RefusedException(Refusal.MALFORMED);
        }
        return items;
    }
}
