package io.tapswitch.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * A network interface as rtnetlink tells it.
 *
 * @param index unique within its namespace, and never given out again while that lives
 * @param name such as {@code "eth0"}
 * @param ethernet whether its frames have an Ethernet header: not so for a loopback or a TUN
 * @param kind the driver's word, {@code "veth"}, {@code "bridge"}, {@code "tun"} for both TUN and TAP; empty for a NIC
 * @param mac the low 48 bits are the address; 0 if the interface has none of 6 bytes
 * @param mtu in bytes, without the Ethernet header
 * @param minMtu the lowest MTU that the driver takes; 0 if it does not say
 * @param maxMtu the highest MTU that the driver takes; 0 if it does not say
 * @param txQueueLength in frames
 * @param up the administrator's wish
 * @param carrier whether there is a peer
 * @param master the index of the bridge, bond or other interface that it is a member of; 0 if there is none
 * @param alias free text; empty if there is none
 * @param tun what a TUN or TAP has besides; empty for any other interface
 */
public record Link(
        int index,
        String name,
        boolean ethernet,
        String kind,
        long mac,
        int mtu,
        int minMtu,
        int maxMtu,
        int txQueueLength,
        boolean up,
        boolean carrier,
        int master,
        String alias,
        Optional<Tun> tun) {

    /**
     * The part that only a TUN or TAP has.
     *
     * @param tap false for a TUN
     * @param queues how many queues are attached; always 0 without {@code multiQueue}, where the kernel does not say
     */
    public record Tun(boolean tap, boolean multiQueue, boolean persistent, int queues) {}

    private static final int TYPE_OFFSET = 2;
    private static final int INDEX_OFFSET = 4;
    private static final int FLAGS_OFFSET = 8;
    private static final int ARPHRD_ETHER = 1;
    private static final int IFF_UP = 1;

    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_MASTER = 10;
    private static final int IFLA_TXQLEN = 13;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_IFALIAS = 20;
    private static final int IFLA_CARRIER = 33;
    private static final int IFLA_MIN_MTU = 50;
    private static final int IFLA_MAX_MTU = 51;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFLA_INFO_DATA = 2;
    private static final int IFLA_TUN_TYPE = 3;
    private static final int IFLA_TUN_PERSIST = 6;
    private static final int IFLA_TUN_MULTI_QUEUE = 7;
    private static final int IFLA_TUN_NUM_QUEUES = 8;

    /**
     * Reads the body of an RTM_NEWLINK message, {@code ifinfomsg} and attributes.
     *
     * @throws LinuxException EPROTO if it is malformed
     */
    static Link read(ByteBuffer body) throws LinuxException {
        if (body.remaining() < NetlinkMessage.LINK_BODY_LENGTH) {
            throw LinuxException.explained(Errno.EPROTO, "read a netlink answer", "a link message is too short");
        }
        ByteBuffer header = body.slice().order(ByteOrder.nativeOrder());
        int flags = header.getInt(FLAGS_OFFSET);
        NetlinkAttributes attributes =
                new NetlinkAttributes(header.duplicate().position(NetlinkMessage.LINK_BODY_LENGTH));
        NetlinkAttributes info = attributes.nested(IFLA_LINKINFO);
        return new Link(
                header.getInt(INDEX_OFFSET),
                attributes.string(IFLA_IFNAME).orElse(""),
                header.getShort(TYPE_OFFSET) == ARPHRD_ETHER,
                info.string(IFLA_INFO_KIND).orElse(""),
                attributes.bytes(IFLA_ADDRESS).map(Link::mac).orElse(0L),
                attributes.integer(IFLA_MTU).orElse(0),
                attributes.integer(IFLA_MIN_MTU).orElse(0),
                attributes.integer(IFLA_MAX_MTU).orElse(0),
                attributes.integer(IFLA_TXQLEN).orElse(0),
                (flags & IFF_UP) != 0,
                attributes.flag(IFLA_CARRIER),
                attributes.integer(IFLA_MASTER).orElse(0),
                attributes.string(IFLA_IFALIAS).orElse(""),
                tun(info));
    }

    private static Optional<Tun> tun(NetlinkAttributes info) throws LinuxException {
        NetlinkAttributes data = info.nested(IFLA_INFO_DATA);
        if (!info.string(IFLA_INFO_KIND).orElse("").equals("tun") || data.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Tun(
                data.integer(IFLA_TUN_TYPE).orElse(0) == IfTun.IFF_TAP,
                data.flag(IFLA_TUN_MULTI_QUEUE),
                data.flag(IFLA_TUN_PERSIST),
                data.integer(IFLA_TUN_NUM_QUEUES).orElse(0)));
    }

    private static long mac(byte[] bytes) {
        if (bytes.length != 6) {
            return 0;
        }
        long mac = 0;
        for (byte octet : bytes) {
            mac = mac << 8 | octet & 0xff;
        }
        return mac;
    }
}
