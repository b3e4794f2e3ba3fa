package io.tapswitch;

import io.tapswitch.bridge.Bridge;
import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.bridge.FdbEntry.Type;
import java.util.List;

/** What the hosts of a cluster tell each other of stations, in one network's forwarding table. */
final class Stations {
    private Stations() {}

    /** The stations behind ports of this host. Any thread. */
    static List<LocalStation> local(Bridge bridge) {
        return bridge.table().entries().stream()
                .map(entry -> local(entry, entry.port()))
                .filter(station -> station != null)
                .toList();
    }

    /** Null for a station behind another host. @param port of the entry, which may move meanwhile */
    private static LocalStation local(FdbEntry<BridgePort> entry, BridgePort port) {
        return port.isOverlay() ? null : new LocalStation(entry.mac(), port.name(), entry.type() == Type.STATIC);
    }

    /** Puts stations behind another host. @return how many of them are there now */
    static int put(Bridge bridge, long[] macs, BridgePort link, boolean overLocal) {
        return bridge.table().put(macs, link, Type.EXTERN, System.nanoTime(), old -> mayGo(old, overLocal));
    }

    private static boolean mayGo(FdbEntry<BridgePort> old, boolean overLocal) {
        return switch (old.type()) {
            case STATIC, STICKY -> false;
            case DYNAMIC -> overLocal || old.port().isOverlay();
            case EXTERN -> true;
        };
    }

    /** Takes stations out that are behind another host, unless an operator has put or pinned them there. */
    static void remove(Bridge bridge, long[] macs, BridgePort link) {
        bridge.table()
                .removeIf(
                        macs,
                        entry -> entry.port() == link && (entry.type() == Type.EXTERN || entry.type() == Type.DYNAMIC));
    }
}
