package io.tapswitch.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The attributes of a received netlink message by type, each checked against the bytes that are there. An attribute
 * that is missing or too short for what is asked reads as empty, since kernels differ in what they send.
 */
final class NetlinkAttributes {
    /** The two highest bits mark nested and big-endian attributes. */
    private static final int TYPE_MASK = 0x3fff;

    private final Map<Integer, ByteBuffer> values = new HashMap<>();

    /**
     * Reads the attributes between the buffer's position and its limit.
     *
     * @throws LinuxException EPROTO if a length does not fit
     */
    NetlinkAttributes(ByteBuffer bytes) throws LinuxException {
        ByteBuffer rest = bytes.duplicate().order(ByteOrder.nativeOrder());
        while (rest.remaining() >= NetlinkMessage.ATTRIBUTE_HEADER_LENGTH) {
            int length = Short.toUnsignedInt(rest.getShort(rest.position()));
            int type = rest.getShort(rest.position() + 2) & TYPE_MASK;
            if (length < NetlinkMessage.ATTRIBUTE_HEADER_LENGTH || length > rest.remaining()) {
                throw LinuxException.explained(Errno.EPROTO, "read a netlink answer", "an attribute's length is wrong");
            }
            values.put(type, value(rest, length));
            rest.position(Math.min(rest.limit(), rest.position() + ((length + 3) & ~3)));
        }
    }

    private static ByteBuffer value(ByteBuffer rest, int length) {
        int header = NetlinkMessage.ATTRIBUTE_HEADER_LENGTH;
        return rest.slice(rest.position() + header, length - header).order(ByteOrder.nativeOrder());
    }

    /** An unsigned integer of one to four bytes. */
    Optional<Integer> integer(int type) {
        ByteBuffer value = values.get(type);
        if (value == null || value.remaining() == 0) {
            return Optional.empty();
        }
        return Optional.of(value.remaining() >= Integer.BYTES ? value.getInt(0) : value.get(0) & 0xff);
    }

    boolean flag(int type) {
        return integer(type).orElse(0) != 0;
    }

    /** A string up to its NUL or the attribute's end. */
    Optional<String> string(int type) {
        return bytes(type).map(bytes -> {
            int length = 0;
            while (length < bytes.length && bytes[length] != 0) {
                length++;
            }
            return new String(bytes, 0, length, StandardCharsets.UTF_8);
        });
    }

    Optional<byte[]> bytes(int type) {
        return Optional.ofNullable(values.get(type)).map(value -> {
            byte[] bytes = new byte[value.remaining()];
            value.get(value.position(), bytes);
            return bytes;
        });
    }

    /** The attributes within an attribute; none if it is missing. */
    NetlinkAttributes nested(int type) throws LinuxException {
        return new NetlinkAttributes(values.getOrDefault(type, ByteBuffer.allocate(0)));
    }

    boolean isEmpty() {
        return values.isEmpty();
    }
}
