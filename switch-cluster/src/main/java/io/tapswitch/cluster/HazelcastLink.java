package io.tapswitch.cluster;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.HazelcastClientOfflineException;
import com.hazelcast.cluster.Member;
import com.hazelcast.config.Config;
import com.hazelcast.config.TcpIpConfig;
import com.hazelcast.core.EntryEvent;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.map.IMap;
import java.io.IOException;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one Hazelcast instance, from the start to the close of the store, and a new one whenever it ends by itself.
 *
 * <pre>
 *  open --(member: joined, or alone)--------------> attach --> serve --> closed: leave in order
 *   ^ \---(client: runs, looks for a member)--/                 |
 *   |                                                           | the instance has ended, or did not start
 *   \------------------------- some seconds --------------------/
 * </pre>
 *
 * <p>All of that, and {@link RecordStore.Listener#unsettled}, is on one thread of this class, which may wait; hints come on
 * Hazelcast's. What it finds is published for any thread.
 */
final class HazelcastLink implements HazelcastEvents.Target, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HazelcastLink.class);
    private static final long RETRY_MILLIS = 2_000;
    private static final long LOOK_MILLIS = 1_000;
    private static final long LEAVE_MILLIS = 5_000;
    private static final long LEAVE_STEP_MILLIS = 50;

    /** Before what is attached is ended without order. */
    private static final long ORDER_MILLIS = 1_000;

    private static final long DESTROYED_MILLIS = 1_000;
    private static final Set<String> MAPS = Arrays.stream(RecordStore.Kind.values())
            .map(RecordStore.Kind::mapName)
            .collect(Collectors.toSet());

    private final ClusterConfig config;
    private final RecordFilter filter;
    private final RecordStore.Listener listener;
    private final Thread thread;

    private volatile boolean closed;
    /** Whether the next attempt to join is to be without the others; on the thread. */
    private boolean alone;

    /** Not yet joined, so that closing can interrupt the join; else null. */
    private volatile HazelcastInstance joining;

    private volatile HazelcastInstance instance;
    /** Of this instance; on the thread. */
    private HazelcastEvents events;

    private volatile boolean connected;
    private volatile Map<RecordStore.Kind, IMap<Object, Object>> maps;
    /** Names of maps that are there anew, without anybody who listens to them. */
    private final Set<String> destroyed = ConcurrentHashMap.newKeySet();

    private volatile long destroyedNanos;

    private volatile String trouble;
    /** What was logged last; on the thread. */
    private String said;

    /** Guarded by itself. */
    private final Set<String> news = new LinkedHashSet<>();

    /** Guarded by {@code news}. */
    private boolean woken;

    HazelcastLink(ClusterConfig config, RecordFilter filter, RecordStore.Listener listener) {
        this.config = config;
        this.filter = filter;
        this.listener = listener;
        this.trouble = isClient() ? unanswered() : "still joining the cluster by " + members();
        this.thread = new Thread(this::run, "cluster-link");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!closed) {
            try {
                serve(open());
            } catch (IOException e) {
                trouble = e.getMessage();
                say(trouble);
            } catch (RuntimeException | LinkageError e) {
                LOG.debug("Hazelcast failed", e);
                trouble = "Hazelcast does not start: " + e;
                say(trouble);
            } finally {
                leave();
            }
            await(RETRY_MILLIS);
        }
    }

    private HazelcastInstance open() throws IOException {
        events = new HazelcastEvents(this);
        if (isClient()) {
            instance = HazelcastClient.newHazelcastClient(HazelcastSettings.client(config, events));
            return instance;
        }
        MemberAddress.tryToListen(config);
        instance = join(HazelcastSettings.member(config, events));
        connected = true;
        return instance;
    }

    /**
     * A listed member that takes connections and says nothing holds up a join until it fails. The next attempt looks for
     * nobody, and gets a cluster of its own; Hazelcast then looks for the others from time to time, to merge.
     */
    private HazelcastInstance join(Config settings) throws IOException {
        TcpIpConfig listed = settings.getNetworkConfig().getJoin().getTcpIpConfig();
        if (alone) {
            listed.setMembers(List.of());
        }
        alone = !alone;
        try {
            HazelcastInstance joined = Hazelcast.newHazelcastInstance(settings);
            listed.setMembers(config.members());
            alone = false;
            return joined;
        } catch (IllegalStateException e) {
            throw new IOException(
                    "could not join the cluster by " + members()
                            + ": one of them takes connections and does not answer",
                    e);
        } finally {
            joining = null;
        }
    }

    private void serve(HazelcastInstance current) {
        while (!closed && current.getLifecycleService().isRunning()) {
            if (connected && (maps == null || isDestroyed())) {
                attach(current);
            }
            tell();
            if (await(LOOK_MILLIS)) {
                say(state().reason());
            }
        }
        if (!closed) {
            trouble = "this host has lost the cluster, and joins anew";
            say(trouble);
        }
    }

    /** Members that destroy a map later than others take away whoever listens to it by then. */
    private boolean isDestroyed() {
        return !destroyed.isEmpty()
                && System.nanoTime() - destroyedNanos > TimeUnit.MILLISECONDS.toNanos(DESTROYED_MILLIS);
    }

    private void attach(HazelcastInstance current) {
        Set<String> again = Set.copyOf(destroyed);
        boolean isFirst = maps == null;
        try {
            Map<RecordStore.Kind, IMap<Object, Object>> attached = new EnumMap<>(RecordStore.Kind.class);
            for (RecordStore.Kind kind : RecordStore.Kind.values()) {
                attached.put(kind, current.getMap(kind.mapName()));
            }
            attached.forEach((kind, map) -> {
                if (kind.isHinted() && (isFirst || again.contains(kind.mapName()))) {
                    map.addEntryListener(new HazelcastEvents.Hints(this), true);
                }
            });
            maps = attached;
            destroyed.removeAll(again);
            if (isFirst) {
                LOG.info(
                        "Takes part in the cluster '{}' as {}",
                        config.name(),
                        config.role().label());
            }
            unsettled(isFirst ? "this host has joined" : "somebody destroyed maps of the cluster");
        } catch (RuntimeException e) {
            // No answer, or no member any more: the next look tries again. Hints that come twice do no harm.
            LOG.debug("The members do not give their maps", e);
        }
    }

    private void tell() {
        String why;
        synchronized (news) {
            if (news.isEmpty() || !isUsable()) {
                return;
            }
            why = String.join("; ", news);
            news.clear();
        }
        try {
            listener.unsettled(why);
        } catch (RuntimeException e) {
            LOG.error("The directory failed", e);
        }
    }

    /** Waits for something to do. @return whether nothing came up */
    private boolean await(long millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        synchronized (news) {
            long left = millis;
            while (!woken && !closed && left > 0) {
                try {
                    news.wait(left);
                } catch (InterruptedException e) {
                    return false;
                }
                left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            }
            boolean quiet = !woken && !closed;
            woken = false;
            return quiet;
        }
    }

    private void wake() {
        synchronized (news) {
            woken = true;
            news.notifyAll();
        }
    }

    private void leave() {
        HazelcastInstance current = instance;
        events.mute();
        maps = null;
        connected = false;
        instance = null;
        if (current != null) {
            try {
                current.shutdown();
            } catch (RuntimeException e) {
                LOG.debug("Left without order", e);
            }
        }
    }

    /** Logs what is the matter, once. @param what null if nothing is */
    private void say(String what) {
        if (!closed && !Objects.equals(said, what)) {
            if (what == null) {
                LOG.info("Cluster '{}' can be reached again", config.name());
            } else {
                LOG.warn("Cluster '{}': {}", config.name(), what);
            }
            said = what;
        }
    }

    @Override
    public void beginning(HazelcastInstance begun) {
        joining = isClient() ? null : begun;
    }

    @Override
    public void connected(boolean now) {
        connected = now;
        if (now) {
            unsettled("this host has found a member");
        } else {
            trouble = unanswered();
            wake();
        }
    }

    @Override
    public void written(EntryEvent<Object, Object> event) {
        if (closed) {
            return;
        }
        try {
            filter.pass(() -> new SimpleImmutableEntry<>(event.getKey(), event.getValue()), listener::written);
        } catch (RuntimeException e) {
            LOG.error("The directory failed", e);
        }
    }

    @Override
    public void unsettled(String why) {
        synchronized (news) {
            news.add(why);
            wake();
        }
    }

    @Override
    public void destroyed(String name) {
        if (MAPS.contains(name)) {
            destroyedNanos = System.nanoTime();
            destroyed.add(name);
        }
    }

    @Override
    public void ended() {
        wake();
    }

    /** The map of a kind, to be used at once. @throws IOException if no member can be reached, with words */
    IMap<Object, Object> map(RecordStore.Kind kind) throws IOException {
        RecordStore.State state = state();
        Map<RecordStore.Kind, IMap<Object, Object>> attached = maps;
        if (!state.reachable() || attached == null) {
            throw new IOException(state.reason() == null ? trouble : state.reason());
        }
        return attached.get(kind);
    }

    RecordStore.State state() {
        HazelcastInstance current = instance;
        if (closed) {
            return new RecordStore.State(false, "this host has left the cluster", 0);
        }
        if (!isUsable() || current == null) {
            return new RecordStore.State(false, trouble, 0);
        }
        int members = dataMembers(current);
        return members == 0
                ? new RecordStore.State(false, unanswered(), 0)
                : new RecordStore.State(true, null, members);
    }

    private boolean isUsable() {
        return connected && maps != null;
    }

    private static int dataMembers(HazelcastInstance current) {
        try {
            int count = 0;
            for (Member member : current.getCluster().getMembers()) {
                count += member.isLiteMember() ? 0 : 1;
            }
            return count;
        } catch (HazelcastInstanceNotActiveException | HazelcastClientOfflineException e) {
            return 0;
        }
    }

    private boolean isClient() {
        return config.role() == ClusterConfig.Role.CLIENT;
    }

    private String unanswered() {
        return "no data member answers at " + members()
                + "; check the network and the firewall, and that the cluster has the name '" + config.name()
                + "' there";
    }

    private String members() {
        return String.join(", ", config.members());
    }

    /** For tests, which end it in ways that no operator would. Null while there is none. */
    HazelcastInstance instance() {
        return instance;
    }

    /** Leaves; gives up on order, and on Hazelcast, after some seconds. */
    @Override
    public void close() {
        closed = true;
        wake();
        HazelcastInstance aborted = null;
        try {
            for (long waited = 0; thread.isAlive() && waited < LEAVE_MILLIS; waited += LEAVE_STEP_MILLIS) {
                HazelcastInstance begun = holding(waited);
                if (begun != null && begun != aborted) {
                    abort(begun);
                    aborted = begun;
                }
                thread.join(LEAVE_STEP_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.warn("Hazelcast does not end, and is left behind");
        }
    }

    /** What the thread waits for, or may wait for: a join, a client's members, and after a while anything. */
    private HazelcastInstance holding(long waited) {
        HazelcastInstance begun = joining;
        return begun == null && (isClient() || waited >= ORDER_MILLIS) ? instance : begun;
    }

    /** Ends an instance, on a thread of its own: Hazelcast may hold a lock for ever. */
    private static void abort(HazelcastInstance begun) {
        Thread abort = new Thread(() -> begun.getLifecycleService().terminate(), "cluster-abort");
        abort.setDaemon(true);
        abort.start();
    }
}
