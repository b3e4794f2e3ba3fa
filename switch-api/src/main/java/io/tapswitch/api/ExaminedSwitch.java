package io.tapswitch.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.LoopLag;
import io.tapswitch.PortView;
import io.tapswitch.SwitchService;
import io.tapswitch.api.OtherApis.RemoteAnswer;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.doctor.MoveWatch;
import io.tapswitch.doctor.SwitchState;
import io.tapswitch.overlay.ClusterState;
import io.tapswitch.overlay.RemoteHost;
import io.tapswitch.port.SharedEndpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The switch as the doctor sees it, in the name of whoever asks. */
final class ExaminedSwitch implements SwitchState {
    /** Half of what whole seconds leave out. */
    private static final Duration ROUNDING = Duration.ofMillis(500);

    private final ApiParts parts;
    private final SwitchService service;
    private final MoveWatch moves;
    private final OtherApis otherApis;
    private final Credentials credentials;
    private final Caller caller;

    ExaminedSwitch(ApiParts parts, MoveWatch moves, OtherApis otherApis, Credentials credentials, Caller caller) {
        this.parts = parts;
        this.service = parts.service();
        this.moves = moves;
        this.otherApis = otherApis;
        this.credentials = credentials;
        this.caller = caller;
    }

    @Override
    public String version() {
        return parts.host().version();
    }

    @Override
    public Path stateDir() {
        return parts.stateDir();
    }

    @Override
    public List<Credential> credentials() throws IOException {
        return Expiring.of(credentials);
    }

    @Override
    public SwitchConfig config() {
        return service.config();
    }

    @Override
    public List<PortView> ports() {
        return service.ports();
    }

    @Override
    public int mtu(NetworkConfig network) {
        return service.mtu(network);
    }

    @Override
    public int learned(String network) {
        return service.findBridge(network)
                .map(bridge -> bridge.table().learned())
                .orElse(0);
    }

    @Override
    public int learned(String network, String port) {
        return service.findBridge(network).stream()
                .flatMap(bridge -> bridge.table().entries().stream())
                .filter(entry -> entry.type() == FdbEntry.Type.DYNAMIC)
                .mapToInt(entry -> entry.port().name().equals(port) ? 1 : 0)
                .sum();
    }

    @Override
    public List<SharedEndpoint> endpoints() {
        return service.endpoints();
    }

    @Override
    public List<LoopLag.Reading> loopLag() {
        return service.loopLag();
    }

    @Override
    public List<Roaming> roaming() {
        return moves.roaming();
    }

    @Override
    public Optional<ClusterState> cluster() {
        return parts.directory().cluster();
    }

    @Override
    public List<RemoteHost> hosts() {
        return parts.directory().hosts();
    }

    @Override
    public CompletionStage<Duration> clockAhead(String host) {
        Instant asked = Instant.now();
        return otherApis.request(host, "GET", "/api/v1/status", null, caller).thenApply(answer -> {
            Instant answered = Instant.now();
            Instant middle = asked.plus(Duration.between(asked, answered).dividedBy(2));
            return Duration.between(middle, clock(host, answer));
        });
    }

    /** The time on another host, which its status says in two parts. */
    private static Instant clock(String host, RemoteAnswer answer) {
        try {
            JsonNode status = answer.status() == 200 ? ConfigReader.JSON.readTree(answer.body()) : null;
            if (status != null && status.path("uptimeSeconds").canConvertToLong()) {
                return Instant.parse(status.path("startedAt").asText())
                        .plusSeconds(status.path("uptimeSeconds").asLong())
                        .plus(ROUNDING);
            }
            throw new UncheckedIOException(new IOException("host '" + host + "' does not tell its status"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (DateTimeException e) {
            throw new UncheckedIOException(new IOException("host '" + host + "' does not tell the time", e));
        }
    }
}
