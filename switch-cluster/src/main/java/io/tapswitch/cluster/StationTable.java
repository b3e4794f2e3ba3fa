package io.tapswitch.cluster;

import io.tapswitch.cluster.Station.Claim;
import io.tapswitch.frame.MacAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Where every station is: what this host has heard, what the others say, and which of them is right (MAC mobility as in RFC
 * 7432, 15).
 *
 * <p>A host that hears a station which is known to be elsewhere publishes it with a sequence one higher; the others then
 * send its frames there, and the host where it was withdraws it. What is withdrawn is told for {@value #TOMBSTONE_SECONDS}
 * seconds more, so that nobody takes an old record for a new one. The FDBs themselves have learned of a move from the first
 * frame already; the directory only confirms it, and tells those whom the frame did not reach.
 *
 * <p>The directory's thread, but for what is said to be read by any.
 */
final class StationTable {
    static final int TOMBSTONE_SECONDS = 300;

    private static final long TOMBSTONE_NANOS = TimeUnit.SECONDS.toNanos(TOMBSTONE_SECONDS);
    private static final int BATCH = 1024;

    /** Of how many stations it is noted when they moved. */
    private static final int MOST_RESTLESS = 1 << 16;

    /** Tells the switch, which knows networks by name. */
    interface Outlet {
        void put(String host, int vni, long[] macs, boolean overLocal);

        void remove(String host, int vni, long mac);

        void putNeighbour(int vni, byte[] address, long mac);

        void removeNeighbour(int vni, byte[] address, long mac);

        /** A station moved too often, or is where it cannot be. @param where in words */
        void duplicate(int vni, long mac, String where);

        /** There are more stations here than this host can tell the others of. */
        void full(int vni, long mac);
    }

    private final List<byte[]> ownVteps;
    private final Outlet outlet;
    private final Map<Integer, Map<Long, Station>> byVni = new ConcurrentHashMap<>();
    private final OwnStations own = new OwnStations();
    private final Set<Station> restless = new HashSet<>();

    /** When it was last told that there are too many stations here. */
    private long fullNanos;

    private boolean wasFull;

    /** @param ownVteps of this host */
    StationTable(List<byte[]> ownVteps, Outlet outlet) {
        this.ownVteps = ownVteps;
        this.outlet = outlet;
    }

    private Station station(int vni, long mac) {
        return byVni.computeIfAbsent(vni, absent -> new ConcurrentHashMap<>())
                .computeIfAbsent(mac, absent -> new Station(vni, mac));
    }

    /** Null if nobody says anything of it. Any thread. */
    Station find(int vni, long mac) {
        return byVni.getOrDefault(vni, Map.of()).get(mac);
    }

    /** Where the stations of a network are that are behind other hosts. Any thread. */
    Stream<Claim> elsewhere(int vni) {
        return byVni.getOrDefault(vni, Map.of()).values().stream()
                .map(Station::best)
                .filter(claim -> claim != null);
    }

    /** How many stations are behind other hosts. Any thread. */
    int elsewhere() {
        return (int)
                byVni.keySet().stream().mapToLong(vni -> elsewhere(vni).count()).sum();
    }

    /** A station was heard behind a port of this host. */
    void heard(int vni, long mac, String port, boolean isStatic, long nowNanos) {
        Station station = station(vni, mac);
        Claim rival = station.best();
        if (station.isOwn()) {
            heardAgain(station, port, isStatic, nowNanos);
        } else if (isDamped(station, nowNanos)) {
            return;
        } else if (rival != null && rival.entry().isStatic() && !isStatic) {
            keepStatic(station, rival, port, nowNanos);
        } else if (makesRoom(station, nowNanos)) {
            int last = station.own() == null ? 0 : station.own().sequence();
            own(station, isStatic, port, Math.max(last, station.nextSequence()), List.of());
            if (rival != null) {
                moved(station, rival.peer() + " to port " + port + " here", nowNanos);
            }
            settle(station, nowNanos);
        }
    }

    private void heardAgain(Station station, String port, boolean isStatic, long nowNanos) {
        StationEntry was = station.own();
        if (!was.port().equals(port) || was.isStatic() != isStatic) {
            own(station, isStatic, port, was.sequence(), was.addresses());
            settle(station, nowNanos);
        }
    }

    /** What is static elsewhere cannot be here: that is told once, and not followed. */
    private void keepStatic(Station station, Claim rival, String port, long nowNanos) {
        install(station, rival, true);
        MoveLog moves = moves(station);
        if (moves != null) {
            moves.damp(nowNanos);
            outlet.duplicate(
                    station.vni(), station.mac(), "port " + port + " here, and static on host " + rival.peer());
        }
    }

    /** Makes room for what this host is to say of a station; what was withdrawn first makes way. */
    private boolean makesRoom(Station station, long nowNanos) {
        if (!own.hasRoom(station)) {
            Station withdrawn = own.withdrawnBeside(station);
            if (withdrawn == null) {
                full(station, nowNanos);
                forgetIfEmpty(station);
                return false;
            }
            own.publish(withdrawn, null);
            forgetIfEmpty(withdrawn);
        }
        return true;
    }

    private void full(Station station, long nowNanos) {
        if (!wasFull || nowNanos - fullNanos >= TOMBSTONE_NANOS) {
            wasFull = true;
            fullNanos = nowNanos;
            outlet.full(station.vni(), station.mac());
        }
    }

    private static boolean isDamped(Station station, long nowNanos) {
        return station.moves() != null && station.moves().isDamped(nowNanos);
    }

    private void own(Station station, boolean isStatic, String port, int sequence, List<byte[]> addresses) {
        own.publish(
                station, new StationEntry(station.vni(), station.mac(), sequence, isStatic, false, port, addresses));
    }

    /** When a station moved; null if that is not noted, since too many do. */
    private MoveLog moves(Station station) {
        if (station.moves() == null && restless.size() < MOST_RESTLESS) {
            station.moves(new MoveLog());
            restless.add(station);
        }
        return station.moves();
    }

    private void moved(Station station, String where, long nowNanos) {
        MoveLog moves = moves(station);
        if (moves != null && moves.moved(nowNanos)) {
            outlet.duplicate(station.vni(), station.mac(), "last from host " + where);
        }
    }

    /** A station is behind no port of this host any more. */
    void lost(int vni, long mac, long nowNanos) {
        Station station = find(vni, mac);
        if (station != null && station.isOwn()) {
            withdraw(station, nowNanos);
            settle(station, nowNanos);
        }
    }

    private void withdraw(Station station, long nowNanos) {
        StationEntry was = station.own();
        own.publish(
                station, new StationEntry(was.vni(), was.mac(), was.sequence(), false, true, was.port(), List.of()));
        station.withdrawn(nowNanos);
    }

    /** The IP addresses that a station of this host has. */
    void addresses(int vni, long mac, List<byte[]> addresses) {
        Station station = find(vni, mac);
        if (station == null || !station.isOwn()) {
            return;
        }
        StationEntry was = station.own();
        List<byte[]> told = own.fitting(station, addresses);
        if (!isSame(was.addresses(), told)) {
            own(station, was.isStatic(), was.port(), was.sequence(), told);
        }
    }

    private static boolean isSame(List<byte[]> some, List<byte[]> others) {
        return some.size() == others.size() && some.stream().allMatch(address -> contains(others, address));
    }

    private static boolean contains(List<byte[]> addresses, byte[] wanted) {
        return addresses.stream().anyMatch(address -> Arrays.equals(address, wanted));
    }

    /** What another host says of a bucket changed. */
    void applied(Peer peer, List<StationEntry> before, List<StationEntry> now, long nowNanos) {
        Map<Station, StationEntry> gone = new HashMap<>();
        before.forEach(entry -> gone.put(station(entry.vni(), entry.mac()), entry));
        for (StationEntry entry : now) {
            Station station = station(entry.vni(), entry.mac());
            gone.remove(station);
            claim(station, peer, entry, nowNanos);
        }
        gone.keySet().forEach(station -> claim(station, peer, null, nowNanos));
    }

    private void claim(Station station, Peer peer, StationEntry entry, long nowNanos) {
        Claim before = station.best();
        station.claim(peer, entry);
        Claim best = station.best();
        if (!station.isOwn() && before != null && best != null && before.peer() != best.peer()) {
            moved(station, before.peer() + " to host " + best.peer(), nowNanos);
        }
        settle(station, nowNanos);
    }

    /** Brings what this host says, and what the switch does, in line with where the station is. */
    private void settle(Station station, long nowNanos) {
        Claim best = station.best();
        if (!station.isElsewhere(ownVteps)) {
            uninstall(station);
        } else if (station.isOwn()) {
            moved(station, "here to host " + best.peer(), nowNanos);
            withdraw(station, nowNanos);
            install(station, best, true);
        } else {
            install(station, best, false);
        }
        forgetIfEmpty(station);
    }

    private void install(Station station, Claim claim, boolean overLocal) {
        Claim before = station.installed();
        if (before == null || before.peer() != claim.peer() || overLocal) {
            outlet.put(claim.peer().name(), station.vni(), new long[] {station.mac()}, overLocal);
        }
        station.installed(claim);
        List<byte[]> old = before == null ? List.of() : before.entry().addresses();
        removeNeighbours(station, old, claim.entry().addresses());
        for (byte[] address : claim.entry().addresses()) {
            if (before == null || !contains(old, address)) {
                outlet.putNeighbour(station.vni(), address, station.mac());
            }
        }
    }

    private void uninstall(Station station) {
        Claim before = station.installed();
        if (before != null) {
            station.installed(null);
            removeNeighbours(station, before.entry().addresses(), List.of());
            outlet.remove(before.peer().name(), station.vni(), station.mac());
        }
    }

    private void removeNeighbours(Station station, List<byte[]> addresses, List<byte[]> kept) {
        for (byte[] address : addresses) {
            if (!contains(kept, address)) {
                outlet.removeNeighbour(station.vni(), address, station.mac());
            }
        }
    }

    private void forgetIfEmpty(Station station) {
        if (station.isForgotten() && station.moves() == null) {
            byVni.computeIfPresent(station.vni(), (vni, stations) -> {
                stations.remove(station.mac());
                return stations.isEmpty() ? null : stations;
            });
        }
    }

    /** Forgets what is told long enough. About once a second. */
    void expire(long nowNanos) {
        for (Station station : own.all()) {
            if (station.own().isWithdrawn() && nowNanos - station.withdrawnNanos() >= TOMBSTONE_NANOS) {
                own.publish(station, null);
                forgetIfEmpty(station);
            }
        }
        restless.removeIf(station -> {
            boolean isOver = station.moves().isOver(nowNanos);
            if (isOver) {
                station.moves(null);
                forgetIfEmpty(station);
            }
            return isOver;
        });
    }

    /** Withdraws every station of this host that a full reading did not find. @param found stations of the network */
    void keepOnly(int vni, Set<Long> found, long nowNanos) {
        for (Station station : own.all(vni)) {
            if (!found.contains(station.mac())) {
                lost(vni, station.mac(), nowNanos);
            }
        }
    }

    /** The networks of which this host says anything. */
    Set<Integer> ownVnis() {
        return own.vnis();
    }

    /** The stations of this host in a network, by address. */
    Map<Long, StationEntry> ownStations(int vni) {
        Map<Long, StationEntry> stations = new HashMap<>();
        own.all(vni).stream().filter(Station::isOwn).forEach(station -> stations.put(station.mac(), station.own()));
        return stations;
    }

    /** How many stations this host tells of. */
    int published() {
        return own.count();
    }

    /** Takes what the switch was told of a network's stations out of it; it is told again by {@link #verify}. */
    void retract(int vni) {
        for (Station station : byVni.getOrDefault(vni, Map.of()).values()) {
            Claim claim = station.installed();
            if (claim != null) {
                removeNeighbours(station, claim.entry().addresses(), List.of());
                outlet.remove(claim.peer().name(), vni, station.mac());
            }
        }
    }

    /** Tells the switch everything again: its tables may have lost something. */
    void verify(Collection<Integer> vnis) {
        for (int vni : vnis) {
            Map<String, List<Station>> byHost = new HashMap<>();
            for (Station station : byVni.getOrDefault(vni, Map.of()).values()) {
                if (station.installed() != null) {
                    byHost.computeIfAbsent(station.installed().peer().name(), absent -> new ArrayList<>())
                            .add(station);
                }
            }
            byHost.forEach((host, stations) -> verify(host, vni, stations));
        }
    }

    private void verify(String host, int vni, List<Station> stations) {
        for (int from = 0; from < stations.size(); from += BATCH) {
            List<Station> batch = stations.subList(from, Math.min(stations.size(), from + BATCH));
            outlet.put(host, vni, batch.stream().mapToLong(Station::mac).toArray(), false);
        }
        stations.forEach(station -> station.installed()
                .entry()
                .addresses()
                .forEach(address -> outlet.putNeighbour(vni, address, station.mac())));
    }

    /** Takes the buckets that changed since this was last called: bit <i>n</i> for bucket <i>n</i>. */
    long takeDirty() {
        return own.takeDirty();
    }

    /** What this host says of a bucket's stations. */
    List<StationEntry> ownEntries(int bucket) {
        return own.entries(bucket);
    }

    /** A station in words. */
    static String words(String network, long mac) {
        return MacAddress.format(mac) + " in network " + network;
    }
}
