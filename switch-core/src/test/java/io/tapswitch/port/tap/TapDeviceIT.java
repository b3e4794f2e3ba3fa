package io.tapswitch.port.tap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.FileDescriptor;
import io.tapswitch.linux.IfTun;
import io.tapswitch.linux.InterfaceAddress;
import io.tapswitch.linux.LinuxException;
import io.tapswitch.linux.NetworkNamespace;
import io.tapswitch.linux.Privileges;
import io.tapswitch.linux.Shell;
import io.tapswitch.linux.TestNamespace;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** TAP devices in a namespace of the test's own, seen through ip(8). After each test, nothing may be left open. */
class TapDeviceIT {
    private static final String UNKNOWN_ACCOUNT = "tswt-nobody";

    private List<String> openBefore;
    private TestNamespace namespace;

    @BeforeAll
    static void needsRoot() {
        Privileges.assumeRootAndTun();
        Epoll.ensureAvailability();
    }

    @BeforeEach
    void makeNamespace() {
        openBefore = Privileges.openFiles();
        namespace = new TestNamespace();
    }

    @AfterEach
    void leavesNothingOpen() {
        if (namespace != null) {
            namespace.close();
        }
        assertThat(Privileges.openFiles()).isEqualTo(openBefore);
    }

    @Test
    void makesAndConfiguresADeviceThatVanishesOnClosing() throws Exception {
        try (TapDevice device = TapDevice.open(full(namespace.name(), "10.0.0.1/24", "fd00::1/64"))) {
            JsonNode link = namespace.link("tap0");
            assertThat(link.path("ifindex").asInt()).isEqualTo(device.index());
            assertThat(link.path("mtu").asInt()).isEqualTo(1400);
            assertThat(link.path("address").asText()).isEqualTo("02:00:00:00:00:01");
            assertThat(link.path("ifalias").asText()).isEqualTo("tapswitch");
            assertThat(link.path("flags")).extracting(JsonNode::asText).contains("UP", "LOWER_UP");
            JsonNode tun = link.path("linkinfo").path("info_data");
            assertThat(tun.path("type").asText()).isEqualTo("tap");
            assertThat(tun.path("vnet_hdr").asBoolean()).isTrue();
            assertThat(tun.path("pi").asBoolean()).isFalse();
            assertThat(tun.path("persist").asBoolean()).isFalse();
            assertThat(tun.path("multi_queue").asBoolean()).isFalse();
            assertThat(tun.path("user").asText()).isEqualTo("nobody");
            assertThat(tun.path("group").asText()).isEqualTo("root");
            assertThat(namespace.addresses("tap0")).contains("10.0.0.1/24", "fd00::1/64");
            assertThat(device.name()).isEqualTo("tap0");
            assertThat(device.namespace()).isEqualTo(namespace.name());
            assertThat(device.created()).isTrue();
            assertThat(device.markedOurs()).isTrue();
            assertThat(device.fds()).hasSize(1);
        }
        assertThat(namespace.links()).containsExactly("lo");
    }

    @Test
    void worksInTheCallersNamespace() throws Exception {
        String inside = NetworkNamespace.call(namespace.name(), () -> {
            try (TapDevice device = TapDevice.open(spec("tap0", null))) {
                device.setMtu(1280);
                assertThat(device.namespace()).isNull();
                return namespace.link("tap0").path("mtu").asText();
            }
        });
        assertThat(inside).isEqualTo("1280");
    }

    @Test
    void leavesTheInterfaceDownIfItIsToBeDown() throws Exception {
        TapDevice.Spec down =
                new TapDevice.Spec("tap0", namespace.name(), 1, true, null, List.of(), false, null, null, null);
        try (TapDevice device = TapDevice.open(down)) {
            assertThat(namespace.link(device.name()).path("flags"))
                    .extracting(JsonNode::asText)
                    .doesNotContain("UP");
        }
    }

    @Test
    void givesItsMacAddressToADeviceThatItMakesOnly() throws Exception {
        try (TapDevice made = TapDevice.open(withMacIfNew("02:00:00:00:00:0a"))) {
            assertThat(mac()).isEqualTo("02:00:00:00:00:0a");
            made.persist(true);
        }
        try (TapDevice found = TapDevice.open(withMacIfNew("02:00:00:00:00:0b"))) {
            assertThat(found.created()).isFalse();
            assertThat(mac()).isEqualTo("02:00:00:00:00:0a");
        }
    }

    @Test
    void doesWithTheKernelsMacAddressIfTheKernelRefusesIts() throws Exception {
        try (TapDevice device = TapDevice.open(withMacIfNew("03:00:00:00:00:0a"))) {
            assertThat(device.created()).isTrue();
            assertThat(mac()).isNotEqualTo("03:00:00:00:00:0a");
        }
    }

    private String mac() {
        return namespace.link("tap0").path("address").asText();
    }

    private TapDevice.Spec withMacIfNew(String mac) {
        return new TapDevice.Spec(
                TapDevice.Kind.TAP, "tap0", namespace.name(), 1, true, null, List.of(), true, null, mac, null, null);
    }

    @Test
    void letsTheKernelChooseTheNumber() throws Exception {
        try (TapDevice first = TapDevice.open(spec("web%d", namespace.name()));
                TapDevice second = TapDevice.open(spec("web%d", namespace.name()))) {
            assertThat(first.name()).isEqualTo("web0");
            assertThat(second.name()).isEqualTo("web1");
            assertThat(namespace.links()).contains("web0", "web1");
        }
    }

    @Test
    void opensOneFdForEachQueue() throws Exception {
        try (TapDevice device = TapDevice.open(queues("tap0", 3))) {
            assertThat(device.fds()).hasSize(3).doesNotHaveDuplicates();
            assertThat(namespace
                            .link("tap0")
                            .path("linkinfo")
                            .path("info_data")
                            .path("numqueues")
                            .asInt())
                    .isEqualTo(3);
            for (int fd : device.fds()) {
                assertThat(IfTun.getIff(fd).name()).isEqualTo("tap0");
            }
        }
        assertThat(namespace.links()).containsExactly("lo");
    }

    @Test
    void offersOffloadsOnlyIfWanted() throws Exception {
        try (TapDevice device = TapDevice.open(spec("tap0", namespace.name()))) {
            assertThat(device.offloads()).startsWith("checksum", "tso4", "tso6", "tso-ecn");
            assertThat(features("tap0"))
                    .contains("tx-checksumming: on", "tx-tcp6-segmentation: on", "tx-tcp-segmentation: on");
        }
        TapDevice.Spec plain =
                new TapDevice.Spec("tap1", namespace.name(), 1, false, null, List.of(), true, null, null, null);
        try (TapDevice device = TapDevice.open(plain)) {
            assertThat(device.offloads()).isEmpty();
            assertThat(features("tap1")).contains("tx-checksumming: off", "tcp-segmentation-offload: off");
        }
    }

    @Test
    void carriesFramesAfterAHeaderOfTwelveBytes() throws Exception {
        try (TapDevice device = TapDevice.open(full(namespace.name(), "10.0.0.1/24"))) {
            String header = "000000000000000000000000";
            String request = "ffffffffffff" + "020000000099" + "0806" + "0001080006040001" + "020000000099" + "0a000063"
                    + "000000000000" + "0a000001";
            write(device.fds()[0], header + request);
            String reply = "020000000099" + "020000000001" + "0806" + "0001080006040002" + "020000000001" + "0a000001"
                    + "020000000099" + "0a000063";
            assertThat(framesRead(device.fds()[0]))
                    .anyMatch(frame -> frame.substring(header.length()).startsWith(reply));
        }
    }

    @Test
    void pullsTheCable() throws Exception {
        try (TapDevice device = TapDevice.open(spec("tap0", namespace.name()))) {
            device.carrier(false);
            assertThat(namespace.link("tap0").path("flags"))
                    .extracting(JsonNode::asText)
                    .contains("NO-CARRIER");
            device.carrier(true);
            assertThat(namespace.link("tap0").path("flags"))
                    .extracting(JsonNode::asText)
                    .contains("LOWER_UP");
        }
    }

    @Test
    void setsTheMtuOfARenamedAndMovedInterface() throws Exception {
        try (TestNamespace other = new TestNamespace();
                TapDevice device = TapDevice.open(spec("tap0", namespace.name()))) {
            device.setMtu(1300);
            assertThat(namespace.link("tap0").path("mtu").asInt()).isEqualTo(1300);
            namespace.ip("link set tap0 down name red");
            namespace.ip("link set red netns " + other.name());
            device.setMtu(1200);
            assertThat(other.link("red").path("mtu").asInt()).isEqualTo(1200);
            assertThatThrownBy(() -> device.setMtu(70000)).hasMessageContaining("accepts 68 to 65521");
        }
    }

    @Test
    void saysThatTheInterfaceWasDeletedUnderneath() throws Exception {
        try (TapDevice device = TapDevice.open(spec("tap0", namespace.name()))) {
            namespace.ip("link del tap0");
            assertThatThrownBy(() -> device.setMtu(1300)).hasMessageContaining("EBADFD");
            assertThatThrownBy(() -> device.carrier(true)).hasMessageContaining("EBADFD");
        }
    }

    @Test
    void attachesAgainToItsPersistentDeviceAndRemovesIt() throws Exception {
        try (TapDevice device = TapDevice.open(full(namespace.name(), "10.0.0.1/24", "fd00::1/64"))) {
            device.persist(true);
        }
        assertThat(namespace.link("tap0").path("flags"))
                .extracting(JsonNode::asText)
                .contains("NO-CARRIER");
        try (TapDevice device = TapDevice.open(full(namespace.name(), "10.0.0.1/24", "fd00::1/64"))) {
            assertThat(device.created()).isFalse();
            assertThat(device.markedOurs()).isTrue();
            assertThat(namespace.link("tap0").path("flags"))
                    .extracting(JsonNode::asText)
                    .contains("LOWER_UP");
            device.removePersistent();
        }
        assertThat(namespace.links()).containsExactly("lo");
    }

    @Test
    void leavesAPersistentDeviceOfSomebodyElse() throws Exception {
        namespace.ip("tuntap add dev tap0 mode tap");
        try (TapDevice device = TapDevice.open(spec("tap0", namespace.name()))) {
            assertThat(device.created()).isFalse();
            assertThat(device.markedOurs()).isFalse();
            device.removePersistent();
        }
        assertThat(namespace.links()).contains("tap0");
        assertThat(namespace.link("tap0").has("ifalias")).isFalse();
    }

    @Test
    void deletesOnlyWhatItMadeAndNobodyHolds() throws Exception {
        String ns = namespace.name();
        namespace.ip("tuntap add dev foreign mode tap");
        assertThat(TapDevice.delete(TapDevice.Kind.TAP, "tap0", ns)).isFalse();
        assertThatThrownBy(() -> TapDevice.delete(TapDevice.Kind.TAP, "foreign", ns))
                .hasMessageContaining("not made by TapSwitch");
        assertThatThrownBy(() -> TapDevice.delete(TapDevice.Kind.TAP, "lo", ns))
                .hasMessageContaining("not made by TapSwitch");
        for (int queues : new int[] {1, 2}) {
            try (TapDevice device = TapDevice.open(queues("tap0", queues))) {
                device.persist(true);
                assertThatThrownBy(() -> TapDevice.delete(TapDevice.Kind.TAP, "tap0", ns))
                        .hasMessageContaining("holds it open");
            }
            assertThat(TapDevice.delete(TapDevice.Kind.TAP, "tap0", ns)).isTrue();
            assertThat(namespace.links()).containsExactlyInAnyOrder("lo", "foreign");
        }
    }

    @Test
    void leavesReleasedFdsToTheirNewOwner() throws Exception {
        TapDevice device = TapDevice.open(spec("tap0", namespace.name()));
        int[] fds = device.releaseFds();
        device.close();
        assertThat(namespace.links()).contains("tap0");
        IfTun.close(fds[0]);
        assertThat(namespace.links()).containsExactly("lo");
    }

    @Test
    void refusesEverythingOnceClosed() throws Exception {
        TapDevice device = TapDevice.open(spec("tap0", namespace.name()));
        device.close();
        device.close();
        assertThatThrownBy(device::fds).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> device.carrier(true)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> device.setMtu(1300)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void holdsADeletedNamespaceAlive() throws Exception {
        TestNamespace doomed = new TestNamespace();
        TapDevice device = TapDevice.open(spec("tap0", doomed.name()));
        doomed.close();
        device.setMtu(1234);
        device.close();
    }

    @Test
    void refusesNamesBeforeTheKernelCutsThemShort() {
        for (String name : List.of("", "sixteen-letters-", "a/b", "a b", "a:b", ".", "..", "a%sb", "%d%d")) {
            assertThatThrownBy(() -> spec(name, null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + name + "' cannot name a network interface");
        }
    }

    @Test
    void refusesImpossibleNumbersOfQueuesAndMacAddresses() {
        for (int queues : new int[] {0, -1, 257}) {
            assertThatThrownBy(() -> queues("tap0", queues)).hasMessageContaining("1 to 256 queues");
        }
        for (String mac : List.of("01:00:00:00:00:01", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff")) {
            assertThatThrownBy(() -> new TapDevice.Spec("t", null, 1, true, null, List.of(), true, mac, null, null))
                    .hasMessageContaining(mac);
        }
    }

    @Test
    void saysThatTheKernelReservesAName() {
        assertRefused(spec("all", namespace.name()))
                .hasMessageContaining("the kernel does not accept this name: choose another")
                .hasMessageContaining("EINVAL");
    }

    @Test
    void saysThatTheNameBelongsToAnotherKindOfInterface() {
        namespace.ip("link add v0 type veth peer name v1");
        assertRefused(spec("v0", namespace.name()))
                .hasMessageContaining("it exists and is a veth; choose another name");
        assertRefused(spec("lo", namespace.name())).hasMessageContaining("it exists and is another kind of interface");
        namespace.ip("tuntap add dev tun0 mode tun");
        assertRefused(spec("tun0", namespace.name())).hasMessageContaining("it exists and is a TUN, not a TAP");
    }

    @Test
    void saysThatSomebodyHoldsTheDevice() throws Exception {
        for (int queues : new int[] {1, 2}) {
            try (TapDevice device = TapDevice.open(queues("tap0", queues))) {
                AbstractThrowableAssert<?, ?> refused = assertRefused(queues("tap0", queues))
                        .hasMessageContaining("EBUSY")
                        .hasMessageContaining("another process holds it open")
                        .hasMessageContaining("/fdinfo/*");
                refused.satisfies(e -> assertThat(((LinuxException) e).symbol()).isEqualTo("EBUSY"));
                assertThat(device.created()).isTrue();
            }
        }
    }

    @Test
    void saysWhereToFindTheHolder() throws Exception {
        try (TapDevice device = TapDevice.open(spec("tap0", namespace.name()))) {
            assertRefused(spec("tap0", namespace.name())).satisfies(e -> {
                Matcher command = Pattern.compile("grep -ls '(.*)'").matcher(e.getMessage());
                assertThat(command.find()).isTrue();
                String held = "/proc/" + ProcessHandle.current().pid() + "/fdinfo/" + device.fds()[0];
                assertThat(Shell.run("grep -ls " + command.group(1) + " " + held))
                        .isEqualToIgnoringNewLines(held);
            });
        }
    }

    @Test
    void closesEveryQueueWhenThereAreNoFdsForTheRest() {
        String limit = "prlimit --pid " + ProcessHandle.current().pid() + " --nofile";
        String before = Shell.run(limit + " --output SOFT --noheadings").trim();
        assertRefused(spec("all", namespace.name()));
        Shell.run(limit + "=" + (new File("/proc/self/fd").list().length + 50) + ":");
        try {
            assertRefused(queues("tap0", 256)).hasMessageContaining("EMFILE").hasMessageContaining("LimitNOFILE=");
        } finally {
            Shell.run(limit + "=" + before + ":");
        }
        assertThat(namespace.links()).containsExactly("lo");
    }

    @Test
    void saysThatTheNumberOfQueuesDoesNotFit() {
        namespace.ip("tuntap add dev one mode tap");
        namespace.ip("tuntap add dev many mode tap multi_queue");
        assertRefused(queues("one", 2)).hasMessageContaining("has one queue; set queues to 1");
        assertRefused(queues("many", 1)).hasMessageContaining("has several queues; set queues to 2 or more");
    }

    @Test
    void saysHowToLoadTheDriver() throws Exception {
        String ns = namespace.name();
        Privileges.withEmptyDevNet(() -> {
            assertRefused(spec("tap0", ns))
                    .hasMessageContaining("ENOENT")
                    .hasMessageContaining("modprobe tun")
                    .hasMessageContaining("--device /dev/net/tun");
            // The node of a driver that is not there.
            Shell.run("mknod /dev/net/tun c 10 199");
            assertRefused(spec("tap0", ns)).hasMessageContaining("modprobe tun");
            return null;
        });
    }

    @Test
    void saysThatTheDriverMayNotBeOpened() throws Exception {
        String ns = namespace.name();
        Privileges.withEmptyDevNet(() -> {
            Shell.run("mknod -m 0600 /dev/net/tun c 10 200");
            Shell.run("chown nobody /dev/net/tun");
            return Privileges.without(
                    List.of(Privileges.CAP_DAC_OVERRIDE, Privileges.CAP_DAC_READ_SEARCH),
                    () -> assertRefused(spec("tap0", ns)).hasMessageContaining("chmod 0666 /dev/net/tun"));
        });
    }

    @Test
    void saysThatNetAdminIsMissing() throws Exception {
        String ns = namespace.name();
        Privileges.without(List.of(Privileges.CAP_NET_ADMIN), () -> assertRefused(spec("tap0", ns))
                .hasMessageContaining("AmbientCapabilities=CAP_NET_ADMIN"));
        namespace.ip("tuntap add dev tap1 mode tap user nobody");
        Privileges.without(List.of(Privileges.CAP_NET_ADMIN), () -> assertRefused(spec("tap1", ns))
                .hasMessageContaining("it belongs to another user or group"));
    }

    @Test
    void saysThatAnAccountIsUnknown() {
        String ns = namespace.name();
        assertRefused(new TapDevice.Spec("tap0", ns, 1, true, null, List.of(), true, null, UNKNOWN_ACCOUNT, null))
                .hasMessageContaining("user 'tswt-nobody' does not exist");
        assertRefused(new TapDevice.Spec("tap0", ns, 1, true, null, List.of(), true, null, null, UNKNOWN_ACCOUNT))
                .hasMessageContaining("group 'tswt-nobody' does not exist");
        assertThat(namespace.links()).containsExactly("lo");
    }

    @Test
    void saysThatTheNamespaceIsMissing() {
        assertThatThrownBy(() -> TapDevice.open(spec("tap0", "tswt-web")))
                .hasMessageContaining("ip netns add tswt-web");
    }

    @Test
    void saysWhichMtusTheKernelAccepts() {
        for (int mtu : new int[] {67, 65522, -1, 0}) {
            assertRefused(new TapDevice.Spec("tap0", namespace.name(), 3, true, mtu, List.of(), true, null, null, null))
                    .hasMessageContaining("interface 'tap0' accepts 68 to 65521");
            assertThat(namespace.links()).containsExactly("lo");
        }
    }

    @Test
    void saysThatIpv6NeedsALargerMtu() {
        assertRefused(withMtuAndAddresses(1000, "fd00::1/64"))
                .hasMessageContaining("cannot add address fd00::1/64")
                .hasMessageContaining("IPv6 needs an MTU of 1280 or more");
        assertThat(namespace.links()).containsExactly("lo");
    }

    @Test
    void putsAnExistingDeviceBackAsItWas() {
        namespace.ip("tuntap add dev tap0 mode tap");
        namespace.ip("link set tap0 mtu 1450 address 02:00:00:00:00:77 txqueuelen 500");
        namespace.ip("address add 10.0.0.9/24 dev tap0");
        assertRefused(new TapDevice.Spec(
                "tap0",
                namespace.name(),
                1,
                true,
                1000,
                List.of(
                        InterfaceAddress.parse("10.0.0.1/24"),
                        InterfaceAddress.parse("10.0.0.9/24"),
                        InterfaceAddress.parse("fd00::1/64")),
                true,
                "02:00:00:00:00:01",
                null,
                null));
        JsonNode link = namespace.link("tap0");
        assertThat(link.path("mtu").asInt()).isEqualTo(1450);
        assertThat(link.path("address").asText()).isEqualTo("02:00:00:00:00:77");
        assertThat(link.path("txqlen").asInt()).isEqualTo(500);
        assertThat(link.path("flags")).extracting(JsonNode::asText).doesNotContain("UP");
        assertThat(namespace.addresses("tap0")).containsExactly("10.0.0.9/24");
    }

    /** Also that the failure closes whatever it had opened, which {@link #leavesNothingOpen} would see too late. */
    private AbstractThrowableAssert<?, ? extends Throwable> assertRefused(TapDevice.Spec spec) {
        List<String> before = Privileges.openFiles();
        AbstractThrowableAssert<?, ? extends Throwable> refused =
                assertThatThrownBy(() -> TapDevice.open(spec)).isInstanceOf(IOException.class);
        refused.satisfies(e -> System.out.println(e.getMessage()));
        refused.satisfies(e -> assertThat(e.getSuppressed()).isEmpty());
        assertThat(Privileges.openFiles()).isEqualTo(before);
        return refused;
    }

    private static TapDevice.Spec spec(String name, String ns) {
        return new TapDevice.Spec(name, ns, 1, true, null, List.of(), true, null, null, null);
    }

    private TapDevice.Spec queues(String name, int queues) {
        return new TapDevice.Spec(name, namespace.name(), queues, true, null, List.of(), true, null, null, null);
    }

    private TapDevice.Spec withMtuAndAddresses(int mtu, String... addresses) {
        return new TapDevice.Spec("tap0", namespace.name(), 1, true, mtu, parse(addresses), true, null, null, null);
    }

    private static TapDevice.Spec full(String ns, String... addresses) {
        return new TapDevice.Spec(
                "tap0", ns, 1, true, 1400, parse(addresses), true, "02:00:00:00:00:01", "nobody", "root");
    }

    private static List<InterfaceAddress> parse(String... addresses) {
        return Stream.of(addresses).map(InterfaceAddress::parse).toList();
    }

    private String features(String interfaceName) {
        boolean present = Stream.of("/usr/sbin/ethtool", "/sbin/ethtool", "/usr/bin/ethtool")
                .anyMatch(path -> Files.isExecutable(Path.of(path)));
        if (!present) {
            System.out.println("SKIPPED: there is no ethtool here");
        }
        Assumptions.assumeTrue(present, "needs ethtool");
        return Shell.run("ip netns exec " + namespace.name() + " ethtool -k " + interfaceName);
    }

    private static void write(int fd, String hex) throws IOException {
        byte[] bytes = HexFormat.of().parseHex(hex);
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).put(bytes);
        assertThat(new FileDescriptor(fd).writeAddress(Buffer.memoryAddress(buffer), 0, bytes.length))
                .isEqualTo(bytes.length);
    }

    /** Empties the queue: the kernel answers an ARP request before the write returns. */
    private static List<String> framesRead(int fd) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(70_000);
        List<String> frames = new ArrayList<>();
        for (int length; (length = new FileDescriptor(fd).readAddress(Buffer.memoryAddress(buffer), 0, 70_000)) > 0; ) {
            byte[] frame = new byte[length];
            buffer.get(0, frame);
            frames.add(HexFormat.of().formatHex(frame));
        }
        return frames;
    }
}
