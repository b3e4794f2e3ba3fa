package io.tapswitch.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Takes records in: checks that they are authentic, well-formed and in their place, and hands them on to what they are about.
 * Whoever else can write to the store can by that make this host count, log now and then, and repeat its own records once a
 * second; no more. The directory's thread.
 */
final class Intake {
    private static final long REPEAT_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * Epochs that this host may skip because of an earlier life of itself; more is another host. One that has just started
     * gives way first, so that a machine that is copied does not take its original out.
     */
    private static final int MOST_LEAPS = 5;

    private static final int MOST_LEAPS_OF_NEW = 2;
    private static final long NEW_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final int LONGEST_SHOWN = 100;

    private final Self self;
    private final Keyring keyring;
    private final Peers peers;
    private final NetworkCatalogue catalogue;
    private final OwnRecords own;
    private final Publisher publisher;
    private final EventLog events;
    private final Refusals refusals = new Refusals();
    private long startedNanos;
    private int leaps;
    private String rival;

    Intake(
            Self self,
            Keyring keyring,
            Peers peers,
            NetworkCatalogue catalogue,
            OwnRecords own,
            Publisher publisher,
            EventLog events) {
        this.self = self;
        this.keyring = keyring;
        this.peers = peers;
        this.catalogue = catalogue;
        this.own = own;
        this.publisher = publisher;
        this.events = events;
    }

    /** Records that were not taken, by reason in words. Any thread. */
    Map<String, Long> refused() {
        return refusals.view();
    }

    /** That another host has the name of this one, in words; null if none has. */
    String rival() {
        return rival;
    }

    /** Takes in a record that the store has, or had. */
    void take(String key, byte[] record, long nowNanos) {
        RecordKind kind = RecordKind.ofKey(key);
        if (kind == null) {
            return;
        }
        try {
            int length = keyring.open(key, record);
            switch (kind) {
                case HOST -> take(key, HostRecord.decode(record, length), nowNanos);
                case STATIONS -> take(key, StationsRecord.decode(record, length), nowNanos);
                case LEASE -> take(key, Lease.decode(record, length), nowNanos);
                case NETWORK -> catalogue.heard(network(key, record, length), nowNanos);
                default -> {
                    // Read when somebody asks.
                }
            }
        } catch (RefusedException e) {
            refused(key, e.refusal(), nowNanos);
        }
    }

    private void refused(String key, Refusal refusal, long nowNanos) {
        if (refusals.count(refusal)) {
            String shown = shown(key);
            events.add("record-refused", shown, "a record of the directory, " + shown + ", is " + refusal.words());
        }
        // Whoever wrote over a record of this host does not have it for long. But a definition of a network that a host
        // with the secret wrote is not for this host to undo, though it makes nothing of it.
        if (refusal == Refusal.FORGED || RecordKind.ofKey(key) != RecordKind.NETWORK) {
            publisher.repeat(key, nowNanos, REPEAT_NANOS);
        }
    }

    /** Anybody may have made the key: it is cut, and what would spoil a log is not shown. */
    private static String shown(String key) {
        return key.substring(0, Math.min(LONGEST_SHOWN, key.length())).replaceAll("[^!-~]", "?");
    }

    private static void requirePlace(String key, String right) throws RefusedException {
        if (!key.equals(right)) {
            throw new RefusedException(Refusal.MISPLACED);
        }
    }

    private static NetworkRecord network(String key, byte[] record, int length) throws RefusedException {
        NetworkRecord network = NetworkRecord.decode(record, length);
        requirePlace(key, network.key());
        return network;
    }

    private void take(String key, HostRecord record, long nowNanos) throws RefusedException {
        requirePlace(key, record.key());
        if (!record.name().equals(self.name())) {
            peers.heard(record, nowNanos);
        } else {
            if (record.instance() != self.instance()) {
                takeOwnName(record.epoch(), nowNanos);
            }
            takeOwn(key, record.epoch(), record.sequence(), nowNanos);
        }
    }

    private void take(String key, StationsRecord record, long nowNanos) throws RefusedException {
        requirePlace(key, record.key());
        if (record.host().equals(self.name())) {
            takeOwn(key, record.epoch(), record.sequence(), nowNanos);
        } else {
            peers.heard(record, nowNanos);
        }
    }

    private void take(String key, Lease lease, long nowNanos) throws RefusedException {
        requirePlace(key, lease.key());
        if (!lease.host().equals(self.name())) {
            peers.heard(lease, nowNanos);
        } else if (lease.instance() != self.instance()) {
            takeOwnName(lease.epoch(), nowNanos);
        }
    }

    /** The store has a record of this host: the newest one, it is hoped, and not one of an earlier life. */
    private void takeOwn(String key, long epoch, long sequence, long nowNanos) throws RefusedException {
        byte[] content = publisher.content(key);
        if (content != null) {
            RecordReader right = new RecordReader(RecordKind.ofKey(key), content, content.length);
            if (epoch != right.epoch() || sequence < right.sequence()) {
                publisher.repeat(key, nowNanos, REPEAT_NANOS);
            }
        }
    }

    /** Somebody of this host's name wrote a record: it did itself, in an earlier life, or there are two. */
    private void takeOwnName(long epoch, long nowNanos) {
        if (epoch < own.epoch() || own.host() == null) {
            return;
        }
        if (++leaps <= (nowNanos - startedNanos < NEW_NANOS ? MOST_LEAPS_OF_NEW : MOST_LEAPS)) {
            own.begin(epoch, catalogue.digest(), nowNanos);
        } else if (rival == null) {
            rival = "another host of the cluster calls itself " + self.name()
                    + ", too: give each its own name by 'host'"
                    + " and restart it; this one tells nobody of itself any more";
            publisher.silence();
            events.add("name-taken", self.name(), rival);
        }
    }

    /** Takes in what was kept on disk. @param mayDelete see {@link NetworkCatalogue#restore} */
    void restore(DirectoryCache.Content content, boolean mayDelete, long nowNanos) {
        startedNanos = nowNanos;
        List<NetworkRecord> networks = new ArrayList<>();
        content.records().forEach((key, record) -> {
            if (RecordKind.ofKey(key) == RecordKind.NETWORK) {
                restore(key, record, networks);
            } else {
                take(key, record, nowNanos);
            }
        });
        List<NetworkRecord> seen = new ArrayList<>();
        content.seen().forEach((key, record) -> restore(key, record, seen));
        catalogue.restore(networks, seen.stream().map(NetworkRecord::definition).toList(), mayDelete);
        peers.restored();
    }

    private void restore(String key, byte[] record, List<NetworkRecord> networks) {
        try {
            networks.add(network(key, record, keyring.open(key, record)));
        } catch (RefusedException e) {
            refusals.count(e.refusal());
        }
    }
}
