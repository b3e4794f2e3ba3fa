package io.tapswitch.it.vxlan;

import io.tapswitch.it.Await;
import io.tapswitch.it.TestHost;
import java.util.HashMap;
import java.util.Map;

/** The kernel's own VTEP: a VXLAN interface for each network, bridged with a veth to the station. */
final class KernelVtep implements Vtep {
    private static final int UNDERLAY_MTU = 1500;

    private final Plan plan;
    private final Map<Integer, Station> stations = new HashMap<>();

    /** @param options further ones of {@code ip link add type vxlan}, each with a space in front */
    KernelVtep(Plan plan, String options) {
        this.plan = plan;
        plan.site().completeChecksums();
        plan.vnis().forEach(vni -> stations.put(vni, attach(plan, vni, options)));
    }

    private static Station attach(Plan plan, int vni, String options) {
        TestHost underlay = plan.site().host();
        TestHost host = new TestHost().enableIpv6();
        underlay.ip("link add vx" + vni + " type vxlan id " + vni + " local "
                + plan.site().address(plan.family()) + " dstport " + Outer.VXLAN_PORT + options);
        for (Site remote : plan.remotes()) {
            underlay.run(("bridge fdb append 00:00:00:00:00:00 dev vx" + vni + " dst " + remote.address(plan.family()))
                    .split(" "));
        }
        int mtu = UNDERLAY_MTU - plan.family().overhead();
        host.ip("link add st0 mtu " + mtu + " type veth peer name p" + vni + " netns " + underlay.namespace());
        underlay.ip("link add br" + vni + " type bridge stp_state 0 mcast_snooping 0");
        for (String member : new String[] {"vx" + vni, "p" + vni}) {
            underlay.ip("link set " + member + " master br" + vni + " up");
        }
        underlay.ip("link set br" + vni + " up");
        Station station = new Station(host, "st0", plan.station(vni));
        awaitForwarding(underlay, "p" + vni);
        return station;
    }

    /** The kernel takes its time to notice that a veth's other end is up. */
    private static void awaitForwarding(TestHost underlay, String bridgePort) {
        try {
            Await.until(bridgePort + " forwards", 10, () -> underlay.run("bridge", "link", "show", "dev", bridgePort)
                    .contains("state forwarding"));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public Station station(int vni) {
        return stations.get(vni);
    }

    @Override
    public void close() {
        stations.keySet().forEach(vni -> plan.site().host().ip("link del br" + vni));
        stations.keySet().forEach(vni -> plan.site().host().ip("link del vx" + vni));
        for (Station station : stations.values()) {
            station.close();
            station.host().close();
        }
    }
}
