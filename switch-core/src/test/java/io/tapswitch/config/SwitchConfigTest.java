package io.tapswitch.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.bridge.NetworkSettings;
import io.tapswitch.bridge.PortSettings;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.memory.MemoryDriver;
import io.tapswitch.port.stream.StreamDriver;
import io.tapswitch.port.tun.TunDriver;
import io.tapswitch.vxlan.VxlanSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SwitchConfigTest {
    private static final MemoryDriver.Settings MEMORY = new MemoryDriver.Settings(null);

    private static NetworkConfig network(String name, Integer vlan) {
        return new NetworkConfig(name, vlan, null, null, null, null, null, null, null);
    }

    @Test
    void refusesATrunkOfATypeThatCarriesNoTags() {
        String yaml = "{name: t, type: tun, trunk: all, tun: {addresses: [10.0.0.1/24]}}";
        PortDrivers drivers = PortDrivers.all();
        PortConfig port = new ConfigReader(drivers).port(ConfigReader.parseYaml(yaml), "");
        assertThatThrownBy(() -> SwitchConfig.EMPTY.with(port).check(drivers))
                .hasMessage("ports[0].trunk: a port of type tun carries no VLAN tags; leave it out");
    }

    @Test
    void refusesAnalysisPortsThatCarryNoFramesOrNotAll() {
        String tun = "{name: t, type: tun, tun: {addresses: [10.0.0.1/24]}}";
        String many = "{name: s, type: stream, stream: {listen: 'unix:/run/s', maxConnections: 2}}";
        refused(
                "ports: [" + many + "], mirrors: [{name: m, port: s, to: {file: f}}]",
                "mirrors[0].port: port 's' carries no");
        refused(
                "ports: [" + many + "], mirrors: [{name: m, network: default, to: {port: s}}]",
                "mirrors[0].to.port: port 's' carries no frames itself");
        refused(
                "ports: [" + many + ", {name: a, type: memory, quarantine: {port: s}}]",
                "ports[1].quarantine.port: port 's' carries no frames itself");
        refused(
                "ports: [" + tun + "], mirrors: [{name: m, network: default, to: {port: t}}]",
                "mirrors[0].to.port: port 't' is of type tun, which does not carry every frame");
    }

    @Test
    void refusesMoreMirrorsToFilesThanThereIsMemoryFor() {
        String mirrors = IntStream.rangeClosed(0, 16)
                .mapToObj(i -> "{name: m" + i + ", network: default, to: {file: f" + i + "}}")
                .collect(Collectors.joining(", ", "mirrors: [", "]"));
        refused(mirrors, "mirrors[16].to.file: 16 mirrors write to files, the most at once");
        refused(
                "mirrors: [{name: m, network: default, to: {file: f.old}}]",
                "mirrors[0].to.file: 'f.old' ends with .old");
    }

    private static void refused(String yaml, String message) {
        PortDrivers drivers = new PortDrivers(List.of(new MemoryDriver(), new TunDriver(), new StreamDriver()));
        assertThatThrownBy(() -> new ConfigReader(drivers)
                        .config(ConfigReader.parseYaml("{" + yaml + "}"))
                        .check(drivers))
                .hasMessageStartingWith(message);
    }

    private static PortConfig port(String name, String network, Trunk trunk) {
        return PortConfig.of(name, "memory", network, MEMORY).but().trunk(trunk).build();
    }

    private static StaticEntry entry(String network, String mac, String port) {
        return new StaticEntry(network, mac, port);
    }

    private final SwitchConfig config = new SwitchConfig(
            List.of(network("red", 10), network("blue", 20), network("plain", null)),
            List.of(
                    port("access", "red", null),
                    port("some", "plain", new Trunk(false, List.of("blue"))),
                    port("all", "red", new Trunk(true, List.of()))),
            List.of(entry("red", "02:00:00:00:00:01", "access"), entry("blue", "02:00:00:00:00:01", "all")),
            List.of());

    @Test
    void alwaysHasTheDefaultNetwork() {
        assertThat(SwitchConfig.EMPTY.networks()).containsExactly(NetworkConfig.named("default"));
        assertThat(config.networks())
                .extracting(NetworkConfig::name)
                .containsExactly("default", "red", "blue", "plain");
        assertThat(config.withoutNetwork("default").network("default")).isPresent();
        SwitchConfig own = SwitchConfig.EMPTY.with(network("default", 5));
        assertThat(own.networks()).containsExactly(network("default", 5));
    }

    @Test
    void aTagIsNeededByThePortsThatTellTheNetworkByIt() {
        VxlanSettings section =
                new VxlanSettings("192.0.2.2", null, null, null, null, null, null, null, null, null, null, null);
        PortConfig far = PortConfig.of("far", "vxlan", "red", section)
                .but()
                .trunk(new Trunk(false, List.of("blue")))
                .build();
        SwitchConfig joined = config.with(far);
        assertThat(joined.usersOfVni("red")).containsExactly("far");
        assertThat(joined.usersOfVni("blue")).containsExactly("far");
        assertThat(joined.usersOfVlan("red")).isEmpty();
        assertThat(joined.usersOfVlan("blue")).containsExactly("some");
        assertThat(joined.usersOf("blue")).containsExactly("some", "far");
    }

    @Test
    void fillsInTheDefaults() {
        assertThat(NetworkConfig.named("n").settings())
                .isEqualTo(new NetworkSettings(0, 0, 1500, TimeUnit.SECONDS.toNanos(300), 65_536, false, true, false));
        assertThat(PortConfig.of("p", "memory", null, MEMORY).bridgeSettings()).isEqualTo(PortSettings.DEFAULTS);
        assertThat(PortConfig.of("p", "memory", null, MEMORY).network()).isEqualTo("default");
    }

    @Test
    void passesEverySettingOfAPortOn() {
        PortConfig port = PortConfig.of("p", "memory", "red", MEMORY)
                .but()
                .enabled(false)
                .learning(false)
                .flood(new FloodConfig(false, true, false))
                .isolated(true)
                .locked(true)
                .maxLearned(7)
                .storm(new StormConfig(1, 2, 3))
                .build();
        assertThat(port.bridgeSettings())
                .isEqualTo(new PortSettings(false, false, false, true, false, true, true, 7, 1, 2, 3));
    }

    @Test
    void replacesWhatHasTheSameNameInItsPlace() {
        SwitchConfig changed = config.with(network("red", 11)).with(port("some", "red", null));
        assertThat(changed.networks())
                .extracting(NetworkConfig::name)
                .containsExactly("default", "red", "blue", "plain");
        assertThat(changed.network("red").orElseThrow().vlan()).isEqualTo(11);
        assertThat(changed.ports()).extracting(PortConfig::name).containsExactly("access", "some", "all");
        assertThat(config.network("red").orElseThrow().vlan())
                .as("the old one stays")
                .isEqualTo(10);
    }

    @Test
    void replacesAStaticStationOfTheSameNetworkAndAddress() {
        SwitchConfig changed = config.with(entry("red", "02-00-00-00-00-01", "all"));
        assertThat(changed.fdb())
                .containsExactly(entry("red", "02:00:00:00:00:01", "all"), entry("blue", "02:00:00:00:00:01", "all"));
    }

    @Test
    void removesStaticStationsWithTheirPortOrNetwork() {
        assertThat(config.withoutPort("access").fdb()).containsExactly(entry("blue", "02:00:00:00:00:01", "all"));
        assertThat(config.withoutNetwork("blue").fdb()).containsExactly(entry("red", "02:00:00:00:00:01", "access"));
        assertThat(config.withoutEntry("red", "02:00:00:00:00:01").fdb()).hasSize(1);
    }

    @Test
    void aTrunkOfAllCarriesEveryNetworkWithAVlan() {
        assertThat(config.trunkOf(config.port("all").orElseThrow()))
                .extracting(NetworkConfig::name)
                .containsExactly("red", "blue");
        assertThat(config.trunkOf(config.port("some").orElseThrow()))
                .extracting(NetworkConfig::name)
                .containsExactly("blue");
        assertThat(config.trunkOf(config.port("access").orElseThrow())).isEmpty();
    }

    @Test
    void knowsWhichNetworksAPortCarries() {
        PortConfig some = config.port("some").orElseThrow();
        assertThat(config.carries(some, "plain")).isTrue();
        assertThat(config.carries(some, "blue")).isTrue();
        assertThat(config.carries(some, "red")).isFalse();
    }

    @Test
    void knowsWhoNamesANetwork() {
        assertThat(config.usersOf("red")).containsExactly("access", "all");
        assertThat(config.usersOf("blue")).containsExactly("some");
        assertThat(config.usersOf("default")).isEmpty();
    }

    @Test
    void opensTheFarSideAnewOnlyIfItChanges() {
        PortConfig port = PortConfig.of("p", "memory", "default", MEMORY);
        assertThat(port.sameFarSide(port("p", "red", new Trunk(true, List.of()))))
                .isTrue();
        assertThat(port.sameFarSide(PortConfig.of("p", "memory", null, new MemoryDriver.Settings("x"))))
                .isFalse();
        assertThat(port.sameFarSide(PortConfig.of("p", "tap", null, MEMORY))).isFalse();
    }

    @Test
    void refusesNullsInItsLists() {
        List<PortConfig> withNull = new ArrayList<>();
        withNull.add(null);
        assertThatThrownBy(() -> new SwitchConfig(null, withNull, null, null)).hasMessage("ports[0]: is missing");
    }

    @Test
    void showsAnErrorFromFurtherOutside() {
        ConfigException inner = ConfigException.invalid("mtu", "is wrong");
        assertThat(inner.under("tap").under("ports[0]")).hasMessage("ports[0].tap.mtu: is wrong");
        assertThat(ConfigException.conflict("", "is wrong").under("ports[0]")).hasMessage("ports[0]: is wrong");
        assertThat(ConfigException.notFound("", "is not there")).hasMessage("is not there");
        assertThat(ConfigException.notFound("", "x").kind()).isEqualTo(ConfigException.Kind.NOT_FOUND);
    }
}
