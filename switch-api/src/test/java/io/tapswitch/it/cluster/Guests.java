package io.tapswitch.it.cluster;

import io.tapswitch.frame.MacAddress;
import io.tapswitch.it.Await;
import io.tapswitch.it.TestFrame;
import io.tapswitch.it.TestHost;
import io.tapswitch.linux.RawSocket;
import java.util.HashMap;
import java.util.Map;

/** One guest on each host in one network, with the address 10.90.0.{@code number of the host}. */
final class Guests {
    static final String NETWORK = "blue";
    static final int VNI = 7;

    private final ClusterHarness cluster;
    private final Map<Integer, TestHost> guests = new HashMap<>();

    Guests(ClusterHarness cluster) {
        this.cluster = cluster;
    }

    /** Defines the network on a host, and adds a guest to each of some hosts; waits until they can reach each other. */
    static Guests of(ClusterHarness cluster, int definedOn, int... hosts) throws Exception {
        Guests guests = new Guests(cluster);
        cluster.host(definedOn).post("networks", "{'name':'" + NETWORK + "','vni':" + VNI + "}");
        guests.add(hosts);
        return guests;
    }

    /** Adds a guest to each of some hosts that do not have one. */
    void add(int... hosts) throws Exception {
        for (int number : hosts) {
            ClusterHarness.awaitNetwork(cluster.host(number), NETWORK);
            guests.put(number, cluster.host(number).guest(port(number), NETWORK, address(number) + "/24", mac(number)));
        }
        ClusterHost[] all = guests.keySet().stream().map(cluster::host).toArray(ClusterHost[]::new);
        ClusterHarness.awaitMesh(all);
    }

    TestHost get(int number) {
        return guests.get(number);
    }

    static String port(int number) {
        return "g" + number;
    }

    static String address(int number) {
        return "10.90.0." + number;
    }

    static String mac(int number) {
        return "02:00:00:00:90:0" + number;
    }

    /** Lets every guest know the addresses of the others for good, so that none asks. */
    void introduce() {
        guests.forEach((number, guest) -> guests.keySet().stream()
                .filter(other -> !other.equals(number))
                .forEach(other -> guest.ip(
                        "neigh replace " + address(other) + " lladdr " + mac(other) + " dev eth0 nud permanent")));
    }

    /** Sends a frame from a guest as it is, from the guest's own address. */
    TestFrame send(int from, String destination) throws Exception {
        TestFrame frame = TestFrame.of(MacAddress.parse(destination), MacAddress.parse(mac(from)));
        try (RawSocket socket = guests.get(from).socket("eth0")) {
            socket.send(frame.bytes());
        }
        return frame;
    }

    /** Starts a flow from one guest to another, a datagram each {@code periodMillis}. */
    Flow flow(int from, int to, long periodMillis) throws Exception {
        return new Flow(guests.get(from), guests.get(to), address(to), periodMillis);
    }

    /** Waits until each guest reaches each other one. */
    void awaitPings() throws Exception {
        for (int from : guests.keySet()) {
            for (int to : guests.keySet()) {
                if (from != to) {
                    Await.until(
                            "guest " + from + " reaches " + to,
                            ClusterHarness.PATIENCE_SECONDS,
                            () -> guests.get(from).ping(address(to), 1, "-W", "1") == 1);
                }
            }
        }
    }
}
