package io.tapswitch;

/**
 * A station behind a port of this host that is not of the overlay.
 *
 * @param port by name
 * @param isStatic whether an operator nailed it to that port
 */
public record LocalStation(long mac, String port, boolean isStatic) {}
