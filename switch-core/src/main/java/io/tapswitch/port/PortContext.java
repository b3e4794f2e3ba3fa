package io.tapswitch.port;

import java.util.List;

/**
 * What a driver gets to open a port with.
 *
 * @param name of the port
 * @param counters of the port
 * @param loops the event loops that the port may use, the least busy first; one for each queue
 * @param networkMtu the MTU of the port's network
 */
public record PortContext(String name, PortCounters counters, List<PortLoop> loops, int networkMtu) {}
