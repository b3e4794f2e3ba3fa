package io.tapswitch.overlay;

import java.time.Instant;

/**
 * Something that an operator may want to know.
 *
 * @param time by the clock of the host where it happened
 * @param host where it happened, by name
 * @param kind one word: {@code duplicate-address}, {@code network-conflict}, {@code host-joined}, {@code host-left}, {@code
 *     vtep-dead}, ...
 * @param subject what it is about: a host, network, port or address
 * @param text what happened, in words
 */
public record HostEvent(Instant time, String host, String kind, String subject, String text) {}
