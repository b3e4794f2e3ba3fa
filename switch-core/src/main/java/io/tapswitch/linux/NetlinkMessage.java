package io.tapswitch.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Builds one rtnetlink request (netlink(7), rtnetlink(7)) in a direct buffer, in the machine's byte order. A message is
 * a header, a body that depends on its type, and attributes; each part starts on a 4-byte boundary.
 *
 * <pre>
 * nlmsghdr   0                   1                   2                   3
 *           +---------------------------------------------------------------+
 *         0 | length of the message, header included                        |
 *           +-------------------------------+-------------------------------+
 *         4 | type (RTM_)                   | flags (NLM_F_)                |
 *           +-------------------------------+-------------------------------+
 *         8 | sequence                                                      |
 *        12 | port id, 0 is the kernel                                      |
 *           +---------------------------------------------------------------+
 * ifinfomsg (links)
 *           +---------------+---------------+-------------------------------+
 *        16 | family        | 0             | ARPHRD_ type                  |
 *        20 | interface index                                               |
 *        24 | flags (IFF_)                                                  |
 *        28 | which of the flags to change                                  |
 *           +---------------------------------------------------------------+
 * tcmsg (traffic control)
 *           +---------------+-----------------------------------------------+
 *        16 | family        | 0                                             |
 *        20 | interface index                                               |
 *        24 | handle                                                        |
 *        28 | parent                                                        |
 *        32 | of a filter: priority (16)    | protocol (16, big endian)     |
 *           +---------------------------------------------------------------+
 * ifaddrmsg (addresses)
 *           +---------------+---------------+---------------+---------------+
 *        16 | family        | prefix length | flags (IFA_F_)| scope         |
 *        20 | interface index                                               |
 *           +---------------------------------------------------------------+
 * rtattr
 *           +-------------------------------+-------------------------------+
 *         n | length, these 4 bytes included| type (IFLA_, IFA_)            |
 *       n+4 | value, padded to a multiple of 4                              |
 *           +---------------------------------------------------------------+
 * </pre>
 */
final class NetlinkMessage {
    static final int HEADER_LENGTH = 16;
    static final int LINK_BODY_LENGTH = 16;
    static final int ATTRIBUTE_HEADER_LENGTH = 4;

    static final int NLMSG_ERROR = 2;
    static final int RTM_NEWLINK = 16;
    static final int RTM_DELLINK = 17;
    static final int RTM_GETLINK = 18;
    static final int RTM_SETLINK = 19;
    static final int RTM_NEWADDR = 20;
    static final int RTM_DELADDR = 21;
    static final int RTM_NEWQDISC = 36;
    static final int RTM_NEWTFILTER = 44;

    static final int NLM_F_REQUEST = 0x1;
    static final int NLM_F_ACK = 0x4;
    /** In an error: the request is not quoted beyond its header. */
    static final int NLM_F_CAPPED = 0x100;
    /** In an error: attributes with an explanation follow. */
    static final int NLM_F_ACK_TLVS = 0x200;

    static final int NLM_F_EXCL = 0x200;
    static final int NLM_F_CREATE = 0x400;

    private static final int CAPACITY = 1024;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(CAPACITY).order(ByteOrder.nativeOrder());

    private NetlinkMessage(int type, int flags) {
        buffer.putInt(0).putShort((short) type).putShort((short) (flags | NLM_F_REQUEST | NLM_F_ACK));
        buffer.putInt(0).putInt(0);
    }

    /** A request about a link, without changing its IFF_ flags. */
    static NetlinkMessage link(int type, int index) {
        return link(type, index, 0, 0);
    }

    /** A request about a link that sets those of its IFF_ flags that are in {@code change}. */
    static NetlinkMessage link(int type, int index, int interfaceFlags, int change) {
        NetlinkMessage message = new NetlinkMessage(type, 0);
        message.buffer.putInt(0).putInt(index).putInt(interfaceFlags).putInt(change);
        return message;
    }

    /** A request about an address of a link, of universal scope. */
    static NetlinkMessage address(int type, int flags, int index, int family, int prefixLength, int addressFlags) {
        NetlinkMessage message = new NetlinkMessage(type, flags);
        message.buffer.put((byte) family).put((byte) prefixLength).put((byte) addressFlags);
        message.buffer.put((byte) 0).putInt(index);
        return message;
    }

    /** A request that makes something new for traffic control. */
    static NetlinkMessage traffic(int type, int index, int handle, int parent, int info) {
        NetlinkMessage message = new NetlinkMessage(type, NLM_F_CREATE | NLM_F_EXCL);
        message.buffer.putInt(0).putInt(index).putInt(handle).putInt(parent).putInt(info);
        return message;
    }

    /** Begins an attribute that has attributes in it, up to {@link #endNest}. @return what that is to be given */
    int beginNest(int type) {
        int at = buffer.position();
        buffer.putShort((short) 0).putShort((short) type);
        return at;
    }

    /** Ends what {@link #beginNest} began. */
    NetlinkMessage endNest(int at) {
        buffer.putShort(at, (short) (buffer.position() - at));
        return this;
    }

    NetlinkMessage attribute(int type, byte[] value) {
        buffer.putShort((short) (ATTRIBUTE_HEADER_LENGTH + value.length)).putShort((short) type);
        buffer.put(value);
        while (buffer.position() % 4 != 0) {
            buffer.put((byte) 0);
        }
        return this;
    }

    NetlinkMessage attribute(int type, int value) {
        byte[] bytes = new byte[Integer.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putInt(value);
        return attribute(type, bytes);
    }

    /** A string without its NUL, which the kernel does not ask for. */
    NetlinkMessage attribute(int type, String value) {
        return attribute(type, value.getBytes(StandardCharsets.UTF_8));
    }

    /** The finished message from position 0 to the limit. The buffer belongs to this object. */
    ByteBuffer finish(int sequence) {
        buffer.putInt(0, buffer.position()).putInt(8, sequence);
        return buffer.duplicate().order(ByteOrder.nativeOrder()).flip();
    }
}
