/**
 * What happened, for people and programs: {@link io.tapswitch.event.EventJournal} numbers events and keeps the last of
 * them; {@link io.tapswitch.event.SwitchWatch} puts in what becomes of this host's switch. Others put in what they know.
 *
 * <p>Nothing here is on the frame path: what frames cause is read from counters once a second, or comes by
 * {@link io.tapswitch.FdbEvents}.
 */
package io.tapswitch.event;
