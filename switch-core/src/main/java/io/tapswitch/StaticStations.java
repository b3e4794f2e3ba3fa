package io.tapswitch;

import io.tapswitch.bridge.Bridge;
import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.bridge.ForwardingTable;
import io.tapswitch.config.StaticEntry;
import io.tapswitch.config.SwitchConfig;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Keeps the stations that an operator nailed to ports in the forwarding tables. Under the lock of {@link SwitchService}. */
final class StaticStations {
    private StaticStations() {}

    /**
     * Takes out what is wanted no more and puts in what is missing; a port that is not open gets its stations once it is.
     *
     * @param bridges of the configuration
     * @param slots one for each port of the configuration
     */
    static void settle(
            SwitchConfig before, SwitchConfig config, Bridges bridges, Map<String, PortSlot> slots, long nowNanos) {
        Set<StaticEntry> wanted = new HashSet<>(config.fdb());
        for (StaticEntry entry : before.fdb()) {
            Bridge bridge = bridges.byNetwork().get(entry.network());
            if (bridge != null && !wanted.contains(entry) && present(bridge.table(), entry) != null) {
                bridge.table().remove(entry.address());
            }
        }
        for (StaticEntry entry : config.fdb()) {
            PortSlot slot = slots.get(entry.port());
            ForwardingTable<BridgePort> table =
                    bridges.byNetwork().get(entry.network()).table();
            if (slot.isOpen() && !bridges.layout().isAway(slot.config()) && !isThere(table, entry, slot)) {
                table.put(entry.address(), slot.bridgePort(), FdbEntry.Type.STATIC, nowNanos);
            }
        }
    }

    /** Null if the address has no static entry. */
    private static FdbEntry<BridgePort> present(ForwardingTable<BridgePort> table, StaticEntry entry) {
        FdbEntry<BridgePort> present = table.lookup(entry.address());
        return present != null && present.type() == FdbEntry.Type.STATIC ? present : null;
    }

    private static boolean isThere(ForwardingTable<BridgePort> table, StaticEntry entry, PortSlot slot) {
        FdbEntry<BridgePort> present = present(table, entry);
        return present != null && present.port() == slot.bridgePort();
    }
}
