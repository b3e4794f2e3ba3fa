package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.cluster.RecordStore.Kind;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.vxlan.OverlaySecret;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hosts that come back with another clock, another address or another secret, and a store that has what is over. */
class DirectoryRepairTest {
    private static final long VM = 0x02_00_00_00_00_01L;
    private static final NetworkConfig BLUE = network("blue", 7);

    @TempDir
    private Path temp;

    private final VirtualTime time = new VirtualTime();
    private final VirtualStores stores = new VirtualStores(time, new SplittableRandom(7));

    private static NetworkConfig network(String name, int vni) {
        return new NetworkConfig(name, null, vni, null, null, null, null, null, null);
    }

    private VirtualHost host(String name, int number, Path state) {
        FakeSwitch local = new FakeSwitch().with(BLUE).use("blue");
        return new VirtualHost(name, number, time, stores, local, VirtualHost.keyring(), state);
    }

    private VirtualHost host(String name, int number) {
        return host(name, number, null);
    }

    private void seconds(long amount) {
        time.pass(amount, TimeUnit.SECONDS);
    }

    @Test
    void putsItsRecordInPlaceOfThatOfAnEarlierLife() {
        VirtualHost a = host("a", 1);
        seconds(12);
        byte[] old = stores.content(Kind.RECORDS).get("h/a");
        a.kill();
        host("a", 1);
        seconds(12);
        // As when two parts of the cluster merge, and the wrong one of two records stays.
        stores.intrude(Kind.RECORDS, "h/a", old);
        seconds(60);
        VirtualHost b = host("b", 2);
        seconds(12);

        assertThat(stores.content(Kind.RECORDS).get("h/a")).isNotEqualTo(old);
        assertThat(b.local().linksByHost()).containsOnlyKeys("a");
    }

    @Test
    void givesUpADeadHostWhoseAddressAnotherOneHas() {
        VirtualHost a = host("a", 1);
        VirtualHost b = host("b", 2);
        seconds(12);
        a.hear("blue", VM, "web1");
        seconds(1);
        a.kill();
        VirtualHost fresh = host("c", 1);
        seconds(60);

        assertThat(b.local().linksByHost()).containsOnlyKeys("c");
        assertThat(b.local().hostOf("blue", VM)).isNull();
        assertThat(b.eventKinds()).contains("host-replaced");
        assertThat(fresh.local().linksByHost()).containsOnlyKeys("b");
    }

    @Test
    void isHeardThoughItsClockWentBackAndItsMemoryIsLost() {
        host("a", 1);
        VirtualHost b = host("b", 2);
        seconds(12);
        b.stop();
        seconds(5);
        VirtualHost a = host("c", 3);
        for (int life = 0; life < 20; life++) {
            VirtualHost again = new VirtualHost(
                    "b",
                    2,
                    time,
                    stores,
                    new FakeSwitch().with(BLUE).use("blue"),
                    VirtualHost.keyring(),
                    null,
                    TimeUnit.HOURS.toMillis(1) - life);
            seconds(12);
            assertThat(a.local().linksByHost()).as("life %s", life).containsOnlyKeys("a", "b");
            again.stop();
            seconds(2);
        }
    }

    @Test
    void leavesADefinitionThatItDoesNotUnderstandToThoseWhoDo() {
        VirtualHost a = host("a", 1);
        seconds(12);
        byte[] content = new NetworkRecord("blue", 9, "z", BLUE).encode();
        // The version of the format.
        content[2] = 99;
        byte[] newer = VirtualHost.keyring().seal("n/blue", content);
        stores.intrude(Kind.NETWORKS, "n/blue", newer);
        seconds(30);

        assertThat(stores.content(Kind.NETWORKS).get("n/blue")).isEqualTo(newer);
        assertThat(a.directory().refused()).containsKey(Refusal.TOO_NEW.words());
    }

    @Test
    void tellsNetworksAgainThatWereLostWithMembersAlsoIfNobodyJoins() {
        host("a", 1);
        host("b", 2);
        seconds(12);
        stores.loseEverything();
        seconds(15);

        assertThat(stores.content(Kind.NETWORKS)).containsOnlyKeys("n/blue");
    }

    @Test
    void tellsNetworksOnceAndNotByEachHostWhenTheSecretIsReplaced() throws IOException {
        Path file = temp.resolve("secret");
        Files.writeString(file, "TapSwitch test secret, 32 bytes.");
        file.toFile().setReadable(false, false);
        file.toFile().setReadable(true, true);
        List<VirtualHost> hosts = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            FakeSwitch local = new FakeSwitch();
            for (int vni = 1; vni <= 50; vni++) {
                local.with(network("net" + vni, vni));
            }
            hosts.add(new VirtualHost("h" + i, i, time, stores, local, Keyring.read(file, time.now()), null));
        }
        seconds(30);
        long before =
                hosts.stream().mapToLong(host -> host.directory().writes()).sum();
        Files.writeString(temp.resolve("secret.next"), "TapSwitch test secret, the next.");
        temp.resolve("secret.next").toFile().setReadable(false, false);
        temp.resolve("secret.next").toFile().setReadable(true, true);
        seconds(10);
        long writes =
                hosts.stream().mapToLong(host -> host.directory().writes()).sum() - before;

        OverlaySecret next = OverlaySecret.of("TapSwitch test secret, the next.".getBytes());
        byte[] record = stores.content(Kind.NETWORKS).get("n/net1");
        assertThat(Arrays.copyOfRange(record, record.length - 1 - OverlaySecret.TAG, record.length - 1))
                .isEqualTo(next.recordTag("n/net1".getBytes(), record, record.length - 1 - 2 * OverlaySecret.TAG));
        // 20 hosts that wrote each of 50 would be 1000, and as many hints to each host.
        assertThat(writes).isLessThan(400);
    }

    @Test
    void deletesANetworkAlsoIfTheDiskWasFullAtFirst() {
        VirtualHost a = host("a", 1);
        FakeSwitch local = new FakeSwitch();
        new VirtualHost("b", 2, time, stores, local, VirtualHost.keyring(), null);
        seconds(12);
        assertThat(local.config().network("blue")).isPresent();
        local.full(true);
        a.local().leave("blue");
        a.local().without("blue");
        a.local().with(network("green", 8));
        seconds(12);
        local.full(false);
        seconds(60);

        assertThat(local.config().network("green")).isPresent();
        assertThat(local.config().network("blue")).isEmpty();
        assertThat(a.local().config().network("blue")).isEmpty();
    }

    @Test
    void keepsTheNameOfAHostThatHadItWhenAnotherOneTakesItToo() {
        VirtualHost a = host("a", 1);
        VirtualHost b = host("b", 2);
        seconds(120);
        VirtualHost clone = host("a", 3);
        seconds(60);

        assertThat(clone.eventKinds()).contains("name-taken");
        assertThat(a.eventKinds()).doesNotContain("name-taken");
        assertThat(b.local().linksByHost().get("a").remote()).isEqualTo("10.0.0.1");
    }

    @Test
    void takesStationsOutOfANetworkThatGetsAnotherVni() throws UnknownHostException {
        VirtualHost a = host("a", 1);
        VirtualHost b = host("b", 2);
        seconds(12);
        a.hear("blue", VM, "web1");
        a.local().address("blue", "10.1.0.5", VM);
        seconds(1);
        assertThat(b.local().hostOf("blue", VM)).isEqualTo("a");
        assertThat(b.local().neighboursElsewhere("blue")).isNotEmpty();
        a.kill();
        b.local().with(network("blue", 9));
        seconds(40);

        assertThat(b.local().config().network("blue")).contains(network("blue", 9));
        assertThat(b.local().hostOf("blue", VM)).isNull();
        assertThat(b.local().neighboursElsewhere("blue")).isEmpty();
    }
}
