package io.tapswitch.linux;

import io.tapswitch.linux.Capabilities.Capability;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What this kernel, and this process on it, can do for the switch; probed once at start, for the status page and the
 * log. A TAP finds out for itself when it is opened: nothing decides by this list.
 *
 * @param release the kernel's release, such as {@code "6.1.0-18-amd64"}
 * @param architecture such as {@code "amd64"} or {@code "aarch64"}
 * @param features in the order in which they were probed
 */
public record KernelFeatures(String release, String architecture, List<Feature> features) {
    public static final String TUN = "tun";
    public static final String NET_ADMIN = "CAP_NET_ADMIN";
    public static final String NET_RAW = "CAP_NET_RAW";
    public static final String SYS_ADMIN = "CAP_SYS_ADMIN";
    public static final String VNET_HEADER = "IFF_VNET_HDR";
    public static final String MULTI_QUEUE = "IFF_MULTI_QUEUE";
    public static final String TSO = "TSO";
    public static final String USO = "USO";
    public static final String CARRIER = "TUNSETCARRIER";
    public static final String PACKET_VNET_HEADER = "PACKET_VNET_HDR";
    public static final String IGNORE_OUTGOING = "PACKET_IGNORE_OUTGOING";

    public static final String UDP_SEGMENT = "UDP_SEGMENT";
    public static final String UDP_GRO = "UDP_GRO";

    /** Copies the list. */
    public KernelFeatures {
        features = List.copyOf(features);
    }

    /**
     * One thing that the kernel can or cannot do.
     *
     * @param detail in words: what follows from it, and when it is not available, why
     */
    public record Feature(String name, boolean available, String detail) {
        /** Such as {@code "USO: no (TUNSETOFFLOAD said EINVAL...)"}. */
        @Override
        public String toString() {
            return name + ": " + (available ? "yes" : "no") + " (" + detail + ")";
        }
    }

    /**
     * Finds out, in a few milliseconds. What can only be seen on a TAP is tried on one in a network namespace that
     * both vanish at once; the host sees neither, unless this process may make no namespaces. Never throws.
     */
    public static KernelFeatures probe() {
        String release = System.getProperty("os.version");
        List<Feature> features = new ArrayList<>(capabilities());
        try {
            features.addAll(tunFeatures(release));
            features.addAll(packetFeatures(release));
            features.addAll(udpFeatures(release));
        } catch (LinkageError e) {
            features.add(new Feature(
                    TUN,
                    false,
                    "JNA cannot load its native part, say where it may unpack it with -Djna.tmpdir=DIRECTORY: " + e));
        }
        return new KernelFeatures(release, System.getProperty("os.arch"), features);
    }

    /** Whether a feature was probed and is available. */
    public boolean has(String name) {
        return features.stream().anyMatch(feature -> feature.name().equals(name) && feature.available());
    }

    private static List<Feature> capabilities() {
        Capabilities held;
        try {
            held = Capabilities.ofThisThread();
        } catch (IOException e) {
            return List.of(new Feature(NET_ADMIN, false, "the kernel does not say: " + e.getMessage()));
        }
        return Arrays.stream(Capability.values())
                .map(capability -> feature(capability, held.has(capability)))
                .toList();
    }

    private static Feature feature(Capability capability, boolean held) {
        String can = held
                ? "can " + capability.purpose()
                : "cannot " + capability.purpose() + ": run as root, or add AmbientCapabilities=" + capability;
        return new Feature(capability.name(), held, can);
    }

    private static List<Feature> tunFeatures(String release) {
        List<Feature> features = new ArrayList<>();
        try {
            int fd = IfTun.open();
            try {
                features.add(new Feature(TUN, true, "/dev/net/tun opens"));
                features.addAll(driverFeatures(IfTun.getFeatures(fd)));
            } finally {
                IfTun.close(fd);
            }
            features.addAll(probeDevice(release));
        } catch (IOException | RuntimeException e) {
            addUnprobed(features, e);
        }
        return features;
    }

    private static List<Feature> driverFeatures(int flags) {
        boolean vnetHeader = (flags & IfTun.IFF_VNET_HDR) != 0;
        boolean multiQueue = (flags & IfTun.IFF_MULTI_QUEUE) != 0;
        return List.of(
                new Feature(
                        VNET_HEADER,
                        vnetHeader,
                        vnetHeader
                                ? "offloads ride with the frame"
                                : "this kernel's TUN driver is too old: no TAP opens"),
                new Feature(
                        MULTI_QUEUE,
                        multiQueue,
                        multiQueue ? "a TAP can have several queues" : "a TAP has one queue, on one event loop"));
    }

    private static List<Feature> probeDevice(String release) throws IOException {
        try {
            return NetworkNamespace.callInThrowAway(() -> deviceFeatures(release));
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPERM) {
                throw e;
            }
            // Without CAP_SYS_ADMIN, as the daemon mostly runs.
            return deviceFeatures(release);
        }
    }

    private static List<Feature> deviceFeatures(String release) throws LinuxException {
        int fd = IfTun.open();
        try {
            IfTun.setIff(fd, "tswprobe%d", IfTun.IFF_TAP | IfTun.IFF_NO_PI | IfTun.IFF_VNET_HDR);
            return List.of(
                    attempt(
                            TSO,
                            "TUNSETOFFLOAD",
                            "TCP segments of up to 64 KiB cross whole",
                            "TCP segments cross one by one",
                            release,
                            () -> IfTun.setOffload(fd, IfTun.TSO)),
                    attempt(
                            USO,
                            "TUNSETOFFLOAD",
                            "UDP segments cross together",
                            "UDP segments cross one by one",
                            release,
                            () -> IfTun.setOffload(fd, IfTun.TSO_AND_USO)),
                    attempt(
                            CARRIER,
                            "TUNSETCARRIER",
                            "disabling a port pulls its cable",
                            "a disabled port's interface still looks connected",
                            release,
                            () -> IfTun.setCarrier(fd, true)));
        } finally {
            IfTun.close(fd);
        }
    }

    @FunctionalInterface
    private interface Attempt {
        void run() throws LinuxException;
    }

    private static Feature attempt(
            String name, String call, String benefit, String consequence, String release, Attempt attempt) {
        try {
            attempt.run();
            return new Feature(name, true, benefit);
        } catch (LinuxException e) {
            return new Feature(
                    name,
                    false,
                    call + " said " + e.symbol() + ", kernel " + release + " has no " + name + ": " + consequence);
        }
    }

    private static void addUnprobed(List<Feature> features, Exception reason) {
        for (String name : List.of(TUN, VNET_HEADER, MULTI_QUEUE, TSO, USO, CARRIER)) {
            if (features.stream().noneMatch(feature -> feature.name().equals(name))) {
                String detail = name.equals(TUN) ? reason.getMessage() : "not probed: " + reason.getMessage();
                features.add(new Feature(name, false, detail));
            }
        }
    }

    private static List<Feature> packetFeatures(String release) {
        try {
            boolean ignores = PacketSocket.hasIgnoreOutgoing();
            return List.of(
                    new Feature(PACKET_VNET_HEADER, true, "offloads ride with the frame on interface ports"),
                    new Feature(
                            IGNORE_OUTGOING,
                            ignores,
                            ignores
                                    ? "the kernel spares interface ports the host's own frames"
                                    : "kernel " + release + " has no " + IGNORE_OUTGOING
                                            + ": a filter keeps the host's own frames from interface ports"));
        } catch (LinuxException e) {
            return List.of(
                    new Feature(PACKET_VNET_HEADER, false, "no port of type interface opens: " + e.getMessage()),
                    new Feature(IGNORE_OUTGOING, false, "not probed: " + e.getMessage()));
        }
    }

    private static List<Feature> udpFeatures(String release) {
        try (UdpSocket socket = UdpSocket.sender(InetAddress.getLoopbackAddress())) {
            return List.of(
                    udp(
                            UDP_SEGMENT,
                            socket.canSegment(),
                            "segments of the overlay leave in one piece",
                            release,
                            "they leave one by one, from Linux 4.18 on together"),
                    udp(
                            UDP_GRO,
                            socket.joinReceived(),
                            "segments of the overlay are taken in one piece",
                            release,
                            "they are taken one by one, from Linux 5.0 on together"));
        } catch (LinuxException e) {
            return List.of(
                    new Feature(UDP_SEGMENT, false, "no port of type vxlan opens: " + e.getMessage()),
                    new Feature(UDP_GRO, false, "not probed: " + e.getMessage()));
        }
    }

    private static Feature udp(String name, boolean has, String benefit, String release, String consequence) {
        return new Feature(name, has, has ? benefit : "kernel " + release + " has no " + name + ": " + consequence);
    }
}
