package io.tapswitch.vm;

import io.tapswitch.it.TestHost;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * passt, which gives one guest, or one network of guests, the connections of a host without any privilege. It listens
 * on a Unix stream socket, which the switch connects to.
 *
 * <p>The host is a namespace whose only way out is a pair of veth that leads nowhere: passt takes the addresses that it
 * assigns, and the gateway that it plays, from an interface with a default route, and IPv6 only if that has a carrier.
 * It answers DHCP, NDP, DHCPv6 and each ARP request but that for the assigned address. TCP and UDP to the gateway go to
 * the loopback of the host, since {@code --no-map-gw} is not given; this is so in the version of Debian 12, from March
 * 2023, and still the default of those that have {@code --map-host-loopback}. Echo requests to the gateway are not
 * answered, since passt asks the real one, which is nowhere.
 *
 * <p>One connection is served at a time; a second one is closed at once. passt runs on when the first one ends.
 */
public final class Passt implements AutoCloseable {
    /** The gateway, behind which is the loopback of the host. */
    public static final String GATEWAY = "192.0.2.1";

    /** What DHCP assigns, a /24; also the address of the host itself. */
    public static final String ADDRESS = "192.0.2.2";

    /** The IPv6 gateway, behind which is the loopback of the host. */
    public static final String GATEWAY6 = "fd5f::1";

    /** What DHCPv6 assigns, a /64; also the address of the host itself. */
    public static final String ADDRESS6 = "fd5f::2";

    /** The gateway's address on the wire. */
    public static final String MAC = "02:00:5e:00:53:01";

    private static final Pattern LISTENS = Pattern.compile("You can now start qemu");
    private static final int PATIENCE_SECONDS = 10;
    private static final String UPLINK = "uplink0";

    private final SocketDirectory directory = new SocketDirectory();
    private final Program program;

    /** Whether passt is installed. */
    static boolean isInstalled() {
        return Program.exists("passt");
    }

    /** Starts passt in a host with IPv6 enabled, and returns once it listens. */
    public Passt(TestHost host) {
        makeUplink(host);
        List<String> command = List.of("passt", "--foreground", "--mac-addr", MAC, "--socket", socket().toString());
        program = Program.startIn(host, "passt", command);
        try {
            program.await("passt listens", LISTENS, 0, PATIENCE_SECONDS);
        } catch (AssertionError e) {
            close();
            throw e;
        }
    }

    private static void makeUplink(TestHost host) {
        host.ip("link add " + UPLINK + " type veth peer name nowhere0");
        host.ip("link set nowhere0 up");
        host.ip("link set " + UPLINK + " up");
        host.ip("addr add " + ADDRESS + "/24 dev " + UPLINK);
        host.ip("addr add " + ADDRESS6 + "/64 dev " + UPLINK + " nodad");
        host.ip("route add default via " + GATEWAY);
        host.ip("-6 route add default via " + GATEWAY6);
    }

    /** Where it listens. */
    public Path socket() {
        return directory.path("passt");
    }

    /** Ends passt by SIGKILL, as a crash of it would. */
    public void kill() {
        program.kill();
    }

    @Override
    public void close() {
        try (directory;
                program) {
            // Closing them is all, in the reverse order.
        }
    }
}
