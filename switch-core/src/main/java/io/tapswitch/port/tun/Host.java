package io.tapswitch.port.tun;

import io.tapswitch.frame.IpAddress;
import io.tapswitch.linux.InterfaceAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a port knows of the host behind it: the addresses that it answers for, and where the host's packets go. Immutable.
 */
final class Host {
    private final long mac;
    private final IpPrefix[] own;
    private final IpPrefix[] behind;
    private final IpPrefix[] onLink;
    private final IpPrefix gateway4;
    private final IpPrefix gateway6;

    /**
     * @param mac of the port, by which the host is known on the Ethernet
     * @param addresses of the host, with the networks that it is on
     * @param prefixes what is behind the host besides
     * @param gateways one for each version of IP at most
     */
    Host(long mac, List<InterfaceAddress> addresses, List<InterfaceAddress> prefixes, List<InterfaceAddress> gateways) {
        this.mac = mac;
        own = addresses.stream().map(IpPrefix::host).toArray(IpPrefix[]::new);
        behind = Stream.concat(Stream.of(own), prefixes.stream().map(IpPrefix::network))
                .toArray(IpPrefix[]::new);
        onLink = Stream.concat(addresses.stream().map(IpPrefix::network), Stream.of(IpPrefix.LINK_LOCAL))
                .toArray(IpPrefix[]::new);
        gateway4 = gateway(gateways, true);
        gateway6 = gateway(gateways, false);
    }

    private static IpPrefix gateway(List<InterfaceAddress> gateways, boolean ipv4) {
        return gateways.stream()
                .map(IpPrefix::host)
                .filter(gateway -> gateway.isIpv4() == ipv4)
                .findFirst()
                .orElse(null);
    }

    long mac() {
        return mac;
    }

    /** The host's addresses. */
    IpPrefix[] own() {
        return own;
    }

    /** Whether an address is one of the host itself. */
    boolean isOwn(long high, long low) {
        return anyContains(own, high, low);
    }

    /** Whether packets to an address belong to this port. */
    boolean isBehind(long high, long low) {
        return anyContains(behind, high, low);
    }

    private static boolean anyContains(IpPrefix[] prefixes, long high, long low) {
        for (IpPrefix prefix : prefixes) {
            if (prefix.contains(high, low)) {
                return true;
            }
        }
        return false;
    }

    /** Whether an address reaches every host of a network that the host is on. */
    boolean isBroadcast(long high, long low) {
        for (IpPrefix network : onLink) {
            if (network.isBroadcast(high, low)) {
                return true;
            }
        }
        return false;
    }

    /** Who packets to an address are handed to; null for the address itself, which without a gateway is any. */
    IpPrefix gatewayTo(long high, long low) {
        IpPrefix gateway = IpAddress.isIpv4(high, low) ? gateway4 : gateway6;
        return gateway == null || anyContains(onLink, high, low) ? null : gateway;
    }

    /** The address of the host to ask for another one from: on the same network if it has one there; null for none. */
    IpPrefix sourceFor(long high, long low) {
        IpPrefix source = null;
        for (int i = 0; i < own.length; i++) {
            if (onLink[i].contains(high, low)) {
                return own[i];
            }
            if (source == null && own[i].isIpv4() == IpAddress.isIpv4(high, low)) {
                source = own[i];
            }
        }
        return source;
    }
}
