package io.tapswitch.api.metrics;

import io.tapswitch.LoopLag;
import io.tapswitch.SwitchService;
import io.tapswitch.bridge.Bridge;
import io.tapswitch.capture.Captures;
import io.tapswitch.event.EventJournal;
import io.tapswitch.overlay.ClusterState;
import io.tapswitch.overlay.OverlayDirectory;
import io.tapswitch.overlay.RemoteHost;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What there is to say of the switch as a whole: its networks, its event loops, its cluster. */
final class SwitchFamilies {
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final String NETWORK = "network";
    private static final String LOOP = "loop";

    private SwitchFamilies() {}

    static Collection<Family> of(
            SwitchService service, Captures captures, OverlayDirectory directory, EventJournal events) {
        List<Family> families = new ArrayList<>(networks(service));
        families.addAll(loops(service.loopLag()));
        families.addAll(captures(captures.totals()));
        Family lost = Family.counter(
                "tapswitch_fdb_events_lost", "Changes of forwarding tables that events and cluster did not hear of");
        lost.add(service.events().lost());
        families.add(lost);
        Family told = Family.counter("tapswitch_events", "Events in the journal since the start");
        told.add(events.last());
        families.add(told);
        directory.cluster().ifPresent(cluster -> families.addAll(cluster(cluster, directory.hosts())));
        return families;
    }

    private static Collection<Family> networks(SwitchService service) {
        Family entries = Family.gauge(
                "tapswitch_fdb_entries",
                "Stations in a forwarding table: learned ones, which count against the limit, and others",
                NETWORK,
                "type");
        Family limit = Family.gauge(
                "tapswitch_fdb_learned_limit", "How many stations a network may learn (maxLearned)", NETWORK);
        for (Bridge bridge : service.bridges()) {
            int learned = bridge.table().learned();
            entries.add(learned, bridge.name(), "learned");
            entries.add(Math.max(0, bridge.table().size() - learned), bridge.name(), "other");
            limit.add(bridge.settings().maxLearned(), bridge.name());
        }
        return List.of(entries, limit);
    }

    private static Collection<Family> loops(List<LoopLag.Reading> readings) {
        Family last = Family.gauge(
                "tapswitch_loop_lag_seconds", "How late an event loop that carries frames came to its last task", LOOP);
        Family most = Family.gauge("tapswitch_loop_lag_max_seconds", "The same, the most since the start", LOOP);
        Family silence = Family.gauge(
                "tapswitch_loop_silence_seconds", "Since an event loop came to its last task; grows if it hangs", LOOP);
        for (LoopLag.Reading reading : readings) {
            String loop = Integer.toString(reading.loop());
            last.add(reading.lastNanos() / NANOS, loop);
            most.add(reading.maxNanos() / NANOS, loop);
            silence.add(reading.silentNanos() / NANOS, loop);
        }
        return List.of(last, most, silence);
    }

    private static Collection<Family> captures(Captures.Totals totals) {
        Family sessions = Family.gauge("tapswitch_capture_sessions", "Captures that run now");
        sessions.add(totals.open());
        Family frames = Family.counter("tapswitch_capture_frames", "Frames that captures gave to their readers");
        frames.add(totals.frames());
        Family lost = Family.counter(
                "tapswitch_capture_lost_frames", "Frames that captures lost, as their readers were too slow");
        lost.add(totals.lost());
        return List.of(sessions, frames, lost);
    }

    private static Collection<Family> cluster(ClusterState cluster, List<RemoteHost> hosts) {
        List<Family> families = new ArrayList<>();
        families.add(one(
                "joined",
                "Whether the directory can be reached",
                cluster.state().equals("joined") ? 1 : 0));
        families.add(one("members", "Members that carry the directory", cluster.members()));
        families.add(one("hosts", "Other hosts that are known", cluster.hosts()));
        families.add(one("stations", "Stations that are known behind other hosts", cluster.stations()));
        families.add(one("published", "Stations that this host has told the others of", cluster.published()));
        families.add(one(
                "conflicts", "What hosts do not agree on", cluster.conflicts().size()));
        Family refused =
                Family.counter("tapswitch_cluster_refused_records", "Records that were not taken, by reason", "reason");
        cluster.refused().forEach((reason, count) -> refused.add(count, reason));
        families.add(refused);
        Family up = Family.gauge("tapswitch_cluster_host_up", "Whether another host is heard", "host");
        hosts.forEach(host -> up.add(host.state().equals("up") ? 1 : 0, host.name()));
        families.add(up);
        return families;
    }

    private static Family one(String name, String help, double value) {
        Family family = Family.gauge("tapswitch_cluster_" + name, help);
        family.add(value);
        return family;
    }
}
