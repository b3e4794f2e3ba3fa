package io.tapswitch.overlay;

/**
 * A station behind another host.
 *
 * @param host by name
 * @param port of that host, by name
 * @param vtep the address that frames to it are sent to
 * @param sequence how often it has moved, as EVPN counts (RFC 7432, 15)
 * @param isStatic whether an operator nailed it to that port
 */
public record RemoteStation(long mac, String host, String port, String vtep, int sequence, boolean isStatic) {}
