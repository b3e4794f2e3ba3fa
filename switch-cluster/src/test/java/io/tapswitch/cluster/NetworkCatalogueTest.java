package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.config.NetworkConfig;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks that are defined on one host for all, in virtual time. */
class NetworkCatalogueTest {
    @TempDir
    private Path temp;

    private final VirtualTime time = new VirtualTime();
    private final VirtualStores stores = new VirtualStores(time, new SplittableRandom(6));
    private final List<VirtualHost> hosts = new ArrayList<>();

    private static NetworkConfig network(String name, int vni, int mtu) {
        return new NetworkConfig(name, null, vni, mtu, null, null, null, null, null);
    }

    private static NetworkConfig local(String name) {
        return NetworkConfig.named(name);
    }

    private VirtualHost host(String name, FakeSwitch local, Path state) {
        VirtualHost host = new VirtualHost(name, hosts.size() + 1, time, stores, local, VirtualHost.keyring(), state);
        hosts.add(host);
        return host;
    }

    private VirtualHost host(String name) {
        return host(name, new FakeSwitch(), null);
    }

    private void seconds(long amount) {
        time.pass(amount, TimeUnit.SECONDS);
    }

    private void assertAllHave(NetworkConfig definition) {
        assertThat(hosts).allSatisfy(host -> assertThat(host.local().config().network(definition.name()))
                .contains(definition));
    }

    @Test
    void definesChangesAndDeletesForAll() {
        VirtualHost a = host("a");
        VirtualHost b = host("b");
        host("c");
        seconds(12);
        a.local().with(network("blue", 7, 1500));
        seconds(1);
        assertAllHave(network("blue", 7, 1500));

        b.local().with(network("blue", 7, 1400));
        seconds(1);
        assertAllHave(network("blue", 7, 1400));

        a.local().without("blue");
        seconds(1);
        assertThat(hosts).allSatisfy(host -> assertThat(host.local().config().network("blue"))
                .isEmpty());

        b.local().with(network("blue", 8, 1500));
        seconds(1);
        assertAllHave(network("blue", 8, 1500));
    }

    @Test
    void keepsNetworksWithoutVniToTheirHost() {
        VirtualHost a = host("a");
        VirtualHost b = host("b");
        seconds(12);
        a.local().with(local("mine"));
        seconds(30);

        assertThat(b.local().config().network("mine")).isEmpty();
    }

    @Test
    void takesTheClustersDefinitionWhenItJoinsAndSaysWhatIsLost() {
        host("a", new FakeSwitch().with(network("blue", 7, 1500)), null);
        seconds(12);
        VirtualHost b = host("b", new FakeSwitch().with(network("blue", 9, 1400)), null);
        seconds(12);

        assertAllHave(network("blue", 7, 1500));
        assertThat(b.eventTexts())
                .anySatisfy(text -> assertThat(text).contains("is in the cluster already", "vni 9", "mtu 1400"));
    }

    @Test
    void letsOneOfTwoChangesWinThatDidNotKnowOfEachOtherAndReportsTheOther() {
        VirtualHost a = host("a");
        VirtualHost b = host("b", new FakeSwitch().with(network("blue", 7, 1500)), null);
        VirtualHost c = host("c");
        seconds(12);
        stores.split(List.of(c.store()));
        a.local().with(network("blue", 7, 1400));
        c.local().with(network("blue", 7, 1300));
        c.local().with(network("red", 70, 1300));
        seconds(30);
        assertThat(b.local().config().network("blue")).contains(network("blue", 7, 1400));
        stores.heal();
        seconds(30);

        assertAllHave(network("blue", 7, 1400));
        assertAllHave(network("red", 70, 1300));
        assertThat(c.eventTexts()).anySatisfy(text -> assertThat(text).contains("lost is", "mtu 1300"));
    }

    @Test
    void putsANetworkBackThatIsInUse() {
        VirtualHost a = host("a", new FakeSwitch().with(network("blue", 7, 1500)), null);
        VirtualHost b = host("b");
        seconds(12);
        b.local().portIn("blue");
        a.local().without("blue");
        seconds(2);

        assertAllHave(network("blue", 7, 1500));
        assertThat(b.eventKinds()).contains("network-restored");
    }

    @Test
    void reportsWhatItCannotTakeUntilThatIsMended() {
        VirtualHost a = host("a");
        VirtualHost b = host("b");
        seconds(12);
        stores.split(List.of(b.store()));
        a.local().with(network("blue", 7, 1500)).use("blue");
        b.local().with(network("red", 7, 1500)).use("red");
        seconds(12);
        stores.heal();
        seconds(30);

        // Frames of the two do not mix.
        assertThat(a.local().linksByHost()).isEmpty();
        assertThat(a.directory().conflicts())
                .anySatisfy(words -> assertThat(words).contains("red", "VNI 7"));
        assertThat(b.directory().conflicts())
                .anySatisfy(words -> assertThat(words).contains("blue", "VNI 7"));

        b.local().with(network("red", 8, 1500));
        seconds(2);

        assertAllHave(network("blue", 7, 1500));
        assertAllHave(network("red", 8, 1500));
        assertThat(a.directory().conflicts()).isEmpty();
        assertThat(b.directory().conflicts()).isEmpty();
    }

    @Test
    void leavesWhatTheConfigurationFileSaysAndReportsIt() {
        VirtualHost a = host("a", new FakeSwitch().with(network("blue", 7, 1500)), null);
        seconds(12);
        FakeSwitch fixed = new FakeSwitch().with(network("blue", 7, 1400));
        fixed.fix("blue");
        VirtualHost b = host("b", fixed, null);
        seconds(12);

        assertThat(b.local().config().network("blue")).contains(network("blue", 7, 1400));
        assertThat(a.local().config().network("blue")).contains(network("blue", 7, 1500));
        assertThat(b.directory().conflicts())
                .anySatisfy(words -> assertThat(words).contains("blue", "configuration file"));
    }

    @Test
    void survivesThatAllHostsStopAndTheStoreIsEmpty() {
        FakeSwitch local = new FakeSwitch().with(network("blue", 7, 1500));
        VirtualHost a = host("a", local, temp);
        seconds(30);
        a.stop();
        seconds(2);
        stores.loseEverything();
        hosts.clear();
        FakeSwitch restarted = new FakeSwitch().with(network("blue", 7, 1500));
        restarted.stateWritten(FileTime.fromMillis(0));
        host("a", restarted, temp);
        host("b");
        seconds(12);

        assertAllHave(network("blue", 7, 1500));
    }

    @Test
    void tellsAChangeThatWasMadeJustBeforeTheDaemonDied() {
        VirtualHost a =
                host("a", new FakeSwitch().with(network("blue", 7, 1500)).with(network("red", 8, 1500)), temp);
        VirtualHost b = host("b");
        seconds(30);
        a.kill();
        // On disk already, when it died, and told to nobody: one was changed, one deleted.
        FakeSwitch changed = new FakeSwitch().with(network("blue", 7, 1400));
        changed.stateWritten(FileTime.fromMillis(Long.MAX_VALUE / 2));
        hosts.remove(a);
        host("a", changed, temp);
        seconds(15);

        assertAllHave(network("blue", 7, 1400));
        assertThat(b.local().config().network("red")).isEmpty();
    }

    @Test
    void bringsNetworksBackThatWereLostWithTheStateFile() {
        VirtualHost a = host("a", new FakeSwitch().with(network("blue", 7, 1500)), temp);
        host("b");
        seconds(30);
        a.kill();
        hosts.remove(a);
        host("a", new FakeSwitch(), temp);
        seconds(15);

        assertAllHave(network("blue", 7, 1500));
    }
}
