package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.bridge.ForwardingTable;
import io.tapswitch.config.StaticEntry;
import io.tapswitch.frame.MacAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A page of a forwarding table, ordered by address. A page begins after an address, not at a number, so that stations
 * that come and go between two pages shift nothing; and only the page is sorted, as tables are large.
 *
 * @param filter which stations to show
 * @param after the address that the page before ended with; 0 for the first page
 * @param limit how many stations at most
 */
record FdbPage(Predicate<Station> filter, long after, int limit) {
    private static final Comparator<Station> LOWEST_FIRST = Comparator.comparingLong(Station::mac);

    /**
     * Reads the page.
     *
     * @param configured the network's static stations; those that wait for their port are not in the table
     * @param form of a station
     */
    ObjectNode of(ForwardingTable<BridgePort> table, List<StaticEntry> configured, Function<Station, ObjectNode> form) {
        PriorityQueue<Station> page = new PriorityQueue<>(LOWEST_FIRST.reversed());
        long now = System.nanoTime();
        long total = 0;
        for (FdbEntry<BridgePort> entry : table.entries()) {
            total += offer(page, Station.of(entry, now));
        }
        for (StaticEntry entry : configured) {
            if (table.lookup(entry.address()) == null) {
                total += offer(page, Station.waiting(entry));
            }
        }
        return json(new ArrayList<>(page), total, form);
    }

    /** Keeps one station more than fit, to know whether there is a next page. @return 1 if it is one to count */
    private int offer(PriorityQueue<Station> page, Station station) {
        if (!filter.test(station)) {
            return 0;
        }
        boolean isLower = page.size() <= limit || station.mac() < page.peek().mac();
        if (station.mac() > after && isLower) {
            page.add(station);
            if (page.size() > limit + 1) {
                page.poll();
            }
        }
        return 1;
    }

    private ObjectNode json(List<Station> stations, long total, Function<Station, ObjectNode> form) {
        stations.sort(LOWEST_FIRST);
        boolean more = stations.size() > limit;
        List<Station> shown = more ? stations.subList(0, limit) : stations;
        ObjectNode json = Json.object();
        json.set("entries", Json.list(shown, form));
        json.put("total", total);
        if (more) {
            json.put("next", MacAddress.format(shown.get(limit - 1).mac()));
        }
        return json;
    }
}
