package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.config.StaticEntry;
import io.tapswitch.frame.MacAddress;
import java.util.concurrent.TimeUnit;

/**
 * One FDB entry as REST shows it.
 *
 * @param ageSeconds since the station was last heard or put in; null for a static one whose port is not up
 * @param vtep the address of the remote VTEP that the station is behind; null if it is behind something else
 */
record Station(long mac, String port, FdbEntry.Type type, Long ageSeconds, String vtep) {
    static Station of(FdbEntry<BridgePort> entry, long nowNanos) {
        long age = TimeUnit.NANOSECONDS.toSeconds(Math.max(0, nowNanos - entry.seenNanos()));
        BridgePort port = entry.port();
        return new Station(entry.mac(), port.name(), entry.type(), age, port.vtep());
    }

    /** An entry that waits for its port. */
    static Station waiting(StaticEntry entry) {
        return new Station(entry.address(), entry.port(), FdbEntry.Type.STATIC, null, null);
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object()
                .put("mac", MacAddress.format(mac))
                .put("port", port)
                .put("type", type.label());
        if (ageSeconds != null) {
            json.put("ageSeconds", ageSeconds);
        }
        return vtep == null ? json : json.put("vtep", vtep);
    }
}
