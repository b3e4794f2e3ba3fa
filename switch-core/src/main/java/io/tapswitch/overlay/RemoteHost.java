package io.tapswitch.overlay;

import java.util.List;

/**
 * Another host of the cluster, as it last described itself.
 *
 * @param name unique in the cluster
 * @param version of its TapSwitch
 * @param state {@code up}; {@code cached} if it is known from before this daemon started, and not heard since; {@code
 *     silent} if it was not heard for some time
 * @param reason what is the matter with it; null if nothing is
 * @param port of this switch that leads to it; null if the hosts share no network
 * @param vteps the addresses of its VTEP
 * @param vtepPort UDP port of its VTEP
 * @param api where its daemon answers those of other hosts, {@code 192.0.2.1:7471}; null if it cannot be asked
 * @param mtu the largest packet that its underlay takes as far as it knows, bytes; 0 if it does not say
 * @param eventLoops how many carry frames there
 * @param networks in which it has ports, by name; as {@code vni 7} where this host knows no name
 * @param stations how many it has published
 * @param heardSecondsAgo since its record was last renewed; null if never since this daemon started
 */
public record RemoteHost(
        String name,
        String version,
        String state,
        String reason,
        String port,
        List<String> vteps,
        int vtepPort,
        String api,
        int mtu,
        int eventLoops,
        List<String> networks,
        int stations,
        Long heardSecondsAgo) {}
