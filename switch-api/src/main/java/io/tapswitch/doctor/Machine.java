package io.tapswitch.doctor;

import io.tapswitch.linux.Capabilities;
import io.tapswitch.linux.Ethtool.Offloads;
import io.tapswitch.linux.KernelFeatures.Feature;
import io.tapswitch.linux.Link;
import io.tapswitch.linux.UdpSockets;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the checks ask of the machine and of the process that looks at it. Where a network namespace is named, it is as
 * {@link io.tapswitch.linux.NetworkNamespace} takes it, null for the process's own. Any thread that may wait; each method
 * throws {@link IOException} if something cannot be found out, in words.
 */
public interface Machine {
    /** What the process may do. */
    Capabilities capabilities() throws IOException;

    /** What the kernel can do, as it was probed when the process began. */
    List<Feature> features();

    /** Tries to open {@code /dev/net/tun}. @throws IOException if that fails, with what to do */
    void openTun() throws IOException;

    /** How many files the process has open. */
    long openFiles();

    /** How many files the process may have open. */
    long maxOpenFiles();

    /** Which part of the heap that the process may have at most was in use after the last collection of garbage, 0 to 1. */
    double heapUse();

    /** How many bytes may yet be written to the file system of a directory. */
    long freeBytes(Path directory) throws IOException;

    /** Tries to write a file in a directory. @throws IOException if that fails */
    void write(Path directory) throws IOException;

    /** An interface; nothing if there is none of that name. */
    Optional<Link> link(String namespace, String name) throws IOException;

    /** The offloads of an interface. */
    Offloads offloads(String namespace, String name) throws IOException;

    /** The UDP sockets of other processes that have a port. */
    List<UdpSockets.Entry> strangers(String namespace, int udpPort) throws IOException;

    /** How many packets the kernel dropped for {@code rp_filter}. */
    OptionalLong reversePathDrops(String namespace) throws IOException;

    /** What the packet filters make of UDP packets between this host and another. */
    Firewall.Verdict firewall(String namespace, InetAddress peer, int udpPort) throws IOException;

    /** Whether the processor has instructions for AES. */
    boolean hasAes() throws IOException;

    /** The time by this machine's clock. */
    Instant now();

    /** Waits. */
    void pause(long millis) throws IOException;
}
