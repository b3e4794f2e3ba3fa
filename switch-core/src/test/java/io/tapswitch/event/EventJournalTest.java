package io.tapswitch.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.event.EventJournal.Part;
import io.tapswitch.event.EventJournal.Ring;
import io.tapswitch.overlay.HostEvent;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EventJournalTest {
    private static final Set<Ring> ALL = EnumSet.allOf(Ring.class);

    private final EventJournal journal = new EventJournal("here", () -> Instant.ofEpochMilli(36));

    private static List<String> subjects(Part part) {
        return part.entries().stream().map(entry -> entry.event().subject()).toList();
    }

    @Test
    void numbersEventsOfAllClassesInTheirOrder() {
        journal.add("kind", "a", "text", "alice");
        journal.station("learned", "b", "text");
        journal.add(new HostEvent(Instant.EPOCH, "there", "kind", "c", "text"));
        journal.add(new HostEvent(Instant.EPOCH, "here", "kind", "d", "text"));

        Part all = journal.after(0, ALL, 10);
        assertThat(subjects(all)).containsExactly("a", "b", "c", "d");
        assertThat(all.entries()).extracting(JournalEntry::sequence).containsExactly(1L, 2L, 3L, 4L);
        assertThat(all.entries().get(0).by()).isEqualTo("alice");
        assertThat(all.entries().get(0).event())
                .isEqualTo(new HostEvent(Instant.ofEpochMilli(36), "here", "kind", "a", "text"));
        assertThat(all.position()).isEqualTo(4);
        assertThat(journal.epoch()).isEqualTo("10");
        assertThat(subjects(journal.after(0, Set.of(Ring.OPERATION), 10))).containsExactly("a", "d");
        assertThat(subjects(journal.after(3, ALL, 10))).containsExactly("d");
        assertThat(subjects(journal.after(4, ALL, 10))).isEmpty();
    }

    @Test
    void givesTheFirstOnesAndWhereToGoOn() {
        for (int i = 1; i <= 5; i++) {
            journal.add("kind", "" + i, "text");
        }
        Part first = journal.after(1, ALL, 2);
        assertThat(subjects(first)).containsExactly("2", "3");
        assertThat(subjects(journal.after(first.position(), ALL, 2))).containsExactly("4", "5");
    }

    @Test
    void stationsDoNotPushOutWhatElseHappened() {
        journal.add("kind", "a", "text");
        for (int i = 0; i <= EventJournal.KEPT; i++) {
            journal.station("learned", "" + i, "text");
        }
        Part operations = journal.after(0, Set.of(Ring.OPERATION), 10);
        assertThat(subjects(operations)).containsExactly("a");
        assertThat(operations.isGap()).isFalse();
        assertThat(journal.after(0, ALL, 10_000).isGap()).isTrue();
        assertThat(journal.after(0, ALL, 10_000).entries()).hasSize(1 + EventJournal.KEPT);
        assertThat(journal.after(2, ALL, 10_000).isGap()).isFalse();
    }
}
