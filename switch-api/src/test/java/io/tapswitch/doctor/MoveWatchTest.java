package io.tapswitch.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.FdbEvent;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.bridge.ForwardingTable.Change;
import io.tapswitch.doctor.SwitchState.Roaming;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MoveWatchTest {
    private static final long STATION = 0x0200_0000_0007L;

    private long now;
    private final MoveWatch watch = new MoveWatch(() -> now);

    private void move(long mac, String port) {
        watch.accept(new FdbEvent("blue", Change.MOVED, mac, port, FdbEntry.Type.DYNAMIC, null));
    }

    @Test
    void noticesAStationThatGoesToAndFro() {
        for (int i = 0; i < MoveWatch.SUSPICIOUS - 1; i++) {
            move(STATION, i % 2 == 0 ? "web2" : "web1");
            watch.accept(new FdbEvent("blue", Change.LEARNED, STATION, "web9", FdbEntry.Type.DYNAMIC, null));
        }
        assertThat(watch.roaming()).isEmpty();
        move(STATION, "web2");
        assertThat(watch.roaming()).containsExactly(new Roaming("blue", STATION, 5, List.of("web1", "web2")));
    }

    @Test
    void forgetsMovesThatAreLongAgo() {
        for (int i = 0; i < MoveWatch.SUSPICIOUS; i++) {
            move(STATION, "web2");
        }
        now += MoveWatch.WINDOW.toNanos() + Duration.ofSeconds(1).toNanos();
        assertThat(watch.roaming()).isEmpty();
        move(STATION, "web1");
        assertThat(watch.roaming()).isEmpty();
    }

    @Test
    void remembersOnlySoManyStations() {
        for (int i = 0; i < MoveWatch.SUSPICIOUS; i++) {
            move(STATION, "web2");
        }
        for (int mac = 1; mac < 1024; mac++) {
            move(mac, "web1");
        }
        assertThat(watch.roaming()).hasSize(1);
        move(1024, "web1");
        assertThat(watch.roaming()).isEmpty();
    }
}
