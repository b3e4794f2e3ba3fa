package io.tapswitch.api.metrics;

import io.tapswitch.PortView;
import io.tapswitch.SwitchService;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.RemoteVtep;
import io.tapswitch.port.SharedEndpoint;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** What there is to say of ports, the VTEPs behind them, and the sockets that they share. */
final class PortFamilies {
    private static final double MICROS = 1e6;
    private static final double MILLIS = 1e3;
    private static final double PERCENT = 100;
    private static final String PORT = "port";
    private static final String[] PEER = {PORT, "host", "vtep"};

    private final Family frames = Family.counter(
            "tapswitch_port_frames", "Frames from (rx) and to (tx) the far side", PORT, "network", "direction");
    private final Family bytes = Family.counter(
            "tapswitch_port_bytes",
            "Their bytes, from destination address to end of payload",
            PORT,
            "network",
            "direction");
    private final Family outcomes = Family.counter(
            "tapswitch_port_outcomes", "Frames from the far side that were not dropped, by outcome", PORT, "outcome");
    private final Family drops = Family.counter(
            "tapswitch_port_drops",
            "Frames from the far side, or copies to it, that went no further, by reason",
            PORT,
            "side",
            "reason");
    private final Family up =
            Family.gauge("tapswitch_port_up", "Whether frames pass", PORT, "network", "type", "status");
    private final Family peerUp =
            Family.gauge("tapswitch_peer_up", "Whether a remote VTEP answers; of those that ever did", PEER);
    private final Family roundTrip =
            Family.gauge("tapswitch_peer_rtt_seconds", "Round trip to a remote VTEP, smoothed", PEER);
    private final Family loss =
            Family.gauge("tapswitch_peer_loss_ratio", "Of the last probes to a remote VTEP, how many were lost", PEER);
    private final Family heard =
            Family.gauge("tapswitch_peer_silence_seconds", "Since a remote VTEP was last heard", PEER);
    private final Family pathMtu =
            Family.gauge("tapswitch_peer_path_mtu_bytes", "The largest IP packet that reaches a remote VTEP", PEER);
    private final Family endpointFrames = Family.counter(
            "tapswitch_endpoint_frames", "Datagrams to a shared socket that belong to no port", "device");
    private final Family endpointDrops = Family.counter(
            "tapswitch_endpoint_drops", "The same by the reason why they were dropped", "device", "reason");

    private PortFamilies() {}

    static Collection<Family> of(SwitchService service) {
        PortFamilies families = new PortFamilies();
        service.ports().forEach(families::add);
        service.endpoints().forEach(families::add);
        return List.of(
                families.frames,
                families.bytes,
                families.outcomes,
                families.drops,
                families.up,
                families.peerUp,
                families.roundTrip,
                families.loss,
                families.heard,
                families.pathMtu,
                families.endpointFrames,
                families.endpointDrops);
    }

    private void add(PortView port) {
        String name = port.config().name();
        String network = port.config().network();
        PortCounters counters = port.counters();
        frames.add(counters.sum(PortCounters.RX_FRAMES), name, network, "rx");
        frames.add(counters.sum(PortCounters.TX_FRAMES), name, network, "tx");
        bytes.add(counters.sum(PortCounters.RX_BYTES), name, network, "rx");
        bytes.add(counters.sum(PortCounters.TX_BYTES), name, network, "tx");
        outcomes.add(counters.sum(PortCounters.FORWARDED), name, "forwarded");
        outcomes.add(counters.sum(PortCounters.FLOODED), name, "flooded");
        outcomes.add(counters.sum(PortCounters.SUPPRESSED), name, "suppressed");
        counters.drops()
                .forEach((reason, count) ->
                        drops.add(count, name, reason.side().name().toLowerCase(Locale.ROOT), reason.label()));
        up.add(
                port.status() == PortView.Status.UP ? 1 : 0,
                name,
                network,
                port.config().type(),
                port.status().label());
        if (port.remote() != null) {
            add(port.remote(), name, port.host() == null ? "" : port.host());
        }
    }

    private void add(RemoteVtep remote, String port, String host) {
        String[] labels = {port, host, remote.address()};
        if (!remote.state().equals("unknown")) {
            peerUp.add(remote.state().equals("alive") ? 1 : 0, labels);
        }
        if (remote.roundTripMicros() != null) {
            roundTrip.add(remote.roundTripMicros() / MICROS, labels);
        }
        if (remote.lossPercent() != null) {
            loss.add(remote.lossPercent() / PERCENT, labels);
        }
        if (remote.lastHeardMillis() != null) {
            heard.add(remote.lastHeardMillis() / MILLIS, labels);
        }
        pathMtu.add(remote.pathMtu(), labels);
    }

    private void add(SharedEndpoint endpoint) {
        endpointFrames.add(endpoint.counters().sum(PortCounters.RX_FRAMES), endpoint.device());
        endpoint.counters()
                .drops()
                .forEach((reason, count) -> endpointDrops.add(count, endpoint.device(), reason.label()));
    }
}
