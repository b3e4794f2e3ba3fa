package io.tapswitch.cluster;

import com.hazelcast.map.IMap;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Carries records in maps of Hazelcast's community edition, which runs inside the daemon: as one of the members that hold
 * them, as a member that holds none, or as a client of such members.
 *
 * <p>Whoever reaches the port of a member can read and write everything in it, and Hazelcast encrypts nothing: the port is
 * for a network that belongs to the hosts alone, and what is a record's and what is not is for the directory to tell, by
 * the cluster's secret. Java objects are not taken from there, see {@link HazelcastSettings}.
 */
public final class HazelcastStore implements RecordStore {
    private static final int MOST_WRITES = 1_024;
    private static final int MOST_READS = 16;
    private static final int READS_AT_ONCE = 64;
    private static final long LIMIT_MILLIS = 10_000;

    private final ClusterConfig config;
    private final RecordFilter filter = new RecordFilter();
    private final Operations writes = new Operations("cluster-write", MOST_WRITES, LIMIT_MILLIS);
    private final Operations reads = new Operations("cluster-read", MOST_READS, LIMIT_MILLIS);
    private volatile HazelcastLink link;

    /** @param config with a host name */
    public HazelcastStore(ClusterConfig config) {
        this.config = config;
    }

    @Override
    public void start(Listener listener) {
        link = new HazelcastLink(config, filter, listener);
        link.start();
    }

    @Override
    public CompletionStage<Void> write(Kind kind, String key, byte[] value) {
        return run(writes, kind, map -> map.setAsync(key, value));
    }

    @Override
    public CompletionStage<Void> remove(Kind kind, String key) {
        return run(writes, kind, map -> map.deleteAsync(key).thenApply(wasThere -> null));
    }

    @Override
    public CompletionStage<Map<String, byte[]>> readAll(Kind kind) {
        return run(reads, kind, map -> CompletableFuture.completedFuture(entries(map)));
    }

    @Override
    public CompletionStage<Map<String, byte[]>> read(Kind kind, Collection<String> keys) {
        List<String> wanted = List.copyOf(keys);
        return run(reads, kind, map -> CompletableFuture.completedFuture(values(map, wanted)));
    }

    /** What is done with a map. */
    private interface Use<T> {
        CompletionStage<T> of(IMap<Object, Object> map) throws IOException;
    }

    private <T> CompletionStage<T> run(Operations operations, Kind kind, Use<T> use) {
        HazelcastLink current = link;
        if (current == null) {
            return CompletableFuture.failedFuture(new IOException("the cluster is not started"));
        }
        try {
            IMap<Object, Object> map = current.map(kind);
            return operations.run(() -> use.of(map));
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Map<String, byte[]> entries(IMap<Object, Object> map) {
        Map<String, byte[]> found = new HashMap<>();
        // Objects are made of the entries one by one, so that one that cannot be made fails alone.
        Iterator<Map.Entry<Object, Object>> entries = map.entrySet().iterator();
        while (entries.hasNext()) {
            filter.pass(entries::next, found::put);
        }
        return found;
    }

    private Map<String, byte[]> values(IMap<Object, Object> map, List<String> keys) throws IOException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS);
        Map<String, byte[]> found = new HashMap<>();
        for (int from = 0; from < keys.size(); from += READS_AT_ONCE) {
            List<String> some = keys.subList(from, Math.min(from + READS_AT_ONCE, keys.size()));
            List<CompletableFuture<Object>> answers = new ArrayList<>();
            for (String key : some) {
                answers.add(map.getAsync(key).toCompletableFuture());
            }
            for (int i = 0; i < some.size(); i++) {
                take(some.get(i), answers.get(i), until, found);
            }
        }
        return found;
    }

    private void take(String key, CompletableFuture<Object> answer, long until, Map<String, byte[]> found)
            throws IOException {
        try {
            Object value = answer.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (value != null) {
                filter.pass(() -> Map.entry(key, value), found::put);
            }
        } catch (HazelcastSerializationException e) {
            filter.refuse(e);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof HazelcastSerializationException)) {
                throw new CompletionException(e.getCause());
            }
            filter.refuse(e.getCause());
        } catch (TimeoutException | InterruptedException e) {
            throw new IOException("the members have not answered in time", e);
        }
    }

    @Override
    public State state() {
        HazelcastLink current = link;
        return current == null ? new State(false, "the cluster is not started", 0) : current.state();
    }

    /** How often something in the maps was no record by its type, and was passed over. */
    @Override
    public long strangers() {
        return filter.refused();
    }

    /** For tests. */
    HazelcastLink link() {
        return link;
    }

    @Override
    public void close() {
        writes.close();
        reads.close();
        HazelcastLink current = link;
        if (current != null) {
            current.close();
        }
    }
}
