package io.tapswitch.vxlan;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A VTEP of the {@link SimulatedUnderlay}: a monitor for each other one, and a record of what they told. */
final class SimulatedVtep {
    private final SimulatedUnderlay underlay;
    private final int id;
    private final KeepaliveSettings settings;
    private final ControlTag tag;
    private final Random random;
    private final Map<SimulatedVtep, PeerMonitor> monitors = new LinkedHashMap<>();
    private final List<Change> changes = new ArrayList<>();
    private byte[] session;
    private boolean stopped;

    /** What a monitor told, and when, in milliseconds. */
    record Change(long at, SimulatedVtep peer, Object value) {}

    SimulatedVtep(SimulatedUnderlay underlay, int id, KeepaliveSettings settings, ControlTag tag, long seed) {
        this.underlay = underlay;
        this.id = id;
        this.settings = settings;
        this.tag = tag;
        random = new Random(seed);
        session = newSession();
    }

    private byte[] newSession() {
        byte[] bytes = new byte[SessionId.LENGTH];
        random.nextBytes(bytes);
        return bytes;
    }

    int id() {
        return id;
    }

    String session() {
        return HexFormat.of().formatHex(session);
    }

    void watch(SimulatedVtep peer) {
        monitors.put(peer, monitor(peer));
    }

    private PeerMonitor monitor(SimulatedVtep peer) {
        return new PeerMonitor(settings, false, session, tag, random::nextLong, new PeerMonitor.Listener() {
            @Override
            public void stateChanged(PeerState state) {
                changes.add(new Change(underlay.elapsedMillis(), peer, state));
            }

            @Override
            public void pathMtuChanged(int pathMtu) {
                changes.add(new Change(underlay.elapsedMillis(), peer, pathMtu));
            }

            @Override
            public void sessionChanged(byte[] of) {
                changes.add(new Change(
                        underlay.elapsedMillis(), peer, HexFormat.of().formatHex(of)));
            }
        });
    }

    /** Ends: nothing is sent, and what comes is lost. */
    void stop() {
        stopped = true;
    }

    /** Goes on where it was. */
    void resume() {
        stopped = false;
    }

    /** Starts anew, with another session and no memory. */
    void restart() {
        stopped = false;
        session = newSession();
        monitors.replaceAll((peer, old) -> monitor(peer));
    }

    void tick() {
        if (!stopped) {
            monitors.forEach((peer, monitor) ->
                    monitor.tick(underlay.nowNanos(), underlay.direction(this, peer).kernelMtu, sender(peer)));
        }
    }

    private PeerMonitor.Sender sender(SimulatedVtep peer) {
        return (datagram, length) -> {
            byte[] bytes = new byte[length];
            datagram.get(0, bytes);
            return underlay.send(this, peer, bytes);
        };
    }

    /** Takes a datagram, of which the sender's address says that it comes from a peer. */
    ControlOutcome receive(SimulatedVtep from, byte[] datagram) {
        if (stopped) {
            return null;
        }
        ByteBuffer buffer = ByteBuffer.allocate(datagram.length + 10).put(5, datagram);
        return monitors.get(from).received(buffer, 5, datagram.length, underlay.nowNanos(), sender(from));
    }

    PeerMonitor of(SimulatedVtep peer) {
        return monitors.get(peer);
    }

    PeerFigures figures(SimulatedVtep peer) {
        return of(peer).figures(underlay.nowNanos());
    }

    PeerState state(SimulatedVtep peer) {
        return of(peer).state();
    }

    int pathMtu(SimulatedVtep peer) {
        return of(peer).pathMtu();
    }

    /** What a monitor told of states, path MTUs or sessions. */
    <T> List<T> told(SimulatedVtep peer, Class<T> kind) {
        return changes.stream()
                .filter(change -> change.peer == peer && kind.isInstance(change.value))
                .map(change -> kind.cast(change.value))
                .toList();
    }

    /** When that was told last, in milliseconds since the start. */
    long toldAt(SimulatedVtep peer, Object value) {
        return changes.stream()
                .filter(change -> change.peer == peer && change.value.equals(value))
                .mapToLong(Change::at)
                .max()
                .orElseThrow();
    }
}
