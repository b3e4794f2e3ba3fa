package io.tapswitch.cluster;

import io.tapswitch.cluster.HostRecord.HostNetwork;
import io.tapswitch.cluster.LocalSwitch.Link;
import io.tapswitch.cluster.LocalSwitch.LinkState;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.SwitchConfig;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * What this host and the others tell each other, and what becomes of it: the whole decision, without threads, clocks or
 * sockets of its own, so that a thousand of them can be looked at in a test.
 *
 * <p><b>Out.</b> The host's own records are made of what the switch says ({@link #tick}) and handed to the
 * {@link Publisher}. <b>In.</b> Records come as hints ({@link #take}), which may be lost, and by reading the leases every few
 * seconds: each lease sums up its host's records, so that only those are read that differ from what is known. <b>Then</b>
 * links, FDBs and neighbours of the switch follow, and are told everything anew from time to time.
 *
 * <p>Nothing is forgotten because the store cannot be reached. A host whose lease is not renewed while the store can be
 * reached, and whose VTEP does not answer, is silent: its stations are taken out until it is heard again.
 *
 * <p>The directory's thread, but for what is said to be read by any.
 */
final class Directory {
    /** How often a lease is renewed. */
    static final long RENEW_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** How often the store is read, where there are few hosts. */
    static final long RECONCILE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** What each host adds to that, so that the store has little more to do where there are many. */
    private static final long RECONCILE_NANOS_PER_HOST = TimeUnit.MILLISECONDS.toNanos(15);

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long SCAN_NANOS = 30 * SECOND;
    private static final long SAVE_NANOS = 10 * SECOND;

    private final Self self;
    private final RecordStore store;
    private final Keyring keyring;
    private final LocalSwitch local;
    private final RandomGenerator random;
    private final DirectoryCache cache;
    private final EventLog events;
    private final Publisher publisher;
    private final StationTable stations;
    private final Peers peers;
    private final NetworkCatalogue catalogue;
    private final OwnRecords own;
    private final LocalReader reader;
    private final Reconciler reconciler;
    private final Intake intake;

    /** How the networks of the desired state that have a VNI are numbered and called. Any thread. */
    private volatile Map<String, Integer> vnis = Map.of();

    private volatile Map<Integer, String> names = Map.of();
    private volatile LinkPlan plan = new LinkPlan(Set.of(), Map.of());
    private volatile Map<String, LinkState> linkStates = Map.of();
    private volatile boolean isJoined;
    private volatile int published;
    private volatile List<String> conflicts = List.of();
    private SwitchConfig lookedAt;
    private Set<Link> links;
    private boolean isReachable;
    private boolean checksOwn;
    private boolean checksNetworks;
    private boolean rescans;
    private boolean hasLeft;
    private long now;
    private final Due poll = new Due(() -> now);
    private final Due second = new Due(() -> now);
    private final Due renew = new Due(() -> now);
    private final Due reconcile = new Due(() -> now);
    private final Due scan = new Due(() -> now);
    private final Due save = new Due(() -> now);
    private final Due saveNetworks = new Due(() -> now);
    private final Due verify = new Due(() -> now);

    /** @param wallMillis the time of day, of which the epoch is made */
    Directory(
            Self self,
            RecordStore store,
            Keyring keyring,
            LocalSwitch local,
            DirectoryCache cache,
            EventLog events,
            Executor thread,
            RandomGenerator random,
            long wallMillis,
            long nowNanos) {
        now = nowNanos;
        this.self = self;
        this.store = store;
        this.keyring = keyring;
        this.local = local;
        this.cache = cache;
        this.events = events;
        this.random = random;
        DirectoryCache.Content content = cache.load();
        publisher = new Publisher(store, keyring, thread, random);
        stations = new StationTable(self.vteps(), new SwitchOutlet(local, events, vni -> names.get(vni)));
        peers = new Peers(self.name(), stations, events);
        catalogue = new NetworkCatalogue(self.name(), local, publisher, events);
        own = new OwnRecords(self, Math.max(wallMillis, content.epoch() + 1), publisher, stations);
        intake = new Intake(self, keyring, peers, catalogue, own, publisher, events);
        reader = new LocalReader(local, stations);
        reconciler = new Reconciler(store, thread, new Reading());
        restore(content);
    }

    private void restore(DirectoryCache.Content content) {
        readNames(local.config());
        FileTime written = cache.writtenAt();
        FileTime state = local.stateWrittenAt();
        intake.restore(content, written != null && state != null && state.compareTo(written) > 0, now);
        peers.takeChanged();
    }

    /** Does what is due. Some 50 times a second. */
    void tick(long nowNanos) {
        now = nowNanos;
        if (hasLeft) {
            return;
        }
        lookAtSwitch();
        own.tellStations(now);
        if (second.passed(SECOND)) {
            everySecond();
        }
        lookAtStore();
        // Before the others are told: a network that is changed here next must be known to have been as they have it.
        if (catalogue.isChanged() && saveNetworks.passed(POLL_NANOS) || save.passed(SAVE_NANOS)) {
            saveIfChanged();
        }
        publisher.tick(now);
    }

    private void lookAtSwitch() {
        SwitchConfig config = local.config();
        if (config != lookedAt) {
            lookedAt = config;
            readNames(config);
            catalogue.look(now);
            rescans = true;
            poll.in(0);
        }
        if (poll.passed(POLL_NANOS)) {
            if (scan.passed(SCAN_NANOS) || rescans) {
                rescans = false;
                reader.scan(vnis, now);
                catalogue.retry(now);
            }
            reader.readNeighbours(vnis);
            boolean told = own.describe(networksInUse(), false, now);
            if (peers.takeHostsChanged() || told || links == null) {
                plan();
            }
        }
    }

    private void readNames(SwitchConfig config) {
        Map<String, Integer> numbers = new HashMap<>();
        Map<Integer, String> words = new HashMap<>();
        for (NetworkConfig network : config.networks()) {
            if (network.vni() != null) {
                numbers.put(network.name(), network.vni());
                words.put(network.vni(), network.name());
            }
        }
        // Under the names that the switch was told of them by.
        names.forEach((vni, network) -> {
            if (!network.equals(words.get(vni))) {
                stations.retract(vni);
            }
        });
        vnis = Map.copyOf(numbers);
        names = Map.copyOf(words);
    }

    private List<HostNetwork> networksInUse() {
        return local.networksInUse().stream()
                .filter(vnis::containsKey)
                .sorted()
                .map(network -> new HostNetwork(vnis.get(network), network))
                .toList();
    }

    private void plan() {
        plan = LinkPlan.of(self, own.host().networks(), peers.all());
        if (!plan.links().equals(links)) {
            links = plan.links();
            local.links(links);
            verify.in(0);
        }
    }

    private void everySecond() {
        if (keyring.refresh(now)) {
            publisher.repeatAll(now);
            peers.changed();
        }
        Map<String, LinkState> states = local.linkStates();
        if (!states.equals(linkStates)) {
            verify.within(0);
        }
        linkStates = states;
        stations.expire(now);
        published = stations.published();
        conflicts = allConflicts();
        if (verify.passed(RECONCILE_NANOS)) {
            stations.verify(names.keySet());
        }
        own.tellPorts(local.ports(), now);
        own.tellEvents(events.events(), now);
    }

    private List<String> allConflicts() {
        List<String> all = new ArrayList<>(catalogue.conflicts());
        all.addAll(plan.misfits().values());
        if (intake.rival() != null) {
            all.add(intake.rival());
        }
        return List.copyOf(all);
    }

    private void lookAtStore() {
        boolean reachable = store.state().reachable();
        if (reachable != isReachable) {
            isReachable = reachable;
            if (reachable) {
                checksOwn = true;
                checksNetworks = true;
                reconcile.in(0);
            } else if (isJoined) {
                events.add(
                        "cluster-unreachable",
                        self.name(),
                        "the directory cannot be reached: " + store.state().reason());
            }
        }
        if (isReachable) {
            if (renew.passed(RENEW_NANOS)) {
                own.renew(catalogue.digest(), now);
            }
            long period = reconcilePeriod();
            if (reconcile.passed(period - period / 8 + random.nextLong(period / 4))) {
                reconciler.begin(now);
            }
        }
    }

    private long reconcilePeriod() {
        return RECONCILE_NANOS + RECONCILE_NANOS_PER_HOST * peers.all().size();
    }

    /** What is read of the store. */
    private final class Reading implements Reconciler.Target {
        @Override
        public void take(String key, byte[] record) {
            Directory.this.take(key, record);
        }

        @Override
        public List<String> missing() {
            List<String> keys = new ArrayList<>();
            if (checksOwn || random.nextInt(4) == 0) {
                keys.addAll(own.keys());
            }
            keys.addAll(peers.missing());
            return keys;
        }

        @Override
        public boolean wantsNetworks() {
            return !isJoined || checksNetworks || peers.anyKnowsOtherNetworks(catalogue.digest());
        }

        @Override
        public void tookNetworks(Collection<String> keys) {
            checksNetworks = false;
            catalogue.missing(keys.stream().map(RecordKind.NETWORK::name).collect(Collectors.toSet()), now);
        }

        @Override
        public void took(Collection<String> asked, Map<String, byte[]> found) {
            asked.stream()
                    .filter(key -> own.keys().contains(key) && !found.containsKey(key))
                    .forEach(key -> publisher.repeat(key, now, 0));
            if (asked.contains(own.host().key())) {
                // Had it been written over unread, nobody would know that this host's clock went back.
                publisher.release();
                checksOwn = false;
            }
        }

        @Override
        public void tookAll() {
            if (!isJoined) {
                isJoined = true;
                events.add("cluster-joined", self.name(), "host " + self.name() + " has joined the cluster");
                catalogue.joined(now);
            }
            long patience = 3 * RENEW_NANOS + reconcilePeriod();
            peers.lookAfter(patience, this::isAlive, now).forEach(this::clear);
        }

        /** One host is enough to clear away what a dead one has left; that it is the right one is not important. */
        private void clear(String host) {
            if (self.name().equals(peers.names().first())) {
                RecordKind.keysOf(host).forEach((key, kind) -> store.remove(kind, key));
            }
        }

        private boolean isAlive(String host) {
            LinkState state = linkStates.get(host);
            return state != null && state.isAlive();
        }
    }

    /** Takes in a record that the store has or had; whether it is right is looked at. */
    void take(String key, byte[] record) {
        intake.take(key, record, now);
    }

    /** A station was heard here, or moved to a port here. */
    void heard(String network, long mac, String port, boolean isStatic) {
        Integer vni = vnis.get(network);
        if (vni != null) {
            stations.heard(vni, mac, port, isStatic, now);
            reader.forgetNeighbours(network);
        }
    }

    /** A station is not behind a port of this host any more. */
    void lost(String network, long mac) {
        Integer vni = vnis.get(network);
        if (vni != null) {
            stations.lost(vni, mac, now);
        }
    }

    /** Events of the switch were lost: its tables have to be read. */
    void rescan() {
        rescans = true;
    }

    /** What the store holds may have changed unnoticed. */
    void unsettled() {
        checksOwn = true;
        checksNetworks = true;
        reconcile.within(random.nextLong(SECOND));
    }

    /** Tells the others that this host leaves. */
    void leave(long nowNanos) {
        now = nowNanos;
        hasLeft = true;
        saveIfChanged();
        if (own.host() != null) {
            own.leave(now);
            publisher.tick(now);
        }
    }

    /** Whether the store has everything that it was told. */
    boolean isTold() {
        publisher.tick(now);
        return publisher.isDone() || !store.state().reachable();
    }

    Peers peers() {
        return peers;
    }

    StationTable stations() {
        return stations;
    }

    /** The VNI of a network, null if it has none. Any thread. */
    Integer vni(String network) {
        return vnis.get(network);
    }

    /** What a network is called here. Any thread. */
    String name(int vni) {
        return names.getOrDefault(vni, "vni " + vni);
    }

    /** What became of the link to a host; null if there is none. Any thread. */
    LinkState linkState(String host) {
        return linkStates.get(host);
    }

    /** Why there is no link to a host that there should be one to; null if nothing is wrong. Any thread. */
    String misfit(String host) {
        return plan.misfits().get(host);
    }

    /** How many records it has written. */
    long writes() {
        return publisher.writes();
    }

    /** Bytes of the records that it has read, besides hints. */
    long readBytes() {
        return reconciler.bytes();
    }

    /** Records that were not taken, by reason. Any thread. */
    Map<String, Long> refused() {
        return intake.refused();
    }

    /** Whether the store has been read since the daemon started. Any thread. */
    boolean isJoined() {
        return isJoined;
    }

    /** How many stations this host tells the others of, as of the last second. Any thread. */
    int published() {
        return published;
    }

    /** What hosts do not agree on, in words. Any thread. */
    List<String> conflicts() {
        return conflicts;
    }

    private void saveIfChanged() {
        if (!peers.takeChanged() & !catalogue.takeChanged()) {
            return;
        }
        Map<String, byte[]> records = new LinkedHashMap<>();
        for (Peer peer : peers.all()) {
            if (peer.isThere()) {
                put(records, peer.record().key(), peer.record().encode());
                peer.buckets().forEach(bucket -> put(records, bucket.key(), bucket.encode()));
            }
        }
        catalogue.records().forEach(network -> put(records, network.key(), network.encode()));
        Map<String, byte[]> seen = new LinkedHashMap<>();
        catalogue.seen().stream()
                .map(network -> new NetworkRecord(network.name(), 0, self.name(), network))
                .forEach(network -> put(seen, network.key(), network.encode()));
        cache.save(new DirectoryCache.Content(own.epoch(), records, seen));
    }

    private void put(Map<String, byte[]> records, String key, byte[] content) {
        records.put(key, keyring.seal(key, content));
    }
}
