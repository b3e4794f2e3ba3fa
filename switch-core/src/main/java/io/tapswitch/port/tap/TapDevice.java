package io.tapswitch.port.tap;

import io.tapswitch.frame.MacAddress;
import io.tapswitch.linux.Accounts;
import io.tapswitch.linux.Errno;
import io.tapswitch.linux.IfTun;
import io.tapswitch.linux.InterfaceAddress;
import io.tapswitch.linux.InterfaceName;
import io.tapswitch.linux.Link;
import io.tapswitch.linux.LinuxException;
import io.tapswitch.linux.NetworkNamespace;
import io.tapswitch.linux.RtNetlink;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A TAP or TUN network device that the switch holds open: a host, a namespace or a container has the interface, and the
 * switch is the wire. There is one file descriptor per queue, non-blocking; each read gives, and each write takes, one
 * Ethernet frame, or of a TUN one IP packet, after a little-endian virtio-net header of {@value #VNET_HEADER_LENGTH} bytes. (The kernel leaves the
 * last two of them, num_buffers, unwritten on a read.) Linux, Documentation/networking/tuntap.rst.
 *
 * <p>Whatever is in the way of opening one is a {@link LinuxException} that says what to do. Opening is all or
 * nothing: a device that was made is gone again, and one that was there before has its address, MTU and state back.
 *
 * <p>Methods block for some system calls and exclude each other. They belong on a worker thread.
 *
 * <p><b>Who closes the fds.</b> This object, by {@link #close}; whoever reads and writes them borrows them from
 * {@link #fds} and stops first, because a number may be given to another file as soon as it is closed. A caller whose
 * wrappers close fds themselves takes them over by {@link #releaseFds}: then {@link #close} closes nothing, and is
 * called <em>before</em> the wrappers close, since this object's methods work through the first queue's fd.
 */
public final class TapDevice implements AutoCloseable {
    /** The bytes before each frame. */
    public static final int VNET_HEADER_LENGTH = 12;

    /** The alias of a device that the switch made, so that a later run knows it for its own. */
    public static final String ALIAS = "tapswitch";

    private final Spec spec;
    private final String name;
    private final int index;
    private final boolean created;
    private final boolean markedOurs;
    private final List<String> offloads;
    private final int[] fds;

    /** The namespace that the device was made in, as the kernel tells it from others; null for the daemon's own. */
    private final Object namespace;

    private boolean released;
    private boolean closed;

    /** What crosses the wire. */
    public enum Kind {
        /** Ethernet frames. */
        TAP,
        /** IP packets. */
        TUN;

        int flag() {
            return this == TAP ? IfTun.IFF_TAP : IfTun.IFF_TUN;
        }

        static Kind of(Link.Tun device) {
            return device.tap() ? TAP : TUN;
        }
    }

    /**
     * What a device shall be.
     *
     * @param kind of the device
     * @param interfaceName at most 15 characters; one "%d" in it lets the kernel choose a number
     * @param namespace a name as {@code ip netns} knows it or an absolute path; null for the daemon's own
     * @param queues 1 to {@value IfTun#MAX_QUEUES}
     * @param offload whether frames of up to 64 KiB with checksums left to do may come out of the interface
     * @param mtu in bytes without the Ethernet header; null leaves it, 1500 on a new device
     * @param addresses what the interface is given besides the addresses that it has
     * @param up the interface's administrative state
     * @param mac the interface's MAC address; null leaves it, unless it is new; null for a TUN, which has none
     * @param macIfNew the MAC address of an interface that is made here, if {@code mac} is null and the kernel accepts it;
     *     null lets the kernel choose at random; null for a TUN
     * @param owner the user, by name or number, who may attach to the device without CAP_NET_ADMIN; null for none
     * @param group the group, likewise
     */
    public record Spec(
            Kind kind,
            String interfaceName,
            String namespace,
            int queues,
            boolean offload,
            Integer mtu,
            List<InterfaceAddress> addresses,
            boolean up,
            String mac,
            String macIfNew,
            String owner,
            String group) {
        /**
         * Checks what can be told without asking the kernel.
         *
         * @throws IllegalArgumentException if no interface can have the name, there are too few or too many queues, or
         *     the MAC address is not one of a station
         */
        public Spec {
            InterfaceName.checkPattern(interfaceName);
            if (queues < 1 || queues > IfTun.MAX_QUEUES) {
                throw new IllegalArgumentException("a TAP has 1 to " + IfTun.MAX_QUEUES + " queues, not " + queues);
            }
            if (mac != null && !MacAddress.isValidSource(MacAddress.parse(mac))) {
                throw new IllegalArgumentException("an interface cannot have the MAC address " + mac
                        + ": it is zero or a group address; choose one like 02:00:00:00:00:01");
            }
            addresses = List.copyOf(addresses);
        }

        /** A TAP, for which the kernel may choose the MAC address. */
        public Spec(
                String interfaceName,
                String namespace,
                int queues,
                boolean offload,
                Integer mtu,
                List<InterfaceAddress> addresses,
                boolean up,
                String mac,
                String owner,
                String group) {
            this(Kind.TAP, interfaceName, namespace, queues, offload, mtu, addresses, up, mac, null, owner, group);
        }
    }

    TapDevice(Spec spec, Object namespace, Link link, boolean created, List<String> offloads, int[] fds) {
        this.spec = spec;
        this.namespace = namespace;
        this.name = link.name();
        this.index = link.index();
        this.created = created;
        this.markedOurs = link.alias().equals(ALIAS);
        this.offloads = List.copyOf(offloads);
        this.fds = fds;
    }

    /**
     * Attaches to the device, which is made if it does not exist, and configures it. A device made here gets the alias
     * {@value #ALIAS}. It vanishes with its last fd unless {@link #persist} is called.
     *
     * @return the device, which the caller closes
     * @throws IOException if anything of it cannot be had; nothing is left behind then
     */
    public static TapDevice open(Spec spec) throws IOException {
        // The host's name service may live in the host's network, so ask before entering a namespace.
        OptionalLong uid = spec.owner() == null ? OptionalLong.empty() : OptionalLong.of(Accounts.userId(spec.owner()));
        OptionalLong gid =
                spec.group() == null ? OptionalLong.empty() : OptionalLong.of(Accounts.groupId(spec.group()));
        Object namespace = NetworkNamespace.identity(spec.namespace());
        return NetworkNamespace.call(spec.namespace(), () -> TapDeviceOpening.open(spec, namespace, uid, gid));
    }

    /**
     * Deletes a device that an earlier run made persistent and nobody needs any more.
     *
     * @param kind of the device; one of the other kind is left alone
     * @param interfaceName its name, without "%d"
     * @param namespace as in {@link Spec}
     * @return false if there is no such interface
     * @throws IOException if the interface was not made by the switch, somebody holds it open, or the kernel refuses
     */
    public static boolean delete(Kind kind, String interfaceName, String namespace) throws IOException {
        return delete(kind, interfaceName, namespace, ALIAS);
    }

    /** The same for a device that was given another alias. */
    public static boolean delete(Kind kind, String interfaceName, String namespace, String alias) throws IOException {
        return NetworkNamespace.call(namespace, () -> {
            try (RtNetlink netlink = new RtNetlink()) {
                Optional<Link> link = netlink.link(interfaceName);
                if (link.isPresent()) {
                    requireOurs(kind, link.get(), alias);
                    TapDeviceOpening.unpersist(link.get());
                }
                return link.isPresent();
            }
        });
    }

    private static void requireOurs(Kind kind, Link link, String alias) throws IOException {
        boolean ofKind = link.tun().map(Kind::of).map(kind::equals).orElse(false);
        if (!ofKind || !link.alias().equals(alias)) {
            throw new IOException("interface '" + link.name() + "' was not made by TapSwitch, so it is left alone;"
                    + " delete it with: ip link del " + link.name());
        }
    }

    /** The queues' fds in their order. This object still owns them. */
    public synchronized int[] fds() {
        requireOpen();
        return fds.clone();
    }

    /** The queues' fds in their order, which from now on the caller closes, after it has called {@link #close}. */
    public synchronized int[] releaseFds() {
        requireOpen();
        released = true;
        return fds.clone();
    }

    /** The interface's name at the time it was opened, with the number that the kernel chose. */
    public String name() {
        return name;
    }

    /** The interface's index in its namespace, at the time it was opened. */
    public int index() {
        return index;
    }

    /** The namespace as it was asked for; null for the daemon's own. */
    public String namespace() {
        return spec.namespace();
    }

    /** Whether the device was made by {@link #open}, rather than found. */
    public boolean created() {
        return created;
    }

    /** Whether the device was made by the switch, now or in an earlier run. */
    public boolean markedOurs() {
        return markedOurs;
    }

    /** What may come out of the interface undone, in words: {@code checksum}, {@code tso4} and so on; maybe nothing. */
    public List<String> offloads() {
        return offloads;
    }

    /** Lets the device outlive this object, or not; see {@link #removePersistent}. */
    public synchronized void persist(boolean persistent) throws LinuxException {
        requireOpen();
        IfTun.setPersist(fds[0], persistent);
    }

    /** Takes the persistence back from a device that the switch made, so that it vanishes on closing. */
    public void removePersistent() throws LinuxException {
        if (markedOurs) {
            persist(false);
        }
    }

    /** Plugs the cable in, or pulls it, as the interface's user sees it. */
    public synchronized void carrier(boolean carrier) throws LinuxException {
        requireOpen();
        IfTun.setCarrier(fds[0], carrier);
    }

    /**
     * Sets the MTU in bytes, without the Ethernet header, also if the interface has been renamed or moved since.
     *
     * @throws IOException if the kernel refuses; the message has the accepted range
     */
    public synchronized void setMtu(int mtu) throws IOException {
        requireOpen();
        if (spec.namespace() == null) {
            setMtuHere(mtu);
            return;
        }
        int device;
        try {
            device = IfTun.getDeviceNamespace(fds[0]);
        } catch (LinuxException e) {
            // Linux before 5.8 cannot tell where the device is; it is nearly always where it was made.
            if (e.errno() != Errno.ENOTTY && e.errno() != Errno.EINVAL) {
                throw e;
            }
            inNamespace(spec.namespace(), mtu);
            return;
        }
        try {
            inNamespace("/proc/self/fd/" + device, mtu);
        } finally {
            IfTun.close(device);
        }
    }

    private void inNamespace(String namespace, int mtu) throws IOException {
        NetworkNamespace.call(namespace, () -> {
            setMtuHere(mtu);
            return null;
        });
    }

    private void setMtuHere(int mtu) throws LinuxException {
        String present = IfTun.getIff(fds[0]).name();
        try (RtNetlink netlink = new RtNetlink()) {
            Link link = netlink.link(present).orElseThrow(() -> TapDeviceOpening.vanished(present));
            TapDeviceOpening.setMtu(netlink, link, mtu);
        }
    }

    /**
     * Looks whether the namespace is still the one that the device was made in: one that was deleted and made anew has
     * the same name, but not the device, which stays in the old one.
     *
     * @throws IOException if it is another
     */
    public void requireSameNamespace() throws IOException {
        Object now = NetworkNamespace.identity(spec.namespace());
        if (now != null && !now.equals(namespace)) {
            throw new IOException("network namespace '" + spec.namespace() + "' was made anew; the switch makes the"
                    + " interface in it again");
        }
    }

    /** Closes the fds, unless they were released; does nothing the second time. Other methods then refuse. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!released) {
            for (int i = fds.length - 1; i >= 0; i--) {
                IfTun.close(fds[i]);
            }
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(spec.kind() + " '" + name + "' is closed");
        }
    }

    @Override
    public String toString() {
        return spec.namespace() == null ? name : name + " in " + spec.namespace();
    }
}
