package io.tapswitch.cluster;

import io.tapswitch.vxlan.OverlaySecret;
import io.tapswitch.vxlan.OverlaySecrets;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** A host of a cluster in virtual time: a {@link Directory} between a {@link FakeSwitch} and {@link VirtualStores}. */
final class VirtualHost {
    static final OverlaySecret SECRET =
            OverlaySecret.of("a secret of the tests, long enough....".getBytes(StandardCharsets.US_ASCII));

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final String name;
    private final VirtualTime time;
    private final RandomGenerator random;
    private final VirtualStores.Store store;
    private final FakeSwitch local;
    private final EventLog events;
    private final Directory directory;
    private boolean isStopped;

    /** @param number of the host, of which its address is made */
    VirtualHost(
            String name,
            int number,
            VirtualTime time,
            VirtualStores stores,
            FakeSwitch local,
            Keyring keyring,
            Path stateDirectory) {
        this(name, number, time, stores, local, keyring, stateDirectory, TimeUnit.NANOSECONDS.toMillis(time.now()));
    }

    /** @param wallMillis the time of day when it starts */
    VirtualHost(
            String name,
            int number,
            VirtualTime time,
            VirtualStores stores,
            FakeSwitch local,
            Keyring keyring,
            Path stateDirectory,
            long wallMillis) {
        this.name = name;
        this.time = time;
        this.local = local;
        random = new SplittableRandom(number * 31L + time.now());
        store = stores.open();
        events = new EventLog(name, () -> Instant.ofEpochSecond(0, time.now()));
        Self self = new Self(
                name,
                random.nextLong(),
                "1.0",
                List.of(new byte[] {10, (byte) (number >>> 16), (byte) (number >>> 8), (byte) number}),
                4789,
                1500,
                2,
                true,
                HostRecord.Api.NONE);
        directory = new Directory(
                self,
                store,
                keyring,
                local,
                new DirectoryCache(stateDirectory, "lab"),
                events,
                action -> time.in(0, action),
                random,
                wallMillis,
                time.now());
        store.start(new RecordStore.Listener() {
            @Override
            public void written(String key, byte[] value) {
                if (!isStopped) {
                    directory.take(key, value);
                }
            }

            @Override
            public void unsettled(String why) {
                directory.unsettled();
            }
        });
        time.in(random.nextLong(TICK_NANOS), () -> time.every(TICK_NANOS, this::tick));
    }

    static Keyring keyring() {
        return Keyring.of(new OverlaySecrets(SECRET, null));
    }

    private boolean tick() {
        if (!isStopped) {
            directory.tick(time.now());
        }
        return !isStopped;
    }

    String name() {
        return name;
    }

    FakeSwitch local() {
        return local;
    }

    Directory directory() {
        return directory;
    }

    VirtualStores.Store store() {
        return store;
    }

    List<String> eventKinds() {
        return events.events().stream().map(event -> event.kind()).toList();
    }

    List<String> eventTexts() {
        return events.events().stream().map(event -> event.text()).toList();
    }

    /** A frame of a station comes in by a port of this host. */
    void hear(String network, long mac, String port) {
        if (local.hear(network, mac, port)) {
            directory.heard(network, mac, port, false);
        }
    }

    /** A station is silent for the ageing time, or was taken out. */
    void lose(String network, long mac) {
        local.forget(network, mac);
        directory.lost(network, mac);
    }

    /** The daemon is killed. */
    void kill() {
        isStopped = true;
        store.reachable(false);
    }

    /** The daemon stops in order. */
    void stop() {
        directory.leave(time.now());
        time.in(TimeUnit.SECONDS.toNanos(1), this::kill);
    }
}
