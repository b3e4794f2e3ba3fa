package io.tapswitch.bridge;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/**
 * A hash index of {@link Binding}s by IP address: any number of readers without a lock, one writer at a time (the {@link
 * NeighbourTable} holds its lock).
 *
 * <p>Chained, and split into {@value #SEGMENTS} segments, so that growing copies a few hundred references at most. The
 * links of a chain never change: a writer puts a new chain in place of the old one, and a new segment in place of one that
 * has become too small or too large. So at any moment every binding can be found, also by a reader that still goes along
 * what was replaced.
 *
 * <p>The hash multiplies by random odd numbers of the index's own, so that a guest cannot choose colliding addresses.
 */
final class NeighbourIndex {
    /** How many segments there are. */
    static final int SEGMENTS = 256;

    private static final int SEGMENT_SHIFT = 64 - 8;
    private static final int SMALLEST = 4;

    private record Link(Binding binding, Link next) {}

    private static final class Segment {
        final AtomicReferenceArray<Link> chains;
        int size;

        Segment(int length) {
            chains = new AtomicReferenceArray<>(length);
        }

        int chain(long hash) {
            return (int) ((hash << 64 - SEGMENT_SHIFT) >>> Long.numberOfLeadingZeros(chains.length() - 1));
        }

        void add(Binding binding, long hash) {
            int chain = chain(hash);
            chains.setRelease(chain, new Link(binding, chains.getPlain(chain)));
            size++;
        }

        void remove(Binding binding, long hash) {
            int chain = chain(hash);
            Link rest = null;
            for (Link link = chains.getPlain(chain); link != null; link = link.next) {
                rest = link.binding == binding ? rest : new Link(link.binding, rest);
            }
            chains.setRelease(chain, rest);
            size--;
        }

        void forEach(Consumer<Binding> action) {
            for (int chain = 0; chain < chains.length(); chain++) {
                for (Link link = chains.getAcquire(chain); link != null; link = link.next) {
                    action.accept(link.binding);
                }
            }
        }
    }

    private final long multiplier;
    private final long secondMultiplier;
    private final long lastMultiplier;
    private final AtomicReferenceArray<Segment> segments = new AtomicReferenceArray<>(SEGMENTS);

    NeighbourIndex() {
        SplittableRandom random = new SplittableRandom();
        multiplier = random.nextLong() | 1;
        secondMultiplier = random.nextLong() | 1;
        lastMultiplier = random.nextLong() | 1;
    }

    /** The segment's number in the highest eight bits, the chain within it right below. */
    private long hash(long high, long low) {
        long product = high * multiplier;
        product = ((product ^ product >>> 32) + low) * secondMultiplier;
        return (product ^ product >>> 32) * lastMultiplier;
    }

    /** The binding of an address, null if there is none. Any thread. */
    Binding get(long high, long low) {
        long hash = hash(high, low);
        Segment segment = segments.getAcquire((int) (hash >>> SEGMENT_SHIFT));
        if (segment == null) {
            return null;
        }
        for (Link link = segment.chains.getAcquire(segment.chain(hash)); link != null; link = link.next) {
            if (link.binding.low == low && link.binding.high == high) {
                return link.binding;
            }
        }
        return null;
    }

    /** Adds a binding whose address is not in the index. The writer only. */
    void add(Binding binding) {
        long hash = hash(binding.high, binding.low);
        int number = (int) (hash >>> SEGMENT_SHIFT);
        Segment segment = segments.getPlain(number);
        int length = segment == null ? 0 : segment.chains.length();
        if (segment == null || segment.size == length) {
            segment = resized(number, segment, Math.max(SMALLEST, 2 * length));
        }
        segment.add(binding, hash);
    }

    /** Takes out a binding that is in the index. The writer only. */
    void remove(Binding binding) {
        long hash = hash(binding.high, binding.low);
        int number = (int) (hash >>> SEGMENT_SHIFT);
        Segment segment = segments.getPlain(number);
        segment.remove(binding, hash);
        int length = segment.chains.length();
        if (length > SMALLEST && 4 * segment.size < length) {
            resized(number, segment, length / 2);
        }
    }

    private Segment resized(int number, Segment before, int length) {
        Segment segment = new Segment(length);
        if (before != null) {
            before.forEach(binding -> segment.add(binding, hash(binding.high, binding.low)));
        }
        segments.setRelease(number, segment);
        return segment;
    }

    /**
     * Shows the bindings of one segment, each once.
     *
     * @param number from 0 to {@link #SEGMENTS}, exclusive
     */
    void forEach(int number, Consumer<Binding> action) {
        Segment segment = segments.getAcquire(number);
        if (segment != null) {
            segment.forEach(action);
        }
    }
}
