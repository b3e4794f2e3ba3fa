package io.tapswitch.vxlan;

/**
 * Both directions between this host and one peer, for as long as neither of their {@link Session}s changes, under one
 * secret. Made by
 * {@link Session#pair}.
 *
 * @param sealing seals what goes to the peer
 * @param opening opens what comes from it
 */
public record Pairing(Sealing sealing, Opening opening) {}
