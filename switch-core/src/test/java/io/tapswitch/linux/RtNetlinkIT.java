package io.tapswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RtNetlinkIT {
    private List<String> openBefore;
    private TestNamespace namespace;
    private RtNetlink netlink;

    @BeforeAll
    static void needsRoot() {
        Privileges.assumeRootAndTun();
    }

    @BeforeEach
    void openSocketInANamespace() throws Exception {
        openBefore = Privileges.openFiles();
        namespace = new TestNamespace();
        netlink = NetworkNamespace.call(namespace.name(), RtNetlink::new);
        namespace.ip("link add v0 address 02:00:00:00:00:0a type veth peer name v1");
    }

    @AfterEach
    void leaveNothing() {
        if (netlink != null) {
            netlink.close();
            netlink.close();
        }
        if (namespace != null) {
            namespace.close();
        }
        assertThat(Privileges.openFiles()).isEqualTo(openBefore);
    }

    @Test
    void readsALinkByNameAndByIndex() throws Exception {
        Link link = v0();
        JsonNode truth = namespace.link("v0");
        assertThat(link.index()).isEqualTo(truth.path("ifindex").asInt());
        assertThat(link.name()).isEqualTo("v0");
        assertThat(link.kind()).isEqualTo("veth");
        assertThat(link.mac()).isEqualTo(0x0200_0000_000aL);
        assertThat(link.mtu()).isEqualTo(truth.path("mtu").asInt());
        assertThat(link.minMtu()).isEqualTo(truth.path("min_mtu").asInt());
        assertThat(link.maxMtu()).isEqualTo(truth.path("max_mtu").asInt());
        assertThat(link.txQueueLength()).isEqualTo(truth.path("txqlen").asInt());
        assertThat(link.up()).isFalse();
        assertThat(link.carrier()).isFalse();
        assertThat(link.alias()).isEmpty();
        assertThat(link.tun()).isEmpty();
        assertThat(netlink.link(link.index())).contains(link);
    }

    @Test
    void readsWhatKindOfTapItIs() throws Exception {
        namespace.ip("tuntap add dev one mode tap");
        namespace.ip("tuntap add dev many mode tap multi_queue");
        namespace.ip("tuntap add dev tunnel mode tun");
        assertThat(netlink.link("one").orElseThrow().tun()).contains(new Link.Tun(true, false, true, 0));
        assertThat(netlink.link("many").orElseThrow().tun()).contains(new Link.Tun(true, true, true, 0));
        assertThat(netlink.link("tunnel").orElseThrow().tun()).contains(new Link.Tun(false, false, true, 0));
    }

    @Test
    void findsNothingWhereThereIsNothing() throws Exception {
        assertThat(netlink.link("v9")).isEmpty();
        assertThat(netlink.link(4711)).isEmpty();
        assertThat(netlink.link("")).isEmpty();
        assertThat(netlink.link("abcdefghijklmnopq")).isEmpty();
    }

    @Test
    void changesALink() throws Exception {
        int index = v0().index();
        netlink.setMtu(index, 9000);
        netlink.setAddress(index, 0x02ab_cdef_0102L);
        netlink.setAlias(index, "red cable");
        netlink.setUp(index, true);
        namespace.ip("link set v1 up");
        JsonNode truth = namespace.link("v0");
        assertThat(truth.path("mtu").asInt()).isEqualTo(9000);
        assertThat(truth.path("address").asText()).isEqualTo("02:ab:cd:ef:01:02");
        assertThat(truth.path("ifalias").asText()).isEqualTo("red cable");
        assertThat(truth.path("flags")).extracting(JsonNode::asText).contains("UP");
        assertThat(v0().up()).isTrue();
        assertThat(v0().carrier()).isTrue();
        assertThat(v0().alias()).isEqualTo("red cable");
        netlink.setUp(index, false);
        netlink.setAlias(index, "");
        assertThat(namespace.link("v0").path("flags"))
                .extracting(JsonNode::asText)
                .doesNotContain("UP");
        assertThat(v0().alias()).isEmpty();
    }

    @Test
    void addsAddressesOnceAndKnowsThoseThatAreThere() throws Exception {
        int index = v0().index();
        netlink.setUp(index, true);
        namespace.ip("link set v1 up");
        InterfaceAddress v4 = InterfaceAddress.parse("10.1.2.3/24");
        InterfaceAddress v6 = InterfaceAddress.parse("fd00::7/64");
        assertThat(netlink.addAddress(index, v4)).isTrue();
        assertThat(netlink.addAddress(index, v6)).isTrue();
        assertThat(netlink.addAddress(index, v4)).isFalse();
        assertThat(netlink.addAddress(index, v6)).isFalse();
        assertThat(namespace.addresses("v0")).contains("10.1.2.3/24", "fd00::7/64");
        assertThat(namespace.ip("-6 address show dev v0 tentative")).doesNotContain("fd00::7");
        netlink.deleteAddress(index, v4);
        netlink.deleteAddress(index, v6);
        assertThat(namespace.addresses("v0")).doesNotContain("10.1.2.3/24", "fd00::7/64");
    }

    @Test
    void deletesALink() throws Exception {
        netlink.deleteLink(v0().index());
        assertThat(namespace.links()).doesNotContain("v0", "v1");
        assertThatThrownBy(() -> netlink.deleteLink(4711)).hasMessageContaining("ENODEV");
    }

    @Test
    void givesTheKernelsOwnExplanation() throws Exception {
        int index = v0().index();
        assertThatThrownBy(() -> netlink.setMtu(index, 1_000_000))
                .hasMessage("cannot set the interface's MTU to 1000000: mtu greater than device maximum (EINVAL)");
        assertThatThrownBy(() -> netlink.setAddress(index, 0x0100_0000_0000L)).hasMessageContaining("EADDRNOTAVAIL");
        assertThatThrownBy(() -> netlink.deleteAddress(index, InterfaceAddress.parse("10.1.2.3/24")))
                .hasMessageContaining("EADDRNOTAVAIL");
    }

    @Test
    void saysThatTheCapabilityIsMissing() throws Exception {
        int index = v0().index();
        assertThatThrownBy(() -> Privileges.without(List.of(Privileges.CAP_NET_ADMIN), () -> {
                    netlink.setUp(index, true);
                    return null;
                }))
                .hasMessageContaining("CAP_NET_ADMIN");
    }

    @Test
    void goesOnAfterAnError() throws Exception {
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> netlink.deleteLink(4711)).hasMessageContaining("ENODEV");
            assertThat(v0().name()).isEqualTo("v0");
        }
    }

    @Test
    void ignoresTheLateAnswerToAnEarlierRequest() throws Exception {
        ByteBuffer earlier =
                NetlinkMessage.link(NetlinkMessage.RTM_GETLINK, 4711).finish(4711);
        long address = Pointer.nativeValue(Native.getDirectBufferPointer(earlier));
        assertThat(LibC.send(onlySocket(), address, earlier.remaining(), 0)).isEqualTo(earlier.remaining());
        assertThat(v0().name()).isEqualTo("v0");
        assertThat(v0().name()).isEqualTo("v0");
    }

    @Test
    void refusesToWorkOnceClosed() {
        netlink.close();
        assertThatThrownBy(() -> netlink.link("v0")).isInstanceOf(IllegalStateException.class);
    }

    /** The fd of the socket that was not open before the test. */
    private int onlySocket() throws Exception {
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
            return fds.filter(fd -> {
                        String target = Privileges.target(fd);
                        return target.startsWith("socket:") && !openBefore.contains(target);
                    })
                    .mapToInt(fd -> Integer.parseInt(fd.getFileName().toString()))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private Link v0() throws LinuxException {
        return netlink.link("v0").orElseThrow();
    }
}
