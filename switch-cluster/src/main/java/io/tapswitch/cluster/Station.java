package io.tapswitch.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * A station of a network, with all that hosts say of it. Changed by {@link StationTable}; {@link #best} is read by any
 * thread.
 */
final class Station {
    /** What another host says. */
    record Claim(Peer peer, StationEntry entry) {}

    private final int vni;
    private final long mac;
    private List<Claim> claims = List.of();
    private volatile Claim best;

    /** What this host says; null if it never heard the station. */
    private StationEntry own;

    /** When this host withdrew what it says. */
    private long withdrawnNanos;

    /** What the switch was told. */
    private Claim installed;

    /** Null for a station that did not move lately. */
    private MoveLog moves;

    Station(int vni, long mac) {
        this.vni = vni;
        this.mac = mac;
    }

    int vni() {
        return vni;
    }

    long mac() {
        return mac;
    }

    StationEntry own() {
        return own;
    }

    void own(StationEntry entry) {
        own = entry;
    }

    boolean isOwn() {
        return own != null && !own.isWithdrawn();
    }

    long withdrawnNanos() {
        return withdrawnNanos;
    }

    void withdrawn(long nowNanos) {
        withdrawnNanos = nowNanos;
    }

    Claim installed() {
        return installed;
    }

    void installed(Claim claim) {
        installed = claim;
    }

    /** Where it is if not here; null if nobody else says to have it. Any thread. */
    Claim best() {
        return best;
    }

    MoveLog moves() {
        return moves;
    }

    void moves(MoveLog log) {
        moves = log;
    }

    /** Replaces what a host says. @param entry null if it says nothing any more */
    void claim(Peer peer, StationEntry entry) {
        List<Claim> next = new ArrayList<>(claims.size() + 1);
        for (Claim claim : claims) {
            if (claim.peer() != peer) {
                next.add(claim);
            }
        }
        if (entry != null) {
            next.add(new Claim(peer, entry));
        }
        claims = List.copyOf(next);
        best = findBest();
    }

    private Claim findBest() {
        Claim found = null;
        for (Claim claim : claims) {
            if (!claim.entry().isWithdrawn()
                    && (found == null
                            || beats(claim.entry(), vteps(claim.peer()), found.entry(), vteps(found.peer())))) {
                found = claim;
            }
        }
        return found;
    }

    private static List<byte[]> vteps(Peer peer) {
        return peer.record() == null ? List.of() : peer.record().vteps();
    }

    /** Whether another host's entry holds against this host's. */
    boolean isElsewhere(List<byte[]> ownVteps) {
        return best != null && (!isOwn() || beats(best.entry(), vteps(best.peer()), own, ownVteps));
    }

    /** RFC 7432, 7.7 and 15: what is static, then what moved last, then the lower VTEP. */
    private static boolean beats(StationEntry one, List<byte[]> vteps, StationEntry other, List<byte[]> otherVteps) {
        if (one.isStatic() != other.isStatic()) {
            return one.isStatic();
        }
        if (one.sequence() != other.sequence()) {
            return one.sequence() > other.sequence();
        }
        return Peer.compareVteps(vteps, otherVteps) < 0;
    }

    /** One more than other hosts have given it, also if they have withdrawn it; 0 if none has. */
    int nextSequence() {
        int next = 0;
        for (Claim claim : claims) {
            int sequence = claim.entry().sequence();
            next = Math.max(next, sequence == Integer.MAX_VALUE ? sequence : sequence + 1);
        }
        return next;
    }

    /** Whether nobody says anything of it. */
    boolean isForgotten() {
        return claims.isEmpty() && own == null && installed == null;
    }
}
