package io.tapswitch.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.config.ConfigException.Kind;
import io.tapswitch.port.OverlayDriver;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.memory.MemoryDriver;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a desired state with ports of the overlay has to fit. */
class OverlayConfigTest {
    private static final PortDrivers DRIVERS = new PortDrivers(List.of(new MemoryDriver(), new OverlayDriver()));
    private static final Trunk ALL = new Trunk(true, List.of());

    private final SwitchConfig config = new SwitchConfig(
            List.of(network("both", 10, 1010), network("vlan", 20, null), network("vni", null, 1030)),
            List.of(
                    overlay("native", "both", null),
                    overlay("some", "both", new Trunk(false, List.of("vni"))),
                    overlay("all", "vni", ALL),
                    PortConfig.of("access", "memory", "vlan", new MemoryDriver.Settings(null)),
                    local("trunk", ALL)),
            List.of(),
            List.of());

    private static NetworkConfig network(String name, Integer vlan, Integer vni) {
        return new NetworkConfig(name, vlan, vni, null, null, null, null, null, null);
    }

    private static PortConfig overlay(String name, String network, Trunk trunk) {
        return OverlayDriver.config(name, network, trunk, new OverlayDriver.Settings(name));
    }

    private static PortConfig local(String name, Trunk trunk) {
        return PortConfig.of(name, "memory", null, new MemoryDriver.Settings(null))
                .but()
                .trunk(trunk)
                .build();
    }

    private static void assertRefused(SwitchConfig refused, String field, String reason) {
        assertThatThrownBy(() -> refused.check(DRIVERS))
                .isInstanceOfSatisfying(
                        ConfigException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT))
                .hasMessage(field + ": " + reason);
    }

    private List<String> trunkOf(String port) {
        return config.trunkOf(config.port(port).orElseThrow()).stream()
                .map(NetworkConfig::name)
                .toList();
    }

    @Test
    void passesAStateThatFits() {
        config.check(DRIVERS);
    }

    @Test
    void refusesANetworkWithoutAVniOnTheOverlay() {
        assertRefused(
                config.with(overlay("more", "vlan", null)),
                "ports[5].network",
                "network 'vlan' has no vni; give it one to carry it on the overlay");
        assertRefused(
                config.with(overlay("more", null, null)),
                "ports[5].network",
                "network 'default' has no vni; give it one to carry it on the overlay");
        assertRefused(
                config.with(overlay("more", "both", new Trunk(false, List.of("vni", "vlan")))),
                "ports[5].trunk[1]",
                "network 'vlan' has no vni; give it one to carry it on the overlay");
    }

    @Test
    void refusesANetworkWithoutAVlanOnATrunkAlsoIfItHasAVni() {
        assertRefused(
                config.with(local("more", new Trunk(false, List.of("both", "vni")))),
                "ports[5].trunk[1]",
                "network 'vni' has no vlan; give it one to carry it on a trunk");
    }

    @Test
    void refusesOneVniForTwoNetworks() {
        assertRefused(
                config.with(network("more", null, 1030)),
                "networks[4].vni",
                "VNI 1030 is used by both network 'vni' and network 'more'");
    }

    @Test
    void anyNumberOfNetworksMayHaveNone() {
        config.with(network("more", null, null))
                .with(network("more2", null, null))
                .check(DRIVERS);
    }

    @Test
    void twoNetworksMaySwapTheirVnisInOneStep() {
        config.with(network("both", 10, 1030)).with(network("vni", null, 1010)).check(DRIVERS);
    }

    @Test
    void refusesToClearAVniInUse() {
        assertRefused(
                config.with(network("both", 10, null)),
                "ports[0].network",
                "network 'both' has no vni; give it one to carry it on the overlay");
        SwitchConfig others = config.withoutPort("native").withoutPort("all");
        assertRefused(
                others.with(network("vni", null, null)),
                "ports[0].trunk[0]",
                "network 'vni' has no vni; give it one to carry it on the overlay");
    }

    @Test
    void aVniThatOnlyATrunkOfAllCarriesMayBeCleared() {
        SwitchConfig cleared = config.withoutPort("native").withoutPort("some").with(network("both", 10, null));
        cleared.check(DRIVERS);
        assertThat(cleared.trunkOf(cleared.port("all").orElseThrow()))
                .extracting(NetworkConfig::name)
                .containsExactly("vni");
    }

    @Test
    void aTrunkOfAllCarriesTheNetworksWithAVniOnTheOverlayAndThoseWithAVlanElsewhere() {
        assertThat(trunkOf("all")).containsExactly("both", "vni");
        assertThat(trunkOf("trunk")).containsExactly("both", "vlan");
        assertThat(trunkOf("some")).containsExactly("vni");
        assertThat(trunkOf("native")).isEmpty();
    }

    @Test
    void knowsWhichNetworksAPortCarries() {
        PortConfig all = config.port("all").orElseThrow();
        assertThat(List.of("default", "both", "vlan", "vni"))
                .filteredOn(network -> config.carries(all, network))
                .containsExactly("both", "vni");
        PortConfig some = config.port("some").orElseThrow();
        assertThat(List.of("default", "both", "vlan", "vni"))
                .filteredOn(network -> config.carries(some, network))
                .containsExactly("both", "vni");
    }

    @Test
    void aStaticStationIsBehindAVtepInANetworkOfItsPortOnly() {
        config.with(new StaticEntry("vni", "02:00:00:00:00:01", "some")).check(DRIVERS);
        assertRefused(
                config.with(new StaticEntry("vlan", "02:00:00:00:00:01", "some")),
                "fdb[0].port",
                "port 'some' is not in network 'vlan'");
    }

    @Test
    void comesBackFromItsDocument() {
        SwitchConfig back = new ConfigReader(DRIVERS).config(config.toJson());
        assertThat(back).isEqualTo(config);
        assertThat(config.toJson().at("/networks/1/vni").asInt()).isEqualTo(1010);
        assertThat(config.toJson().at("/networks/2").has("vni")).isFalse();
    }
}
