package io.tapswitch.bridge;

import java.net.InetAddress;

/**
 * Who has an IP address, as of one moment.
 *
 * @param address IPv4 or IPv6, without a scope
 * @param mac of the station that has it, as {@link io.tapswitch.frame.MacAddress} defines
 * @param isLocal whether the station said so itself, on a port of this host; else a directory did
 * @param heardNanos when the station said so last, or the directory did, on the clock of {@code System.nanoTime}, to about
 *     a second
 */
public record Neighbour(InetAddress address, long mac, boolean isLocal, long heardNanos) {}
