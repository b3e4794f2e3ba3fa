package io.tapswitch.config;

/**
 * The section of a port whose far side is a remote VTEP: the frames of its networks are told apart by their VXLAN network
 * identifiers, so that {@code network} and the networks of {@code trunk} need a {@code vni}.
 */
public interface OverlaySettings {}
