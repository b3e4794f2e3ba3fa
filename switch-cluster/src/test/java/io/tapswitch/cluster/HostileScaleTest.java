package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.cluster.HostRecord.HostNetwork;
import io.tapswitch.config.NetworkConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A host that has the secret and says more than there can be: it is refused, and the others go on. */
@Timeout(120)
class HostileScaleTest {
    private static final long VM = 0x02_00_00_00_00_01L;

    private final VirtualTime time = new VirtualTime();
    private final VirtualStores stores = new VirtualStores(time, new SplittableRandom(8));
    private VirtualHost honest;
    private VirtualHost victim;

    @BeforeEach
    void makeHosts() {
        NetworkConfig blue = new NetworkConfig("blue", null, 7, null, null, null, null, null, null);
        honest = new VirtualHost(
                "a", 1, time, stores, new FakeSwitch().with(blue).use("blue"), VirtualHost.keyring(), null);
        victim = new VirtualHost("b", 2, time, stores, new FakeSwitch().use("blue"), VirtualHost.keyring(), null);
        time.pass(12, TimeUnit.SECONDS);
    }

    private void take(String key, byte[] content) {
        victim.directory().take(key, VirtualHost.keyring().seal(key, content));
    }

    private long tooMany() {
        return victim.directory().refused().getOrDefault(Refusal.TOO_MANY.words(), 0L);
    }

    private void assertFollowsTheHonestHost() {
        honest.hear("blue", VM, "web1");
        time.pass(500, TimeUnit.MILLISECONDS);
        assertThat(victim.local().hostOf("blue", VM)).isEqualTo("a");
    }

    private static StationsRecord stations(String host, int bucket, int vni, int count) {
        List<StationEntry> entries = new ArrayList<>();
        for (long mac = 0x06_00_00_00_00_00L; entries.size() < count; mac++) {
            if (StationsRecord.bucketOf(vni, mac) == bucket) {
                entries.add(new StationEntry(vni, mac, 0, false, false, "p", List.of()));
            }
        }
        return new StationsRecord(host, bucket, 1, 1, entries);
    }

    @Test
    void fourMillionStationsOfAHostAreRefused() {
        StationsRecord most = stations("x", 9, 7, 0xffff);
        for (int bucket = 0; bucket < StationsRecord.BUCKETS; bucket++) {
            StationsRecord record = new StationsRecord("x", bucket, 1, 1, most.entries());
            take(record.key(), record.encode());
        }

        assertThat(tooMany()).isEqualTo(StationsRecord.BUCKETS);
        assertThat(victim.directory().stations().elsewhere()).isZero();
        assertFollowsTheHonestHost();
    }

    @Test
    void asManyHostsWithStationsAsThereCanBeLeaveRoomForTheRest() {
        int hosts = Peers.MOST_KNOWN / StationsRecord.MOST_ENTRIES;
        for (int i = 0; i < hosts + 20; i++) {
            StationsRecord record = stations("x" + i, 9, 100 + i, StationsRecord.MOST_ENTRIES);
            take(record.key(), record.encode());
        }

        assertThat(tooMany()).isEqualTo(20);
        assertThat(victim.directory().peers().all()).hasSizeLessThan(hosts + 30);
        assertThat(victim.directory().stations().elsewhere()).isEqualTo(Peers.MOST_KNOWN);

        // They are forgotten, since nothing more is heard of them.
        time.pass(11, TimeUnit.MINUTES);

        assertThat(victim.directory().stations().elsewhere()).isZero();
        assertFollowsTheHonestHost();
    }

    @Test
    void portsInEveryNetworkThereCanBeAreRefused() {
        List<HostNetwork> networks = IntStream.rangeClosed(1, 0xffff)
                .mapToObj(vni -> new HostNetwork(vni, "n" + vni))
                .toList();
        HostRecord record = new HostRecord(
                "x",
                1,
                1,
                1,
                false,
                true,
                4789,
                1500,
                1,
                "1",
                List.of(new byte[] {10, 0, 0, 9}),
                networks,
                HostRecord.Api.NONE);
        take(record.key(), record.encode());

        assertThat(tooMany()).isEqualTo(1);
        assertThat(victim.local().linksByHost()).containsOnlyKeys("a");
        assertFollowsTheHonestHost();
    }

    @Test
    void ofVeryManyNetworksSoManyAreTakenAsThereCanBe() {
        for (int vni = 100; vni < 100 + 0xffff; vni++) {
            NetworkRecord record = new NetworkRecord(
                    "n" + vni, 1, "x", new NetworkConfig("n" + vni, null, vni, null, null, null, null, null, null));
            take(record.key(), record.encode());
        }

        assertThat(tooMany()).isEqualTo(0xffff - NetworkCatalogue.MOST_NETWORKS + 1);
        assertThat(victim.local().config().networks()).hasSizeBetween(4096, 4098);
        assertFollowsTheHonestHost();
    }
}
