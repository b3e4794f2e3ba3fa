package io.tapswitch.api;

import io.tapswitch.api.Problem.Kind;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.overlay.ClusterState;
import io.tapswitch.overlay.HostEvent;
import io.tapswitch.overlay.OverlayDirectory;
import io.tapswitch.overlay.RemoteHost;
import io.tapswitch.overlay.RemotePort;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The other hosts as resources need them: what has to be asked for comes in time, or not at all, and then in words. */
final class OtherHosts {
    private static final Logger LOG = LoggerFactory.getLogger(OtherHosts.class);
    private static final int PATIENCE_SECONDS = 5;
    private static final int OK = 200;

    private final OverlayDirectory directory;
    private final OtherApis apis;

    OtherHosts(OverlayDirectory directory, OtherApis apis) {
        this.directory = directory;
        this.apis = apis;
    }

    /** See {@link OverlayDirectory#cluster}. */
    Optional<ClusterState> cluster() {
        return directory.cluster();
    }

    /** See {@link OverlayDirectory#hosts}. */
    List<RemoteHost> all() {
        return directory.hosts();
    }

    /** A host by its name. @throws Problem if there is none */
    RemoteHost existing(String name) {
        return all().stream()
                .filter(host -> host.name().equals(name))
                .findFirst()
                .orElseThrow(() -> Problem.of(Kind.NOT_FOUND, "host '" + name + "' does not exist"));
    }

    /** Waits for {@link OverlayDirectory#ports}. @throws Problem if there is no such host, or it cannot be asked */
    List<RemotePort> ports(String name) {
        RemoteHost host = existing(name);
        return await("the ports of host '" + host.name() + "'", () -> directory.ports(host.name()));
    }

    /**
     * Waits for the document that a host answers a GET with in the name of a caller. Nothing but the document is passed on:
     * what else the host says of it might be anything.
     *
     * @param target path and query
     * @throws Problem if there is no such host, or it does not answer, or not with a document
     */
    Answer ask(String name, String target, Caller caller) {
        RemoteHost host = existing(name);
        String what = "the answer of host '" + host.name() + "'";
        OtherApis.RemoteAnswer answer = await(what, () -> apis.request(host.name(), "GET", target, null, caller));
        if (answer.status() != OK) {
            throw answer.failure() instanceof Problem problem
                    ? problem
                    : unavailable(what, "it has the status " + answer.status());
        }
        try {
            return Answer.ok(answer.json());
        } catch (ConfigException e) {
            throw unavailable(what, "it is not JSON");
        }
    }

    /** Waits for {@link OverlayDirectory#events}. @throws Problem if they cannot be asked for */
    List<HostEvent> events() {
        return await("the events", directory::events);
    }

    private static <T> T await(String what, Supplier<CompletionStage<T>> question) {
        try {
            return question.get().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw unavailable(what, "no answer within " + PATIENCE_SECONDS + " seconds");
        } catch (ExecutionException e) {
            throw unavailable(what, reason(e.getCause()));
        } catch (RuntimeException e) {
            throw unavailable(what, reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(what, "the daemon is stopping");
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof IOException && cause.getMessage() != null) {
            return cause.getMessage();
        }
        LOG.warn("api: the directory of hosts fails", cause);
        return "the directory of hosts fails (" + cause + ")";
    }

    private static Problem unavailable(String what, String reason) {
        return Problem.of(Kind.UNAVAILABLE, what + " cannot be had now: " + reason);
    }

    /**
     * Checks that a change leaves the networks alone in which other hosts have ports: it would cut them off.
     *
     * @throws ConfigException naming the hosts
     */
    void requireUnused(SwitchConfig before, SwitchConfig after) {
        for (NetworkConfig network : before.networks()) {
            Optional<NetworkConfig> next = after.network(network.name());
            if (next.isEmpty()) {
                requireNoHost(network, "");
            } else if (network.vni() != null && !network.vni().equals(next.get().vni())) {
                requireNoHost(network, "networks[" + after.networks().indexOf(next.get()) + "].vni");
            }
        }
    }

    /** A host that is dead holds nobody up: should it come back, it has the network again, and says so. */
    private void requireNoHost(NetworkConfig network, String field) {
        List<String> users = all().stream()
                .filter(host -> !host.state().equals("silent"))
                .filter(host -> host.networks().contains(network.name()))
                .map(RemoteHost::name)
                .toList();
        if (!users.isEmpty()) {
            throw ConfigException.conflict(
                    field,
                    "hosts " + users + " have ports in network '" + network.name() + "': delete or move them first");
        }
    }
}
