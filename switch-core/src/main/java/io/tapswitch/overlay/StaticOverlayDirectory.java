package io.tapswitch.overlay;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** The directory of a host that is by itself: nobody to tell, nobody to hear from. */
public final class StaticOverlayDirectory implements OverlayDirectory {
    @Override
    public String description() {
        return "single host";
    }

    @Override
    public Optional<ClusterState> cluster() {
        return Optional.empty();
    }

    @Override
    public List<RemoteHost> hosts() {
        return List.of();
    }

    @Override
    public List<HostApi> apis() {
        return List.of();
    }

    @Override
    public Optional<RemoteStation> station(String network, long mac) {
        return Optional.empty();
    }

    @Override
    public List<RemoteStation> stations(String network) {
        return List.of();
    }

    @Override
    public List<RemoteNeighbour> neighbours(String network) {
        return List.of();
    }

    @Override
    public CompletionStage<List<RemotePort>> ports(String host) {
        return CompletableFuture.failedFuture(new IOException("this host is in no cluster"));
    }

    @Override
    public CompletionStage<List<HostEvent>> events() {
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public void listen(Consumer<HostEvent> listener) {}

    @Override
    public void close() {}
}
