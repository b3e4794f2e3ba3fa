package io.tapswitch.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tapswitch.LoopLag;
import io.tapswitch.PortView.Status;
import io.tapswitch.config.StaticEntry;
import io.tapswitch.doctor.Firewall.Outcome;
import io.tapswitch.doctor.Firewall.Verdict;
import io.tapswitch.doctor.SwitchState.Credential;
import io.tapswitch.doctor.SwitchState.Roaming;
import io.tapswitch.linux.Ethtool.Offloads;
import io.tapswitch.linux.KernelFeatures.Feature;
import io.tapswitch.linux.UdpSockets;
import io.tapswitch.overlay.ClusterState;
import io.tapswitch.overlay.RemoteHost;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.RemoteVtep;
import io.tapswitch.port.SharedEndpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each fault is made, and found by the check that is for it, and by no other. */
class DoctorTest {
    private static final long NO_NET_ADMIN = ~(1L << 12);
    private static final long NO_NET_RAW = ~(1L << 13);
    private static final long NO_SYS_ADMIN = ~(1L << 21);

    private final FakeMachine machine = new FakeMachine();
    private final FakeSwitch state = new FakeSwitch();

    DoctorTest() {
        machine.link("web1", 1500);
        machine.link("web2", 1500);
    }

    private List<Finding> examine(String port) {
        return Doctor.examine(state, machine, port, 1);
    }

    /** The one thing that is wrong. */
    private Finding fault() {
        List<Finding> faults = examine(null).stream()
                .filter(finding -> finding.result() != Result.OK)
                .toList();
        assertThat(faults).hasSize(1);
        return faults.get(0);
    }

    private void finds(Result result, String check, String subject, String text, String fix) {
        Finding fault = fault();
        assertThat(fault.check()).isEqualTo(check);
        assertThat(fault.result()).isEqualTo(result);
        assertThat(fault.subject()).isEqualTo(subject);
        assertThat(fault.text()).contains(text);
        assertThat(fault.fix()).contains(fix);
    }

    private void problem(String check, String subject, String text, String fix) {
        finds(Result.PROBLEM, check, subject, text, fix);
    }

    private void warning(String check, String subject, String text, String fix) {
        finds(Result.WARNING, check, subject, text, fix);
    }

    @Test
    void everyCheckHasSomethingToSayWhenAllIsWell() {
        assertThat(examine(null)).allMatch(finding -> finding.result() == Result.OK);
        assertThat(examine(null)).extracting(Finding::check).containsExactlyInAnyOrderElementsOf(Doctor.checks());
        assertThat(Doctor.checks()).doesNotHaveDuplicates().allMatch(name -> name.matches("[a-z-]+"));
    }

    @Test
    void looksAtOnePortAlone() {
        machine.tun = new IOException("no");
        state.status("web2", Status.FAILED, "gone");
        assertThat(examine("web1"))
                .allMatch(finding ->
                        finding.result() == Result.OK || finding.subject().contains("network"));
        assertThat(examine("web2").get(0).text()).contains("it has failed, and no frame passes: gone");
        assertThat(examine("web1")).extracting(Finding::check).doesNotContain("tun-device", "clocks");
    }

    @Test
    void tellsTheWorstFirst() {
        state.status("web2", Status.DISABLED, null);
        state.tap("web3");
        machine.link("web3", 1400);
        machine.tun = new IOException("cannot open /dev/net/tun: none");
        assertThat(examine(null)).extracting(Finding::result).isSorted();
        assertThat(examine(null)).extracting(Finding::result).contains(Result.PROBLEM, Result.WARNING, Result.OK);
    }

    @Test
    void aCheckThatFailsIsAFindingAndStopsNoOther() {
        machine.duringThePause = () -> {
            throw new IllegalStateException("broken");
        };
        assertThat(examine(null))
                .filteredOn(finding -> finding.result() != Result.OK)
                .extracting(Finding::check, Finding::result)
                .containsExactly(tuple("drops", Result.UNKNOWN), tuple("traffic", Result.UNKNOWN));
    }

    @Test
    void missesCapabilities() {
        machine.capabilities = NO_NET_ADMIN;
        problem("capabilities", "the daemon", "without CAP_NET_ADMIN", "AmbientCapabilities=CAP_NET_ADMIN");
        machine.capabilities = NO_NET_RAW;
        warning("capabilities", "the daemon", "without CAP_NET_RAW", "--cap-add NET_RAW");
        state.port("{name: nic, type: interface}", "nic");
        problem("capabilities", "the daemon", "ports of type interface fail", "CAP_NET_RAW");
        machine.capabilities = NO_SYS_ADMIN;
        assertThat(examine(null)).allMatch(finding -> finding.result() == Result.OK);
        state.port("{name: far, type: tap, tap: {namespace: blue}}", "far");
        problem("capabilities", "the daemon", "other network namespaces", "namespaces.conf");
    }

    @Test
    void missesTheTunDevice() {
        machine.tun = new IOException("cannot open /dev/net/tun: No such file; load the driver with: modprobe tun");
        problem("tun-device", "this machine", "fail: cannot open /dev/net/tun: No such file", "modprobe tun");
        assertThat(fault().text()).doesNotContain("modprobe");
    }

    @Test
    void namesTheKernelsFallbacks() {
        machine.features.add(new Feature("USO", false, "UDP segments cross one by one"));
        machine.features.add(new Feature("CAP_NET_RAW", false, "has a check of its own"));
        warning("kernel-features", "this machine", "USO: UDP segments cross one by one", "newer kernel");
    }

    @Test
    void seesLoopsThatAreLate() {
        state.loops = List.of(new LoopLag.Reading(1, TimeUnit.MILLISECONDS.toNanos(250), 300_000_000, 0));
        warning("event-loops", "event loop 1", "250 ms late", "top -H");
        state.loops = List.of(new LoopLag.Reading(1, 0, 0, TimeUnit.SECONDS.toNanos(9)));
        problem("event-loops", "event loop 1", "nothing for 9000 ms", "kill -QUIT");
    }

    @Test
    void seesLimitsOfTheProcess() {
        machine.openFiles = 850;
        warning("open-files", "the daemon", "850 files open and may have 1000", "LimitNOFILE");
        machine.openFiles = 999;
        problem("open-files", "the daemon", "999 files", "ulimit -n");
        machine.openFiles = 1;
        machine.heapUse = 0.93;
        warning("memory", "the daemon", "93 %", "TAPSWITCH_JAVA_OPTS=-Xmx1g");
    }

    @Test
    void seesAStateDirectoryThatTakesNothing() {
        machine.freeBytes = 200 << 20;
        warning("state-directory", "state directory /var/lib/tapswitch", "200 MiB", "df -h");
        machine.freeBytes = 5 << 20;
        problem("state-directory", "state directory /var/lib/tapswitch", "5 MiB", "df -h");
        machine.unwritable = new IOException("Read-only file system");
        problem("state-directory", "state directory /var/lib/tapswitch", "cannot write", "findmnt");
    }

    @Test
    void seesWhatExpires() {
        state.credentials = List.of(new Credential("token ci", machine.now.plus(Duration.ofDays(3)), "renew"));
        warning("credentials", "token ci", "expires in 3 days", "renew");
        state.credentials = List.of(new Credential("certificate", machine.now.minusSeconds(9), "renew"));
        problem("credentials", "certificate", "expired at", "renew");
        state.credentials = List.of(new Credential("certificate", machine.now.plus(Duration.ofDays(90)), "renew"));
        assertThat(examine(null)).allMatch(finding -> finding.result() == Result.OK);
    }

    private static ClusterState cluster(
            String clusterState, String reason, Map<String, Long> refused, String... conflicts) {
        return new ClusterState("lab", "here", "member", clusterState, reason, 3, 2, 1, 7, refused, List.of(conflicts));
    }

    @Test
    void seesAClusterThatIsNotOne() {
        state.cluster = cluster("joined", null, Map.of());
        assertThat(examine(null)).allMatch(finding -> finding.result() == Result.OK);
        state.cluster = cluster("unreachable", "no member answers; start one", Map.of());
        problem("cluster", "cluster lab", "is unreachable: no member answers; frames go on", "start one");
        state.cluster = cluster("joining", "still joining", Map.of());
        problem("cluster", "cluster lab", "joining: still joining", "nc -vz");
        state.cluster = cluster("joined", null, Map.of(), "VNI 7 is network red there and blue here");
        problem("cluster", "cluster lab", "VNI 7 is network red there", "network list");
        state.cluster = cluster("joined", null, Map.of("not authentic: written without", 4L));
        warning("cluster", "cluster lab", "4 records", "sha256sum");
    }

    private static RemoteHost host(String version, String hostState, String reason) {
        return new RemoteHost(
                "there", version, hostState, reason, null, List.of("192.0.2.2"), 4789, null, 0, 1, List.of(), 0, 40L);
    }

    @Test
    void seesOtherHostsInTrouble() {
        state.hosts = List.of(host("0.1.0", "silent", "cut off"));
        problem("hosts", "host there", "not heard for 40 s (cut off)", "systemctl status");
        state.hosts = List.of(host("0.1.0", "cached", null));
        warning("hosts", "host there", "not heard since", "wait");
        state.hosts = List.of(host("0.1.0", "up", "waits for a secret; copy it"));
        warning("hosts", "host there", "waits for a secret", "copy it");
        state.hosts = List.of(host("0.2.0", "up", null));
        warning("versions", "host there", "runs TapSwitch 0.2.0", "newer");
    }

    @ParameterizedTest
    @CsvSource({"PT90S, 90.0 seconds ahead of", "PT-3H, 3 hours behind", "P3D, 3 days ahead of"})
    void seesClocksThatDiffer(Duration ahead, String words) {
        state.hosts = List.of(host("0.1.0", "up", null));
        state.clock = CompletableFuture.completedFuture(ahead);
        warning("clocks", "host there", words, "set-ntp");
    }

    @Test
    void saysThatAClockCouldNotBeRead() {
        state.hosts = List.of(host("0.1.0", "up", null));
        state.noClock("no answer");
        finds(Result.UNKNOWN, "clocks", "host there", "no answer", "ssh there date");
    }

    @Test
    void seesPortsThatAreNotUp() {
        state.tap("web3");
        machine.link("web3", 1500);
        state.status("web3", Status.FAILED, "cannot attach: busy (EBUSY); close the other program");
        problem(
                "port-state",
                "port web3",
                "no frame passes: cannot attach: busy (EBUSY)",
                "close the other program; the port");
    }

    @Test
    void seesPortsThatAreOff() {
        state.tap("web3");
        state.status("web3", Status.DISABLED, null);
        warning("port-state", "port web3", "switched off", "tapswitch port set web3 enabled=true");
    }

    @Test
    void seesPortsThatWait() {
        state.port("{name: vm1, type: stream, stream: {listen: 'unix:/run/vm1.sock'}}", "unix:/run/vm1.sock");
        state.status("vm1", Status.WAITING, "waits for a connection to /run/vm1.sock");
        warning("port-state", "port vm1", "waits for a connection to /run/vm1.sock", "start the virtual machine");
    }

    @Test
    void seesFloodSwitchesThatCutOff() {
        state.port("{name: web3, type: tap, flood: {broadcast: false}}", "web3");
        warning("port-settings", "port web3", "no ARP request", "flood.broadcast=true");
        state.port("{name: web3, type: tap, flood: {multicast: false}}", "web3");
        warning("port-settings", "port web3", "IPv6", "flood.multicast=true");
    }

    @Test
    void seesALockWithoutAKey() {
        state.port("{name: web3, type: tap, locked: true}", "web3");
        warning("port-settings", "port web3", "locked", "tapswitch fdb add default MAC web3");
        state.stations.add(new StaticEntry("default", "02:00:00:00:00:07", "web3"));
        assertThat(examine(null)).allMatch(finding -> finding.result() == Result.OK);
    }

    @Test
    void seesIsolationOfAll() {
        state.remove("web2");
        state.port("{name: web1, type: tap, isolated: true}", "web1");
        state.port("{name: web3, type: tap, isolated: true}", "web3");
        assertThat(examine("web3").get(0).text()).contains("nobody there can talk to anybody");
    }

    @Test
    void seesInterfacesThatAreDown() {
        machine.link("web1", 1500, false, false);
        problem("interface-link", "port web1", "is down", "ip link set web1 up");
        machine.link("web1", 1500, true, false);
        warning("interface-link", "port web1", "no carrier", "ip -d link show web1");
    }

    @Test
    void seesAnMtuThatDoesNotFit() {
        machine.link("web1", 1400);
        warning("interface-mtu", "port web1", "sends at most 1400 bytes", "ip link set web1 mtu 1500; or");
        machine.link("web1", 9000);
        warning("interface-mtu", "port web1", "dropped on the way in (oversize)", "network set default mtu=9000");
        state.port("{name: web1, type: tap, tap: {mtu: 1400, namespace: blue}}", "web1");
        machine.link("web1", 1400);
        warning("interface-mtu", "port web1", "1400", "tapswitch port set web1 tap.mtu=null");
    }

    @Test
    void seesAnInterfaceThatDoesNotTakeWhatTheNetworkDoes() {
        state.port("{name: web1, type: interface}", "web1");
        machine.link("web1", 1400);
        warning("interface-mtu", "port web1", "egress-oversize), so that large transfers hang", "mtu 1500");
    }

    @Test
    void namesTheNamespaceInACommand() {
        state.port("{name: web1, type: tap, tap: {namespace: blue}}", "web1");
        machine.link("web1", 1500, false, false);
        problem("interface-link", "port web1", "is down", "ip netns exec blue ip link set web1 up");
    }

    @ParameterizedTest
    @CsvSource({
        "false, true, true, false, checksum offload, tx on",
        "true, false, true, false, (tso), tso on",
        "true, false, false, false, '(tso, gso)', gso on",
        "true, true, true, true, lro, lro off"
    })
    void seesOffloadsThatDoNotFit(boolean tx, boolean tso, boolean gso, boolean lro, String text, String fix) {
        state.remove("web2");
        state.port("{name: net, type: interface, interface: {name: eth1}}", "eth1");
        machine.links.clear();
        machine.link("eth1", 1500);
        machine.offloads = new Offloads(true, tx, tso, gso, true, lro);
        warning("offloads", "port net", text, "ethtool -K eth1 ");
        assertThat(fault().fix()).contains(fix);
    }

    @Test
    void seesAPortThatIsAlone() {
        state.status("web2", Status.FAILED, "gone");
        assertThat(examine(null)).anySatisfy(finding -> assertThat(finding.text())
                .contains("port web1 is the only one in it that is open"));
    }

    @Test
    void seesAQuarantineAndExpectsNothingOfItsAnalysisPort() {
        state.tap("web3");
        state.tap("ids");
        for (int i = 0; i < 100; i++) {
            state.counters("ids").transmitted(0, 60);
        }
        state.port("{name: web1, type: tap, quarantine: {port: ids}}", "web1");
        warning("port-settings", "port web1", "in quarantine: only port ids gets", "tapswitch port release web1");
        state.port("{name: web1, type: tap, quarantine: {port: ids, expires: '2001-01-01T00:00:00Z'}}", "web1");
        warning("traffic", "port ids", "100 frames went out", "ip addr");
    }

    @Test
    void seesFullTables() {
        state.learned.put("default", 60_000);
        warning("fdb-size", "network default", "60,000 of at most 65,536", "maxLearned=131072");
        state.learned.clear();
        state.port("{name: web1, type: tap, maxLearned: 5}", "web1");
        state.learned.put("default web1", 5);
        warning("fdb-size", "port web1", "the 5 stations that it may", "maxLearned=10");
    }

    @Test
    void seesStationsThatGoToAndFro() {
        state.roaming = List.of(new Roaming("default", 0x0200_0000_0007L, 6, List.of("web1", "web2")));
        problem("duplicate-address", "station 02:00:00:00:00:07 in network default", "moved 6 times", "capture web1");
        assertThat(examine("web2").get(0).check()).isEqualTo("duplicate-address");
        state.tap("web3");
        assertThat(examine("web3")).allMatch(finding -> finding.result() == Result.OK);
    }

    private static RemoteVtep vtep(String peerState, Long heard, Long probed, int pathMtu, boolean encrypted) {
        boolean isAlive = peerState.equals("alive");
        return new RemoteVtep(
                "192.0.2.2",
                peerState,
                isAlive ? 400L : null,
                isAlive ? 0 : null,
                heard,
                probed,
                pathMtu,
                encrypted,
                encrypted ? "0a1b2c3d" : null);
    }

    private void tunnel(String host, RemoteVtep remote, String reason) {
        state.network("{name: blue, vni: 7}");
        state.port("{name: db1, type: tap, network: blue}", "db1");
        String secret = remote.encrypted() ? ", secretFile: /etc/s" : "";
        state.tunnel(
                "{name: host2, type: vxlan, network: blue, vxlan: {remote: 192.0.2.2" + secret + "}}",
                host,
                remote,
                reason);
    }

    @Test
    void seesPeersThatAreGone() {
        tunnel(null, vtep("dead", 65_000L, 65_000L, 1600, false), "waits for an answer");
        problem(
                "peers",
                "port host2",
                "VTEP 192.0.2.2 answered before and is silent for 65.0 seconds",
                "ping 192.0.2.2");
        tunnel("there", vtep("dead", 65_000L, 400L, 1600, false), "waits for an answer");
        problem("peers", "port host2", "host there, VTEP 192.0.2.2 no longer answers", "nft list ruleset");
        assertThat(fault().text()).contains("what it sends arrives here");
    }

    @Test
    void seesPeersThatNeverAnswered() {
        tunnel(null, vtep("unknown", null, null, 1600, false), null);
        warning("peers", "port host2", "A VTEP of Linux", "UDP port 4789");
        state.counters("host2").received(0, 60);
        assertThat(examine(null)).allMatch(finding -> finding.result() == Result.OK);
        tunnel("there", vtep("unknown", null, null, 1600, false), null);
        problem("peers", "port host2", "though a TapSwitch always does", "tcpdump");
        tunnel(null, vtep("unknown", null, null, 1600, true), "waits for VTEP 192.0.2.2 to have the same secret");
        problem("peers", "port host2", "egress-no-key (it waits for VTEP 192.0.2.2 to have", "sha256sum");
    }

    @Test
    void seesBadWays() {
        tunnel(null, new RemoteVtep("192.0.2.2", "alive", 400L, 7, 1L, 1L, 1600, false, null), null);
        warning("path-quality", "port host2", "loses 7 %", "ping -c 100");
        tunnel(null, new RemoteVtep("192.0.2.2", "alive", 150_000L, 0, 1L, 1L, 1600, false, null), null);
        warning("path-quality", "port host2", "150 ms", "ping 192.0.2.2");
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.2, false, 1550", "192.0.2.2, true, 1578", "2001:db8::2, false, 1570"})
    void seesAWayThatIsTooNarrow(String address, boolean encrypted, int needed) {
        RemoteVtep remote =
                new RemoteVtep(address, "alive", 400L, 0, 1L, 1L, 1500, encrypted, encrypted ? "0a1b2c3d" : null);
        tunnel(null, remote, null);
        machine.link("db1", 1422);
        state.mtus.put("blue", 1422);
        warning("path-mtu", "network blue", address + " (packets of 1500), only 1422 do", "mtu " + needed);
    }

    @Test
    void seesAChangeOfSecretsThatIsHalfDone() {
        tunnel(null, vtep("alive", 1L, 1L, 1600, true), null);
        assertThat(examine(null)).allMatch(finding -> finding.result() == Result.OK);
        state.tunnel(
                "{name: host3, type: vxlan, network: blue, vxlan: {remote: 192.0.2.3, secretFile: /etc/s}}",
                null,
                new RemoteVtep("192.0.2.3", "alive", 400L, 0, 1L, 1L, 1600, true, "ffffffff"),
                null);
        warning("secrets", "secret /etc/s", "0a1b2c3d to host2; ffffffff to host3", "/etc/s.next");
    }

    @Test
    void seesSlowPaths() {
        state.endpoints.add(new SharedEndpoint("192.0.2.1:4789", 1, List.of("udp-gro"), new PortCounters(1)));
        warning("slow-path", "VTEP 192.0.2.1:4789", "no UDP_SEGMENT", "Linux 4.18");
        state.endpoints.set(0, new SharedEndpoint("192.0.2.1:4789", 1, List.of("udp-segment"), new PortCounters(1)));
        warning("slow-path", "VTEP 192.0.2.1:4789", "no UDP_GRO", "uname -r");
        state.endpoints.clear();
        tunnel(null, vtep("alive", 1L, 1L, 1600, true), null);
        machine.aes = false;
        warning("slow-path", "this machine", "no AES instructions", "host-passthrough");
    }

    @Test
    void seesTheFirewallOfAPeerThatDoesNotAnswer() {
        machine.firewall = new Verdict(Outcome.DROPPED, false, "the policy of chain x is drop", "nft insert rule x");
        tunnel(null, vtep("alive", 1L, 1L, 1600, false), null);
        assertThat(examine(null)).allMatch(finding -> finding.result() == Result.OK);
        tunnel(null, vtep("dead", 65_000L, 65_000L, 1600, false), "waits for an answer");
        assertThat(examine("host2")).anySatisfy(finding -> {
            assertThat(finding.check()).isEqualTo("firewall");
            assertThat(finding.result()).isEqualTo(Result.PROBLEM);
            assertThat(finding.text())
                    .contains("drops UDP packets of 192.0.2.2 to port 4789: the policy of chain x is drop");
            assertThat(finding.fix()).isEqualTo("nft insert rule x");
        });
        machine.firewall = new Verdict(Outcome.UNREADABLE, false, "no nft", "install it");
        assertThat(examine("host2"))
                .anyMatch(finding -> finding.check().equals("firewall") && finding.result() == Result.UNKNOWN);
        machine.firewall = new Verdict(Outcome.PERHAPS, true, "rule 7", "nft insert rule x");
        assertThat(examine("host2"))
                .anyMatch(finding -> finding.text().contains("may drop UDP packets to 192.0.2.2: rule 7"));
    }

    @Test
    void seesSomebodyElseOnTheUdpPort() throws IOException {
        tunnel(null, vtep("alive", 1L, 1L, 1600, false), null);
        machine.strangers = List.of(new UdpSockets.Entry(InetAddress.getByName("0.0.0.0"), 4789, 0, 7));
        problem("udp-port", "UDP port 4789", "somebody else has it too", "ss -lunp sport = :4789");
    }

    @Test
    void seesTheReversePathFilter() {
        machine.reversePathDrops = OptionalLong.of(12);
        assertThat(examine(null)).allMatch(finding -> finding.result() == Result.OK);
        tunnel(null, vtep("dead", 65_000L, 65_000L, 1600, false), "waits for an answer");
        assertThat(examine("host2"))
                .anyMatch(finding -> finding.check().equals("reverse-path-filter")
                        && finding.text().contains("dropped 12 packets")
                        && finding.fix().contains("rp_filter=2"));
    }

    @Test
    void seesDropsThatRiseNow() {
        state.counters("web1").dropped(0, DropReason.OVERSIZE, 1000);
        assertThat(examine(null)).allMatch(finding -> finding.result() == Result.OK);
        machine.duringThePause = () -> state.counters("web1").dropped(0, DropReason.OVERSIZE, 3);
        warning("drops", "port web1", "3 frames dropped as oversize in 1 s", "network set default mtu=9000");
    }

    @Test
    void saysWhatOnePortDroppedEarlier() {
        state.counters("web1").dropped(0, DropReason.OVERSIZE, 1000);
        assertThat(examine("web1")).anyMatch(finding -> finding.text().contains("since the start: 1,000 oversize"));
    }

    @Test
    void seesDropsThatBelongToNoPort() {
        PortCounters counters = new PortCounters(1);
        state.endpoints.add(new SharedEndpoint("192.0.2.1:4789", 1, List.of("udp-segment", "udp-gro"), counters));
        machine.duringThePause = () -> counters.dropped(0, DropReason.UNKNOWN_VTEP, 2);
        warning("drops", "VTEP 192.0.2.1:4789", "unknown-vtep", "tapswitch port add");
    }

    @ParameterizedTest
    @EnumSource(DropReason.class)
    void hasAdviceForEveryDrop(DropReason reason) {
        DropAdvice advice = DropAdvice.of(reason);
        assertThat(advice.text()).isNotBlank();
        assertThat(advice.fix()).isNotBlank();
        if (advice.result() == Result.OK) {
            machine.duringThePause = () -> state.counters("web1").dropped(0, reason);
            assertThat(examine(null)).allMatch(finding -> finding.result() == Result.OK);
        } else {
            machine.duringThePause = () -> state.counters("web1").dropped(0, reason);
            finds(advice.result(), "drops", "port web1", reason.label(), "");
            assertThat(fault().fix()).doesNotContain("PORT", "NETWORK");
        }
    }

    @Test
    void seesAPortThatOnlyListens() {
        for (int i = 0; i < 20; i++) {
            state.counters("web1").transmitted(0, 60);
        }
        warning("traffic", "port web1", "20 frames went out by it, and none has ever come in", "ip addr");
        state.counters("web1").received(0, 60);
        assertThat(examine(null)).allMatch(finding -> finding.result() == Result.OK);
    }

    @Test
    void countsWhatPassesAtOnePort() {
        machine.duringThePause = () -> state.counters("web1").received(0, 60);
        assertThat(examine("web1"))
                .anyMatch(finding -> finding.text().contains("in 1 s 1 frames came in and 0 went out"));
    }
}
