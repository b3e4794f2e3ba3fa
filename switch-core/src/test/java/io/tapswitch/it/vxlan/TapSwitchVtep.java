package io.tapswitch.it.vxlan;

import io.tapswitch.PortView;
import io.tapswitch.it.TestHost;
import io.tapswitch.it.TestPort;
import io.tapswitch.it.TestSwitch;
import io.tapswitch.port.PortCounters;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** The product: a network for each VNI with a TAP, and a port to each remote VTEP that carries them all. */
final class TapSwitchVtep implements Vtep {
    private final TestSwitch net = new TestSwitch();
    private final Map<Integer, Station> stations = new HashMap<>();

    /** @param options further fields of the section {@code vxlan}, each with a comma in front */
    TapSwitchVtep(Plan plan, String options) {
        try {
            configure(plan, options);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void configure(Plan plan, String options) {
        plan.vnis().forEach(vni -> net.network("name: " + network(plan, vni) + ", vni: " + vni));
        plan.vnis().forEach(vni -> stations.put(vni, attach(plan, vni)));
        for (Site remote : plan.remotes()) {
            net.add(plan.site().port(port(remote), remote, plan.family(), options)
                    + (plan.vnis().size() > 1 ? ", trunk: all" : ""));
        }
    }

    private static String network(Plan plan, int vni) {
        return plan.vnis().indexOf(vni) == 0 ? "default" : "n" + vni;
    }

    /** The name of the port to a host. */
    static String port(Site remote) {
        return "host" + remote.number();
    }

    private Station attach(Plan plan, int vni) {
        TestHost host = new TestHost().enableIpv6();
        net.port("st" + vni, host, "network: " + network(plan, vni));
        return new Station(host, TestPort.TAP, plan.station(vni));
    }

    TestSwitch net() {
        return net;
    }

    /** The port to a host. */
    PortView to(Site remote) {
        return net.service().port(port(remote));
    }

    @Override
    public Station station(int vni) {
        return stations.get(vni);
    }

    @Override
    public String describe() {
        Map<String, String> ports = new TreeMap<>();
        net.service()
                .ports()
                .forEach(port -> ports.put(
                        port.config().name(),
                        port.status().label() + " " + port.reason() + ", in "
                                + port.counters().sum(PortCounters.RX_FRAMES) + ", out "
                                + port.counters().sum(PortCounters.TX_FRAMES) + ", drops "
                                + port.counters().drops() + ", " + port.remote()));
        return ports.toString();
    }

    @Override
    public void close() {
        stations.values().forEach(Station::close);
        net.close();
    }
}
