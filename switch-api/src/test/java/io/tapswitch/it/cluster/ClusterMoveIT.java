package io.tapswitch.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.it.NeedsTap;
import io.tapswitch.it.TestHost;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A VM that moves from host 1 to host 2 while host 3 talks to it. It is a namespace that has a TAP of each of the two hosts,
 * of one address, and uses one of them; so its connections outlive the move, as those of a VM do.
 */
@NeedsTap
class ClusterMoveIT extends FaultTest {
    private static final String MAC = "02:00:00:00:92:01";
    private static final String ADDRESS = "10.90.0.50";

    /** What the issue asks for is a third of it: others load the machine as well. */
    private static final long GAP_MILLIS = 3_000;

    private TestHost machine;

    @BeforeAll
    static void start() throws Exception {
        begin(new ClusterHarness(List.of(1, 2)).start("member", 2).start("client", 1));
    }

    @BeforeEach
    void machine() throws Exception {
        machine = new TestHost();
        for (int number = 1; number <= 2; number++) {
            host(number)
                    .post(
                            "ports",
                            "{'name':'vm','type':'tap','network':'blue','tap':{'interface':'" + device(number)
                                    + "','namespace':'" + machine.namespace() + "','mac':'" + MAC + "','up':false}}");
        }
        use(1);
        guests.get(3).ip("neigh replace " + ADDRESS + " lladdr " + MAC + " dev eth0 nud permanent");
        announce(1);
        ClusterHarness.millisUntil("guest 3 reaches the VM", () -> guests.get(3).ping(ADDRESS, 1, "-W", "1") == 1);
        ClusterHarness.millisUntil("host 3 knows the VM", () -> isAt(1));
    }

    @AfterEach
    void noMachine() throws Exception {
        host(1).delete("ports/vm");
        host(2).delete("ports/vm");
        machine.close();
        ClusterHarness.millisUntil("nobody knows the VM", () -> host(3).station(Guests.NETWORK, MAC)
                .isMissingNode());
    }

    private static String device(int number) {
        return "eth" + number;
    }

    private void use(int number) {
        machine.ip("link set " + device(number) + " up");
        machine.ip("address add " + ADDRESS + "/24 dev " + device(number));
        for (int other = 1; other <= 3; other++) {
            machine.ip("neigh replace " + Guests.address(other) + " lladdr " + Guests.mac(other) + " dev "
                    + device(number) + " nud permanent");
        }
    }

    private void leave(int number) {
        machine.ip("address flush dev " + device(number));
        machine.ip("link set " + device(number) + " down");
    }

    private void announce(int number) {
        machine.run("arping", "-q", "-U", "-c", "1", "-w", "1", "-I", device(number), ADDRESS);
    }

    private static boolean isAt(int number) throws Exception {
        return host(3).vtepOf(Guests.NETWORK, MAC).equals(host(number).address());
    }

    @Test
    void aMachineThatAnnouncesItsMove() throws Exception {
        try (PingFlow ping = new PingFlow(guests.get(3), ADDRESS);
                TcpFlow tcp = new TcpFlow(guests.get(3), machine, ADDRESS)) {
            Thread.sleep(1_500);
            leave(1);
            use(2);
            machine.run("arping", "-q", "-U", "-c", "1", "-I", device(2), ADDRESS);
            Thread.sleep(4_000);
            PingFlow.Outcome pings = ping.stop();
            TcpFlow.Outcome stream = tcp.stop();
            print("a move with a gratuitous ARP: %s; %s", pings, stream);
            assertThat(isAt(2)).isTrue();
            assertThat(pings.longestGapMillis()).isLessThan(GAP_MILLIS);
            assertThat(stream.longestGapMillis()).isLessThan(GAP_MILLIS);
        }
    }

    /** Its first frame goes to a guest on its new host and crosses no underlay: only the directory tells host 3. */
    @Test
    void aMachineThatSaysNothingOfItsMove() throws Exception {
        try (PingFlow ping = new PingFlow(guests.get(3), ADDRESS);
                TcpFlow tcp = new TcpFlow(guests.get(3), machine, ADDRESS)) {
            Thread.sleep(1_500);
            leave(1);
            use(2);
            Thread.sleep(500);
            assertThat(isAt(1)).as("nobody can know").isTrue();
            long begin = System.nanoTime();
            assertThat(machine.ping(Guests.address(2), 1)).isEqualTo(1);
            ClusterHarness.millisUntil("host 3 knows of the move", () -> isAt(2));
            long known = millisSince(begin);
            Thread.sleep(4_000);
            PingFlow.Outcome pings = ping.stop();
            TcpFlow.Outcome stream = tcp.stop();
            print(
                    "a silent move, 500 ms before its first frame, to a station of the same host: known on host 3 %d ms"
                            + " after that; %s; %s",
                    known, pings, stream);
            assertThat(pings.longestGapMillis()).isLessThan(GAP_MILLIS + 500);
            assertThat(stream.longestGapMillis()).isLessThan(2 * GAP_MILLIS);
        }
    }
}
