package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.config.NetworkConfig;
import org.junit.jupiter.api.Test;

/** Which of two definitions holds: the same on each host, whichever it hears first. */
class NetworkRecordTest {
    private static NetworkRecord record(long version, String writer, int mtu) {
        return new NetworkRecord(
                "blue", version, writer, new NetworkConfig("blue", null, 7, mtu, null, null, null, null, null));
    }

    private static void assertFirstWins(NetworkRecord one, NetworkRecord other) {
        assertThat(one.wins(other)).isTrue();
        assertThat(other.wins(one)).isFalse();
        assertThat(one.digest()).isNotEqualTo(other.digest());
    }

    @Test
    void theHigherVersionWinsThenTheWriterThatSortsFirst() {
        assertFirstWins(record(2, "b", 1500), record(1, "a", 1500));
        assertFirstWins(record(2, "a", 1500), record(2, "b", 1500));
        assertThat(record(1, "a", 1500).wins(null)).isTrue();
        assertThat(record(1, "a", 1500).wins(record(1, "a", 1500))).isFalse();
    }

    @Test
    void oneOfTwoWinsThatOneWriterMadeInTwoLives() {
        assertFirstWins(record(2, "a", 1400), record(2, "a", 1500));
        assertFirstWins(new NetworkRecord("blue", 2, "a", null), record(2, "a", 1500));
    }

    @Test
    void twoConflictThatSayOtherThingsInTheSameVersion() {
        assertThat(record(2, "a", 1400).conflictsWith(record(2, "b", 1500))).isTrue();
        assertThat(record(2, "a", 1400).conflictsWith(record(2, "a", 1500))).isTrue();
        assertThat(record(2, "a", 1500).conflictsWith(record(2, "b", 1500))).isFalse();
        assertThat(record(3, "a", 1400).conflictsWith(record(2, "b", 1500))).isFalse();
    }
}
