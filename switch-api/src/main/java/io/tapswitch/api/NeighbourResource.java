package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.SwitchService;
import io.tapswitch.bridge.Bridge;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.overlay.OverlayDirectory;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** {@code /api/v1/networks/{network}/neighbours}: who has which IP address, on this host and on the others. */
final class NeighbourResource implements Resource {
    private static final int DEFAULT_LIMIT = 1000;
    private static final int MAX_LIMIT = 10_000;

    private final HostInfo host;
    private final SwitchService service;
    private final OverlayDirectory directory;

    NeighbourResource(HostInfo host, SwitchService service, OverlayDirectory directory) {
        this.host = host;
        this.service = service;
        this.directory = directory;
    }

    @Override
    public List<Operation> operations() {
        return List.of(Operation.get("/api/v1/networks/{network}/neighbours", this::list));
    }

    private Answer list(Call call) {
        call.allowQuery("host", "search", "after", "limit");
        Bridge bridge = service.bridge(call.path("network"));
        String wanted = call.query("host", null, text -> text);
        Predicate<Neighbour> search = call.query("search", neighbour -> true, NeighbourResource::search);
        InetAddress after = call.query("after", null, Neighbour::parse);
        int limit = call.limit(DEFAULT_LIMIT, MAX_LIMIT);
        Stream<Neighbour> remote =
                directory.neighbours(call.path("network")).stream().map(Neighbour::of);
        List<Neighbour> matching = Stream.concat(ofThisHost(bridge), remote)
                .filter(neighbour -> wanted == null || neighbour.host().equals(wanted))
                .filter(search)
                .toList();
        return Answer.ok(page(matching, after, limit));
    }

    /** Those that have the text in one of their addresses, or in the name of their host or port. */
    private static Predicate<Neighbour> search(String text) {
        String wanted = text.strip().toLowerCase(Locale.ROOT);
        String address = wanted.replace('-', ':');
        return neighbour -> neighbour.text().contains(wanted)
                || MacAddress.format(neighbour.mac()).contains(address)
                || neighbour.host().contains(wanted)
                || neighbour.port() != null && neighbour.port().contains(wanted);
    }

    private Stream<Neighbour> ofThisHost(Bridge bridge) {
        return bridge.neighbours().entries().stream()
                .filter(neighbour -> neighbour.isLocal())
                .map(neighbour -> Neighbour.here(neighbour.address(), neighbour.mac(), host.name(), bridge));
    }

    private static ObjectNode page(List<Neighbour> matching, InetAddress after, int limit) {
        List<Neighbour> rest = matching.stream()
                .filter(neighbour -> after == null || Neighbour.BY_NUMBER.compare(neighbour.address(), after) > 0)
                .sorted(Neighbour.IN_ORDER)
                .toList();
        int length = length(rest, limit);
        ObjectNode json = Json.object();
        json.set("entries", Json.list(rest.subList(0, length), Neighbour::toJson));
        json.put("total", matching.size());
        if (length < rest.size()) {
            json.put("next", rest.get(length - 1).text());
        }
        return json;
    }

    /** The next page begins after an address, so all that claim it are on this one, though that may be above the limit. */
    private static int length(List<Neighbour> sorted, int limit) {
        int length = Math.min(limit, sorted.size());
        while (length > 0
                && length < sorted.size()
                && sorted.get(length).address().equals(sorted.get(length - 1).address())) {
            length++;
        }
        return length;
    }
}
