package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.util.NetUtil;
import io.tapswitch.bridge.Bridge;
import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.overlay.RemoteNeighbour;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Comparator;

/**
 * Who has an IP address, as REST shows it.
 *
 * @param host where it is, by name
 * @param port of that host; null if the station behind it is not known now
 * @param vtep the address of the VTEP that it is behind; null if it is on this host
 */
record Neighbour(InetAddress address, long mac, String host, String port, String vtep) {
    /** IPv4 first, then by number. */
    static final Comparator<InetAddress> BY_NUMBER = Comparator.comparingInt(
                    (InetAddress address) -> address.getAddress().length)
            .thenComparing(InetAddress::getAddress, Arrays::compareUnsigned);

    /** By address; those of one address by host. */
    static final Comparator<Neighbour> IN_ORDER = Comparator.comparing(Neighbour::address, BY_NUMBER)
            .thenComparing(Neighbour::host)
            .thenComparingLong(Neighbour::mac);

    static Neighbour of(RemoteNeighbour remote) {
        return new Neighbour(parse(remote.address()), remote.mac(), remote.host(), remote.port(), remote.vtep());
    }

    /** One of this host. */
    static Neighbour here(InetAddress address, long mac, String host, Bridge bridge) {
        FdbEntry<BridgePort> station = bridge.table().lookup(mac);
        return new Neighbour(
                address, mac, host, station == null ? null : station.port().name(), null);
    }

    /** Reads an address without asking a name service. @throws IllegalArgumentException if the text is none */
    static InetAddress parse(String text) {
        byte[] bytes = text.contains("%") ? null : NetUtil.createByteArrayFromIpAddressString(text);
        if (bytes == null) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no IP address: write one in digits, such as 10.0.0.1 or fd00::1");
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The address in digits. */
    String text() {
        return NetUtil.toAddressString(address);
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object()
                .put("address", text())
                .put("mac", MacAddress.format(mac))
                .put("host", host);
        if (port != null) {
            json.put("port", port);
        }
        return vtep == null ? json : json.put("vtep", vtep);
    }
}
