package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.cluster.LocalSwitch.Link;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.vxlan.OverlaySecret;
import io.tapswitch.vxlan.OverlaySecrets;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three hosts and more that tell each other what they know, in virtual time. */
class DirectoryTest {
    private static final long VM = 0x02_00_00_00_00_01L;
    private static final long OTHER = 0x02_00_00_00_00_02L;

    @TempDir
    private Path temp;

    private final VirtualTime time = new VirtualTime();
    private final VirtualStores stores = new VirtualStores(time, new SplittableRandom(5));
    private final List<VirtualHost> hosts = new ArrayList<>();

    private static NetworkConfig network(String name, Integer vni) {
        return new NetworkConfig(name, null, vni, null, null, null, null, null, null);
    }

    private VirtualHost host(String name, FakeSwitch local) {
        return host(name, local, VirtualHost.keyring(), null);
    }

    private VirtualHost host(String name, FakeSwitch local, Keyring keyring, Path state) {
        VirtualHost host = new VirtualHost(name, hosts.size() + 1, time, stores, local, keyring, state);
        hosts.add(host);
        return host;
    }

    /** Hosts with a port in network blue. */
    private List<VirtualHost> blueHosts(String... names) {
        List<VirtualHost> made = new ArrayList<>();
        for (String name : names) {
            made.add(host(name, new FakeSwitch().with(network("blue", 7)).use("blue")));
        }
        seconds(12);
        return made;
    }

    private void seconds(long amount) {
        time.pass(amount, TimeUnit.SECONDS);
    }

    private void millis(long amount) {
        time.pass(amount, TimeUnit.MILLISECONDS);
    }

    @Test
    void linksHostsThatHavePortsInOneNetwork() {
        VirtualHost a = host("a", new FakeSwitch().with(network("blue", 7)).use("blue"));
        VirtualHost b = host("b", new FakeSwitch().use("blue"));
        VirtualHost c = host("c", new FakeSwitch());
        seconds(12);

        assertThat(b.local().config().network("blue")).contains(network("blue", 7));
        assertThat(c.local().config().network("blue")).contains(network("blue", 7));
        assertThat(a.local().linksByHost())
                .containsOnlyKeys("b")
                .containsEntry("b", new Link("b", "10.0.0.2", "10.0.0.1", Set.of("blue")));
        assertThat(b.local().linksByHost()).containsOnlyKeys("a");
        assertThat(c.local().linksByHost()).isEmpty();

        c.local().use("blue");
        millis(500);

        assertThat(a.local().linksByHost()).containsOnlyKeys("b", "c");
        assertThat(c.local().linksByHost()).containsOnlyKeys("a", "b");

        b.local().leave("blue");
        millis(500);

        assertThat(a.local().linksByHost()).containsOnlyKeys("c");
        assertThat(b.local().linksByHost()).isEmpty();
    }

    @Test
    void tellsOthersOfStationsAndTheirAddresses() throws UnknownHostException {
        List<VirtualHost> abc = blueHosts("a", "b", "c");
        abc.get(0).hear("blue", VM, "web1");
        abc.get(0).local().address("blue", "10.0.0.5", VM);
        millis(500);

        for (VirtualHost other : abc.subList(1, 3)) {
            assertThat(other.local().hostOf("blue", VM)).isEqualTo("a");
            assertThat(other.local().neighboursElsewhere("blue")).containsEntry("10.0.0.5", VM);
        }

        abc.get(0).lose("blue", VM);
        millis(500);

        for (VirtualHost other : abc.subList(1, 3)) {
            assertThat(other.local().hostOf("blue", VM)).isNull();
            assertThat(other.local().neighboursElsewhere("blue")).isEmpty();
        }
    }

    @Test
    void redirectsToWhereAStationMoved() {
        List<VirtualHost> abc = blueHosts("a", "b", "c");
        abc.get(0).hear("blue", VM, "web1");
        millis(200);
        abc.get(1).hear("blue", VM, "web1");
        millis(200);

        assertThat(abc.get(0).local().hostOf("blue", VM)).isEqualTo("b");
        assertThat(abc.get(1).local().isHere("blue", VM)).isTrue();
        assertThat(abc.get(2).local().hostOf("blue", VM)).isEqualTo("b");
        assertThat(abc.get(2).directory().stations().find(7, VM).best().entry().sequence())
                .isEqualTo(1);
    }

    @Test
    void neverTakesAnOldRecordForANewOne() {
        List<VirtualHost> abc = blueHosts("a", "b", "c");
        abc.get(0).hear("blue", VM, "web1");
        millis(200);
        String key = RecordKind.stationsKey("a", StationsRecord.bucketOf(7, VM));
        byte[] old = stores.content(RecordStore.Kind.RECORDS).get(key);
        abc.get(0).lose("blue", VM);
        millis(200);
        stores.intrude(RecordStore.Kind.RECORDS, key, old);
        millis(200);

        assertThat(abc.get(2).local().hostOf("blue", VM)).isNull();
        seconds(15);
        assertThat(abc.get(2).local().hostOf("blue", VM)).isNull();
    }

    @Test
    void dampsAStationThatIsThereTwice() {
        List<VirtualHost> abc = blueHosts("a", "b", "c");
        for (int move = 0; move < 20; move++) {
            abc.get(move % 2).hear("blue", VM, "web1");
            millis(500);
        }

        assertThat(abc.get(0).eventKinds()).contains("duplicate-address");
        assertThat(abc.get(1).eventKinds()).contains("duplicate-address");
        assertThat(abc.get(2).directory().stations().find(7, VM).best().entry().sequence())
                .isLessThan(8);
    }

    @Test
    void losesNothingByLostHints() {
        List<VirtualHost> abc = blueHosts("a", "b", "c");
        stores.hintLoss(1);
        for (int i = 0; i < 500; i++) {
            abc.get(i % 3).hear("blue", VM + i, "web1");
        }
        seconds(25);

        for (VirtualHost host : abc) {
            assertThat(host.local().remoteStations()).isBetween(333, 334);
        }
    }

    @Test
    void goesOnWithoutTheStoreAndFollowsWhenItIsBack() {
        List<VirtualHost> abc = blueHosts("a", "b", "c");
        abc.get(0).hear("blue", VM, "web1");
        millis(200);
        abc.forEach(host -> host.store().reachable(false));
        abc.get(1).hear("blue", OTHER, "web1");
        seconds(1200);

        assertThat(abc.get(2).local().hostOf("blue", VM)).isEqualTo("a");
        assertThat(abc.get(2).local().linksByHost()).containsOnlyKeys("a", "b");
        assertThat(abc.get(2).local().hostOf("blue", OTHER)).isNull();

        abc.forEach(host -> host.store().reachable(true));
        seconds(12);

        assertThat(abc.get(2).local().hostOf("blue", OTHER)).isEqualTo("b");
    }

    @Test
    void tellsEverythingAgainWhenTheStoreLostIt() {
        List<VirtualHost> abc = blueHosts("a", "b", "c");
        abc.get(0).hear("blue", VM, "web1");
        millis(200);
        stores.loseEverything();
        seconds(15);
        VirtualHost d = host("d", new FakeSwitch().use("blue"));
        seconds(12);

        assertThat(d.local().hostOf("blue", VM)).isEqualTo("a");
        assertThat(d.local().config().network("blue")).isPresent();
        assertThat(abc.get(1).local().hostOf("blue", VM)).isEqualTo("a");
    }

    @Test
    void takesSilentHostsStationsOutAndBack() {
        List<VirtualHost> abc = blueHosts("a", "b", "c");
        abc.get(0).hear("blue", VM, "web1");
        millis(200);
        abc.get(0).kill();
        abc.get(1).local().dead("a", true);
        seconds(60);

        assertThat(abc.get(1).local().hostOf("blue", VM)).isNull();
        assertThat(abc.get(1).local().linksByHost()).containsKey("a");
        // Its VTEP answers host c, so that only its daemon's way to the store is lost.
        assertThat(abc.get(2).local().hostOf("blue", VM)).isEqualTo("a");

        abc.get(1).local().dead("a", false);
        seconds(10);

        assertThat(abc.get(1).local().hostOf("blue", VM)).isEqualTo("a");
    }

    @Test
    void clearsTheRecordsOfADeadHostAwayInTheEnd() {
        List<VirtualHost> abc = blueHosts("a", "b", "c");
        abc.get(2).hear("blue", VM, "web1");
        millis(200);
        abc.get(2).kill();
        abc.subList(0, 2).forEach(host -> host.local().dead("c", true));
        seconds(700);

        assertThat(abc.get(0).local().linksByHost()).containsOnlyKeys("b");
        assertThat(stores.content(RecordStore.Kind.RECORDS).keySet()).noneMatch(key -> key.contains("/c"));
        assertThat(stores.content(RecordStore.Kind.LEASES)).containsOnlyKeys("l/a", "l/b");
    }

    @Test
    void forgetsAHostThatLeft() {
        List<VirtualHost> abc = blueHosts("a", "b", "c");
        abc.get(0).hear("blue", VM, "web1");
        millis(200);
        abc.get(0).stop();
        seconds(2);

        assertThat(abc.get(1).local().hostOf("blue", VM)).isNull();
        assertThat(abc.get(1).local().linksByHost()).containsOnlyKeys("c");
        assertThat(abc.get(1).eventKinds()).contains("host-left");
    }

    @Test
    void startsFromWhatItKnewWhenNobodyCanBeReached() {
        FakeSwitch switchOfC = new FakeSwitch().use("blue");
        List<VirtualHost> ab = blueHosts("a", "b");
        VirtualHost c = host("c", switchOfC, VirtualHost.keyring(), temp);
        ab.get(0).hear("blue", VM, "web1");
        seconds(30);
        c.kill();
        FakeSwitch restarted = new FakeSwitch().with(network("blue", 7)).use("blue");
        VirtualHost again = host("c", restarted, VirtualHost.keyring(), temp);
        again.store().reachable(false);
        seconds(2);

        assertThat(restarted.linksByHost()).containsOnlyKeys("a", "b");
        seconds(6);
        assertThat(restarted.hostOf("blue", VM)).isEqualTo("a");

        again.store().reachable(true);
        seconds(15);
        assertThat(ab.get(0).local().linksByHost()).containsOnlyKeys("b", "c");
    }

    @Test
    void tellsOfAChangeThatWasMadeRightBeforeACrash() {
        List<VirtualHost> ab = blueHosts("a", "b");
        FakeSwitch switchOfC = new FakeSwitch();
        VirtualHost c = host("c", switchOfC, VirtualHost.keyring(), temp);
        seconds(25);
        switchOfC.with(network("red", 8));
        millis(200);
        c.kill();
        NetworkConfig changed = new NetworkConfig("red", null, 8, 1300, null, null, null, null, null);
        host("c", new FakeSwitch().with(network("blue", 7)).with(changed), VirtualHost.keyring(), temp);
        seconds(15);

        assertThat(ab.get(0).local().config().network("red")).contains(changed);
    }

    @Test
    void mergesTwoSidesOfAPartition() {
        List<VirtualHost> abcd = blueHosts("a", "b", "c", "d");
        abcd.get(0).hear("blue", VM, "web1");
        millis(200);
        stores.split(List.of(abcd.get(2).store(), abcd.get(3).store()));
        // Moves from one side to the other meanwhile, and another one appears.
        abcd.get(2).hear("blue", VM, "web1");
        abcd.get(1).hear("blue", OTHER, "web1");
        seconds(60);
        assertThat(abcd.get(3).local().hostOf("blue", VM)).isEqualTo("c");
        assertThat(abcd.get(1).local().hostOf("blue", VM)).isEqualTo("a");

        stores.heal();
        seconds(30);

        for (VirtualHost host : List.of(abcd.get(0), abcd.get(1), abcd.get(3))) {
            assertThat(host.local().hostOf("blue", VM)).isEqualTo("c");
        }
        assertThat(abcd.get(3).local().hostOf("blue", OTHER)).isEqualTo("b");
    }

    @Test
    void countsRecordsOfSomebodyWithoutTheSecretAndChangesNothing() {
        List<VirtualHost> abc = blueHosts("a", "b", "c");
        abc.get(0).hear("blue", VM, "web1");
        millis(200);
        Keyring other = Keyring.of(new OverlaySecrets(
                OverlaySecret.of("another secret that is long enough too..".getBytes(StandardCharsets.US_ASCII)),
                null));
        int bucket = StationsRecord.bucketOf(7, VM);
        StationsRecord forged = new StationsRecord(
                "b", bucket, Long.MAX_VALUE, 9, List.of(new StationEntry(7, VM, 99, true, false, "p", List.of())));
        stores.intrude(RecordStore.Kind.RECORDS, forged.key(), other.seal(forged.key(), forged.encode()));
        stores.intrude(RecordStore.Kind.RECORDS, "h/a", new byte[3]);
        stores.intrude(RecordStore.Kind.NETWORKS, "n/blue", new byte[100]);
        seconds(15);

        assertThat(abc.get(2).local().hostOf("blue", VM)).isEqualTo("a");
        assertThat(abc.get(2).local().config().network("blue")).isPresent();
        assertThat(abc.get(2).directory().refused())
                .hasEntrySatisfying(
                        Refusal.FORGED.words(), count -> assertThat(count).isGreaterThanOrEqualTo(3));
        // What was written over is there again for others that come.
        VirtualHost d = host("d", new FakeSwitch().use("blue"));
        seconds(12);
        assertThat(d.local().hostOf("blue", VM)).isEqualTo("a");
    }

    @Test
    void takesRecordsUnderEitherSecretWhileItIsReplaced() {
        OverlaySecret next =
                OverlaySecret.of("the secret that is to follow, long...".getBytes(StandardCharsets.US_ASCII));
        VirtualHost a = host(
                "a",
                new FakeSwitch().with(network("blue", 7)).use("blue"),
                Keyring.of(new OverlaySecrets(VirtualHost.SECRET, next)),
                null);
        VirtualHost b = host("b", new FakeSwitch().use("blue"), VirtualHost.keyring(), null);
        VirtualHost c = host("c", new FakeSwitch().use("blue"), Keyring.of(new OverlaySecrets(next, null)), null);
        seconds(12);

        assertThat(a.local().linksByHost()).containsOnlyKeys("b", "c");
        assertThat(b.local().linksByHost()).containsOnlyKeys("a");
        assertThat(c.local().linksByHost()).containsOnlyKeys("a");
    }

    @Test
    void theNewerOfTwoHostsWithOneNameGivesWayAndSaysSo() {
        List<VirtualHost> ab = blueHosts("a", "b");
        seconds(60);
        ab.get(0).hear("blue", VM, "web1");
        VirtualHost twin = host("a", new FakeSwitch().use("blue"));
        seconds(120);

        assertThat(ab.get(0).eventKinds()).doesNotContain("name-taken");
        assertThat(twin.eventKinds()).contains("name-taken");
        assertThat(twin.directory().conflicts())
                .anySatisfy(words -> assertThat(words).contains("calls itself a"));
        assertThat(ab.get(1).local().linksByHost().get("a").remote()).isEqualTo("10.0.0.1");
        assertThat(ab.get(1).local().hostOf("blue", VM)).isEqualTo("a");
    }
}
