package io.tapswitch.vxlan;

import io.tapswitch.linux.Errno;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A network between VTEPs, with a clock of its own: each direction of each pair has a delay, a loss and an MTU, and can be
 * cut. The clock starts shortly before {@link System#nanoTime}'s numbers wrap round.
 */
final class SimulatedUnderlay {
    private static final long ORIGIN = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(2);

    private final Random random;
    private final Map<Long, Direction> directions = new HashMap<>();
    private final List<SimulatedVtep> vteps = new ArrayList<>();
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
    private long elapsedNanos;
    private long count;

    /** What happens at a time since the start; what was planned first comes first. */
    private record Event(long at, long number, Runnable action) {}

    /** From one VTEP to another. */
    static final class Direction {
        double loss;
        long delayNanos = TimeUnit.MICROSECONDS.toNanos(200);
        long jitterNanos;
        boolean cut;
        /** What the sender's kernel believes. */
        int kernelMtu = 1500;
        /** What passes without a word to the sender. */
        int mtu = 65535;

        int datagrams;
        int refused;
    }

    SimulatedUnderlay(long seed) {
        random = new Random(seed);
    }

    SimulatedVtep vtep(KeepaliveSettings settings, ControlTag tag) {
        SimulatedVtep vtep = new SimulatedVtep(this, vteps.size(), settings, tag, random.nextLong());
        for (SimulatedVtep other : vteps) {
            other.watch(vtep);
            vtep.watch(other);
        }
        vteps.add(vtep);
        turn(vtep, random.nextInt(100_000_000));
        return vtep;
    }

    SimulatedVtep vtep() {
        return vtep(KeepaliveSettings.DEFAULTS, ControlTag.NONE);
    }

    private void turn(SimulatedVtep vtep, long afterNanos) {
        after(afterNanos, () -> {
            vtep.tick();
            turn(vtep, TimeUnit.MILLISECONDS.toNanos(99) + random.nextInt(4_000_000));
        });
    }

    Direction direction(SimulatedVtep from, SimulatedVtep to) {
        return directions.computeIfAbsent((long) from.id() << 32 | to.id(), pair -> new Direction());
    }

    List<Direction> between(SimulatedVtep one, SimulatedVtep other) {
        return List.of(direction(one, other), direction(other, one));
    }

    /** The clock that the VTEPs see. */
    long nowNanos() {
        return ORIGIN + elapsedNanos;
    }

    long elapsedMillis() {
        return TimeUnit.NANOSECONDS.toMillis(elapsedNanos);
    }

    void after(long nanos, Runnable action) {
        events.add(new Event(elapsedNanos + nanos, count++, action));
    }

    void run(double seconds) {
        long end = elapsedNanos + Math.round(seconds * 1e9);
        while (!events.isEmpty() && events.peek().at() <= end) {
            Event event = events.remove();
            elapsedNanos = event.at();
            event.action().run();
        }
        elapsedNanos = end;
    }

    /** Sends UDP payload by IPv4. */
    int send(SimulatedVtep from, SimulatedVtep to, byte[] datagram) {
        Direction way = direction(from, to);
        if (datagram.length + 28 > way.kernelMtu) {
            way.refused++;
            return Errno.EMSGSIZE;
        }
        way.datagrams++;
        if (!way.cut && datagram.length + 28 <= way.mtu && random.nextDouble() >= way.loss) {
            long jitter = way.jitterNanos == 0 ? 0 : random.nextLong(way.jitterNanos);
            after(way.delayNanos + jitter, () -> to.receive(from, datagram));
        }
        return 0;
    }
}
