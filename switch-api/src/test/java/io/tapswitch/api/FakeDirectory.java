package io.tapswitch.api;

import io.tapswitch.overlay.ClusterState;
import io.tapswitch.overlay.HostApi;
import io.tapswitch.overlay.HostEvent;
import io.tapswitch.overlay.OverlayDirectory;
import io.tapswitch.overlay.RemoteHost;
import io.tapswitch.overlay.RemoteNeighbour;
import io.tapswitch.overlay.RemotePort;
import io.tapswitch.overlay.RemoteStation;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** A cluster of this host and two others, {@code there} and {@code lost}, that share the network {@code blue}. */
final class FakeDirectory implements OverlayDirectory {
    static final long STATION = 0x0200_0000_000aL;

    volatile ClusterState cluster = new ClusterState(
            "lab", "here", "member", "joined", null, 3, 2, 1, 7, Map.of("not-authentic", 4L), List.of("vni 7 is two"));

    volatile List<RemoteHost> hosts = List.of(
            new RemoteHost(
                    "there",
                    "0.0.1",
                    "up",
                    null,
                    "host-there",
                    List.of("192.0.2.2", "2001:db8::2"),
                    4789,
                    "192.0.2.2:7471",
                    9000,
                    4,
                    List.of("blue", "vni 9"),
                    12,
                    1L),
            new RemoteHost(
                    "lost",
                    "0.0.0",
                    "silent",
                    "cut off",
                    null,
                    List.of("192.0.2.3"),
                    4789,
                    null,
                    0,
                    1,
                    List.of(),
                    0,
                    null));

    volatile List<HostApi> apis = List.of();

    volatile List<RemoteStation> stations = List.of(new RemoteStation(STATION, "there", "web9", "127.0.0.2", 3, false));

    volatile List<RemoteNeighbour> neighbours =
            List.of(new RemoteNeighbour("10.0.0.9", STATION, "there", "web9", "127.0.0.2"));

    volatile Function<String, CompletionStage<List<RemotePort>>> ports =
            host -> CompletableFuture.completedFuture(List.of(
                    new RemotePort("web9", "tap", "blue", null, "up", null, "tap0"),
                    new RemotePort("web8", "stream", "blue", List.of("red"), "waiting", "for QEMU", null)));

    volatile Supplier<CompletionStage<List<HostEvent>>> events =
            () -> CompletableFuture.completedFuture(List.of(event(1, "here"), event(2, "there"), event(3, "here")));

    static HostEvent event(int second, String host) {
        return new HostEvent(
                Instant.ofEpochSecond(second),
                host,
                second == 2 ? "host-joined" : "vtep-dead",
                "there",
                "event " + second);
    }

    @Override
    public String description() {
        return "cluster lab";
    }

    @Override
    public Optional<ClusterState> cluster() {
        return Optional.of(cluster);
    }

    @Override
    public List<RemoteHost> hosts() {
        return hosts;
    }

    @Override
    public List<HostApi> apis() {
        return apis;
    }

    @Override
    public Optional<RemoteStation> station(String network, long mac) {
        return stations(network).stream()
                .filter(station -> station.mac() == mac)
                .findFirst();
    }

    @Override
    public List<RemoteStation> stations(String network) {
        return network.equals("blue") ? stations : List.of();
    }

    @Override
    public List<RemoteNeighbour> neighbours(String network) {
        return network.equals("blue") ? neighbours : List.of();
    }

    @Override
    public CompletionStage<List<RemotePort>> ports(String host) {
        return ports.apply(host);
    }

    @Override
    public CompletionStage<List<HostEvent>> events() {
        return events.get();
    }

    @Override
    public void listen(Consumer<HostEvent> listener) {}

    @Override
    public void close() {}
}
