package io.tapswitch.port;

import io.tapswitch.frame.MacAddress;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What a driver gets to open a port with.
 *
 * @param name of the port
 * @param counters of the port
 * @param loops the event loops that the port may use, the least busy first; one for each queue
 * @param networkMtu the MTU of the port's network
 * @param mac a MAC address for it, if its settings name none; the same each time that it is opened
 */
public record PortContext(String name, PortCounters counters, List<PortLoop> loops, int networkMtu, long mac) {
    /** What a port gets whose MAC address may be another each time. */
    public PortContext(String name, PortCounters counters, List<PortLoop> loops, int networkMtu) {
        this(
                name,
                counters,
                loops,
                networkMtu,
                MacAddress.local(ThreadLocalRandom.current().nextLong()));
    }
}
