package io.tapswitch.cluster;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * The store that the hosts of a test share, in virtual time: with delays, lost hints, hosts that cannot reach it, and two
 * sides that go on apart and are merged, in any direction, as the real one does.
 */
final class VirtualStores {
    private static final long DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** What one side of a partition has. */
    private static final class Side {
        private final Map<RecordStore.Kind, Map<String, byte[]>> maps = new EnumMap<>(RecordStore.Kind.class);

        Side() {
            for (RecordStore.Kind kind : RecordStore.Kind.values()) {
                maps.put(kind, new LinkedHashMap<>());
            }
        }
    }

    private final VirtualTime time;
    private final RandomGenerator random;
    private final List<Store> stores = new ArrayList<>();
    private Side side = new Side();
    private double hintLoss;
    private long hints;
    private long hintBytes;

    VirtualStores(VirtualTime time, RandomGenerator random) {
        this.time = time;
        this.random = random;
    }

    /** What share of hints never comes. */
    void hintLoss(double share) {
        hintLoss = share;
    }

    Store open() {
        Store store = new Store();
        stores.add(store);
        return store;
    }

    /** These go on by themselves from now on. */
    void split(Collection<Store> others) {
        Side second = new Side();
        side.maps.forEach((kind, map) -> second.maps.get(kind).putAll(map));
        others.forEach(store -> store.own = second);
    }

    /** The sides become one again: of each record, either one stays. */
    void heal() {
        for (Store store : stores) {
            if (store.own != side) {
                store.own.maps.forEach((kind, map) -> map.forEach((key, value) -> {
                    if (!side.maps.get(kind).containsKey(key) || random.nextBoolean()) {
                        side.maps.get(kind).put(key, value);
                    }
                }));
            }
        }
        stores.forEach(store -> store.own = side);
        stores.forEach(store -> store.listener.unsettled("merged"));
    }

    /** Every member died: nothing is left. */
    void loseEverything() {
        side = new Side();
        stores.forEach(store -> store.own = side);
        stores.forEach(store -> store.listener.unsettled("all members were lost"));
    }

    Map<String, byte[]> content(RecordStore.Kind kind) {
        return side.maps.get(kind);
    }

    /** Writes as whoever can reach the store may. */
    void intrude(RecordStore.Kind kind, String key, byte[] value) {
        side.maps.get(kind).put(key, value);
        if (kind.isHinted()) {
            stores.forEach(store -> store.listener.written(key, value));
        }
    }

    long hints() {
        return hints;
    }

    long hintBytes() {
        return hintBytes;
    }

    /** One host's way to it. */
    final class Store implements RecordStore {
        private Listener listener;
        private Side own = side;
        private boolean reachable = true;
        private boolean closed;

        /** Whether this host can reach the store. */
        void reachable(boolean can) {
            reachable = can;
        }

        @Override
        public void start(Listener told) {
            listener = told;
        }

        private <T> CompletionStage<T> later(java.util.function.Supplier<T> action) {
            CompletableFuture<T> done = new CompletableFuture<>();
            time.in(DELAY_NANOS + random.nextLong(DELAY_NANOS), () -> {
                if (reachable) {
                    done.complete(action.get());
                } else {
                    done.completeExceptionally(new IOException("cut off"));
                }
            });
            return done;
        }

        @Override
        public CompletionStage<Void> write(Kind kind, String key, byte[] value) {
            return later(() -> {
                own.maps.get(kind).put(key, value);
                if (kind.isHinted()) {
                    stores.stream().filter(store -> store.own == own).forEach(store -> hint(store, key, value));
                }
                return null;
            });
        }

        private void hint(Store store, String key, byte[] value) {
            if (random.nextDouble() >= hintLoss && store.reachable && !store.closed) {
                hints++;
                hintBytes += value.length;
                time.in(DELAY_NANOS, () -> store.listener.written(key, value));
            }
        }

        @Override
        public CompletionStage<Void> remove(Kind kind, String key) {
            return later(() -> {
                own.maps.get(kind).remove(key);
                return null;
            });
        }

        @Override
        public CompletionStage<Map<String, byte[]>> readAll(Kind kind) {
            return later(() -> new LinkedHashMap<>(own.maps.get(kind)));
        }

        @Override
        public CompletionStage<Map<String, byte[]>> read(Kind kind, Collection<String> keys) {
            return later(() -> {
                Map<String, byte[]> found = new LinkedHashMap<>();
                keys.forEach(key -> {
                    byte[] value = own.maps.get(kind).get(key);
                    if (value != null) {
                        found.put(key, value);
                    }
                });
                return found;
            });
        }

        @Override
        public State state() {
            return new State(reachable, reachable ? null : "cut off", reachable ? 1 : 0);
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
