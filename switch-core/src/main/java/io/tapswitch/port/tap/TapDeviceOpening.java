package io.tapswitch.port.tap;

import io.tapswitch.frame.MacAddress;
import io.tapswitch.linux.Errno;
import io.tapswitch.linux.IfTun;
import io.tapswitch.linux.InterfaceAddress;
import io.tapswitch.linux.Link;
import io.tapswitch.linux.LinuxException;
import io.tapswitch.linux.RtNetlink;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of {@link TapDevice#open}, on a thread that is in the device's namespace. Each step that changes something
 * notes how to undo it. A device that was made here needs no undoing besides closing its fds.
 */
final class TapDeviceOpening {
    private static final Logger LOG = LoggerFactory.getLogger(TapDeviceOpening.class);
    private static final int FLAGS = IfTun.IFF_NO_PI | IfTun.IFF_VNET_HDR;

    private final TapDevice.Spec spec;
    private final Object namespace;
    private final RtNetlink netlink;
    private final Deque<Undo> undos = new ArrayDeque<>();
    private final int[] fds;
    private Link link;
    private boolean created;
    private List<String> offloads = List.of();

    @FunctionalInterface
    private interface Undo {
        void run() throws IOException;
    }

    private TapDeviceOpening(TapDevice.Spec spec, Object namespace, RtNetlink netlink) {
        this.spec = spec;
        this.namespace = namespace;
        this.netlink = netlink;
        this.fds = new int[spec.queues()];
    }

    static TapDevice open(TapDevice.Spec spec, Object namespace, OptionalLong uid, OptionalLong gid)
            throws IOException {
        try (RtNetlink netlink = new RtNetlink()) {
            return new TapDeviceOpening(spec, namespace, netlink).run(uid, gid);
        }
    }

    /**
     * Makes an existing device vanish, unless somebody uses it: an interface is deleted from under a process that holds
     * it open, but persistence is only taken back by a process that could attach.
     */
    static void unpersist(Link existing) throws LinuxException {
        Link.Tun tun = existing.tun().orElseThrow();
        TapDevice.Kind kind = TapDevice.Kind.of(tun);
        if (tun.queues() > 0) {
            throw LinuxException.of(
                    Errno.EBUSY, "delete " + kind + " '" + existing.name() + "'", heldBy(existing.name()));
        }
        int fd = IfTun.open();
        try {
            attach(fd, kind, existing.name(), tun.multiQueue());
            IfTun.setPersist(fd, false);
        } finally {
            IfTun.close(fd);
        }
    }

    private TapDevice run(OptionalLong uid, OptionalLong gid) throws IOException {
        try {
            attachQueues();
            setUpFrames();
            configureLink();
            // Last, because the kernel does not tell what they were before.
            if (uid.isPresent()) {
                IfTun.setOwner(fds[0], uid.getAsLong());
            }
            if (gid.isPresent()) {
                IfTun.setGroup(fds[0], gid.getAsLong());
            }
            return new TapDevice(spec, namespace, link, created, offloads, fds);
        } catch (IOException | RuntimeException | Error e) {
            undoAll(e);
            throw e;
        }
    }

    private void undoAll(Throwable reason) {
        while (!undos.isEmpty()) {
            try {
                undos.pop().run();
            } catch (IOException | RuntimeException e) {
                reason.addSuppressed(e);
            }
        }
    }

    private void undoIfFound(Undo undo) {
        if (!created) {
            undos.push(undo);
        }
    }

    private void attachQueues() throws IOException {
        fds[0] = openQueue();
        String name = createOrAttach(fds[0]);
        for (int i = 1; i < fds.length; i++) {
            fds[i] = openQueue();
            attach(fds[i], name);
        }
        link = netlink.link(name).orElseThrow(() -> vanished(name));
    }

    private int openQueue() throws LinuxException {
        int fd = IfTun.open();
        undos.push(() -> IfTun.close(fd));
        return fd;
    }

    /** IFF_TUN_EXCL tells for certain whether the device is new, and keeps the errors of the two cases apart. */
    private String createOrAttach(int fd) throws LinuxException {
        String name = spec.interfaceName();
        try {
            String made = IfTun.setIff(fd, name, flags() | IfTun.IFF_TUN_EXCL);
            created = true;
            return made;
        } catch (LinuxException e) {
            if (e.errno() == Errno.EINVAL) {
                throw e.advise("the kernel does not accept this name: choose another");
            }
            if (e.errno() != Errno.EBUSY) {
                throw e;
            }
        }
        requireAttachable(netlink.link(name).orElseThrow(() -> vanished(name)));
        return attach(fd, name);
    }

    private int flags() {
        return flags(spec.kind(), spec.queues() > 1);
    }

    private static int flags(TapDevice.Kind kind, boolean multiQueue) {
        return FLAGS | kind.flag() | (multiQueue ? IfTun.IFF_MULTI_QUEUE : 0);
    }

    private String attach(int fd, String name) throws LinuxException {
        return attach(fd, spec.kind(), name, spec.queues() > 1);
    }

    private static String attach(int fd, TapDevice.Kind kind, String name, boolean multiQueue) throws LinuxException {
        try {
            return IfTun.setIff(fd, name, flags(kind, multiQueue));
        } catch (LinuxException e) {
            throw switch (e.errno()) {
                case Errno.EBUSY -> e.advise(heldBy(name));
                case Errno.EPERM ->
                    LinuxException.of(
                            e.errno(),
                            "attach to " + kind + " '" + name + "'",
                            "it belongs to another user or group: run as that user, or with CAP_NET_ADMIN");
                default -> e;
            };
        }
    }

    /** The kernel says EINVAL to all of these, and takes another process's multi-queue TAP without a word. */
    private void requireAttachable(Link existing) throws LinuxException {
        String name = existing.name();
        if (existing.tun().isEmpty()) {
            String kind = existing.kind().isEmpty() ? "another kind of interface" : "a " + existing.kind();
            throw refusal(
                    Errno.EEXIST,
                    "it exists and is " + kind
                            + "; choose another name, or attach to it with a port of type interface");
        }
        Link.Tun tun = existing.tun().get();
        TapDevice.Kind kind = TapDevice.Kind.of(tun);
        if (kind != spec.kind()) {
            throw refusal(
                    Errno.EEXIST,
                    "it exists and is a " + kind + ", not a " + spec.kind()
                            + "; choose another name, or delete it with: ip link del " + name);
        }
        if (tun.multiQueue() != spec.queues() > 1) {
            throw refusal(
                    Errno.EINVAL,
                    "it exists and has " + (tun.multiQueue() ? "several queues" : "one queue")
                            + "; set queues to " + (tun.multiQueue() ? "2 or more" : "1")
                            + ", or delete it with: ip link del "
                            + name);
        }
        if (tun.queues() > 0) {
            throw refusal(Errno.EBUSY, heldBy(name));
        }
    }

    private LinuxException refusal(int errno, String advice) {
        return LinuxException.of(errno, "attach to interface '" + spec.interfaceName() + "'", advice);
    }

    private static String heldBy(String name) {
        return "another process holds it open, or this one in another port; find it with:"
                + " grep -ls '^iff:[[:space:]]*" + name + "$' /proc/[0-9]*/fdinfo/*";
    }

    static LinuxException vanished(String name) {
        return LinuxException.of(
                Errno.ENODEV, "find interface '" + name + "'", "somebody has just deleted or renamed it");
    }

    private void setUpFrames() throws LinuxException {
        IfTun.setVnetHeaderSize(fds[0], TapDevice.VNET_HEADER_LENGTH);
        IfTun.setVnetLittleEndian(fds[0], true);
        offloads = spec.offload() ? setOffloads() : setNoOffload();
    }

    private List<String> setNoOffload() throws LinuxException {
        IfTun.setOffload(fds[0], 0);
        return List.of();
    }

    private List<String> setOffloads() throws LinuxException {
        List<String> words = new ArrayList<>(List.of("checksum", "tso4", "tso6", "tso-ecn"));
        try {
            IfTun.setOffload(fds[0], IfTun.TSO_AND_USO);
            words.addAll(List.of("uso4", "uso6"));
        } catch (LinuxException e) {
            if (e.errno() != Errno.EINVAL) {
                throw e;
            }
            // Linux before 6.2 has no USO.
            IfTun.setOffload(fds[0], IfTun.TSO);
        }
        return words;
    }

    private void configureLink() throws IOException {
        Link before = link;
        if (created) {
            netlink.setAlias(link.index(), TapDevice.ALIAS);
        }
        if (spec.mac() != null) {
            setMac(before);
        } else if (created && spec.macIfNew() != null) {
            tryToSetMac(MacAddress.parse(spec.macIfNew()));
        }
        if (spec.mtu() != null) {
            setMtu(netlink, before, spec.mtu());
            undoIfFound(() -> netlink.setMtu(before.index(), before.mtu()));
        }
        for (InterfaceAddress address : spec.addresses()) {
            addAddress(address);
        }
        netlink.setUp(link.index(), spec.up());
        undoIfFound(() -> netlink.setUp(before.index(), before.up()));
        link = netlink.link(link.index()).orElseThrow(() -> vanished(before.name()));
    }

    private void setMac(Link before) throws LinuxException {
        netlink.setAddress(before.index(), MacAddress.parse(spec.mac()));
        undoIfFound(() -> netlink.setAddress(before.index(), before.mac()));
    }

    /** Before it is up, since its IPv6 link-local address may be made of it. */
    private void tryToSetMac(long mac) {
        try {
            netlink.setAddress(link.index(), mac);
        } catch (LinuxException e) {
            LOG.info(
                    "{} '{}' keeps the MAC address that the kernel chose: {}",
                    spec.kind(),
                    link.name(),
                    e.getMessage());
        }
    }

    static void setMtu(RtNetlink netlink, Link link, int mtu) throws LinuxException {
        try {
            netlink.setMtu(link.index(), mtu);
        } catch (LinuxException e) {
            throw e.errno() != Errno.EINVAL
                    ? e
                    : e.advise("interface '" + link.name() + "' accepts " + link.minMtu() + " to " + link.maxMtu());
        }
    }

    private void addAddress(InterfaceAddress address) throws LinuxException {
        try {
            if (netlink.addAddress(link.index(), address)) {
                undoIfFound(() -> netlink.deleteAddress(link.index(), address));
            }
        } catch (LinuxException e) {
            throw address.address().getAddress().length == 16
                    ? e.advise("IPv6 needs an MTU of 1280 or more, and the sysctl net.ipv6.conf." + link.name()
                            + ".disable_ipv6 at 0")
                    : e;
        }
    }
}
