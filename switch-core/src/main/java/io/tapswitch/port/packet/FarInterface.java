package io.tapswitch.port.packet;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.unix.FileDescriptor;
import io.tapswitch.frame.Frame;
import io.tapswitch.linux.Errno;
import io.tapswitch.linux.Link;
import io.tapswitch.linux.LinkMonitor;
import io.tapswitch.linux.LinuxException;
import io.tapswitch.linux.PacketSocket;
import io.tapswitch.linux.RtNetlink;
import io.tapswitch.port.PortLoop;
import io.tapswitch.port.PortOwner;
import io.tapswitch.port.tap.TapDevice;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The network interface on the far side of a port: it may not be there yet, be down, or have nobody at its other end.
 * Once it is there the port's socket is bound to it. Follows what the kernel tells; nothing is polled.
 *
 * <p>Opened on a thread that is in the interface's namespace; from {@link #start} on it belongs to the port's loop, but
 * for {@link #missing}, {@link #isTooLong} and {@link #name}, which any thread may ask.
 */
final class FarInterface implements EpollIoHandle {
    private static final Logger LOG = LoggerFactory.getLogger(FarInterface.class);

    private final String portName;
    private final String configured;
    private final boolean promiscuous;
    private final int networkMtu;
    private final PacketSocket socket;
    private final LinkMonitor monitor;
    private final FileDescriptor fd;
    private PortOwner owner;
    private PortLoop loop;
    private IoRegistration registration;
    private int index;
    private volatile String name;
    private volatile String missing;
    private volatile int mtu;

    /**
     * Looks for the interface, in the calling thread's namespace, and binds the socket to it if it is there.
     *
     * @param networkMtu the interface should carry, bytes
     * @param socket of the same namespace; its owner closes it
     * @throws IOException if the interface is there and cannot be a port's
     */
    FarInterface(String portName, String interfaceName, boolean promiscuous, int networkMtu, PacketSocket socket)
            throws IOException {
        this.portName = portName;
        this.configured = interfaceName;
        this.name = interfaceName;
        this.promiscuous = promiscuous;
        this.networkMtu = networkMtu;
        this.socket = socket;
        this.missing = absent();
        monitor = new LinkMonitor();
        fd = new FileDescriptor(monitor.fd());
        try (RtNetlink netlink = new RtNetlink()) {
            Optional<Link> link = netlink.link(interfaceName);
            if (link.isPresent()) {
                attach(link.get());
            }
        } catch (IOException | RuntimeException e) {
            monitor.close();
            throw e;
        }
    }

    private String absent() {
        return "interface " + configured + " to appear";
    }

    /** What is missing for frames to pass, in words; null if nothing is. */
    String missing() {
        return missing;
    }

    /** Whether the kernel refuses to send a wire frame by the interface for its length, {@code packet_snd}. */
    boolean isTooLong(int frameBytes, boolean tagged) {
        return frameBytes > mtu + Frame.ETHERNET_HEADER + (tagged ? Frame.VLAN_TAG : 0);
    }

    /** What the interface is called now. */
    String name() {
        return name;
    }

    void start(PortLoop on, PortOwner told) {
        owner = told;
        loop = on;
        registration = on.register(this);
    }

    @Override
    public FileDescriptor fd() {
        return fd;
    }

    @Override
    public void handle(IoRegistration source, IoEvent event) {
        try {
            for (LinkMonitor.Event change = monitor.next(); change != null; change = monitor.next()) {
                follow(change);
            }
        } catch (IOException | RuntimeException e) {
            source.cancel();
            missing = "interface " + name + " to be opened anew";
            owner.failed(e);
        }
    }

    private void follow(LinkMonitor.Event change) throws IOException {
        Link link = change.link();
        if (index == 0) {
            if (link != null && link.name().equals(configured)) {
                attach(link);
            }
        } else if (change.index() == index) {
            if (link == null) {
                throw new IOException("interface '" + name + "' was deleted or moved to another namespace;"
                        + " the port comes back with it");
            }
            refuseMember(link);
            note(link);
        }
    }

    private void attach(Link link) throws IOException {
        refuseUnusable(link);
        try {
            socket.bind(link.index());
            if (promiscuous && link.tun().isEmpty()) {
                socket.addPromiscuous(link.index());
            }
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENODEV) {
                // It has vanished again; there is another message when it comes back.
                return;
            }
            throw e;
        }
        if (link.mtu() < networkMtu) {
            LOG.warn(
                    "port {}: interface {} has an MTU of {} and the network one of {}: longer frames are dropped on the"
                            + " way out",
                    portName,
                    link.name(),
                    link.mtu(),
                    networkMtu);
        }
        index = link.index();
        monitor.follow(index);
        note(link);
    }

    private static void refuseUnusable(Link link) throws IOException {
        if (!link.ethernet()) {
            throw new IOException("interface '" + link.name() + "' has no Ethernet header on its frames"
                    + (link.tun().isPresent() ? ": it is a TUN" : "") + "; name an Ethernet interface");
        }
        if (link.alias().equals(TapDevice.ALIAS)) {
            throw new IOException("interface '" + link.name() + "' is a TAP whose wire is TapSwitch itself: it is a"
                    + " port already, of type tap");
        }
        refuseMember(link);
    }

    /** A packet socket sees each frame before the bridge does, which then forwards it a second time. */
    private static void refuseMember(Link link) throws IOException {
        if (link.master() != 0) {
            throw new IOException("interface '" + link.name() + "' is a member of a bridge or bond, which takes its"
                    + " frames too; free it with: ip link set " + link.name() + " nomaster");
        }
    }

    private void note(Link link) {
        name = link.name();
        mtu = link.mtu();
        String now = missing(link);
        String before = missing;
        if (Objects.equals(now, before)) {
            return;
        }
        missing = now;
        LOG.info("port {}: {}", portName, now == null ? "interface " + name + " is up" : "waits for " + now);
        if (before == null && owner != null) {
            owner.farSideLeft();
        }
    }

    private static String missing(Link link) {
        if (!link.up()) {
            return "interface " + link.name() + " to be brought up";
        }
        if (link.carrier()) {
            return null;
        }
        return link.tun().isPresent()
                ? "QEMU or another program to open TAP " + link.name()
                : "a carrier on interface " + link.name() + ": its peer or cable is down";
    }

    /** Stops following, and closes what this object holds. */
    void stop() {
        if (registration == null) {
            monitor.close();
        } else {
            loop.deregister(registration, monitor::close);
        }
    }

    @Override
    public void close() {
        monitor.close();
    }
}
