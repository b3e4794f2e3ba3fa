package io.tapswitch.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.it.NeedsTap;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hosts that die, freeze, or find that their clock jumped, while numbered datagrams go between those that nothing happens to:
 * of these none may be lost. Hosts 1 and 2 are members, 3 and 4 clients.
 */
@NeedsTap
class ClusterFaultsIT extends FaultTest {
    private static final int FREEZE_MILLIS = 30_000;
    private static final int ROUNDS = 3;

    @BeforeAll
    static void start() throws Exception {
        begin(new ClusterHarness(List.of(1, 2)).start("member", 2).start("client", 2));
    }

    @Test
    void theOldestMemberIsKilled() throws Exception {
        try (Flows flows = new Flows(guests, 2, 3, 4)) {
            Thread.sleep(500);
            host(1).daemon().kill();
            long out = millisUntilOut(host(3), host(1));
            print("kill -9 of the oldest member: out of the flood list of another host after %d ms", out);
            assertThat(out).isLessThan(DEAD_MILLIS);
            Thread.sleep(10_000);
            print("kill -9 of the oldest member: %s", flows.nothingLost());
        }
        restart(1);
    }

    @Test
    void allMembersAreKilledAtOnce() throws Exception {
        try (Flows flows = new Flows(guests, 3, 4)) {
            Thread.sleep(500);
            host(1).daemon().kill();
            host(2).daemon().kill();
            long unreachable = ClusterHarness.millisUntil(
                    "a client notices",
                    () -> host(3).cluster().path("state").asText().equals("unreachable"));
            print("kill -9 of all members: a client notices after %d ms", unreachable);
            Thread.sleep(15_000);
            assertThat(host(3).vtepOf(Guests.NETWORK, Guests.mac(4))).isEqualTo(host(4).address());
            restart(1, 2);
            print("kill -9 of all members, until they are back: %s", flows.nothingLost());
        }
    }

    @Test
    void aMemberIsFrozen() throws Exception {
        try (Flows flows = new Flows(guests, 1, 3, 4)) {
            Thread.sleep(500);
            long begin = System.nanoTime();
            host(2).daemon().freeze();
            long out = millisUntilOut(host(1), host(2));
            print("SIGSTOP of a member: out of the flood list of another host after %d ms", out);
            assertThat(out).isLessThan(DEAD_MILLIS);
            Thread.sleep(Math.max(0, FREEZE_MILLIS - millisSince(begin)));
            host(2).daemon().thaw();
            begin = System.nanoTime();
            ClusterHarness.awaitReaches(host(1), host(2));
            print("SIGCONT after %d ms: in the flood list again after %d ms", FREEZE_MILLIS, millisSince(begin));
            guests.awaitPings();
            print("SIGCONT: pings from and to all after %d ms", millisSince(begin));
            awaitAllKnown(host(2));
            host(2).post("networks", "{'name':'thawed','vni':201}");
            for (ClusterHost host : cluster.hosts()) {
                ClusterHarness.awaitNetwork(host, "thawed");
            }
            print("SIGCONT: a network written there is on all after %d ms", millisSince(begin));
            print("SIGSTOP and SIGCONT of a member: %s", flows.nothingLost());
        }
    }

    /** Hosts are restarted when the network is in trouble, too. */
    @Test
    void aHostThatReachesNoMemberGoesOnFromItsCache() throws Exception {
        Thread.sleep(11_000);
        for (int number : new int[] {3, 2}) {
            List<ClusterHost> others = cluster.hosts().stream()
                    .filter(host -> host != host(number))
                    .toList();
            ClusterHarness.cut(List.of(host(number)), others, Traffic.HAZELCAST);
            host(number).daemon().kill();
            millisUntilOut(host(4), host(number));
            host(number).launch().ready();
            long millis = ClusterHarness.millisUntil(
                    "guest " + number + " reaches guest 4",
                    () -> guests.get(number).ping(Guests.address(4), 1, "-W", "1") == 1);
            print(
                    "%s restarted without a member in reach: ping from cached peers %d ms after it was ready; cluster is"
                            + " '%s'",
                    host(number), millis, host(number).cluster().path("state").asText());
            cluster.heal();
            long begin = System.nanoTime();
            awaitAllKnown(host(number));
            print("%s joined %d ms after members can be reached", host(number), millisSince(begin));
        }
    }

    @Test
    void whatWasAcknowledgedIsNotLostByACrashRightAfter() throws Exception {
        long longest = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String name = "ack" + round;
            host(1).post("networks", "{'name':'" + name + "','vni':" + (100 + round) + "}");
            longest = Math.max(longest, crashAndAwait(name, "1500"));
            host(1).patch("networks/" + name, "{'mtu':1300}");
            longest = Math.max(longest, crashAndAwait(name, "1300"));
            host(1).delete("networks/" + name);
            longest = Math.max(longest, crashAndAwait(name, ""));
        }
        print(
                "%d changes of networks, kill -9 right after each was acknowledged: on all hosts at most %d ms after the"
                        + " host was started again",
                3 * ROUNDS, longest);
    }

    private long crashAndAwait(String network, String mtu) throws Exception {
        host(1).daemon().kill();
        long begin = System.nanoTime();
        host(1).launch().ready();
        for (ClusterHost host : cluster.hosts()) {
            ClusterHarness.millisUntil(
                    host + " has mtu '" + mtu + "' of network " + network,
                    () -> host.find("networks/" + network).path("mtu").asText().equals(mtu));
        }
        return millisSince(begin);
    }

    @Test
    void theClockOfAMemberJumps(@TempDir Path directory) throws Exception {
        Optional<Clock> found = Clock.of(directory);
        Assumptions.assumeTrue(found.isPresent(), "needs libfaketime");
        Clock clock = found.orElseThrow();
        host(2).launch(clock.environment()).ready();
        awaitAllInOrder();
        try (Flows flows = new Flows(guests, 1, 2, 3, 4)) {
            for (String offset : List.of("+1h", "-1h", "+0")) {
                clock.set(offset);
                Thread.sleep(15_000);
                print(
                        "clock of a member at %s: it is '%s', known as '%s'",
                        offset,
                        host(2).cluster().path("state").asText(),
                        host(1).host("h2").path("state").asText());
            }
            host(2).post("networks", "{'name':'jumped','vni':200}");
            for (ClusterHost host : cluster.hosts()) {
                ClusterHarness.awaitNetwork(host, "jumped");
                awaitAllKnown(host);
            }
            print("clock of a member an hour ahead, behind and right again: %s", flows.nothingLost());
        }
        host(2).daemon().terminate();
        restart(2);
    }
}
