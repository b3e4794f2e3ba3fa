package io.tapswitch.port.packet;

import io.tapswitch.linux.Errno;
import io.tapswitch.linux.IfTun;
import io.tapswitch.linux.Link;
import io.tapswitch.linux.LinuxException;
import io.tapswitch.linux.NetworkNamespace;
import io.tapswitch.linux.RtNetlink;
import io.tapswitch.port.tap.TapDevice;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TAP that the switch makes for somebody else to open: QEMU, or another program that is a virtual machine's wire. The
 * switch stays on the kernel's side of it.
 *
 * <p>It vanishes with this object until {@link #commit}, which makes it outlive the daemon and lets go of it, so that it
 * can be opened. One that an earlier run left is taken up again, also while a machine has it open. Control thread.
 */
final class MachineTap implements AutoCloseable {
    /** The alias of a TAP of this kind, so that a later run knows it for its own. */
    static final String ALIAS = "tapswitch: for a virtual machine";

    private static final Logger LOG = LoggerFactory.getLogger(MachineTap.class);
    private static final int DEFAULT_VNET_HEADER = 10;

    private final String name;
    private final String namespace;

    /** Until it is committed; then null. */
    private TapDevice device;

    private MachineTap(String name, String namespace, TapDevice device) {
        this.name = name;
        this.namespace = namespace;
        this.device = device;
    }

    /**
     * Makes the TAP, or finds the one that an earlier run made, and brings it up.
     *
     * @param name of the interface
     * @param mtu of the interface, bytes
     * @throws IOException if there is another interface of that name, or the system refuses
     */
    static MachineTap open(String name, InterfaceSettings settings, int mtu) throws IOException {
        String namespace = settings.namespace();
        Optional<Link> present = link(name, namespace);
        if (present.isPresent() && !present.get().alias().equals(ALIAS)) {
            throw new IOException("interface '" + name + "' exists and was not made by a port like this one;"
                    + " leave createTap out to attach to it as it is, or delete it with: ip link del " + name);
        }
        MachineTap tap = new MachineTap(name, namespace, null);
        try {
            tap.device = TapDevice.open(spec(name, settings, mtu));
        } catch (LinuxException e) {
            if (present.isEmpty() || e.errno() != Errno.EBUSY) {
                throw e;
            }
            tap.takeUp(present.get(), mtu);
            return tap;
        }
        try {
            tap.prepare(present.isEmpty());
            return tap;
        } catch (IOException | RuntimeException e) {
            tap.close();
            throw e;
        }
    }

    private static TapDevice.Spec spec(String name, InterfaceSettings settings, int mtu) {
        // The kernel keeps only whether there may be several.
        int queues = Math.min(2, settings.queues());
        return new TapDevice.Spec(
                name,
                settings.namespace(),
                queues,
                true,
                mtu,
                List.of(),
                false,
                null,
                settings.owner(),
                settings.group());
    }

    private interface Change {
        void apply(RtNetlink netlink) throws IOException;
    }

    private static Optional<Link> link(String name, String namespace) throws IOException {
        return NetworkNamespace.call(namespace, () -> {
            try (RtNetlink netlink = new RtNetlink()) {
                return netlink.link(name);
            }
        });
    }

    private void change(Change change) throws IOException {
        NetworkNamespace.call(namespace, () -> {
            try (RtNetlink netlink = new RtNetlink()) {
                change.apply(netlink);
            }
            return null;
        });
    }

    /** A machine has it open, and keeps it. */
    private void takeUp(Link link, int mtu) throws IOException {
        change(netlink -> {
            netlink.setMtu(link.index(), mtu);
            netlink.setUp(link.index(), true);
        });
    }

    private void prepare(boolean isNew) throws IOException {
        if (isNew && !device.created()) {
            throw new IOException("interface '" + name + "' has just been made by somebody else");
        }
        leaveAsNew(device.fds()[0]);
        change(netlink -> {
            netlink.setAlias(device.index(), ALIAS);
            shutHostOut(netlink);
            netlink.setUp(device.index(), true);
        });
        if (!device.created()) {
            close();
        }
    }

    /** The machine is a station of the switch's network: it shall not reach the host, nor the host it, past the switch. */
    private void shutHostOut(RtNetlink netlink) {
        try {
            netlink.setNoAutomaticAddress(device.index());
        } catch (LinuxException e) {
            LOG.debug("TAP {}: the host has no IPv6: {}", name, e.getMessage());
        }
        try {
            netlink.dropIngress(device.index());
        } catch (LinuxException e) {
            LOG.warn(
                    "TAP {}: the machine can reach this host past the switch, unless a firewall keeps it off: {}",
                    name,
                    e.getMessage());
        }
    }

    /** Whoever opens the TAP expects what a new one has, and sets what it wants itself. */
    private static void leaveAsNew(int fd) throws LinuxException {
        IfTun.setOffload(fd, 0);
        IfTun.setVnetHeaderSize(fd, DEFAULT_VNET_HEADER);
        IfTun.setVnetLittleEndian(fd, false);
        try {
            IfTun.setCarrier(fd, false);
        } catch (LinuxException e) {
            // Linux before 5.0: the cable looks plugged in until the TAP is committed.
        }
    }

    /** Sets the interface's MTU, bytes. */
    void setMtu(int mtu) throws IOException {
        change(netlink -> {
            Optional<Link> link = netlink.link(name);
            if (link.isPresent()) {
                netlink.setMtu(link.get().index(), mtu);
            }
        });
    }

    /** Makes the TAP outlive the daemon, and lets go of it. */
    void commit() throws IOException {
        if (device != null) {
            device.persist(true);
            close();
        }
    }

    /** Removes a TAP that was committed. */
    void withdraw() throws IOException {
        if (device == null) {
            delete(name, namespace);
        }
    }

    /**
     * Removes a TAP that an earlier run left; does nothing if there is none. One that a machine has open is left alone:
     * QEMU would spin on it.
     *
     * @throws IOException if it is open, or is not one of this kind
     */
    static void delete(String name, String namespace) throws IOException {
        try {
            TapDevice.delete(TapDevice.Kind.TAP, name, namespace, ALIAS);
        } catch (LinuxException e) {
            throw e.errno() != Errno.EBUSY
                    ? e
                    : new IOException("a machine has TAP '" + name + "' open and keeps it; once it has ended, delete"
                            + " it with: ip link del " + name);
        }
    }

    /** Lets go of the TAP; one that is not committed vanishes. */
    @Override
    public void close() {
        if (device != null) {
            device.close();
            device = null;
        }
    }
}
