package io.tapswitch.bridge;

import static io.tapswitch.bridge.DiscoveryFrames.address;
import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.IpAddress;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Two claimants of addresses, and the time. */
class NeighbourTableTest {
    private static final long SECOND = Wiring.SECOND;
    private static final long MINUTE = 60 * SECOND;
    private static final long HERE = 0x0200_0000_000aL;
    private static final long HERE_TOO = 0x0200_0000_000bL;
    private static final long THERE = 0x0200_0000_00aaL;
    private static final long THERE_TOO = 0x0200_0000_00abL;
    private static final String V4 = "10.0.0.1";
    private static final String V6 = "fd00::1";

    private final Set<Long> here = new HashSet<>(Set.of(HERE, HERE_TOO));
    private final NeighbourTable table = new NeighbourTable(here::contains);

    private void learn(String text, long mac, long nowNanos) {
        ByteBuffer bytes = ByteBuffer.wrap(address(text));
        if (bytes.capacity() == 4) {
            table.learn(0, IpAddress.ipv4(bytes.getInt(0)), mac, nowNanos);
        } else {
            table.learn(bytes.getLong(0), bytes.getLong(8), mac, nowNanos);
        }
    }

    private void learnNumber(int number, long mac, long nowNanos) {
        table.learn(0, IpAddress.ipv4(0x0a00_0000 + number), mac, nowNanos);
    }

    private void put(String text, long mac) {
        assertThat(table.putRemote(address(text), mac)).isTrue();
    }

    private Binding find(String text) {
        ByteBuffer bytes = ByteBuffer.wrap(address(text));
        return bytes.capacity() == 4 ? table.find(bytes.getInt(0)) : table.find(bytes.getLong(0), bytes.getLong(8));
    }

    private void assertLocal(String text, long mac) {
        assertThat(find(text)).as(text).isNotNull();
        assertThat(find(text).mac).isEqualTo(mac);
        assertThat(find(text).local).isTrue();
    }

    private void assertRemote(String text, long mac) {
        assertThat(find(text)).as(text).isNotNull();
        assertThat(find(text).mac).isEqualTo(mac);
        assertThat(find(text).local).isFalse();
    }

    @Test
    void findsWhatIsLearnedByEitherVersionOfIp() throws Exception {
        learn(V4, HERE, SECOND);
        learn(V6, HERE, 2 * SECOND);
        assertLocal(V4, HERE);
        assertLocal(V6, HERE);
        assertThat(find("10.0.0.2")).isNull();
        assertThat(find("fd00::2")).isNull();
        assertThat(table.entries())
                .containsExactlyInAnyOrder(
                        new Neighbour(InetAddress.getByName(V4), HERE, true, SECOND),
                        new Neighbour(InetAddress.getByName(V6), HERE, true, 2 * SECOND));
    }

    @Test
    void countsChangesOfLocalBindingsOnly() {
        learn(V4, HERE, 0);
        assertThat(table.changes()).isEqualTo(1);
        learn(V4, HERE, 2 * SECOND);
        put("10.0.0.2", THERE);
        table.removeRemote(address("10.0.0.2"), THERE);
        assertThat(table.changes()).isEqualTo(1);
        learn(V4, HERE_TOO, 3 * SECOND);
        assertThat(table.changes()).isEqualTo(2);
        here.remove(HERE_TOO);
        table.age(4 * SECOND);
        assertThat(table.changes()).isEqualTo(3);
        assertThat(table.size()).isZero();
    }

    @Test
    void aLocalStationTakesAnAddressAtOnce() {
        table.age(100 * SECOND);
        put(V4, THERE);
        assertRemote(V4, THERE);
        learn(V4, HERE, 100 * SECOND);
        assertLocal(V4, HERE);
        assertThat(table.changes()).isEqualTo(1);
    }

    @Test
    void aRemoteStationTakesAnAddressThatWasNotHeardForFiveSeconds() {
        learn(V4, HERE, 0);
        table.age(6 * SECOND);
        put(V4, THERE);
        assertRemote(V4, THERE);
        assertThat(table.changes()).isEqualTo(2);
    }

    @Test
    void aRemoteStationWaitsForAnAddressThatWasHeardJustNow() {
        learn(V4, HERE, 0);
        table.age(3 * SECOND);
        put(V4, THERE);
        assertLocal(V4, HERE);
        table.age(5 * SECOND);
        assertLocal(V4, HERE);
        table.age(6 * SECOND);
        assertRemote(V4, THERE);
    }

    @Test
    void aLocalStationThatIsHeardAgainKeepsItsAddress() {
        learn(V4, HERE, 0);
        table.age(3 * SECOND);
        put(V4, THERE);
        learn(V4, HERE, 4 * SECOND);
        table.age(60 * SECOND);
        assertLocal(V4, HERE);
    }

    @Test
    void whatTheDirectorySaidBeforeDoesNotCountAgainstWhatWasHeardLater() {
        table.age(0);
        put(V4, THERE);
        learn(V4, HERE, 10 * SECOND);
        table.age(60 * SECOND);
        put(V4, THERE);
        assertLocal(V4, HERE);
        table.age(61 * SECOND);
        assertLocal(V4, HERE);
    }

    @Test
    void aStationThatIsNoLongerHereLosesItsAddressAtOnce() {
        learn(V4, HERE, 0);
        here.remove(HERE);
        put(V4, HERE);
        assertRemote(V4, HERE);
    }

    @Test
    void aStationThatLeavesGivesItsAddressBackToTheRemoteOne() {
        table.age(0);
        put(V4, THERE);
        learn(V4, HERE, 10 * SECOND);
        learn("10.0.0.2", HERE, 10 * SECOND);
        here.remove(HERE);
        table.age(11 * SECOND);
        assertRemote(V4, THERE);
        assertThat(find("10.0.0.2")).isNull();
    }

    @Test
    void theDirectoryTakesBackWhatItSaidAlsoWhileALocalStationHasTheAddress() {
        table.age(0);
        put(V4, THERE);
        learn(V4, HERE, 10 * SECOND);
        table.removeRemote(address(V4), THERE);
        assertLocal(V4, HERE);
        here.remove(HERE);
        table.age(11 * SECOND);
        assertThat(find(V4)).isNull();
    }

    @Test
    void theDirectoryTakesBackNothingThatItHasReplaced() {
        put(V4, THERE);
        put(V4, THERE_TOO);
        table.removeRemote(address(V4), THERE);
        assertRemote(V4, THERE_TOO);
        table.removeRemote(address(V4), THERE_TOO);
        assertThat(find(V4)).isNull();
        table.removeRemote(address(V4), THERE_TOO);
        table.removeRemote(new byte[3], THERE_TOO);
    }

    @Test
    void agesSilentLocalBindingsAndNoRemoteOnes() {
        learn(V4, HERE, 0);
        learn(V6, HERE_TOO, 5 * MINUTE);
        put("10.0.0.9", THERE);
        table.age(20 * MINUTE);
        assertLocal(V4, HERE);
        table.age(20 * MINUTE + SECOND);
        assertThat(find(V4)).isNull();
        assertLocal(V6, HERE_TOO);
        table.age(1000 * MINUTE);
        assertThat(find(V6)).isNull();
        assertRemote("10.0.0.9", THERE);
    }

    @Test
    void beingHeardKeepsABindingFromAgeing() {
        learn(V4, HERE, 0);
        learn(V4, HERE, 15 * MINUTE);
        table.age(30 * MINUTE);
        assertLocal(V4, HERE);
    }

    @Test
    void forgetsWhatStationsSaidAndKeepsWhatTheDirectorySays() {
        learn(V4, HERE, 0);
        put(V6, THERE);
        table.forgetLocal();
        assertThat(find(V4)).isNull();
        assertRemote(V6, THERE);
    }

    @Test
    void forgetsWhatTheDirectorySaysAndKeepsWhatStationsSaid() {
        learn(V4, HERE, 0);
        put(V4, THERE);
        put(V6, THERE);
        table.forgetRemote();
        assertThat(find(V6)).isNull();
        assertLocal(V4, HERE);
        here.remove(HERE);
        table.age(0);
        assertThat(find(V4)).isNull();
        put(V6, THERE);
        assertRemote(V6, THERE);
    }

    @Test
    void refusesWhatNoStationCanHave() {
        for (String text :
                new String[] {"0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "ff02::1"}) {
            assertThat(table.putRemote(address(text), THERE)).as(text).isFalse();
        }
        byte[] mapped = new byte[16];
        mapped[10] = mapped[11] = (byte) 0xff;
        mapped[12] = 10;
        assertThat(table.putRemote(mapped, THERE)).isFalse();
        assertThat(table.putRemote(new byte[0], THERE)).isFalse();
        assertThat(table.putRemote(new byte[5], THERE)).isFalse();
        assertThat(table.putRemote(address(V4), 0)).isFalse();
        assertThat(table.putRemote(address(V4), 0x0100_5e00_0001L)).isFalse();
        assertThat(table.size()).isZero();
    }

    @Test
    void aStationHas64AddressesAndLosesTheOneHeardLongestAgo() {
        for (int i = 0; i < 64; i++) {
            learnNumber(i + 1, HERE, i * SECOND);
        }
        learnNumber(1, HERE, 100 * SECOND);
        learn(V6, HERE_TOO, 101 * SECOND);
        learnNumber(100, HERE, 102 * SECOND);
        assertThat(table.size()).isEqualTo(65);
        assertThat(find("10.0.0.1")).isNotNull();
        assertThat(find("10.0.0.2")).isNull();
        assertThat(find("10.0.0.3")).isNotNull();
        assertThat(find("10.0.0.100")).isNotNull();
        assertThat(table.changes()).isEqualTo(67);
    }

    /** Half of the table is for each kind at least. */
    @Test
    void aFullTableLosesTheOldestOfTheKindThatHasMore() {
        for (int i = 0; i < 40_000; i++) {
            learnNumber(i + 1, HERE + i / 64, i);
        }
        for (int i = 0; i < 30_000; i++) {
            table.putRemote(ByteBuffer.allocate(4).putInt(0x0b00_0001 + i).array(), THERE + (i / 64 << 16));
        }
        assertThat(table.size()).isEqualTo(NeighbourTable.MAX_BINDINGS);
        assertThat(table.entries()).filteredOn(Neighbour::isLocal).hasSize(NeighbourTable.MAX_BINDINGS - 30_000);
        assertThat(table.find(0x0a00_0001)).isNull();
        assertThat(table.find(0x0a00_0001 + 39_999)).isNotNull();
        for (int i = 0; i < 30_000; i++) {
            table.putRemote(ByteBuffer.allocate(4).putInt(0x0c00_0001 + i).array(), THERE_TOO + (i / 64 << 16));
        }
        assertThat(table.size()).isEqualTo(NeighbourTable.MAX_BINDINGS);
        assertThat(table.entries()).filteredOn(Neighbour::isLocal).hasSize(NeighbourTable.MAX_BINDINGS / 2);
        assertThat(table.find(0x0b00_0001)).isNull();
        assertThat(table.find(0x0c00_0001 + 29_999)).isNotNull();
    }

    @Test
    void whatTheDirectorySaysBeforeTheTimeIsKnownCountsFromThen() {
        put(V4, THERE);
        table.age(-50 * SECOND);
        assertThat(table.entries().get(0).heardNanos()).isEqualTo(-50 * SECOND);
        learn(V4, HERE, -49 * SECOND);
        table.age(-10 * SECOND);
        assertLocal(V4, HERE);
    }
}
