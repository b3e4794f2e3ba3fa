package io.tapswitch.doctor;

import io.tapswitch.doctor.Firewall.Verdict;
import io.tapswitch.linux.Capabilities;
import io.tapswitch.linux.Ethtool.Offloads;
import io.tapswitch.linux.KernelFeatures.Feature;
import io.tapswitch.linux.Link;
import io.tapswitch.linux.UdpSockets;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A machine without a fault, until a test gives it one. */
final class FakeMachine implements Machine {
    static final Offloads ALL_ON = new Offloads(true, true, true, true, true, false);

    long capabilities = -1;
    final List<Feature> features = new ArrayList<>(List.of(new Feature("TSO", true, "large frames")));
    IOException tun;
    long openFiles = 100;
    double heapUse = 0.1;
    long freeBytes = 10L << 30;
    IOException unwritable;
    final Map<String, Link> links = new HashMap<>();
    Offloads offloads = ALL_ON;
    List<UdpSockets.Entry> strangers = List.of();
    OptionalLong reversePathDrops = OptionalLong.of(0);
    Verdict firewall = Verdict.OPEN;
    boolean aes = true;
    Instant now = Instant.parse("2026-11-21T12:00:00Z");
    Runnable duringThePause = () -> {};

    /** An interface, up. */
    void link(String name, int mtu) {
        link(name, mtu, true, true);
    }

    void link(String name, int mtu, boolean up, boolean carrier) {
        links.put(name, new Link(7, name, true, "tun", 2, mtu, 68, 65521, 1000, up, carrier, 0, "", Optional.empty()));
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(capabilities);
    }

    @Override
    public List<Feature> features() {
        return features;
    }

    @Override
    public void openTun() throws IOException {
        if (tun != null) {
            throw tun;
        }
    }

    @Override
    public long openFiles() {
        return openFiles;
    }

    @Override
    public long maxOpenFiles() {
        return 1000;
    }

    @Override
    public double heapUse() {
        return heapUse;
    }

    @Override
    public long freeBytes(Path directory) {
        return freeBytes;
    }

    @Override
    public void write(Path directory) throws IOException {
        if (unwritable != null) {
            throw unwritable;
        }
    }

    @Override
    public Optional<Link> link(String namespace, String name) {
        return Optional.ofNullable(links.get(name));
    }

    @Override
    public Offloads offloads(String namespace, String name) {
        return offloads;
    }

    @Override
    public List<UdpSockets.Entry> strangers(String namespace, int udpPort) {
        return strangers;
    }

    @Override
    public OptionalLong reversePathDrops(String namespace) {
        return reversePathDrops;
    }

    @Override
    public Verdict firewall(String namespace, InetAddress peer, int udpPort) {
        return firewall;
    }

    @Override
    public boolean hasAes() {
        return aes;
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public void pause(long millis) {
        duringThePause.run();
    }
}
