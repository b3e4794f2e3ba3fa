package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.PortView;
import io.tapswitch.SwitchService;
import io.tapswitch.api.Problem.Kind;
import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.bridge.FdbEntry.Type;
import io.tapswitch.bridge.ForwardingTable;
import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.StaticEntry;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.overlay.OverlayDirectory;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * {@code /api/v1/networks/{network}/fdb}: the stations. Static ones belong to the desired state and outlive a restart;
 * the others live in the forwarding table only. A field of an entry is made in {@link Station}, or here if
 * another host said it.
 */
final class FdbResource implements Resource {
    private static final String ALL = "/api/v1/networks/{network}/fdb";
    private static final String ONE = ALL + "/{mac}";

    /** Fields of answers that a client may send back; they say nothing then. */
    private static final List<String> READ_ONLY = List.of("ageSeconds", "vtep", "host", "remotePort");

    private static final int DEFAULT_LIMIT = 1000;
    private static final int MAX_LIMIT = 10_000;

    private final SwitchService service;
    private final OverlayDirectory directory;
    private final DesiredState state;

    FdbResource(SwitchService service, OverlayDirectory directory) {
        this.service = service;
        this.directory = directory;
        this.state = new DesiredState(service, "fdb");
    }

    @Override
    public List<Operation> operations() {
        return List.of(
                Operation.get(ALL, this::list),
                Operation.post(ALL + "/flush", this::flush),
                Operation.get(ONE, this::show),
                Operation.put(ONE, this::put).checksPreconditions(),
                Operation.delete(ONE, this::delete).checksPreconditions());
    }

    /** The body of PUT; the address is in the path and may be repeated. */
    private record Wanted(String mac, String port, String type) {
        Type entryType() {
            return type == null ? Type.STATIC : typeIn("type", type);
        }
    }

    /** The body of a flush. */
    private record Flush(String port, String type) {}

    private ForwardingTable<BridgePort> table(Call call) {
        return service.bridge(call.path("network")).table();
    }

    private Answer list(Call call) {
        call.allowQuery("port", "type", "search", "after", "limit");
        ForwardingTable<BridgePort> table = table(call);
        String port = call.query("port", null, text -> text);
        Type type = call.query("type", null, text -> typeIn("", text));
        Map<String, String> hosts = hostsByPort();
        Predicate<Station> search = call.query("search", station -> true, text -> search(text, hosts));
        FdbPage page = new FdbPage(
                station -> (port == null || station.port().equals(port))
                        && (type == null || station.type() == type)
                        && search.test(station),
                call.query("after", 0L, MacAddress::parse),
                call.limit(DEFAULT_LIMIT, MAX_LIMIT));
        String network = call.path("network");
        return Answer.ok(page.of(table, configured(network), station -> json(network, station, hosts)));
    }

    /** Stations that have the text in their address, or in the name of their port or host. Ports are few: asked once. */
    private static Predicate<Station> search(String text, Map<String, String> hosts) {
        String wanted = text.strip().toLowerCase(Locale.ROOT);
        String address = wanted.replace('-', ':');
        Map<String, Boolean> ports = new HashMap<>();
        return station -> ports.computeIfAbsent(
                        station.port(),
                        port -> port.contains(wanted)
                                || hosts.getOrDefault(port, "").contains(wanted))
                || MacAddress.format(station.mac()).contains(address);
    }

    /** The hosts of the cluster that ports lead to. */
    private Map<String, String> hostsByPort() {
        return service.ports().stream()
                .filter(port -> port.host() != null)
                .collect(Collectors.toMap(port -> port.config().name(), PortView::host, (one, other) -> one));
    }

    private ObjectNode json(String network, Station station) {
        return json(network, station, hostsByPort());
    }

    /** What the other host says of a station that has just moved may be older than what frames have shown. */
    private ObjectNode json(String network, Station station, Map<String, String> hosts) {
        ObjectNode json = station.toJson();
        String host = hosts.get(station.port());
        if (host != null) {
            json.put("host", host);
            directory
                    .station(network, station.mac())
                    .filter(remote -> remote.host().equals(host) && remote.port() != null)
                    .ifPresent(remote -> json.put("remotePort", remote.port()));
        }
        return json;
    }

    private static Type typeIn(String field, String label) {
        return Arrays.stream(Type.values())
                .filter(type -> type.label().equals(label))
                .findFirst()
                .orElseThrow(() -> ConfigException.invalid(
                        field, "'" + label + "' is not an entry type: use dynamic, static, sticky or extern"));
    }

    private List<StaticEntry> configured(String network) {
        return state.config().fdb().stream()
                .filter(entry -> entry.network().equals(network))
                .toList();
    }

    private Optional<StaticEntry> configured(String network, long mac) {
        return configured(network).stream()
                .filter(entry -> entry.address() == mac)
                .findFirst();
    }

    private Optional<Station> station(Call call) {
        FdbEntry<BridgePort> entry = table(call).lookup(call.mac());
        return entry == null
                ? configured(call.path("network"), call.mac()).map(Station::waiting)
                : Optional.of(Station.of(entry, System.nanoTime()));
    }

    private Answer show(Call call) {
        Station station = station(call).orElseThrow(() -> unknown(call));
        return Answer.ok(json(call.path("network"), station)).tagged(revision(station));
    }

    /** Where a station is; how old the entry is makes no other one of it. */
    private static Revision revision(Station station) {
        return Revision.of(new Station(station.mac(), station.port(), station.type(), null, null).toJson());
    }

    private void checkPreconditions(Call call) {
        call.preconditions()
                .check(() -> station(call).map(FdbResource::revision).orElse(null));
    }

    private static Problem unknown(Call call) {
        return Problem.of(
                Kind.NOT_FOUND,
                "network '" + call.path("network") + "' has no entry for " + MacAddress.format(call.mac()));
    }

    private Answer put(Call call) throws IOException {
        String network = call.path("network");
        boolean isNew = station(call).isEmpty();
        Wanted wanted = wanted(call);
        if (wanted.entryType() == Type.STATIC) {
            StaticEntry entry = new StaticEntry(network, MacAddress.format(call.mac()), wanted.port());
            state.apply(config -> {
                checkPreconditions(call);
                return config.with(entry);
            });
        } else {
            putInTable(call, wanted);
        }
        Station station = station(call).orElseThrow(() -> unknown(call));
        ObjectNode json = json(network, station);
        String path = "/api/v1/networks/" + network + "/fdb/" + MacAddress.format(call.mac());
        Answer answer = isNew ? Answer.created(path, json) : Answer.ok(json);
        return answer.tagged(revision(station))
                .done(entryName(call) + ": put, " + wanted.entryType().label() + ", port " + wanted.port());
    }

    private static Wanted wanted(Call call) {
        ObjectNode json = call.json().without(READ_ONLY);
        Wanted wanted = ConfigReader.read(json, Wanted.class, "");
        if (wanted.mac() != null && StaticEntry.unicast("mac", wanted.mac()) != call.mac()) {
            throw ConfigException.invalid("mac", "is not the address of the path");
        }
        Checks.name("port", wanted.port());
        return wanted;
    }

    /** An entry that was static so far leaves the desired state last: whatever fails before has changed nothing. */
    private void putInTable(Call call, Wanted wanted) throws IOException {
        String network = call.path("network");
        String text = MacAddress.format(call.mac());
        state.check(config -> {
            checkPreconditions(call);
            return config.withoutEntry(network, text);
        });
        service.putEntry(network, call.mac(), wanted.port(), wanted.entryType());
        state.apply(config -> config.withoutEntry(network, text));
    }

    private Answer delete(Call call) throws IOException {
        String network = call.path("network");
        ForwardingTable<BridgePort> table = table(call);
        if (configured(network, call.mac()).isPresent()) {
            state.apply(config -> {
                checkPreconditions(call);
                return config.withoutEntry(network, MacAddress.format(call.mac()));
            });
        } else {
            removeFromTable(call, table);
        }
        return Answer.noContent().done(entryName(call) + ": deleted");
    }

    private void removeFromTable(Call call, ForwardingTable<BridgePort> table) {
        if (table.lookup(call.mac()) == null) {
            throw unknown(call);
        }
        checkPreconditions(call);
        table.remove(call.mac());
    }

    private static String entryName(Call call) {
        return "network " + call.path("network") + ": FDB entry " + MacAddress.format(call.mac());
    }

    private Answer flush(Call call) {
        ForwardingTable<BridgePort> table = table(call);
        Flush flush = call.hasBody() ? ConfigReader.read(call.json(), Flush.class, "") : new Flush(null, null);
        int flushed = table.removeIf(doomed(flush));
        return Answer.ok(Json.object().put("flushed", flushed))
                .done("network " + call.path("network") + ": " + flushed + " FDB entries flushed");
    }

    private Predicate<FdbEntry<BridgePort>> doomed(Flush flush) {
        Type type = flush.type() == null ? null : typeIn("type", flush.type());
        if (type == Type.STATIC) {
            throw ConfigException.invalid("type", "static entries are not flushed: delete them one by one");
        }
        if (flush.port() != null
                && service.ports().stream()
                        .noneMatch(port -> port.config().name().equals(flush.port()))) {
            throw ConfigException.conflict("port", "port '" + flush.port() + "' does not exist");
        }
        return entry -> entry.type() != Type.STATIC
                && (type == null || entry.type() == type)
                && (flush.port() == null || entry.port().name().equals(flush.port()));
    }
}
