package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.PortView;
import io.tapswitch.SwitchService;
import io.tapswitch.TraceRequest;
import io.tapswitch.api.Problem.Kind;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.bridge.FrameTrace;
import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.HostAddress;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.port.Arrival;
import io.tapswitch.port.DropReason;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code /api/v1/trace}: what becomes of a frame, step by step; {@code /api/v1/hosts/{host}/trace}: the same for one that
 * comes from another host, which that host asks to go on with its own.
 */
final class TraceResource implements Resource {
    /** A station that sends for the first time: of those that nobody is given, RFC 7042, 2.1. */
    private static final long STRANGER = 0x0200_5e00_5301L;

    private static final int MAX_VNI = 0xff_ffff;
    private static final int HEADER_DIGITS = 16;

    private final SwitchService service;
    private final HostInfo host;
    private final OtherHosts others;
    private final TraceElsewhere elsewhere;

    TraceResource(SwitchService service, HostInfo host, OtherHosts others, OtherApis otherApis) {
        this.service = service;
        this.host = host;
        this.others = others;
        this.elsewhere = new TraceElsewhere(host, otherApis);
    }

    @Override
    public List<Operation> operations() {
        return List.of(
                Operation.remoteQuestion("/api/v1/trace", this::trace),
                Operation.question("/api/v1/hosts/{host}/trace", this::goOn));
    }

    /** The body of a question. */
    private record Wanted(
            String port, TracedFrame frame, String hex, String offload, Integer vni, Way arrival, Boolean inject) {
        Wanted {
            Checks.name("port", port);
            if ((frame == null) == (hex == null)) {
                throw ConfigException.invalid("frame", "give either 'frame' or 'hex'");
            }
            Checks.optionalRange("vni", vni, 1, MAX_VNI);
        }

        boolean injects() {
            return Boolean.TRUE.equals(inject);
        }
    }

    /** How it comes, where that is out of the usual; see {@link Arrival}. */
    private record Way(String sender, Boolean encrypted, Boolean congested, String header) {
        Way {
            if (header != null && TracedFrame.hex("header", header).length * 2 != HEADER_DIGITS) {
                throw ConfigException.invalid("header", "must be the eight bytes of a VXLAN header");
            }
        }

        boolean isPossible(String type) {
            boolean senderOnly = encrypted == null && congested == null && header == null;
            return type.equals("vxlan") || type.equals("dgram") && senderOnly;
        }

        Arrival arrival(int vni) {
            Long words = header == null
                    ? null
                    : Long.valueOf(Long.parseUnsignedLong(
                            HexFormat.of().formatHex(TracedFrame.hex("header", header)), HEADER_DIGITS));
            return new Arrival(sender, vni, encrypted, Boolean.TRUE.equals(congested), words);
        }
    }

    /** The body of a question that another host asks. */
    private record FromHost(Integer vni, String hex) {
        FromHost {
            Checks.range("vni", Checks.required("vni", vni), 1, MAX_VNI);
            Checks.required("hex", hex);
        }
    }

    private Answer trace(Call call) {
        Wanted wanted = ConfigReader.read(call.json(), Wanted.class, "");
        if (wanted.injects() && !call.caller().role().covers(Role.OPERATE)) {
            throw Problem.of(Kind.FORBIDDEN, "inject", "needs the role 'operate'; without it, a frame is simulated");
        }
        PortView port = service.port(wanted.port());
        byte[] bytes = wanted.frame() == null ? TracedFrame.hex("hex", wanted.hex()) : bytes(wanted, port);
        byte[] offload = wanted.offload() == null ? null : TracedFrame.hex("offload", wanted.offload());
        FrameTrace trace =
                service.trace(new TraceRequest(wanted.port(), arrival(wanted, port), offload, bytes, wanted.injects()));
        ObjectNode json = json(trace);
        elsewhere.goOn((ArrayNode) json.path("copies"), trace.copies(), leadsTo(trace), call.caller());
        json.put("injected", wanted.injects());
        json.put("frame", HexFormat.of().formatHex(bytes));
        return wanted.injects() ? Answer.ok(json).done(done(wanted, bytes, trace)) : Answer.ok(json);
    }

    private static String done(Wanted wanted, byte[] bytes, FrameTrace trace) {
        return "port " + wanted.port() + ": brought in a frame of " + bytes.length + " bytes, "
                + trace.outcome().label();
    }

    private byte[] bytes(Wanted wanted, PortView port) {
        long station = wanted.frame().source() == null ? stationBehind(wanted, port) : 0;
        return wanted.frame().bytes(station);
    }

    /** The station that was heard last there. */
    private long stationBehind(Wanted wanted, PortView port) {
        String name = port.config().name();
        Optional<Long> known = service.findBridge(port.config().network()).stream()
                .flatMap(bridge -> bridge.table().entries().stream())
                .filter(entry -> entry.port().name().equals(name))
                .max(Comparator.comparingLong(entry -> entry.seenNanos() - System.nanoTime()))
                .map(FdbEntry::mac);
        if (known.isEmpty() && wanted.injects()) {
            throw ConfigException.invalid(
                    "frame.source",
                    "is needed: no station is known behind port '" + name + "', and one would be learned");
        }
        return known.orElse(STRANGER);
    }

    private Arrival arrival(Wanted wanted, PortView port) {
        String type = port.config().type();
        if (wanted.vni() != null && !port.config().crossesOverlay()) {
            throw ConfigException.invalid("vni", "a port of type '" + type + "' has none");
        }
        int vni = wanted.vni() == null ? vniOf(port) : wanted.vni();
        Way way = wanted.arrival();
        if (way != null && !way.isPossible(type)) {
            throw ConfigException.invalid("arrival", "nothing of it can be said of a port of type '" + type + "'");
        }
        if (way == null) {
            return Arrival.usual(vni);
        }
        if (way.sender() != null && port.remote() != null) {
            requireOwnVtep(way.sender(), port);
        }
        return way.arrival(vni);
    }

    private int vniOf(PortView port) {
        return service.config()
                .network(port.config().network())
                .map(NetworkConfig::vni)
                .orElse(0);
    }

    private void requireOwnVtep(String sender, PortView port) {
        String address = HostAddress.parse("arrival.sender", sender).getHostAddress();
        service.ports().stream()
                .filter(other -> other.remote() != null
                        && !other.config().name().equals(port.config().name()))
                .filter(other -> HostAddress.parse("", other.remote().address())
                        .getHostAddress()
                        .equals(address))
                .findFirst()
                .ifPresent(other -> {
                    throw ConfigException.invalid(
                            "arrival.sender",
                            "is the VTEP of port '" + other.config().name() + "': trace from that port");
                });
    }

    private Answer goOn(Call call) {
        FromHost wanted = ConfigReader.read(call.json(), FromHost.class, "");
        byte[] bytes = TracedFrame.hex("hex", wanted.hex());
        String port = portTo(call.path("host"));
        FrameTrace trace = service.trace(new TraceRequest(port, Arrival.usual(wanted.vni()), null, bytes, false));
        return Answer.ok(json(trace).put("injected", false).put("frame", wanted.hex()));
    }

    private String portTo(String asking) {
        return service.ports().stream()
                .filter(port -> asking.equals(hostBehind(port)))
                .map(port -> port.config().name())
                .findFirst()
                .orElseThrow(() -> Problem.of(
                        Kind.NOT_FOUND, "no port of host '" + host.name() + "' leads to host '" + asking + "'"));
    }

    /** The host of the cluster that a port leads to; null if that is not known, or it leads to none. */
    private String hostBehind(PortView port) {
        if (port.host() != null || port.remote() == null) {
            return port.host();
        }
        return others.all().stream()
                .filter(other -> other.vteps().contains(port.remote().address()))
                .map(other -> other.name())
                .findFirst()
                .orElse(null);
    }

    /** The hosts that copies go to, by port. */
    private Map<String, String> leadsTo(FrameTrace trace) {
        Map<String, String> hosts = new LinkedHashMap<>();
        for (FrameTrace.Copy copy : trace.copies()) {
            String name = copy.vni() == 0 ? null : hostBehind(service.port(copy.port()));
            if (name != null) {
                hosts.put(copy.port(), name);
            }
        }
        return hosts;
    }

    private ObjectNode json(FrameTrace trace) {
        ObjectNode json = Json.object().put("host", host.name());
        if (trace.network() != null) {
            json.put("network", trace.network());
        }
        json.put("outcome", trace.outcome().label());
        putReason(json, trace.reason());
        json.set("steps", Json.list(trace.steps(), this::json));
        json.set("copies", Json.list(trace.copies(), TraceResource::json));
        return json;
    }

    private ObjectNode json(FrameTrace.Step step) {
        ObjectNode json = Json.object()
                .put("host", host.name())
                .put("port", step.port())
                .put("step", step.stage().label())
                .put("result", step.reason() == null ? "passed" : "dropped");
        if (step.reason() != null) {
            json.put("reason", step.reason().label());
        }
        return json.put("text", step.text());
    }

    private static ObjectNode json(FrameTrace.Copy copy) {
        ObjectNode json = Json.object().put("port", copy.port());
        if (copy.vlan() != 0) {
            json.put("vlan", copy.vlan());
        }
        if (copy.vni() != 0) {
            json.put("vni", copy.vni());
        }
        putReason(json, copy.reason());
        return json;
    }

    private static void putReason(ObjectNode json, DropReason reason) {
        if (reason != null) {
            json.put("reason", reason.label()).put("meaning", reason.meaning());
        }
    }
}
