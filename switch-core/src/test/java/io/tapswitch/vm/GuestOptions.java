package io.tapswitch.vm;

import io.tapswitch.it.TestHost;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What a guest is to be: one network device of virtio-net, and what its Linux does with it. */
public final class GuestOptions {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String netdev;
    private final List<String> words = new ArrayList<>();
    private String mac;
    private String device = "";
    private TestHost host;
    private boolean opensTun;

    GuestOptions(String netdev) {
        this.netdev = netdev;
        int number = COUNT.incrementAndGet();
        this.mac = String.format("52:54:00:00:%02x:%02x", number >> 8 & 0xff, number & 0xff);
    }

    /** The device's address; one that no other guest of this process has, unless said. */
    public GuestOptions mac(String address) {
        mac = address;
        return this;
    }

    /** IPv4 addresses, each with its prefix length. */
    public GuestOptions ip(String... addresses) {
        return linux("ts.ip=" + String.join(",", addresses));
    }

    /** IPv6 addresses, each with its prefix length. */
    public GuestOptions ip6(String... addresses) {
        return linux("ts.ip6=" + String.join(",", addresses));
    }

    /** The MTU of the device. */
    public GuestOptions mtu(int bytes) {
        return linux("ts.mtu=" + bytes);
    }

    /** The VLAN that the addresses are in; the guest tags its frames itself. */
    public GuestOptions vlan(int vid) {
        return linux("ts.vlan=" + vid);
    }

    /** Words for the kernel's command line; see {@code deploy/guest/init} for those that begin with {@code ts.}. */
    public GuestOptions linux(String commandLine) {
        words.add(commandLine);
        return this;
    }

    /** Options of QEMU's {@code virtio-net-pci}, such as {@code host_mtu=9000,mrg_rxbuf=off}. */
    public GuestOptions device(String options) {
        device = "," + options;
        return this;
    }

    /** Where QEMU runs: in the network of a host, where the TAP is that it opens. */
    public GuestOptions inside(TestHost where) {
        host = where;
        return this;
    }

    /**
     * Lets QEMU open {@code /dev/net/tun} where only root may: a distribution opens that to everybody, a container often
     * does not. The kernel goes on asking who owns the TAP. Goes with {@link #inside}.
     */
    public GuestOptions opensTun() {
        opensTun = true;
        return this;
    }

    /** Starts QEMU; see {@link Guest#boot} for the end of the guest's start. */
    public Guest start() {
        return new Guest(this);
    }

    String mac() {
        return mac;
    }

    /** Starts QEMU with a socket for its machine protocol. */
    Program startQemu(GuestImage image, String qmpSocket) {
        Qemu qemu = Qemu.here();
        List<String> command = new ArrayList<>(List.of(qemu.program(), "-accel", "tcg", "-m", "128"));
        command.addAll(qemu.machine());
        command.addAll(List.of("-nodefaults", "-display", "none", "-serial", "stdio"));
        command.addAll(List.of("-qmp", "unix:" + qmpSocket + ",server=on,wait=off"));
        command.addAll(List.of("-kernel", image.kernel().toString()));
        command.addAll(List.of("-initrd", image.initramfs().toString()));
        String quiet = "console=" + qemu.console() + " quiet loglevel=1";
        command.addAll(List.of("-append", quiet + " " + String.join(" ", words)));
        command.addAll(List.of("-netdev", netdev + ",id=" + Guest.NETDEV));
        String nic =
                "virtio-net-pci,id=" + Guest.NIC + ",netdev=" + Guest.NETDEV + ",mac=" + mac + ",romfile=" + device;
        command.addAll(List.of("-device", nic));
        String name = "guest " + mac;
        if (opensTun) {
            return Program.startIn(host, name, command, "dac_override");
        }
        return host == null ? Program.start(name, command) : Program.startIn(host, name, command);
    }
}
