package io.tapswitch.doctor;

import com.sun.management.UnixOperatingSystemMXBean;
import io.tapswitch.doctor.Firewall.Verdict;
import io.tapswitch.linux.Capabilities;
import io.tapswitch.linux.Ethtool;
import io.tapswitch.linux.Ethtool.Offloads;
import io.tapswitch.linux.IfTun;
import io.tapswitch.linux.KernelFeatures;
import io.tapswitch.linux.KernelFeatures.Feature;
import io.tapswitch.linux.Link;
import io.tapswitch.linux.NetStatistics;
import io.tapswitch.linux.NetworkNamespace;
import io.tapswitch.linux.RtNetlink;
import io.tapswitch.linux.UdpSockets;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** The machine that this process runs on. */
public final class LinuxMachine implements Machine {
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
    /** x86 calls the line flags, ARM features. */
    private static final Pattern AES = Pattern.compile("(?mi)^(flags|features)\\s*:.*\\baes\\b");

    private final KernelFeatures kernel;

    /** @param kernel as it was probed when the process began */
    public LinuxMachine(KernelFeatures kernel) {
        this.kernel = kernel;
    }

    @Override
    public Capabilities capabilities() throws IOException {
        return Capabilities.ofThisThread();
    }

    @Override
    public List<Feature> features() {
        return kernel.features();
    }

    @Override
    public void openTun() throws IOException {
        try {
            IfTun.close(IfTun.open());
        } catch (LinkageError e) {
            throw new IOException(
                    "JNA cannot load its native part (" + e.getMessage()
                            + "); say where it may unpack it: TAPSWITCH_JAVA_OPTS=-Djna.tmpdir=DIRECTORY",
                    e);
        }
    }

    private static UnixOperatingSystemMXBean system() {
        return ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class);
    }

    @Override
    public long openFiles() {
        return system().getOpenFileDescriptorCount();
    }

    @Override
    public long maxOpenFiles() {
        return system().getMaxFileDescriptorCount();
    }

    @Override
    public double heapUse() {
        long used = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getCollectionUsage)
                .filter(Objects::nonNull)
                .mapToLong(MemoryUsage::getUsed)
                .sum();
        return (double) used / Runtime.getRuntime().maxMemory();
    }

    @Override
    public long freeBytes(Path directory) throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    @Override
    public void write(Path directory) throws IOException {
        try {
            Files.delete(Files.createTempFile(directory, ".doctor", null));
        } catch (IOException e) {
            throw new IOException(e.getClass().getSimpleName() + " at " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<Link> link(String namespace, String name) throws IOException {
        return NetworkNamespace.call(namespace, () -> {
            try (RtNetlink netlink = new RtNetlink()) {
                return netlink.link(name);
            }
        });
    }

    @Override
    public Offloads offloads(String namespace, String name) throws IOException {
        return NetworkNamespace.call(namespace, () -> Ethtool.offloads(name));
    }

    @Override
    public List<UdpSockets.Entry> strangers(String namespace, int udpPort) throws IOException {
        List<UdpSockets.Entry> all = NetworkNamespace.call(namespace, UdpSockets::list);
        Set<Long> own = UdpSockets.own();
        return all.stream()
                .filter(socket -> socket.port() == udpPort && !own.contains(socket.inode()))
                .toList();
    }

    @Override
    public OptionalLong reversePathDrops(String namespace) throws IOException {
        return NetworkNamespace.call(namespace, NetStatistics::reversePathDrops);
    }

    @Override
    public Verdict firewall(String namespace, InetAddress peer, int udpPort) throws IOException {
        return NetworkNamespace.call(namespace, () -> PacketFilters.verdict(peer, udpPort));
    }

    @Override
    public boolean hasAes() throws IOException {
        return AES.matcher(Files.readString(PROCESSORS)).find();
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the daemon is stopping");
        }
    }
}
