package io.tapswitch.vxlan;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.SplittableRandom;

/**
 * The ports of an endpoint by their remote VTEP's address. Immutable; a look-up costs the same for one VTEP and for
 * thousands, and who sends from made-up addresses cannot choose where they are looked for.
 */
final class VtepTable {
    private static final int IPV4_AT = 4;
    private static final int IPV6_AT = 8;

    private final long multiplier = new SplittableRandom().nextLong() | 1;
    private final VxlanPort[] ports;
    private final long[] highs;
    private final long[] lows;

    VtepTable(Collection<VxlanPort> members) {
        int length = Integer.highestOneBit(Math.max(1, members.size())) << 2;
        ports = new VxlanPort[length];
        highs = new long[length];
        lows = new long[length];
        for (VxlanPort port : members) {
            ByteBuffer address = ByteBuffer.wrap(bytes(port.remoteAddress()));
            long high = address.getLong(0);
            long low = address.getLong(8);
            int at = slot(high, low);
            ports[at] = port;
            highs[at] = high;
            lows[at] = low;
        }
    }

    /** An IPv4 address has zeros in front: no endpoint has addresses of both versions. */
    private static byte[] bytes(InetAddress address) {
        byte[] all = new byte[16];
        byte[] own = address.getAddress();
        System.arraycopy(own, 0, all, all.length - own.length, own.length);
        return all;
    }

    /**
     * The port whose remote VTEP has the address of a received datagram; null if there is none.
     *
     * @param names big endian, with a {@code struct sockaddr_in} or {@code sockaddr_in6} at {@code at}
     */
    VxlanPort find(ByteBuffer names, int at, boolean ipv6) {
        if (ipv6) {
            return find(names.getLong(at + IPV6_AT), names.getLong(at + IPV6_AT + 8));
        }
        return find(0, names.getInt(at + IPV4_AT) & 0xffff_ffffL);
    }

    /** The same for an address by itself, of either version. */
    VxlanPort find(InetAddress remote) {
        ByteBuffer address = ByteBuffer.wrap(bytes(remote));
        VxlanPort port = find(address.getLong(0), address.getLong(8));
        return port != null && port.remoteAddress().equals(remote) ? port : null;
    }

    private VxlanPort find(long high, long low) {
        return ports[slot(high, low)];
    }

    /** Where an address is, or the free slot where it would be: at most half of them are taken. */
    private int slot(long high, long low) {
        int mask = ports.length - 1;
        long product = (high * 31 + low ^ low >>> 32) * multiplier;
        int at = (int) (product >>> 40) & mask;
        while (ports[at] != null && (lows[at] != low || highs[at] != high)) {
            at = at + 1 & mask;
        }
        return at;
    }
}
