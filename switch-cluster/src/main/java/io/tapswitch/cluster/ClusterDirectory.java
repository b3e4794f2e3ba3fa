package io.tapswitch.cluster;

import io.netty.util.NetUtil;
import io.tapswitch.FdbEvent;
import io.tapswitch.VtepEvent;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.cluster.LocalSwitch.LinkState;
import io.tapswitch.cluster.RecordStore.Kind;
import io.tapswitch.cluster.Station.Claim;
import io.tapswitch.overlay.ClusterState;
import io.tapswitch.overlay.HostApi;
import io.tapswitch.overlay.HostEvent;
import io.tapswitch.overlay.OverlayDirectory;
import io.tapswitch.overlay.RemoteHost;
import io.tapswitch.overlay.RemoteNeighbour;
import io.tapswitch.overlay.RemotePort;
import io.tapswitch.overlay.RemoteStation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of a cluster at work: a {@link Directory} with a thread, a clock, a store and a switch. The thread is the
 * directory's own; whatever holds it up, frames go on.
 */
final class ClusterDirectory implements OverlayDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterDirectory.class);
    private static final long TICK_MILLIS = 20;
    private static final long LEAVE_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** Events and hints that wait; beyond that they are dropped, and everything is read instead. */
    private static final int MOST_WAITING = 20_000;

    private static final int LARGEST_PACKET = 65_535;

    /** Bytes of a hint that may wait; a longer record is read when it is wanted. */
    private static final int LONGEST_HINT = 64 << 10;

    private final ClusterConfig config;
    private final RecordStore store;
    private final EventLog events;
    private final Keyring keyring;
    private final Directory directory;
    private final Inbox inbox;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "tapswitch-directory"));

    /**
     * Starts to connect, and returns.
     *
     * @param config with a host name
     * @param store not started; closed by this directory
     * @param stateDirectory keeps what is known of the other hosts
     * @param certificate SHA-256 digest of that of this host's API; empty for none
     * @throws IOException if the secret cannot be read, in words
     */
    ClusterDirectory(
            ClusterConfig config,
            RecordStore store,
            LocalSwitch local,
            Path stateDirectory,
            String version,
            int eventLoops,
            byte[] certificate)
            throws IOException {
        this.config = config;
        this.store = store;
        keyring = Keyring.read(Path.of(config.secretFile()), System.nanoTime());
        events = new EventLog(config.host(), Instant::now);
        Self self = new Self(
                config.host(),
                ThreadLocalRandom.current().nextLong(),
                version,
                config.vtep().stream()
                        .map(NetUtil::createByteArrayFromIpAddressString)
                        .toList(),
                config.vtepPort(),
                underlayMtu(config),
                eventLoops,
                config.encryption(),
                api(config, certificate));
        directory = new Directory(
                self,
                store,
                keyring,
                local,
                new DirectoryCache(stateDirectory, config.name()),
                events,
                this::later,
                ThreadLocalRandom.current(),
                System.currentTimeMillis(),
                System.nanoTime());
        inbox = new Inbox(this::later, MOST_WAITING, this::readEverything);
        store.start(new Hints());
        thread.scheduleWithFixedDelay(
                () -> quietly(() -> directory.tick(System.nanoTime())), 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static HostRecord.Api api(ClusterConfig config, byte[] certificate) {
        return config.apiAddress()
                .map(address -> new HostRecord.Api(
                        certificate, address.getPort(), address.getAddress().getAddress()))
                .orElseGet(() -> new HostRecord.Api(certificate, 0, new byte[0]));
    }

    /** The MTU of the interface that the VTEP is on; 0 if that cannot be seen from the daemon's namespace. */
    private static int underlayMtu(ClusterConfig config) {
        try {
            NetworkInterface underlay = config.namespace() != null
                    ? null
                    : NetworkInterface.getByInetAddress(
                            InetAddress.getByName(config.vtep().get(0)));
            return underlay == null ? 0 : Math.min(LARGEST_PACKET, underlay.getMTU());
        } catch (IOException e) {
            return 0;
        }
    }

    /** What the store notices. */
    private final class Hints implements RecordStore.Listener {
        @Override
        public void written(String key, byte[] value) {
            if (value.length <= LONGEST_HINT) {
                inbox.put(() -> directory.take(key, value));
            } else {
                inbox.put(directory::unsettled);
            }
        }

        @Override
        public void unsettled(String why) {
            LOG.info("cluster: {}", why);
            later(directory::unsettled);
        }
    }

    private void readEverything() {
        LOG.warn("The directory was held up and has missed something: it reads everything anew");
        directory.rescan();
        directory.unsettled();
    }

    /** Takes note of a change of an FDB. Any thread. */
    void changed(FdbEvent event) {
        boolean isHere = event.vtep() == null;
        switch (event.change()) {
            case AGED, EVICTED, FLUSHED -> {
                if (isHere) {
                    inbox.put(() -> directory.lost(event.network(), event.mac()));
                }
            }
            default ->
                inbox.put(() -> {
                    if (isHere) {
                        boolean isStatic = event.type() == FdbEntry.Type.STATIC;
                        directory.heard(event.network(), event.mac(), event.port(), isStatic);
                    } else {
                        directory.lost(event.network(), event.mac());
                    }
                });
        }
    }

    /** Takes note of what becomes of a VTEP. Any thread. */
    void changed(VtepEvent event) {
        String state = event.remote().state();
        if (!state.equals("unknown")) {
            events.keep("vtep-" + state, event.remote().address(), event.toString());
        }
    }

    private void later(Runnable action) {
        try {
            thread.execute(() -> quietly(action));
        } catch (RejectedExecutionException e) {
            LOG.debug("the directory is closed", e);
        }
    }

    private static void quietly(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            // Also for an error, such as want of memory: otherwise it would never run again, without a word.
            LOG.error("the directory failed at something; it goes on", e);
        }
    }

    @Override
    public String description() {
        return "cluster " + config.name() + ", as " + config.host() + ", "
                + config.role().label();
    }

    @Override
    public Optional<ClusterState> cluster() {
        RecordStore.State state = store.state();
        String words = state.reachable()
                ? directory.isJoined() ? "joined" : "joining"
                : directory.isJoined() ? "unreachable" : "joining";
        return Optional.of(new ClusterState(
                config.name(),
                config.host(),
                config.role().label(),
                words,
                state.reason(),
                state.members(),
                (int) directory.peers().all().stream().filter(Peer::isThere).count(),
                directory.stations().elsewhere(),
                directory.published(),
                refused(),
                directory.conflicts()));
    }

    private Map<String, Long> refused() {
        Map<String, Long> refused = new LinkedHashMap<>(directory.refused());
        long strangers = store.strangers();
        if (strangers > 0) {
            refused.put("no record at all", strangers);
        }
        return refused;
    }

    @Override
    public List<RemoteHost> hosts() {
        long now = System.nanoTime();
        return directory.peers().all().stream()
                .filter(Peer::isThere)
                .sorted(Comparator.comparing(Peer::name))
                .map(peer -> host(peer, now))
                .toList();
    }

    private RemoteHost host(Peer peer, long nowNanos) {
        HostRecord record = peer.record();
        LinkState link = directory.linkState(peer.name());
        String misfit = directory.misfit(peer.name());
        String state = peer.isSilent() ? "silent" : peer.isCached() ? "cached" : "up";
        return new RemoteHost(
                peer.name(),
                record.version(),
                state,
                misfit != null ? misfit : link == null ? null : link.reason(),
                link == null ? null : link.port(),
                record.vteps().stream().map(NetUtil::bytesToIpAddress).toList(),
                record.vtepPort(),
                HostApi.text(address(record.api())),
                record.mtu(),
                record.eventLoops(),
                record.networks().stream().map(this::name).sorted().toList(),
                peer.stationCount(),
                peer.wasHeard() ? TimeUnit.NANOSECONDS.toSeconds(peer.silentNanos(nowNanos)) : null);
    }

    private static InetSocketAddress address(HostRecord.Api api) {
        try {
            return api.port() == 0 ? null : new InetSocketAddress(InetAddress.getByAddress(api.address()), api.port());
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Override
    public List<HostApi> apis() {
        return directory.peers().all().stream()
                .filter(Peer::isThere)
                .map(peer -> {
                    HostRecord.Api api = peer.record().api();
                    return new HostApi(peer.name(), address(api), HexFormat.of().formatHex(api.certificate()));
                })
                .toList();
    }

    private String name(HostRecord.HostNetwork network) {
        Integer here = directory.vni(network.name());
        return here != null && here == network.vni() ? network.name() : "vni " + network.vni();
    }

    @Override
    public Optional<RemoteStation> station(String network, long mac) {
        Integer vni = directory.vni(network);
        Station station = vni == null ? null : directory.stations().find(vni, mac);
        Claim best = station == null ? null : station.best();
        return best == null ? Optional.empty() : Optional.of(station(best));
    }

    @Override
    public List<RemoteStation> stations(String network) {
        return claims(network).map(this::station).toList();
    }

    private Stream<Claim> claims(String network) {
        Integer vni = directory.vni(network);
        return vni == null ? Stream.empty() : directory.stations().elsewhere(vni);
    }

    private RemoteStation station(Claim claim) {
        StationEntry entry = claim.entry();
        return new RemoteStation(
                entry.mac(), claim.peer().name(), entry.port(), vtep(claim.peer()), entry.sequence(), entry.isStatic());
    }

    private static String vtep(Peer peer) {
        HostRecord record = peer.record();
        return record == null || record.vteps().isEmpty()
                ? null
                : NetUtil.bytesToIpAddress(record.vteps().get(0));
    }

    @Override
    public List<RemoteNeighbour> neighbours(String network) {
        return claims(network)
                .flatMap(claim -> claim.entry().addresses().stream()
                        .map(address -> new RemoteNeighbour(
                                NetUtil.bytesToIpAddress(address),
                                claim.entry().mac(),
                                claim.peer().name(),
                                claim.entry().port(),
                                vtep(claim.peer()))))
                .toList();
    }

    @Override
    public CompletionStage<List<RemotePort>> ports(String host) {
        String key = RecordKind.PORTS.key(host);
        return store.read(Kind.REPORTS, List.of(key)).thenCompose(found -> {
            byte[] record = found.get(key);
            return record == null
                    ? CompletableFuture.failedFuture(
                            new IOException("host '" + host + "' has not told what ports it has"))
                    : opened(key, record, length -> Reports.ports(record, length));
        });
    }

    /** Reads an authentic record. */
    @FunctionalInterface
    private interface Decoding<T> {
        T decode(int length) throws RefusedException;
    }

    private <T> CompletionStage<T> opened(String key, byte[] record, Decoding<T> decoding) {
        CompletableFuture<T> result = new CompletableFuture<>();
        later(() -> {
            try {
                result.complete(decoding.decode(keyring.open(key, record)));
            } catch (RefusedException e) {
                result.completeExceptionally(new IOException("the record " + key + " is " + e.getMessage(), e));
            }
        });
        return result;
    }

    @Override
    public CompletionStage<List<HostEvent>> events() {
        List<String> keys = directory.peers().all().stream()
                .map(peer -> RecordKind.EVENTS.key(peer.name()))
                .toList();
        CompletionStage<Map<String, byte[]>> read = keys.isEmpty()
                ? CompletableFuture.completedStage(Map.of())
                : store.read(Kind.REPORTS, keys).exceptionally(unreachable -> Map.of());
        return read.thenCompose(found -> {
            CompletableFuture<List<HostEvent>> all = new CompletableFuture<>();
            later(() -> all.complete(merged(found)));
            return all;
        });
    }

    private List<HostEvent> merged(Map<String, byte[]> records) {
        List<HostEvent> all = new ArrayList<>(events.events());
        records.forEach((key, record) -> {
            try {
                all.addAll(Reports.events(RecordKind.EVENTS.name(key), record, keyring.open(key, record)));
            } catch (RefusedException e) {
                LOG.debug("the events {} cannot be read", key, e);
            }
        });
        all.sort(Comparator.comparing(HostEvent::time));
        return all;
    }

    @Override
    public void listen(Consumer<HostEvent> listener) {
        events.listen(listener);
    }

    /** Tells the others that this host leaves, as far as they can be reached, and stops. */
    @Override
    public void close() {
        CompletableFuture<Void> left = new CompletableFuture<>();
        later(() -> {
            directory.leave(System.nanoTime());
            untilTold(left, System.nanoTime());
        });
        try {
            left.get(2 * LEAVE_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("the directory was left without a word", e);
        }
        thread.shutdownNow();
        store.close();
    }

    private void untilTold(CompletableFuture<Void> left, long sinceNanos) {
        if (directory.isTold() || System.nanoTime() - sinceNanos > LEAVE_NANOS) {
            left.complete(null);
        } else {
            thread.schedule(() -> untilTold(left, sinceNanos), TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
