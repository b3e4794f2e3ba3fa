package io.tapswitch.overlay;

/**
 * Who has an IP address behind another host.
 *
 * @param address IPv4 or IPv6, in digits
 * @param mac of the station that has it
 * @param host by name
 * @param port of that host, by name
 * @param vtep the address that frames to it are sent to
 */
public record RemoteNeighbour(String address, long mac, String host, String port, String vtep) {}
