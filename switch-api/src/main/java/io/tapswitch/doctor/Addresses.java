package io.tapswitch.doctor;

import io.netty.util.NetUtil;
import io.tapswitch.doctor.Firewall.Match;
import java.net.InetAddress;
import java.util.Arrays;

/** IP addresses in rules of packet filters. */
final class Addresses {
    private Addresses() {}

    /** Whether an address is in a network. @param length of the network's prefix, bits; more than there are for all of them */
    static Match within(InetAddress address, String network, int length) {
        byte[] own = address.getAddress();
        byte[] other = NetUtil.createByteArrayFromIpAddressString(network);
        if (other == null) {
            return Match.PERHAPS;
        }
        if (own.length != other.length) {
            return Match.NO;
        }
        int bits = Math.min(length, Byte.SIZE * own.length);
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> bit % Byte.SIZE;
            if (((own[bit / Byte.SIZE] ^ other[bit / Byte.SIZE]) & mask) != 0) {
                return Match.NO;
            }
        }
        return Match.YES;
    }

    /** Whether an address is in a range, its ends included. */
    static Match between(InetAddress address, String first, String last) {
        byte[] own = address.getAddress();
        byte[] low = NetUtil.createByteArrayFromIpAddressString(first);
        byte[] high = NetUtil.createByteArrayFromIpAddressString(last);
        if (low == null || high == null) {
            return Match.PERHAPS;
        }
        return Match.of(own.length == low.length
                && Arrays.compareUnsigned(own, low) >= 0
                && Arrays.compareUnsigned(own, high) <= 0);
    }
}
