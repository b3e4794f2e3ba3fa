package io.tapswitch.cluster;

import io.netty.util.NetUtil;
import io.tapswitch.cluster.HostRecord.HostNetwork;
import io.tapswitch.cluster.LocalSwitch.Link;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which hosts frames go to: those that have a port in one of this host's networks, so that the flood list of a network is
 * made of the hosts that have ports in it.
 *
 * @param links in the order of the hosts' names
 * @param misfits why there is none to a host that there should be one to, by the host's name
 */
record LinkPlan(Set<Link> links, Map<String, String> misfits) {
    static LinkPlan of(Self self, List<HostNetwork> networks, Collection<Peer> peers) {
        Set<Link> links = new LinkedHashSet<>();
        Map<String, String> misfits = new TreeMap<>();
        Map<String, Peer> sorted = new TreeMap<>();
        peers.forEach(peer -> sorted.put(peer.name(), peer));
        for (Peer peer : sorted.values()) {
            if (peer.isThere()) {
                plan(self, networks, peer.record(), links, misfits);
            }
        }
        return new LinkPlan(links, misfits);
    }

    private static void plan(
            Self self, List<HostNetwork> own, HostRecord host, Set<Link> links, Map<String, String> misfits) {
        Set<String> shared = shared(own, host);
        byte[] local = null;
        byte[] remote = null;
        for (byte[] address : self.vteps()) {
            byte[] same = ofSameVersion(host.vteps(), address);
            if (local == null && same != null && !Arrays.equals(same, address)) {
                local = address;
                remote = same;
            }
        }
        String misfit = misfit(self, own, host, local == null);
        if (misfit != null) {
            misfits.put(host.name(), misfit);
        }
        if (!shared.isEmpty() && local != null && host.vtepPort() == self.vtepPort()) {
            links.add(new Link(host.name(), NetUtil.bytesToIpAddress(remote), NetUtil.bytesToIpAddress(local), shared));
        }
    }

    private static Set<String> shared(List<HostNetwork> own, HostRecord host) {
        Set<HostNetwork> theirs = new HashSet<>(host.networks());
        Set<String> shared = new LinkedHashSet<>();
        own.stream().filter(theirs::contains).map(HostNetwork::name).forEach(shared::add);
        return shared;
    }

    private static byte[] ofSameVersion(List<byte[]> addresses, byte[] wanted) {
        return addresses.stream()
                .filter(address -> address.length == wanted.length)
                .findFirst()
                .orElse(null);
    }

    private static String misfit(Self self, List<HostNetwork> own, HostRecord host, boolean noAddress) {
        String who = "host " + host.name() + ": ";
        if (noAddress && hasSameAddress(self, host)) {
            return who + "its VTEP has the address of this one: give each host one of its own in 'vtep'";
        }
        if (noAddress) {
            return who + "its VTEP has no address of the same version of IP as this one: give both one in 'vtep'";
        }
        if (host.vtepPort() != self.vtepPort()) {
            return who + "its VTEP is at UDP port " + host.vtepPort() + ", this one at " + self.vtepPort()
                    + ": make 'vtepPort' the same";
        }
        if (host.encrypts() != self.encrypts()) {
            return who + "it " + (host.encrypts() ? "encrypts" : "does not encrypt")
                    + ", other than this one: make 'encryption' the same";
        }
        Map<Integer, String> names = new HashMap<>();
        own.forEach(network -> names.put(network.vni(), network.name()));
        for (HostNetwork other : host.networks()) {
            String here = names.get(other.vni());
            if (here != null && !here.equals(other.name())) {
                return who + "VNI " + other.vni() + " is network " + other.name() + " there and " + here
                        + " here: no frames cross until one has another VNI";
            }
        }
        return null;
    }

    private static boolean hasSameAddress(Self self, HostRecord host) {
        return self.vteps().stream()
                .anyMatch(own -> host.vteps().stream().anyMatch(address -> Arrays.equals(own, address)));
    }
}
