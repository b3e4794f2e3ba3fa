package io.tapswitch;

import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.bridge.ForwardingTable.Change;
import io.tapswitch.frame.MacAddress;
import java.util.Locale;

/**
 * A change of a forwarding table, as it was when it happened.
 *
 * @param network by name
 * @param change what happened
 * @param mac the station
 * @param port by name; after a move, the new one
 * @param type of the entry
 * @param vtep the address of the remote VTEP that the station is behind; null if it is behind something else
 */
public record FdbEvent(String network, Change change, long mac, String port, FdbEntry.Type type, String vtep) {
    @Override
    public String toString() {
        return "network " + network + ": " + MacAddress.format(mac) + " "
                + change.name().toLowerCase(Locale.ROOT) + " on port " + port + " (" + type.label() + ")";
    }
}
