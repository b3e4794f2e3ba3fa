package io.tapswitch.cluster;

import java.util.function.Consumer;
import java.util.function.IntFunction;

/** Tells the switch of stations: it knows networks by name, and only those of its desired state. */
final class SwitchOutlet implements StationTable.Outlet {
    private final LocalSwitch local;
    private final EventLog events;
    private final IntFunction<String> names;

    /** @param names of networks by VNI; null for one that this host does not have */
    SwitchOutlet(LocalSwitch local, EventLog events, IntFunction<String> names) {
        this.local = local;
        this.events = events;
        this.names = names;
    }

    @Override
    public void put(String host, int vni, long[] macs, boolean overLocal) {
        named(vni, network -> local.putStations(host, network, macs, overLocal));
    }

    @Override
    public void remove(String host, int vni, long mac) {
        named(vni, network -> local.removeStations(host, network, new long[] {mac}));
    }

    @Override
    public void putNeighbour(int vni, byte[] address, long mac) {
        named(vni, network -> local.putNeighbour(network, address, mac));
    }

    @Override
    public void removeNeighbour(int vni, byte[] address, long mac) {
        named(vni, network -> local.removeNeighbour(network, address, mac));
    }

    private void named(int vni, Consumer<String> action) {
        String network = names.apply(vni);
        if (network != null) {
            action.accept(network);
        }
    }

    @Override
    public void duplicate(int vni, long mac, String where) {
        String words = words(vni, mac);
        events.add(
                "duplicate-address",
                words,
                words + " is most likely there twice: it moved too often, " + where
                        + "; this host tells nobody of it for 3 minutes");
    }

    @Override
    public void full(int vni, long mac) {
        String words = words(vni, mac);
        events.add(
                "stations-full",
                words,
                "there are more stations here than this host can tell the others of, such as " + words
                        + ": frames for them are flooded");
    }

    private String words(int vni, long mac) {
        String network = names.apply(vni);
        return StationTable.words(network == null ? "vni " + vni : network, mac);
    }
}
