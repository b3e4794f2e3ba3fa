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
                true,
                null,
                settings.owner(),
                settings.group());
    }

    private static Optional<Link> link(String name, String namespace) throws IOException {
        return NetworkNamespace.call(namespace, () -> {
            try (RtNetlink netlink = new RtNetlink()) {
                return netlink.link(name);
            }
        });
    }

    /** A machine has it open, and keeps it. */
    private void takeUp(Link link, int mtu) throws IOException {
        NetworkNamespace.call(namespace, () -> {
            try (RtNetlink netlink = new RtNetlink()) {
                netlink.setMtu(link.index(), mtu);
                netlink.setUp(link.index(), true);
            }
            return null;
        });
    }

    private void prepare(boolean isNew) throws IOException {
        if (isNew) {
            if (!device.created()) {
                throw new IOException("interface '" + name + "' has just been made by somebody else");
            }
            setAlias();
        }
        leaveAsNew(device.fds()[0]);
        if (!isNew) {
            close();
        }
    }

    private void setAlias() throws IOException {
        NetworkNamespace.call(namespace, () -> {
            try (RtNetlink netlink = new RtNetlink()) {
                netlink.setAlias(device.index(), ALIAS);
            }
            return null;
        });
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
        NetworkNamespace.call(namespace, () -> {
            try (RtNetlink netlink = new RtNetlink()) {
                Optional<Link> link = netlink.link(name);
                if (link.isPresent()) {
                    netlink.setMtu(link.get().index(), mtu);
                }
            }
            return null;
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
        TapDevice.delete(name, namespace, ALIAS);
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
