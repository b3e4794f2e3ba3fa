package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Other hosts that come, speak, fall silent and go. */
class PeersTest {
    private static final long VM = 0x02_00_00_00_00_01L;
    private static final int BUCKET = StationsRecord.bucketOf(7, VM);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

    /** Stations that the switch has, each as its host and address. */
    private final Set<String> installed = new HashSet<>();

    private final Set<String> alive = new HashSet<>();
    private final EventLog events = new EventLog("self", () -> Instant.EPOCH);
    private final StationTable stations = new StationTable(List.of(new byte[] {10, 0, 0, 1}), new Outlet());
    private final Peers peers = new Peers("self", stations, events);
    private long now = TimeUnit.HOURS.toNanos(1);

    private final class Outlet implements StationTable.Outlet {
        @Override
        public void put(String host, int vni, long[] macs, boolean overLocal) {
            for (long mac : macs) {
                installed.add(host + " " + (mac & 0xff));
            }
        }

        @Override
        public void remove(String host, int vni, long mac) {
            installed.remove(host + " " + (mac & 0xff));
        }

        @Override
        public void putNeighbour(int vni, byte[] address, long mac) {}

        @Override
        public void removeNeighbour(int vni, byte[] address, long mac) {}

        @Override
        public void duplicate(int vni, long mac, String where) {}

        @Override
        public void full(int vni, long mac) {}
    }

    @BeforeEach
    void start() {
        peers.restored();
    }

    private static HostRecord host(String name, long epoch, long sequence, boolean left) {
        return new HostRecord(
                name,
                epoch,
                sequence,
                1,
                left,
                true,
                4789,
                1500,
                1,
                "1",
                List.of(new byte[] {10, 0, 0, 9}),
                List.of(),
                HostRecord.Api.NONE);
    }

    private static StationsRecord bucket(String name, long epoch, long sequence) {
        return new StationsRecord(
                name, BUCKET, epoch, sequence, List.of(new StationEntry(7, VM, 0, false, false, "p", List.of())));
    }

    private static Lease lease(String name, long epoch, long renewals, long hostSequence, boolean hasBucket) {
        long buckets = hasBucket ? 1L << BUCKET : 0;
        return new Lease(name, epoch, renewals, 1, hostSequence, 9, buckets, hasBucket ? new int[] {2} : new int[0], 5);
    }

    private void join(String name) throws RefusedException {
        peers.heard(host(name, 1, 1, false), now);
        peers.heard(bucket(name, 1, 2), now);
        peers.heard(lease(name, 1, 1, 1, true), now);
    }

    private void look(long afterSeconds) {
        now += TimeUnit.SECONDS.toNanos(afterSeconds);
        peers.lookAfter(PATIENCE, alive::contains, now);
    }

    private List<String> kinds() {
        return events.events().stream().map(event -> event.kind()).toList();
    }

    private static void assertTooMany(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.refusal())
                .isEqualTo(Refusal.TOO_MANY));
    }

    @Test
    void tellsOfAHostThatJoinsAndLeavesOnceEach() throws RefusedException {
        join("a");
        join("a");
        assertThat(peers.names()).containsExactly("a", "self");
        assertThat(installed).containsExactly("a 1");
        assertThat(peers.takeHostsChanged()).isTrue();
        assertThat(peers.takeHostsChanged()).isFalse();
        assertThat(peers.takeChanged()).isTrue();
        assertThat(peers.takeChanged()).isFalse();

        peers.heard(host("a", 1, 3, true), now);
        peers.heard(bucket("a", 1, 4), now);

        assertThat(kinds()).containsExactly("host-joined", "host-left");
        assertThat(peers.names()).containsExactly("self");
        assertThat(installed).isEmpty();
    }

    @Test
    void tellsNothingOfHostsThatAreRestored() throws RefusedException {
        Peers restored = new Peers("self", stations, events);
        restored.heard(host("a", 1, 1, false), now);

        assertThat(kinds()).isEmpty();
    }

    @Test
    void takesNothingOlderThanItKnows() throws RefusedException {
        join("a");
        peers.takeChanged();

        peers.heard(host("a", 1, 1, true), now);
        peers.heard(host("a", 0, 9, true), now);
        peers.heard(new StationsRecord("a", BUCKET, 1, 2, List.of()), now);
        peers.heard(new StationsRecord("a", BUCKET, 0, 9, List.of()), now);
        peers.heard(lease("a", 1, 1, 9, false), now);
        peers.heard(lease("a", 0, 9, 9, false), now);

        assertThat(peers.takeChanged()).isFalse();
        assertThat(peers.missing()).isEmpty();
        assertThat(installed).containsExactly("a 1");
    }

    @Test
    void aNewEpochEndsWhatWasToldInTheLastOne() throws RefusedException {
        join("a");
        peers.heard(host("a", 2, 1, false), now);
        assertThat(installed).isEmpty();

        peers.heard(bucket("a", 1, 9), now);
        assertThat(installed).isEmpty();

        peers.heard(bucket("a", 2, 2), now);
        assertThat(installed).containsExactly("a 1");
        assertThat(kinds()).containsExactly("host-joined");
    }

    @Test
    void aBucketThatALaterLeaseLacksIsDropped() throws RefusedException {
        join("a");
        peers.heard(lease("a", 1, 2, 1, false), now);

        assertThat(installed).isEmpty();
        assertThat(peers.find("a").buckets()).isEmpty();
    }

    @Test
    void asksForWhatALeaseSaysMore() throws RefusedException {
        peers.heard(lease("a", 1, 1, 1, true), now);
        assertThat(peers.missing()).containsExactly("h/a", "s/a/" + BUCKET);

        peers.heard(host("a", 1, 1, false), now);
        assertThat(peers.missing()).containsExactly("s/a/" + BUCKET);

        peers.heard(bucket("a", 1, 1), now);
        assertThat(peers.missing()).containsExactly("s/a/" + BUCKET);

        peers.heard(bucket("a", 1, 2), now);
        assertThat(peers.missing()).isEmpty();

        peers.heard(lease("a", 2, 1, 1, true), now);
        assertThat(peers.missing()).containsExactly("h/a", "s/a/" + BUCKET);
        assertThat(peers.anyKnowsOtherNetworks(5)).isFalse();
        assertThat(peers.anyKnowsOtherNetworks(6)).isTrue();
    }

    @Test
    void aHostIsSilentIfNeitherItsLeaseIsRenewedNorItsVtepAnswers() throws RefusedException {
        join("a");
        alive.add("a");
        look(21);
        assertThat(installed).containsExactly("a 1");

        alive.clear();
        look(0);
        assertThat(installed).isEmpty();
        assertThat(peers.find("a").isSilent()).isTrue();

        // What it told meanwhile is taken when it is heard.
        peers.heard(
                new StationsRecord(
                        "a", BUCKET, 1, 3, List.of(new StationEntry(7, VM, 4, false, false, "p", List.of()))),
                now);
        assertThat(installed).isEmpty();
        peers.heard(lease("a", 1, 2, 1, true), now);
        assertThat(installed).containsExactly("a 1");

        look(21);
        alive.add("a");
        look(1);
        assertThat(installed).containsExactly("a 1");
        assertThat(kinds()).containsExactly("host-joined", "host-silent", "host-back", "host-silent", "host-back");
    }

    @Test
    void aLeaseThatWasInTheStoreForLongIsNoSignOfLife() throws RefusedException {
        join("a");
        look(21);

        assertThat(peers.find("a").isSilent()).isTrue();
        assertThat(peers.find("a").wasHeard()).isFalse();
    }

    @Test
    void aHostThatWasForgottenIsNotBroughtBackByItsOldLease() throws RefusedException {
        join("a");
        look(21);
        look(600);
        assertThat(peers.all()).isEmpty();

        peers.heard(lease("a", 1, 1, 1, true), now);
        assertThat(peers.all()).isEmpty();
        assertThat(peers.missing()).isEmpty();

        peers.heard(lease("a", 1, 2, 1, true), now);
        assertThat(peers.missing()).containsExactly("h/a", "s/a/" + BUCKET);
        join("a");
        assertThat(installed).containsExactly("a 1");
    }

    @Test
    void aHostWhoseVtepAnswersIsNotForgotten() throws RefusedException {
        join("a");
        alive.add("a");
        look(3600);

        assertThat(peers.names()).contains("a");
    }

    @Test
    void stationsOfAHostThatNeverDescribedItselfAreForgotten() throws RefusedException {
        peers.heard(bucket("a", 1, 1), now);
        assertThat(installed).containsExactly("a 1");
        look(601);

        assertThat(installed).isEmpty();
        assertThat(peers.all()).isEmpty();
    }

    @Test
    void takesNoMoreHostsThanAClusterMayHave() throws RefusedException {
        for (int i = 0; i < Peers.MOST_HOSTS; i++) {
            peers.heard(lease("x" + i, 1, 1, 1, false), now);
        }
        assertTooMany(() -> peers.heard(lease("y", 1, 1, 1, false), now));
        assertTooMany(() -> peers.heard(host("y", 1, 1, false), now));
        assertTooMany(() -> peers.heard(bucket("y", 1, 1), now));
        peers.heard(host("x7", 1, 1, false), now);

        look(601);
        peers.heard(host("y", 1, 1, false), now);

        assertThat(peers.all()).hasSize(1);
    }

    /** A bucket of as many stations as fit, with two addresses each. */
    private static StationsRecord full(String name, int bucket, int vni, long sequence) {
        byte[] address = new byte[4];
        List<StationEntry> entries = new ArrayList<>();
        for (long mac = VM; entries.size() < StationsRecord.MOST_ENTRIES; mac++) {
            if (StationsRecord.bucketOf(vni, mac) == bucket) {
                entries.add(new StationEntry(vni, mac, 0, false, false, "p", List.of(address, address)));
            }
        }
        return new StationsRecord(name, bucket, 1, sequence, entries);
    }

    @Test
    void takesNoMoreStationsThanAClusterMayHave() throws RefusedException {
        int size = 3 * StationsRecord.MOST_ENTRIES;
        int taken = Peers.MOST_KNOWN / size;
        for (int i = 0; i < taken; i++) {
            peers.heard(full("x" + i / 64, i % 64, 7, 1), now);
        }
        assertTooMany(() -> peers.heard(full("last", 0, 8, 1), now));
        // What does not grow is taken, also where there is no room left.
        peers.heard(full("x0", 3, 7, 2), now);
        peers.heard(bucket("few", 1, 1), now);
        assertThat(peers.find("x0").buckets()).anyMatch(bucket -> bucket.sequence() == 2);
        assertThat(peers.find("few").stationCount()).isEqualTo(1);

        peers.heard(new StationsRecord("x0", 5, 1, 2, List.of()), now);

        assertThatCode(() -> peers.heard(full("last", 0, 8, 1), now)).doesNotThrowAnyException();
        look(601);
        assertThat(stations.elsewhere()).isZero();
        peers.heard(full("last", 0, 8, 1), now);
    }

    @Test
    void asksForNothingOfAHostThatLeft() throws RefusedException {
        join("a");
        peers.heard(host("a", 1, 3, true), now);

        assertThat(peers.missing()).isEmpty();

        peers.heard(lease("a", 2, 1, 1, true), now);
        assertThat(peers.missing()).containsExactly("h/a", "s/a/" + BUCKET);
    }

    @Test
    void dropsStationsOfAnEarlierLifeThatItHeardOfFirst() throws RefusedException {
        peers.heard(bucket("a", 1, 2), now);
        peers.heard(host("a", 2, 1, false), now);
        peers.heard(lease("a", 2, 1, 1, false), now);

        assertThat(installed).isEmpty();
    }

    @Test
    void settlesBetweenTwoHostsOnceItKnowsTheirAddresses() throws RefusedException {
        stations.heard(7, VM, "web1", false, now);
        peers.heard(bucket("a", 1, 2), now);
        assertThat(installed).isEmpty();

        peers.heard(
                new HostRecord(
                        "a",
                        1,
                        1,
                        1,
                        false,
                        true,
                        4789,
                        1500,
                        1,
                        "1",
                        List.of(new byte[] {10, 0, 0, 0}),
                        List.of(),
                        HostRecord.Api.NONE),
                now);

        // Both heard it as often, and the address is the lower one.
        assertThat(installed).containsExactly("a 1");
    }
}
