package io.tapswitch.cluster;

import static io.tapswitch.cluster.RecordStoreContract.bytes;
import static io.tapswitch.cluster.RecordStoreContract.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.config.Config;
import com.hazelcast.config.SerializationConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleListener;
import com.hazelcast.map.IMap;
import io.tapswitch.cluster.ClusterConfig.Role;
import io.tapswitch.cluster.HazelcastHosts.Host;
import io.tapswitch.cluster.RecordStore.Kind;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.LinkedList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What becomes of the store when hosts come, go, crash or lie. */
class HazelcastStoreTest {
    private static final String ONE = "127.0.0.1";
    private static final String TWO = "127.0.0.2";

    private final HazelcastHosts hosts = new HazelcastHosts();
    private final int port = HazelcastHosts.freePort(ONE);

    @AfterEach
    void stop() {
        hosts.close();
    }

    private static Throwable failure(CompletionStage<?> answer) {
        return answer.toCompletableFuture()
                .handle((value, failure) -> failure)
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    private static void failsInWords(HazelcastStore store, String part) {
        List<CompletionStage<?>> answers = List.of(
                store.write(Kind.RECORDS, "k", bytes("v")),
                store.remove(Kind.RECORDS, "k"),
                store.readAll(Kind.RECORDS),
                store.read(Kind.RECORDS, List.of("k")));
        for (CompletionStage<?> answer : answers) {
            assertThat(answer.toCompletableFuture()).isCompletedExceptionally();
            assertThat(failure(answer)).isInstanceOf(IOException.class).hasMessageContaining(part);
        }
    }

    @Test
    void recordsStayWhenAMemberCrashes() {
        Host first = hosts.start(Role.MEMBER, ONE, port, ONE).reachable(1);
        Host second = hosts.start(Role.MEMBER, TWO, port, ONE).reachable(2);
        for (int i = 0; i < 50; i++) {
            get(second.store().write(Kind.RECORDS, "r" + i, bytes("v" + i)));
        }
        second.crash();

        first.reachable(1);
        first.heard().awaitUnsettled("member 127.0.0.2 port " + port + " has left");
        assertThat(get(first.store().readAll(Kind.RECORDS))).hasSize(50);
        get(first.store().write(Kind.RECORDS, "more", bytes("v")));
    }

    @Test
    void aMemberStartsAloneWhileTheOthersAreSilentAndMergesLater() {
        Host second = hosts.start(Role.MEMBER, TWO, port, ONE).reachable(1);
        get(second.store().write(Kind.RECORDS, "of two", bytes("v")));
        // Names itself only, so it is for the other to find it.
        Host first = hosts.start(Role.MEMBER, ONE, port, ONE).reachable(1);
        get(first.store().write(Kind.RECORDS, "of one", bytes("v")));

        first.reachable(2);
        second.reachable(2);

        Heard.await(
                "a merge",
                () -> (first.heard().unsettled() + " " + second.heard().unsettled()).contains("merged"));
        assertThat(get(first.store().readAll(Kind.RECORDS))).containsKeys("of one", "of two");
        first.heard().awaitUnsettled("member 127.0.0.2");
        second.heard().awaitUnsettled("member 127.0.0.1");
    }

    @Test
    void hintsComeAgainAfterSomebodyDestroyedTheMaps() {
        Host first = hosts.start(Role.MEMBER, ONE, port, ONE).reachable(1);
        Host second = hosts.start(Role.MEMBER, TWO, port, ONE).reachable(2);
        Host client = hosts.start(Role.CLIENT, ONE, port, ONE).reachable(2);
        for (Kind kind : Kind.values()) {
            second.store().link().instance().getMap(kind.mapName()).destroy();
        }
        for (Host host : List.of(first, second, client)) {
            host.heard().awaitUnsettled("destroyed");
        }
        get(second.store().write(Kind.RECORDS, "k", bytes("v")));
        for (Host host : List.of(first, second, client)) {
            host.heard().awaitWrite("k", "v");
        }
    }

    @Test
    void aClientWaitsForAMemberAndFindsItAgain() {
        Host client = hosts.start(Role.CLIENT, TWO, port, ONE);
        client.unreachable("no data member answers at 127.0.0.1:" + port);
        failsInWords(client.store(), "check the network and the firewall");

        Host member = hosts.start(Role.MEMBER, ONE, port, ONE).reachable(1);
        client.reachable(1);
        get(client.store().write(Kind.RECORDS, "k", bytes("v")));
        int before = client.heard().unsettled().size();

        member.crash();
        client.unreachable("no data member answers");
        failsInWords(client.store(), "check the network and the firewall");
        Host next = hosts.start(Role.MEMBER, ONE, port, ONE).reachable(1);
        client.reachable(1);

        client.heard().awaitUnsettled(before);
        get(next.store().write(Kind.RECORDS, "again", bytes("new")));
        Heard.await("the new member's records", () -> get(client.store().readAll(Kind.RECORDS))
                .containsKey("again"));
    }

    @Test
    void aLiteMemberWithoutDataMembersSaysSo() {
        Host lite = hosts.start(Role.LITE, TWO, port, ONE).unreachable("no data member answers at 127.0.0.1:" + port);
        failsInWords(lite.store(), "no data member");
    }

    @Test
    void aClientOfAnotherClusterIsTold() {
        hosts.start(Role.MEMBER, ONE, port, ONE).reachable(1);
        ClusterConfig other = new ClusterConfig(
                "another",
                "/etc/secret",
                "a",
                Role.CLIENT,
                null,
                port,
                null,
                List.of(ONE),
                List.of(TWO),
                null,
                null,
                null);

        Host client = hosts.start(other);
        Heard.await("some attempts", () -> client.store().link().instance() != null);
        client.unreachable("that the cluster has the name 'another' there");
        Host ours = hosts.start(Role.CLIENT, TWO, port, ONE).reachable(1);
        assertThat(ours.store().state().reachable()).isTrue();
        assertThat(client.store().state().reachable()).isFalse();
    }

    @Test
    void aPortThatIsTakenIsSaidAndTriedAgain() throws Exception {
        ServerSocket other = new ServerSocket(port, 1, InetAddress.getByName(ONE));
        hosts.closing(() -> close(other));

        Host host = hosts.start(Role.MEMBER, ONE, port, ONE).unreachable("TCP port " + port + " of 127.0.0.1");
        failsInWords(host.store(), "TCP port " + port);
        other.close();

        host.reachable(1);
        host.heard().awaitUnsettled("this host has joined");
    }

    @Test
    void anAddressOfAnotherHostIsSaid() {
        hosts.start(Role.MEMBER, "192.0.2.1", port, ONE).unreachable("'bind' 192.0.2.1 is no address of this host");
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void membersCanUseIpv6() throws Exception {
        Assumptions.assumeTrue(
                NetworkInterface.getByInetAddress(Inet6Address.getByName("::1")) != null, "no IPv6 on this machine");
        Host first = hosts.start(Role.MEMBER, "::1", port, "::1").reachable(1);
        Host client = hosts.start(Role.CLIENT, "::1", port, "[::1]:" + port).reachable(1);
        int next = HazelcastHosts.freePort("::1");
        Host second = hosts.start(Role.MEMBER, "::1", next, "[::1]:" + port).reachable(2);

        get(second.store().write(Kind.RECORDS, "k", bytes("v")));

        first.heard().awaitWrite("k", "v");
        client.heard().awaitWrite("k", "v");
    }

    /** Would do harm as soon as somebody made an object of it. */
    private static final class Harmful implements Serializable {
        private static final long serialVersionUID = 1;
        private static final AtomicBoolean MADE = new AtomicBoolean();

        private void readObject(ObjectInputStream in) {
            MADE.set(true);
        }
    }

    @Test
    void whatIsNoRecordIsCountedAndDoesNotHinderTheRest() {
        Host member = hosts.start(Role.MEMBER, ONE, port, ONE).reachable(1);
        Host client = hosts.start(Role.CLIENT, TWO, port, ONE).reachable(1);
        IMap<Object, Object> map = rogue().getMap(Kind.RECORDS.mapName());
        map.set("object", new Harmful());
        map.set("list", new LinkedList<>(List.of("x")));
        map.set("number", 7);
        map.set("text", "x");
        map.set(9, bytes("a value under a number"));
        map.set("good", bytes("v"));

        for (Host host : List.of(member, client)) {
            host.heard().awaitWrite("good", "v");
            long before = host.store().strangers();
            assertThat(before).isPositive();
            assertThat(get(host.store().readAll(Kind.RECORDS))).containsOnlyKeys("good");
            assertThat(host.store().strangers()).isEqualTo(before + 5);
            assertThat(get(host.store().read(Kind.RECORDS, List.of("object", "list", "number", "good"))))
                    .containsOnlyKeys("good");
            assertThat(host.store().strangers()).isEqualTo(before + 8);
        }
        assertThat(Harmful.MADE).isFalse();
    }

    /** A member that may do as it likes. */
    private HazelcastInstance rogue() {
        Config config = HazelcastSettings.member(
                HazelcastHosts.config(Role.MEMBER, TWO, port, ONE), (LifecycleListener) event -> {});
        HazelcastInstance rogue =
                Hazelcast.newHazelcastInstance(config.setSerializationConfig(new SerializationConfig()));
        hosts.closing(() -> rogue.getLifecycleService().terminate());
        return rogue;
    }

    @Test
    void aMemberWhoseHazelcastHasEndedStartsAnew() {
        Host host = hosts.start(Role.MEMBER, ONE, port, ONE).reachable(1);
        int before = host.heard().unsettled().size();

        host.store().link().instance().getLifecycleService().terminate();

        host.heard().awaitUnsettled(before);
        host.reachable(1);
    }

    @Test
    void listensAtItsAddressOnly() throws Exception {
        hosts.start(Role.MEMBER, TWO, port, TWO).reachable(1);

        new Socket(TWO, port).close();
        assertThatThrownBy(() -> new Socket(ONE, port)).isInstanceOf(ConnectException.class);
    }

    @Test
    void aListenerThatFailsHearsOn() {
        AtomicInteger heard = new AtomicInteger();
        HazelcastStore store = new HazelcastStore(HazelcastHosts.config(Role.MEMBER, ONE, port, ONE));
        hosts.closing(store::close);
        store.start(new RecordStore.Listener() {
            @Override
            public void written(String key, byte[] value) {
                heard.incrementAndGet();
                throw new IllegalStateException("this directory is broken");
            }

            @Override
            public void unsettled(String why) {
                throw new IllegalStateException("this directory is broken");
            }
        });
        Heard.await("a member", () -> store.state().reachable());

        get(store.write(Kind.RECORDS, "one", bytes("v")));
        get(store.write(Kind.RECORDS, "two", bytes("v")));

        Heard.await("two hints", () -> heard.get() == 2);
        assertThat(store.state().reachable()).isTrue();
    }

    @Test
    void saysSoBeforeItsStart() {
        HazelcastStore store = new HazelcastStore(HazelcastHosts.config(Role.MEMBER, ONE, port, ONE));

        assertThat(store.state().reachable()).isFalse();
        failsInWords(store, "is not started");
        store.close();
    }

    @Test
    void closesInTimeWhileItIsStillJoining() throws Exception {
        // Takes connections, and says nothing.
        ServerSocket silent = new ServerSocket(port, 10, InetAddress.getByName(ONE));
        hosts.closing(() -> close(silent));
        for (Role role : List.of(Role.MEMBER, Role.CLIENT)) {
            Host host = hosts.start(role, TWO, port, ONE);
            Heard.await("a start", () -> !host.store().state().reachable());
            Thread.sleep(500);
            assertThat(host.store().state().reachable()).isFalse();

            long before = System.nanoTime();
            host.store().close();

            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(8));
            failsInWords(host.store(), "has left the cluster");
        }
    }

    @Test
    void aMemberThatIsWedgedHoldsUpNobodyForLong() throws Exception {
        ServerSocket silent = new ServerSocket(port, 10, InetAddress.getByName(ONE));
        hosts.closing(() -> close(silent));

        Host host = hosts.start(Role.MEMBER, TWO, port, ONE);

        host.unreachable("takes connections and does not answer").reachable(1);
    }

    @Test
    void aHostThatLeavesTakesNoRecordsAlong() {
        Host first = hosts.start(Role.MEMBER, ONE, port, ONE).reachable(1);
        Host second = hosts.start(Role.MEMBER, TWO, port, ONE).reachable(2);
        get(first.store().write(Kind.LEASES, "k", bytes("v")));

        first.store().close();

        second.reachable(1);
        assertThat(get(second.store().readAll(Kind.LEASES))).containsKey("k");
        failsInWords(first.store(), "has left the cluster");
    }
}
