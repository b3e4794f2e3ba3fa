package io.tapswitch.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.it.Await;
import io.tapswitch.it.NeedsTap;
import io.tapswitch.it.TestHost;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Four hosts become one switch: what they tell each other, and exactly which frames cross the underlay. Three are members,
 * the fourth a client without a port in the network. One cluster for all tests, which follow one another.
 */
@NeedsTap
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterIT {
    private static final int PINGS = 20;
    private static final String BROADCAST = "ff:ff:ff:ff:ff:ff";
    private static final String NOBODY = "10.90.0.77";
    private static final String UNHEARD = "02:00:00:00:90:99";
    private static final String SHY = "02:00:00:00:90:0a";

    private static ClusterHarness cluster;
    private static Guests guests;

    @BeforeAll
    static void start() throws Exception {
        long begin = System.nanoTime();
        cluster = new ClusterHarness(List.of(1, 2), "--cluster-no-encryption").start("member", 3);
        print("three daemons started and joined in %d ms", (System.nanoTime() - begin) / 1_000_000);
        cluster.start("client", 1);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static void print(String format, Object... values) {
        System.out.println("ClusterIT: " + String.format(format, values));
    }

    private static ClusterHost host(int number) {
        return cluster.host(number);
    }

    @Test
    @Order(1)
    void aNetworkDefinedOnOneHostIsOnAllAndItsPortsReachEachOther() throws Exception {
        host(4).post("networks", "{'name':'blue','vni':7}");
        long millis = ClusterHarness.millisUntil("network blue on all", () -> {
            for (ClusterHost host : cluster.hosts()) {
                if (host.find("networks/blue").path("vni").asInt() != Guests.VNI) {
                    return false;
                }
            }
            return true;
        });
        print("a network written on a client was on all four hosts after %d ms", millis);

        long begin = System.nanoTime();
        guests = new Guests(cluster);
        guests.add(1, 2, 3);
        print("three ports and their mesh took %d ms", (System.nanoTime() - begin) / 1_000_000);
        for (int from = 1; from <= 3; from++) {
            for (int to = 1; to <= 3; to++) {
                assertThat(guests.get(from).ping(Guests.address(to), 5)).isEqualTo(5);
            }
        }
    }

    @Test
    @Order(2)
    void stationsOfOtherHostsAreExternAndShowWhereTheyAre() throws Exception {
        for (int from = 1; from <= 3; from++) {
            for (int to = 1; to <= 3; to++) {
                if (from != to) {
                    awaitExtern(from, to, Guests.mac(to), Guests.port(to));
                }
            }
        }
        assertThat(host(1).station("blue", Guests.mac(1)).path("type").asText()).isEqualTo("dynamic");
    }

    private static void awaitExtern(int from, int to, String mac, String port) throws Exception {
        Await.until(
                host(from) + " has " + mac,
                ClusterHarness.PATIENCE_SECONDS,
                () -> host(from).station("blue", mac).path("type").asText().equals("extern"));
        JsonNode entry = host(from).station("blue", mac);
        assertThat(entry.path("vtep").asText()).isEqualTo(host(to).address());
        assertThat(entry.path("host").asText()).isEqualTo(host(to).name());
        assertThat(entry.path("remotePort").asText()).isEqualTo(port);
    }

    @Test
    @Order(3)
    void whoHasAKnownAddressIsAnsweredByTheSwitchAndNotAskedAcrossTheUnderlay() throws Exception {
        for (int on = 1; on <= 3; on++) {
            for (int number = 1; number <= 3; number++) {
                awaitNeighbour(host(on), number);
            }
        }
        try (Wire one = new Wire(cluster, host(1))) {
            for (int round = 0; round < 10; round++) {
                guests.get(1).ip("neigh flush dev eth0");
                assertThat(guests.get(1).ping(Guests.address(2), 1)).isEqualTo(1);
                assertThat(guests.get(1).ping(Guests.address(3), 1)).isEqualTo(1);
            }
            assertThat(one.sent(Wire.of(Wire.ARP))).isEmpty();
            assertThat(guests.get(1).ping(NOBODY, 1, "-W", "1")).isZero();
            // It would ask some times more.
            guests.get(1).ip("neigh del " + NOBODY + " dev eth0");
            assertThat(one.sent(Wire.of(Wire.ARP))).containsOnlyKeys(host(2).address(), host(3).address());
        }
        print("20 times who-has of addresses that are known: 0 ARP frames on the underlay");
    }

    private static void awaitNeighbour(ClusterHost on, int number) throws Exception {
        Await.until(on + " knows who has " + Guests.address(number), ClusterHarness.PATIENCE_SECONDS, () -> {
            for (JsonNode entry : on.get("networks/blue/neighbours").path("entries")) {
                if (entry.path("address").asText().equals(Guests.address(number))) {
                    return entry.path("mac").asText().equals(Guests.mac(number))
                            && entry.path("host").asText().equals(host(number).name())
                            && entry.path("port").asText().equals(Guests.port(number));
                }
            }
            return false;
        });
    }

    @Test
    @Order(4)
    void knownUnicastGoesToOneHostOnly() throws Exception {
        guests.introduce();
        try (Wire one = new Wire(cluster, host(1));
                Wire two = new Wire(cluster, host(2));
                Wire three = new Wire(cluster, host(3))) {
            assertThat(guests.get(1).ping(Guests.address(2), PINGS)).isEqualTo(PINGS);
            assertThat(one.sent(Wire.any())).isEqualTo(Map.of(host(2).address(), PINGS));
            assertThat(two.sent(Wire.any())).isEqualTo(Map.of(host(1).address(), PINGS));
            assertThat(three.sent(Wire.any())).isEmpty();
        }
        print("%d echo requests: %d frames to the host of the station, 0 to others", PINGS, PINGS);
    }

    /** Its switch has heard it, no frame of it has crossed the underlay: others know of it by the directory. */
    @Test
    @Order(5)
    void aStationThatNeverSpokeToAnotherHostIsNotFloodedTo() throws Exception {
        TestHost shy = host(2).guest("shy", "blue", "10.90.0.10/24", SHY);
        shy.ip("neigh replace " + Guests.address(2) + " lladdr " + Guests.mac(2) + " dev eth0 nud permanent");
        guests.get(2).ip("neigh replace 10.90.0.10 lladdr " + SHY + " dev eth0 nud permanent");
        try (Wire two = new Wire(cluster, host(2));
                Wire one = new Wire(cluster, host(1))) {
            assertThat(shy.ping(Guests.address(2), 1)).isEqualTo(1);
            awaitExtern(1, 2, SHY, "shy");
            assertThat(two.sent(Wire.any())).isEmpty();
            guests.send(1, SHY);
            assertThat(one.sent(Wire.any())).isEqualTo(Map.of(host(2).address(), 1));
            guests.send(1, UNHEARD);
            assertThat(one.sent(Wire.any())).isEqualTo(Map.of(host(2).address(), 1, host(3).address(), 1));
        }
        host(2).delete("ports/shy");
        long millis = ClusterHarness.millisUntil(
                "the station is gone", () -> host(1).station("blue", SHY).isMissingNode());
        print("a station whose port was deleted was gone on another host after %d ms", millis);
    }

    @Test
    @Order(6)
    void floodsGoOnlyToHostsWithAPortInTheNetwork() throws Exception {
        try (Wire one = new Wire(cluster, host(1))) {
            guests.send(1, BROADCAST);
            assertThat(one.sent(Wire.any())).isEqualTo(Map.of(host(2).address(), 1, host(3).address(), 1));

            host(3).delete("ports/" + Guests.port(3));
            long millis = ClusterHarness.millisUntil("host 3 has left the flood list", () -> host(1).portTo(host(3))
                    .isMissingNode());
            print("a host without a port in the network any more left the flood list after %d ms", millis);
            guests.send(1, BROADCAST);
            assertThat(one.sent(Wire.any())).isEqualTo(Map.of(host(2).address(), 1));
        }
        host(3).tap(guests.get(3), Guests.port(3), "blue", Guests.address(3) + "/24", Guests.mac(3));
        ClusterHarness.awaitMesh(host(1), host(2), host(3));
        assertThat(guests.get(1).ping(Guests.address(3), 5)).isEqualTo(5);
    }

    @Test
    @Order(7)
    void everyHostShowsAllHostsTheirPortsAndEvents() throws Exception {
        for (ClusterHost host : cluster.hosts()) {
            Set<String> names = new TreeSet<>();
            for (JsonNode shown : host.get("hosts")) {
                names.add(shown.path("name").asText());
                assertThat(shown.path("state").asText()).as(shown.toString()).isEqualTo("up");
            }
            assertThat(names).containsExactly("h1", "h2", "h3", "h4");
            assertThat(host.get("hosts/h2/ports").findValuesAsText("name")).contains(Guests.port(2));
            assertThat(host.cluster().path("conflicts")).isEmpty();
            assertThat(host.cluster().path("refused")).isEmpty();
            Await.until("events of all hosts on " + host, ClusterHarness.PATIENCE_SECONDS, () -> new TreeSet<>(
                            host.get("events").path("events").findValuesAsText("host"))
                    .containsAll(names));
        }
        assertThat(host(4).host("h1").path("networks").toString()).isEqualTo("[\"blue\"]");
    }

    @Test
    @Order(8)
    void aNetworkThatAnotherHostUsesCannotBeDeletedAndChangesReachAll() throws Exception {
        host(4).request(409, "DELETE", "networks/blue", null);
        host(4).post("networks", "{'name':'red','vni':8}");
        ClusterHarness.awaitNetwork(host(1), "red");
        host(1).patch("networks/red", "{'mtu':1400}");
        Await.until(
                "the change is known",
                ClusterHarness.PATIENCE_SECONDS,
                () -> host(2).find("networks/red").path("mtu").asInt() == 1400);
        host(2).request(204, "DELETE", "networks/red", null);
        long millis = ClusterHarness.millisUntil("red is gone everywhere", () -> {
            for (ClusterHost host : cluster.hosts()) {
                if (!host.find("networks/red").isMissingNode()) {
                    return false;
                }
            }
            return true;
        });
        print("a network deleted on one host was gone on all after %d ms", millis);
    }
}
