package io.tapswitch.doctor;

import io.tapswitch.FdbEvent;
import io.tapswitch.bridge.ForwardingTable.Change;
import io.tapswitch.doctor.SwitchState.Roaming;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Remembers which stations move from port to port again and again: two machines with one address, or a loop. Keeps
 * the last {@value #STATIONS} stations that moved, and of each the last {@value #MOVES} moves.
 *
 * <p>Told on the thread of events, asked on any.
 */
public final class MoveWatch implements Consumer<FdbEvent> {
    /** Moves that are longer ago do not count. */
    static final Duration WINDOW = Duration.ofMinutes(3);

    /** A machine that is moved, or a pair that fails over, does not move so often. */
    static final int SUSPICIOUS = 5;

    private static final int STATIONS = 1024;
    private static final int MOVES = 16;

    private record Station(String network, long mac) {}

    private record Move(String to, long nanos) {}

    private final LongSupplier clock;

    /** Those that moved last at the end. */
    private final Map<Station, Deque<Move>> moves = new LinkedHashMap<>();

    /** @param clock gives nanoseconds, as {@link System#nanoTime} does */
    public MoveWatch(LongSupplier clock) {
        this.clock = clock;
    }

    @Override
    public synchronized void accept(FdbEvent event) {
        if (event.change() != Change.MOVED) {
            return;
        }
        Station station = new Station(event.network(), event.mac());
        Deque<Move> earlier = moves.remove(station);
        Deque<Move> all = earlier == null ? new ArrayDeque<>() : earlier;
        all.addLast(new Move(event.port(), clock.getAsLong()));
        if (all.size() > MOVES) {
            all.removeFirst();
        }
        moves.put(station, all);
        if (moves.size() > STATIONS) {
            moves.remove(moves.keySet().iterator().next());
        }
    }

    /** The stations that moved {@value #SUSPICIOUS} times or more of late. Any thread. */
    public synchronized List<Roaming> roaming() {
        long since = clock.getAsLong() - WINDOW.toNanos();
        moves.values().forEach(all -> all.removeIf(move -> move.nanos() - since < 0));
        moves.values().removeIf(Deque::isEmpty);
        return moves.entrySet().stream()
                .filter(station -> station.getValue().size() >= SUSPICIOUS)
                .map(station -> roaming(station.getKey(), station.getValue()))
                .toList();
    }

    private static Roaming roaming(Station station, Deque<Move> moves) {
        List<String> ports = moves.stream().map(Move::to).distinct().sorted().toList();
        return new Roaming(station.network(), station.mac(), moves.size(), ports);
    }
}
