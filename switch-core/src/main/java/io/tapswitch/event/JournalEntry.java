package io.tapswitch.event;

import io.tapswitch.overlay.HostEvent;

/**
 * An event with its place in the journal.
 *
 * @param sequence from 1, without gaps over all events of the journal
 * @param by who caused it; null if that was nobody, or is not known
 */
public record JournalEntry(long sequence, HostEvent event, String by) {}
