package io.tapswitch.cluster;

import io.tapswitch.cluster.RecordStore.Kind;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.SwitchConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The networks of the cluster: those that have a VNI. They are defined on any host, for all.
 *
 * <p>Each host keeps every definition, in its own desired state and here with its {@linkplain NetworkRecord version}; so
 * none is lost with a host. What is changed here, also by a host that is cut off, gets the next version; of two changes that
 * did not know of each other one wins by a fixed rule, and the host whose change lost says so. A host that joins takes the
 * cluster's definitions over its own. A network that is deleted while another host has ports in it is put back by that
 * host, which says so. What a host cannot take (its configuration file says otherwise, or another network has the VNI) it
 * reports until that is mended; frames cross only between hosts for which name and VNI are the same.
 *
 * <p>The directory's thread.
 */
final class NetworkCatalogue {
    /** How many networks other hosts may define. */
    static final int MOST_NETWORKS = 4096;

    /** Of how many networks it is known that they are or were there. */
    static final int MOST_RECORDS = 1 << 16;

    private static final String CONFLICT = "network-conflict";

    /** Other hosts, one of which wrote the record, have that long to write it again. */
    private static final long REPEAT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final String host;
    private final LocalSwitch local;
    private final Publisher publisher;
    private final EventLog events;
    private final Map<String, NetworkRecord> records = new HashMap<>();

    /** The definitions of this host's desired state that were looked at last, but for those that wait for the cluster's. */
    private final Map<String, NetworkConfig> seen = new HashMap<>();

    /** What this host could not take, in words. */
    private final Map<String, String> conflicts = new TreeMap<>();

    /** The networks of a desired state that have a VNI, by name: to search it for each would take long where it has many. */
    private final Map<String, NetworkConfig> present = new HashMap<>();

    private SwitchConfig indexed;
    private SwitchConfig lookedAt;
    private boolean isJoined;
    private long digest;
    private int defined;
    private boolean isChanged;

    NetworkCatalogue(String host, LocalSwitch local, Publisher publisher, EventLog events) {
        this.host = host;
        this.local = local;
        this.publisher = publisher;
        this.events = events;
    }

    /**
     * Takes over what was known when the daemon ran last.
     *
     * @param definitions as they were looked at last in the desired state
     * @param mayDelete whether a network that the desired state lacks was deleted since, and not lost with it
     */
    void restore(Collection<NetworkRecord> known, Collection<NetworkConfig> definitions, boolean mayDelete) {
        known.forEach(this::keep);
        for (NetworkConfig definition : definitions) {
            if (mayDelete || present(definition.name()) != null) {
                seen.put(definition.name(), definition);
            }
        }
    }

    private void keep(NetworkRecord record) {
        NetworkRecord before = records.put(record.name(), record);
        digest += record.digest() - (before == null ? 0 : before.digest());
        defined += defines(record) - defines(before);
        publisher.adopt(Kind.NETWORKS, record.key(), record.encode());
        isChanged = true;
    }

    private static int defines(NetworkRecord record) {
        return record == null || record.isDeleted() ? 0 : 1;
    }

    private NetworkConfig present(String name) {
        SwitchConfig config = local.config();
        if (config != indexed) {
            indexed = config;
            present.clear();
            config.networks().stream()
                    .filter(network -> network.vni() != null)
                    .forEach(network -> present.put(network.name(), network));
        }
        return present.get(name);
    }

    /** The store's definitions have been read for the first time: what only this host has may be told now. */
    void joined(long nowNanos) {
        if (!isJoined) {
            isJoined = true;
            lookedAt = null;
            look(nowNanos);
        }
    }

    /** Looks for what was changed on this host. */
    void look(long nowNanos) {
        SwitchConfig config = local.config();
        if (config == lookedAt) {
            return;
        }
        lookedAt = config;
        Set<String> gone = new HashSet<>(seen.keySet());
        for (NetworkConfig network : config.networks()) {
            if (network.vni() != null) {
                gone.remove(network.name());
                look(network, nowNanos);
            }
        }
        for (String name : gone) {
            seen.remove(name);
            NetworkRecord record = records.get(name);
            if (record != null && !record.isDeleted()) {
                define(name, null, record, nowNanos);
            }
        }
        List.copyOf(records.values()).forEach(record -> apply(record, nowNanos));
    }

    private void look(NetworkConfig network, long nowNanos) {
        String name = network.name();
        NetworkRecord record = records.get(name);
        NetworkConfig last = seen.get(name);
        boolean isKnown = record != null && !record.isDeleted();
        if (network.equals(last) || isKnown && network.equals(record.definition())) {
            seen.put(name, network);
        } else if (isKnown && last != null && !local.isFixed(name)) {
            seen.put(name, network);
            define(name, network, record, nowNanos);
        } else if (!isKnown && isJoined) {
            seen.put(name, network);
            define(name, network, record, nowNanos);
        }
    }

    private void define(String name, NetworkConfig definition, NetworkRecord before, long nowNanos) {
        NetworkRecord record = new NetworkRecord(name, before == null ? 1 : before.version() + 1, host, definition);
        keep(record);
        conflicts.remove(name);
        publisher.repeat(record.key(), nowNanos, 0);
    }

    /** Takes note of a definition that the store has. */
    void heard(NetworkRecord record, long nowNanos) throws RefusedException {
        look(nowNanos);
        NetworkRecord known = records.get(record.name());
        requireRoom(record, known);
        if (record.equals(known)) {
            publisher.adopt(Kind.NETWORKS, record.key(), record.encode());
            return;
        }
        if (known != null && known.conflictsWith(record)) {
            report(record, known);
        }
        if (record.wins(known)) {
            keep(record);
            apply(record, nowNanos);
        } else {
            publisher.repeat(known.key(), nowNanos, REPEAT_NANOS);
        }
    }

    private void requireRoom(NetworkRecord record, NetworkRecord known) throws RefusedException {
        boolean isOneMore = defines(record) > defines(known);
        if (isOneMore && defined >= MOST_NETWORKS || known == null && records.size() >= MOST_RECORDS) {
            throw new RefusedException(Refusal.TOO_MANY);
        }
    }

    private void report(NetworkRecord one, NetworkRecord other) {
        NetworkRecord lost = one.wins(other) ? other : one;
        NetworkRecord won = lost == one ? other : one;
        if (lost.writer().equals(host)) {
            String where = won.writer().equals(host) ? "before its daemon died" : "on host " + won.writer();
            events.add(
                    CONFLICT,
                    lost.name(),
                    "network " + lost.name() + " was changed here and " + where
                            + ", which did not know of each other; what holds is " + words(won.definition())
                            + ", lost is " + words(lost.definition()));
        }
    }

    /** All definitions that the store has were read: it is told again what it lacks. */
    void missing(Set<String> present, long nowNanos) {
        for (NetworkRecord record : records.values()) {
            if (!present.contains(record.name())) {
                long patience = record.writer().equals(host) ? 0 : REPEAT_NANOS;
                publisher.repeat(record.key(), nowNanos, patience);
            }
        }
    }

    /** Brings the desired state in line with a definition, if it takes it. */
    private void apply(NetworkRecord record, long nowNanos) {
        NetworkConfig present = present(record.name());
        if (Objects.equals(present, record.definition())) {
            conflicts.remove(record.name());
            return;
        }
        try {
            if (!record.isDeleted()) {
                take(record, present);
            } else if (isUsed(record.name())) {
                events.add(
                        "network-restored",
                        record.name(),
                        "network " + record.name() + " was deleted on host " + record.writer()
                                + ", but has ports here: it is back");
                define(record.name(), present, record, nowNanos);
            } else {
                local.delete(record.name());
                seen.remove(record.name());
            }
            conflicts.remove(record.name());
        } catch (ConfigException e) {
            conflict(record, e.detail());
        } catch (IOException e) {
            conflict(record, e.getMessage());
        }
    }

    /** Tries again what this host could not take: the disk may have room again. */
    void retry(long nowNanos) {
        List.copyOf(conflicts.keySet()).forEach(name -> apply(records.get(name), nowNanos));
    }

    private void take(NetworkRecord record, NetworkConfig present) throws IOException {
        boolean isNewHere = present != null && !seen.containsKey(record.name());
        local.define(record.definition());
        seen.put(record.name(), record.definition());
        if (isNewHere) {
            events.add(
                    CONFLICT,
                    record.name(),
                    "network " + record.name() + " is in the cluster already, defined on host " + record.writer()
                            + ", and is so here now; lost is " + words(present));
        }
    }

    private boolean isUsed(String name) {
        return !local.config().usersOf(name).isEmpty() || local.isFixed(name);
    }

    private void conflict(NetworkRecord record, String why) {
        String words = "network " + record.name() + " cannot be as host " + record.writer() + " has it ("
                + words(record.definition()) + "): " + why;
        if (!words.equals(conflicts.put(record.name(), words))) {
            events.add(CONFLICT, record.name(), words);
        }
    }

    private static String words(NetworkConfig definition) {
        if (definition == null) {
            return "its deletion";
        }
        String vlan = definition.vlan() == null ? "" : ", vlan " + definition.vlan();
        return "vni " + definition.vni() + vlan + ", mtu " + definition.mtu() + ", encryption "
                + definition.encryption();
    }

    /** What this host could not take, in words. */
    List<String> conflicts() {
        return new ArrayList<>(conflicts.values());
    }

    /** Of all definitions; the same on hosts that know the same. */
    long digest() {
        return digest;
    }

    Collection<NetworkRecord> records() {
        return records.values();
    }

    Collection<NetworkConfig> seen() {
        return seen.values();
    }

    /** Whether something changed since {@link #takeChanged}. */
    boolean isChanged() {
        return isChanged;
    }

    /** The same, and takes note that it was asked. */
    boolean takeChanged() {
        boolean changed = isChanged;
        isChanged = false;
        return changed;
    }
}
