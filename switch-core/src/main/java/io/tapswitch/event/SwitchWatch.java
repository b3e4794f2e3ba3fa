package io.tapswitch.event;

import io.tapswitch.FdbEvent;
import io.tapswitch.SwitchEvent;
import io.tapswitch.SwitchService;
import io.tapswitch.VtepEvent;
import io.tapswitch.bridge.Bridge;
import io.tapswitch.bridge.ForwardingTable.Change;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.RemoteVtep;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes in the journal what becomes of a switch: by listening to it, and by looking at its counters once a second, on a
 * thread of its own. It is made before the switch starts.
 */
public final class SwitchWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SwitchWatch.class);
    private static final long LOOK_MILLIS = 1000;

    private final EventJournal journal;
    private final DuplicateWatch duplicates = new DuplicateWatch();
    private final StormWatch storms;
    private final LimitWatch limits;
    private final Map<String, RemoteVtep> vteps = new HashMap<>();
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "tapswitch-watch"));

    public SwitchWatch(SwitchService service, EventJournal journal) {
        this.journal = journal;
        storms = new StormWatch(journal);
        limits = new LimitWatch(journal);
        service.switchEvents().listen(this::noted);
        service.events().listen(event -> noted(event, System.nanoTime()));
        service.vtepEvents().listen(this::noted);
        thread.scheduleWithFixedDelay(
                () -> look(service, System.nanoTime()), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void noted(SwitchEvent event) {
        if (event.kind() == SwitchEvent.Kind.PORT_REMOVED) {
            vteps.remove(event.subject());
        }
        journal.add(event.kind().label(), event.subject(), event.text());
    }

    private void noted(FdbEvent event, long nowNanos) {
        String mac = MacAddress.format(event.mac());
        journal.station(event.change().name().toLowerCase(Locale.ROOT), mac, event.toString());
        if (event.change() == Change.EVICTED) {
            limits.evicted(event.network());
        } else if (event.change() == Change.MOVED) {
            moved(event, mac, nowNanos);
        }
    }

    private void moved(FdbEvent event, String mac, long nowNanos) {
        if (event.vtep() != null) {
            duplicates.forget(event.network(), event.mac());
        } else if (duplicates.moved(event.network(), event.mac(), nowNanos)) {
            journal.add(
                    "duplicate-address",
                    mac,
                    "network " + event.network() + ": " + mac + " moved " + DuplicateWatch.MOVES
                            + " times within 3 minutes, last to port " + event.port()
                            + ": most likely it is there twice, or there is a loop");
        }
    }

    /** Like the above always under the lock of the switch. */
    private void noted(VtepEvent event) {
        RemoteVtep now = event.remote();
        RemoteVtep before = vteps.put(event.port(), now);
        if (now.state().equals("unknown")) {
            // VTEPs other than TapSwitch are never anything else.
            return;
        }
        if (before == null
                || !before.state().equals(now.state())
                || !before.address().equals(now.address())) {
            journal.add("vtep-" + now.state(), now.address(), event.toString());
        } else if (before.pathMtu() != now.pathMtu()) {
            journal.add("vtep-mtu", now.address(), event + " (before: " + before.pathMtu() + ")");
        } else {
            journal.add("vtep-changed", now.address(), event + ", by secret " + now.secret());
        }
    }

    private void look(SwitchService service, long nowNanos) {
        try {
            storms.look(service::forEachPort, nowNanos);
            Map<String, LimitWatch.Table> tables = new HashMap<>();
            for (Bridge bridge : service.bridges()) {
                tables.put(
                        bridge.name(),
                        new LimitWatch.Table(
                                bridge.table().learned(), bridge.settings().maxLearned()));
            }
            limits.look(tables, nowNanos);
        } catch (RuntimeException e) {
            LOG.error("the switch could not be looked at; this goes on", e);
        }
    }

    /** Looks no more. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
