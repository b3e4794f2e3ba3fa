package io.tapswitch.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.doctor.Firewall.Outcome;
import io.tapswitch.doctor.Firewall.Verdict;
import io.tapswitch.it.TestHost;
import io.tapswitch.linux.KernelFeatures;
import io.tapswitch.linux.Privileges;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Faults of a real machine: of threads that may do less, and of network namespaces. */
class LinuxMachineIT {
    private static final int PORT = 4789;

    private static TestHost here;
    private static TestHost there;

    private final Machine machine = new LinuxMachine(new KernelFeatures("", "", List.of()));

    @BeforeAll
    static void joinTwoHosts() {
        Privileges.assumeRootAndTun();
        here = new TestHost();
        there = new TestHost();
        here.ip("link add eth0 mtu 1400 type veth peer name eth0 netns " + there.namespace());
        here.ip("address add 10.71.0.1/24 dev eth0");
        there.ip("address add 10.71.0.2/24 dev eth0");
        here.ip("link set eth0 up");
        there.ip("link set eth0 up");
    }

    @AfterAll
    static void close() {
        if (here != null) {
            here.close();
            there.close();
        }
    }

    private static Finding first(String check, Machine machine) {
        return Doctor.examine(new FakeSwitch(), machine, null, 1).stream()
                .filter(finding -> finding.check().equals(check))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void seesThatACapabilityIsMissing() throws Exception {
        Finding finding = Privileges.without(
                List.of(Privileges.CAP_NET_ADMIN, Privileges.CAP_NET_RAW), () -> first("capabilities", machine));
        assertThat(finding.result()).isEqualTo(Result.PROBLEM);
        assertThat(finding.text()).contains("CAP_NET_ADMIN");
        assertThat(first("capabilities", machine).result()).isEqualTo(Result.OK);
    }

    @Test
    void seesThatTheTunDeviceIsMissing() throws Exception {
        Finding finding = Privileges.withEmptyDevNet(() -> first("tun-device", machine));
        assertThat(finding.result()).isEqualTo(Result.PROBLEM);
        assertThat(finding.fix()).contains("modprobe tun");
        assertThat(first("tun-device", machine).result()).isEqualTo(Result.OK);
    }

    @Test
    void readsInterfacesWhereTheyAre() throws IOException {
        assertThat(machine.link(here.namespace(), "eth0").orElseThrow().mtu()).isEqualTo(1400);
        assertThat(machine.link(here.namespace(), "eth1")).isEmpty();
        assertThat(machine.offloads(here.namespace(), "eth0").tso()).isTrue();
        here.run("ethtool", "-K", "eth0", "tso", "off");
        assertThat(machine.offloads(here.namespace(), "eth0").tso()).isFalse();
    }

    @Test
    void knowsStrangersOnAUdpPort() throws IOException {
        try (DatagramSocket own =
                there.inside(() -> new DatagramSocket(PORT + 1, InetAddress.getByName("10.71.0.2")))) {
            assertThat(machine.strangers(there.namespace(), own.getLocalPort())).isEmpty();
        }
        there.ip("link add vx0 type vxlan id 7 dstport " + PORT + " local 10.71.0.2");
        there.ip("link set vx0 up");
        assertThat(machine.strangers(there.namespace(), PORT)).isNotEmpty();
        assertThat(machine.strangers(here.namespace(), PORT)).isEmpty();
        there.ip("link del vx0");
    }

    @Test
    void countsWhatTheReversePathFilterDrops() throws IOException {
        long before = machine.reversePathDrops(here.namespace()).orElseThrow();
        here.run("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=1");
        there.ip("address add 10.72.0.1/32 dev lo");
        // The request for its MAC address would not get an answer either.
        assertThat(there.ping("10.71.0.1", 1)).isOne();
        there.ping("10.71.0.1", 2, "-I", "10.72.0.1");
        assertThat(machine.reversePathDrops(here.namespace()).orElseThrow()).isGreaterThan(before);
    }

    private Verdict firewall() throws IOException {
        return machine.firewall(there.namespace(), InetAddress.getByName("10.71.0.1"), PORT);
    }

    private static void assumeNft() {
        try {
            TestHost.execute("nft", "--version");
        } catch (RuntimeException e) {
            System.out.println("SKIPPED: nft is not installed (apt install nftables)");
            Assumptions.abort("needs nft");
        }
    }

    @Test
    void readsTheFirewallsRules() throws IOException {
        assumeNft();
        assertThat(firewall().outcome()).isEqualTo(Outcome.OPEN);

        there.run("nft", "add table inet lab");
        there.run("nft", "add chain inet lab input { type filter hook input priority 0; policy accept; }");
        there.run("nft", "add rule inet lab input ip saddr 10.71.0.0/24 udp dport " + PORT + " counter drop");
        Verdict verdict = firewall();
        assertThat(verdict.outcome()).isEqualTo(Outcome.DROPPED);
        assertThat(verdict.text()).contains("of chain inet lab input");

        // The fix is what is to be typed.
        there.run(verdict.fix().split(" "));
        assertThat(firewall().outcome()).isEqualTo(Outcome.OPEN);
        there.run("nft", "flush", "ruleset");
    }

    @Test
    void saysThatANamespaceIsGone() {
        assertThatThrownBy(() -> machine.link("tswi-none", "eth0"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tswi-none");
    }
}
