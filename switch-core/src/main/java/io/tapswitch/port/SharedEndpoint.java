package io.tapswitch.port;

import java.util.List;

/**
 * Sockets that several ports of one type share.
 *
 * @param device the address that they have
 * @param ports how many ports share them
 * @param offloads what crosses them in one piece, in words
 * @param counters what came to them and belongs to no port; live, they go on counting
 */
public record SharedEndpoint(String device, int ports, List<String> offloads, PortCounters counters) {}
