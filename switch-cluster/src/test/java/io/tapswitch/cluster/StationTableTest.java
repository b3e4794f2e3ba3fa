package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.MacAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** Where stations are taken to be, and what the switch is told of them. */
class StationTableTest {
    private static final int BLUE = 7;
    private static final long VM = 0x02_00_00_00_00_01L;
    private static final int BUCKET = StationsRecord.bucketOf(BLUE, VM);

    private final Outlet outlet = new Outlet();
    private final StationTable table = new StationTable(List.of(address(5)), outlet);
    private final Peer low = peer("low", 1);
    private final Peer high = peer("high", 9);
    private final Map<Peer, List<StationEntry>> said = new HashMap<>();
    private long now = TimeUnit.HOURS.toNanos(1);

    /** Notes what the switch is told. */
    private static final class Outlet implements StationTable.Outlet {
        private final List<String> told = new ArrayList<>();
        private final List<String> duplicates = new ArrayList<>();
        private int full;

        @Override
        public void put(String host, int vni, long[] macs, boolean overLocal) {
            told.add("put " + macs.length + " " + host + (overLocal ? " over" : ""));
        }

        @Override
        public void remove(String host, int vni, long mac) {
            told.add("remove " + host);
        }

        @Override
        public void putNeighbour(int vni, byte[] address, long mac) {
            told.add("put address " + address[address.length - 1]);
        }

        @Override
        public void removeNeighbour(int vni, byte[] address, long mac) {
            told.add("remove address " + address[address.length - 1]);
        }

        @Override
        public void duplicate(int vni, long mac, String where) {
            duplicates.add(where);
        }

        @Override
        public void full(int vni, long mac) {
            full++;
        }

        private List<String> take() {
            List<String> taken = List.copyOf(told);
            told.clear();
            return taken;
        }
    }

    private static byte[] address(int last) {
        return new byte[] {10, 0, 0, (byte) last};
    }

    private static Peer peer(String name, int lastByteOfVtep) {
        Peer peer = new Peer(name, 0);
        peer.accept(new HostRecord(
                name,
                1,
                1,
                1,
                false,
                true,
                4789,
                1500,
                1,
                "1",
                List.of(address(lastByteOfVtep)),
                List.of(),
                HostRecord.Api.NONE));
        return peer;
    }

    private static StationEntry entry(int sequence) {
        return new StationEntry(BLUE, VM, sequence, false, false, "p", List.of());
    }

    private static StationEntry isStatic(int sequence) {
        return new StationEntry(BLUE, VM, sequence, true, false, "p", List.of());
    }

    private static StationEntry withdrawn(int sequence) {
        return new StationEntry(BLUE, VM, sequence, false, true, "p", List.of());
    }

    private static StationEntry withAddresses(int sequence, Integer... lastBytes) {
        return new StationEntry(
                BLUE,
                VM,
                sequence,
                false,
                false,
                "p",
                List.of(lastBytes).stream().map(StationTableTest::address).toList());
    }

    private void says(Peer peer, StationEntry... entries) {
        List<StationEntry> before = said.getOrDefault(peer, List.of());
        said.put(peer, List.of(entries));
        table.applied(peer, before, List.of(entries), now);
    }

    private void hear(String port) {
        table.heard(BLUE, VM, port, false, now);
    }

    private void pass(long seconds) {
        now += TimeUnit.SECONDS.toNanos(seconds);
        table.expire(now);
    }

    private Peer where() {
        Station station = table.find(BLUE, VM);
        return station == null || station.best() == null ? null : station.best().peer();
    }

    private StationEntry own() {
        List<StationEntry> entries = table.ownEntries(BUCKET);
        return entries.isEmpty() ? null : entries.get(0);
    }

    @Test
    void prefersWhatIsStaticThenTheHigherSequenceThenTheLowerVtep() {
        says(high, entry(3));
        says(low, entry(2));
        assertThat(where()).isSameAs(high);

        says(low, entry(3));
        assertThat(where()).isSameAs(low);

        says(high, entry(4));
        assertThat(where()).isSameAs(high);

        says(low, isStatic(0));
        assertThat(where()).isSameAs(low);

        says(high, isStatic(1));
        assertThat(where()).isSameAs(high);
        assertThat(outlet.take()).containsExactly("put 1 high", "put 1 low", "put 1 high", "put 1 low", "put 1 high");
    }

    @Test
    void prefersAHostThatHasSaidWhereItsVtepIs() {
        Peer unknown = new Peer("unknown", 0);
        says(unknown, entry(3));
        says(high, entry(3));

        assertThat(where()).isSameAs(high);
    }

    @Test
    void goesBackToTheOtherHostWhenOneWithdrawsOrSaysNothingMore() {
        says(high, entry(3));
        says(low, entry(2));
        says(high, withdrawn(3));
        assertThat(where()).isSameAs(low);

        says(low);
        assertThat(where()).isNull();
        assertThat(outlet.take()).containsExactly("put 1 high", "put 1 low", "remove low");

        says(high);
        pass(180);
        assertThat(table.find(BLUE, VM)).isNull();
    }

    @Test
    void ownStationYieldsToAHigherSequenceAndIsWithdrawn() {
        hear("web1");
        assertThat(own()).isEqualTo(new StationEntry(BLUE, VM, 0, false, false, "web1", List.of()));
        table.takeDirty();

        says(high, entry(1));

        assertThat(own()).isEqualTo(new StationEntry(BLUE, VM, 0, false, true, "web1", List.of()));
        assertThat(table.takeDirty()).isEqualTo(1L << BUCKET);
        assertThat(outlet.take()).containsExactly("put 1 high over");
        assertThat(table.published()).isZero();
    }

    @Test
    void ofTwoThatHeardAStationAtOnceTheLowerVtepKeepsIt() {
        hear("web1");
        says(high, entry(0));
        assertThat(own().isWithdrawn()).isFalse();
        assertThat(outlet.take()).isEmpty();

        says(low, entry(0));
        assertThat(own().isWithdrawn()).isTrue();
        assertThat(outlet.take()).containsExactly("put 1 low over");
    }

    @Test
    void aStationThatMovesHereGetsTheNextSequence() {
        says(high, entry(4));
        says(low, withdrawn(8));
        outlet.take();

        hear("web1");

        assertThat(own().sequence()).isEqualTo(9);
        assertThat(outlet.take()).containsExactly("remove high");
    }

    @Test
    void theHighestSequenceHasNoNextOne() {
        says(high, entry(Integer.MAX_VALUE));

        hear("web1");

        assertThat(own().sequence()).isEqualTo(Integer.MAX_VALUE);
        assertThat(own().isWithdrawn()).isFalse();
    }

    @Test
    void tellsOfWhatWasLostForFiveMinutesSoThatItsSequenceIsNotUsedAgain() {
        says(high, entry(4));
        hear("web1");
        says(high);
        table.lost(BLUE, VM, now);
        pass(StationTable.TOMBSTONE_SECONDS - 1);
        assertThat(own().isWithdrawn()).isTrue();
        assertThat(own().sequence()).isEqualTo(5);

        hear("web2");
        assertThat(own().sequence()).isEqualTo(5);
        table.lost(BLUE, VM, now);
        table.takeDirty();
        pass(StationTable.TOMBSTONE_SECONDS);

        assertThat(own()).isNull();
        assertThat(table.find(BLUE, VM)).isNull();
        assertThat(table.ownVnis()).isEmpty();
        assertThat(table.takeDirty()).isEqualTo(1L << BUCKET);
    }

    @Test
    void aStationOnAnotherPortHereKeepsItsSequenceAndAddresses() {
        hear("web1");
        table.addresses(BLUE, VM, List.of(address(50)));
        table.takeDirty();
        hear("web1");
        assertThat(table.takeDirty()).isZero();

        hear("web2");

        assertThat(own().port()).isEqualTo("web2");
        assertThat(own().sequence()).isZero();
        assertThat(own().addresses()).hasSize(1);
        assertThat(table.takeDirty()).isNotZero();
    }

    @Test
    void aStationThatIsStaticHereNoMoreYields() {
        table.heard(BLUE, VM, "web1", true, now);
        says(high, entry(4));
        assertThat(own().isWithdrawn()).isFalse();

        hear("web1");

        assertThat(own().isWithdrawn()).isTrue();
        assertThat(outlet.take()).containsExactly("put 1 high over");
    }

    @Test
    void theFifthMoveInThreeMinutesIsReportedOnceAndDamped() {
        for (int move = 1; move <= 4; move++) {
            says(high, entry(2 * move));
            says(high, withdrawn(2 * move));
            says(low, entry(2 * move + 1));
            says(low, withdrawn(2 * move + 1));
            assertThat(outlet.duplicates).isEmpty();
        }
        for (int sequence = 20; sequence < 26; sequence++) {
            says(sequence % 2 == 0 ? high : low, entry(sequence));
        }
        assertThat(outlet.duplicates).containsExactly("last from host high to host low");

        hear("web1");
        assertThat(own()).isNull();

        pass(180);
        hear("web1");
        assertThat(own().sequence()).isEqualTo(26);
    }

    @Test
    void oneMoveAwayFromHereIsCountedOnceWhoeverElseSaysSomething() {
        // The host where it was a while ago never withdraws it.
        says(low, entry(0));
        hear("web1");
        says(high, entry(2));
        says(high, withdrawn(2));
        hear("web1");

        // To here, away, back to where it was, to here.
        assertThat(outlet.duplicates).isEmpty();
        says(high, entry(4));
        assertThat(outlet.duplicates).hasSize(1);
    }

    @Test
    void aStaticStationElsewhereIsPutBackAndReportedOnce() {
        says(high, isStatic(0));
        outlet.take();

        hear("web1");
        pass(10);
        hear("web1");

        assertThat(own()).isNull();
        assertThat(outlet.duplicates).containsExactly("port web1 here, and static on host high");
        assertThat(outlet.take()).containsExactly("put 1 high over");
        table.verify(Set.of(BLUE));
        assertThat(outlet.take()).containsExactly("put 1 high");
        pass(180);
        says(high);
        assertThat(table.find(BLUE, VM)).isNull();
    }

    @Test
    void tellsAddressesThatComeAndGoAndKeepsThoseThatMoveAlong() {
        says(high, withAddresses(1, 50, 51));
        assertThat(outlet.take()).containsExactly("put 1 high", "put address 50", "put address 51");

        says(low, withAddresses(2, 51, 52));
        assertThat(outlet.take()).containsExactly("put 1 low", "remove address 50", "put address 52");

        says(low, withAddresses(3));
        assertThat(outlet.take()).containsExactly("remove address 51", "remove address 52");

        says(low);
        assertThat(outlet.take()).containsExactly("put 1 high", "put address 50", "put address 51");
    }

    @Test
    void addressesOfAStationHereAreToldIfTheyAreOthers() {
        hear("web1");
        table.addresses(BLUE, VM, List.of(address(1), address(2)));
        table.takeDirty();

        table.addresses(BLUE, VM, List.of(address(2), address(1)));
        assertThat(table.takeDirty()).isZero();

        table.addresses(BLUE, VM, List.of(address(2), address(3)));
        assertThat(table.takeDirty()).isEqualTo(1L << BUCKET);

        table.lost(BLUE, VM, now);
        table.takeDirty();
        table.addresses(BLUE, VM, List.of(address(4)));
        assertThat(table.takeDirty()).isZero();
    }

    @Test
    void moreAddressesThanCanBeToldAreCutAndNotToldAgainAndAgain() {
        hear("web1");
        List<byte[]> many = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            many.add(address(i));
        }
        table.addresses(BLUE, VM, many);
        assertThat(own().addresses()).hasSize(StationEntry.MOST_ADDRESSES);
        table.takeDirty();

        table.addresses(BLUE, VM, many);

        assertThat(table.takeDirty()).isZero();
    }

    @Test
    void withdrawsWhatAFullReadingDidNotFindInThatNetworkOnly() {
        hear("web1");
        table.heard(BLUE, VM + 1, "web2", false, now);
        table.heard(8, VM, "web1", false, now);

        table.keepOnly(BLUE, Set.of(VM + 1), now);

        assertThat(own().isWithdrawn()).isTrue();
        assertThat(table.ownStations(BLUE)).containsOnlyKeys(VM + 1);
        assertThat(table.ownStations(8)).containsOnlyKeys(VM);
        assertThat(table.ownVnis()).containsExactlyInAnyOrder(BLUE, 8);
    }

    @Test
    void tellsTheSwitchEverythingAnewInBatches() {
        List<StationEntry> entries = new ArrayList<>();
        for (long mac = VM; mac < VM + 3000; mac++) {
            entries.add(new StationEntry(BLUE, mac, 0, false, false, "p", List.of()));
        }
        says(high, entries.toArray(StationEntry[]::new));
        outlet.take();

        table.verify(Set.of(BLUE, 8));

        assertThat(outlet.take()).containsExactly("put 1024 high", "put 1024 high", "put 952 high");
    }

    @Test
    void tellsOfNoMoreStationsThanFitAndLetsThoseThatAreGoneMakeWay() {
        List<Long> macs = new ArrayList<>();
        for (long mac = VM; macs.size() <= StationsRecord.MOST_ENTRIES; mac++) {
            if (StationsRecord.bucketOf(BLUE, mac) == BUCKET) {
                macs.add(mac);
            }
        }
        macs.forEach(mac -> table.heard(BLUE, mac, "p", false, now));
        long last = macs.get(macs.size() - 1);
        table.heard(BLUE, last, "p", false, now);

        assertThat(table.ownEntries(BUCKET)).hasSize(StationsRecord.MOST_ENTRIES);
        assertThat(table.find(BLUE, last)).isNull();
        assertThat(outlet.full).isEqualTo(1);

        table.lost(BLUE, macs.get(5), now);
        table.heard(BLUE, last, "p", false, now);

        assertThat(table.ownEntries(BUCKET)).hasSize(StationsRecord.MOST_ENTRIES);
        assertThat(table.find(BLUE, last).isOwn()).isTrue();
        assertThat(table.find(BLUE, macs.get(5))).isNull();
    }

    @Test
    void keepsNothingOfNetworksThatCameAndWent() {
        for (int vni = 1; vni < 5000; vni++) {
            says(high, new StationEntry(vni, VM, 0, false, false, "p", List.of()));
            table.heard(vni, VM + 1, "p", false, now);
            table.lost(vni, VM + 1, now);
        }
        says(high);
        pass(StationTable.TOMBSTONE_SECONDS);

        assertThat(table)
                .extracting("byVni")
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .isEmpty();
        assertThat(table.elsewhere()).isZero();
    }

    @Test
    void namesAStationInWords() {
        assertThat(StationTable.words("blue", MacAddress.parse("02:00:00:00:00:01")))
                .isEqualTo("02:00:00:00:00:01 in network blue");
    }
}
