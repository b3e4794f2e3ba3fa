package io.tapswitch.it.vxlan;

import io.tapswitch.frame.MacAddress;
import io.tapswitch.it.TestHost;
import io.tapswitch.linux.RawSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/** One host of an overlay: a namespace with an interface on the {@link Underlay}, where a VTEP can be. */
public final class Site implements AutoCloseable {
    /** The interface on the underlay. */
    public static final String DEVICE = "eth0";

    private static final String NOBODY = "02:00:00:00:de:ad";

    private final TestHost host = new TestHost().enableIpv6();
    private final int number;

    Site(int number) {
        this.number = number;
    }

    void configure() {
        // Whatever else will be in this namespace shall send nothing by itself.
        host.inside(() -> Files.writeString(Path.of("/proc/sys/net/ipv6/conf/default/disable_ipv6"), "1"));
        addAddresses(DEVICE);
        host.ip("link set " + DEVICE + " up");
    }

    void addAddresses(String device) {
        host.ip("address add " + address(Family.V4) + "/24 dev " + device);
        host.ip("address add " + address(Family.V6) + "/64 dev " + device + " nodad");
    }

    public int number() {
        return number;
    }

    public TestHost host() {
        return host;
    }

    public String namespace() {
        return host.namespace();
    }

    /** The address of this host's VTEP. */
    public String address(Family family) {
        return family == Family.V4 ? "192.0.2." + number : "2001:db8::" + Integer.toHexString(number);
    }

    /** The address of the interface on the underlay. */
    public long mac() {
        return 0x0200_0000_e000L + number;
    }

    String macText() {
        return MacAddress.format(mac());
    }

    /** Every frame that the underlay brings here, and a way to send any. */
    public RawSocket socket() {
        return host.socket(DEVICE);
    }

    /**
     * Lets the kernel complete the checksums of whatever leaves, outer and inner. Between veths it leaves that to whoever
     * reads a packet as the last one, and only a kernel knows that there is something left to do: a VTEP in user space
     * takes an open checksum for a wrong one.
     */
    void completeChecksums() {
        host.run("ethtool", "-K", DEVICE, "tx", "off");
    }

    /** Lets all that this host sends to another one get lost, and nothing that comes from there. */
    void lose(Site to, Family family) {
        host.ip("neigh replace " + to.address(family) + " lladdr " + NOBODY + " dev " + DEVICE + " nud permanent");
    }

    /** Ends what {@link #lose} did. */
    void reach(Site to, Family family) {
        host.ip("neigh replace " + to.address(family) + " lladdr " + to.macText() + " dev " + DEVICE
                + " nud reachable");
    }

    /**
     * The configuration of a port to a VTEP.
     *
     * @param options further fields of the section {@code vxlan}, each with a comma in front
     */
    String port(String name, Site remote, Family family, String options) {
        return "name: " + name + ", type: vxlan, vxlan: {remote: '" + remote.address(family) + "', local: '"
                + address(family) + "', namespace: " + namespace() + options + "}";
    }

    @Override
    public void close() {
        host.close();
    }
}
