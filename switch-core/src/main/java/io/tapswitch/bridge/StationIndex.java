package io.tapswitch.bridge;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/**
 * A hash index of {@link FdbEntry}s by MAC address: any number of readers without a lock, one writer at a time (the
 * {@link ForwardingTable} holds its lock).
 *
 * <p>Open addressing with linear probing, split into {@value #SEGMENTS} small segments, so that growing moves a few
 * thousand references at most and never stalls an event loop for the whole table. Removal shifts later entries back
 * instead of leaving tombstones: each step copies an entry to an earlier slot before its old slot is reused, so at any
 * moment every entry can be found, also while the writer stands still between two steps. A reader that misses while
 * steps happen sees it by the segment's count of steps and looks again, a bounded number of times. Giving up would take
 * a step during each look, and means "unknown": the frame floods once, as it would a moment earlier.
 *
 * <p>The hash multiplies twice by random odd numbers of the index's own, so that a guest cannot choose colliding
 * addresses. Once would not do: one table in a few hundred would crowd addresses that follow each other.
 */
final class StationIndex<P> {
    /** How many segments there are. */
    static final int SEGMENTS = 256;

    private static final int SEGMENT_SHIFT = 64 - 8;
    private static final int SMALLEST = 4;
    private static final int ATTEMPTS = 64;
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(FdbEntry[].class);

    private static final class Segment<P> {
        /** Counts the steps by which entries shift; goes up before each of them. */
        volatile int steps;

        volatile FdbEntry<P>[] slots = newSlots(SMALLEST);
        int size;
    }

    private final long multiplier;
    private final long secondMultiplier;
    private final AtomicReferenceArray<Segment<P>> segments = new AtomicReferenceArray<>(SEGMENTS);
    private volatile int size;

    StationIndex() {
        this(new SplittableRandom());
    }

    StationIndex(SplittableRandom random) {
        multiplier = random.nextLong() | 1;
        secondMultiplier = random.nextLong() | 1;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <P> FdbEntry<P>[] newSlots(int length) {
        return new FdbEntry[length];
    }

    int size() {
        return size;
    }

    /** The entry of an address, null if there is none. Any thread. */
    FdbEntry<P> get(long mac) {
        long hash = hash(mac);
        Segment<P> segment = segments.getAcquire((int) (hash >>> SEGMENT_SHIFT));
        if (segment == null) {
            return null;
        }
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int steps = segment.steps;
            FdbEntry<P> entry = probe(segment.slots, hash, mac);
            if (entry != null) {
                return entry;
            }
            VarHandle.acquireFence();
            if (segment.steps == steps) {
                return null;
            }
            Thread.onSpinWait();
        }
        return null;
    }

    /** The segment's number in the highest eight bits, the slot within it right below. */
    long hash(long mac) {
        long product = mac * multiplier;
        return (product ^ product >>> 32) * secondMultiplier;
    }

    @SuppressWarnings("unchecked")
    private static <P> FdbEntry<P> probe(FdbEntry<P>[] slots, long hash, long mac) {
        int mask = slots.length - 1;
        int at = slot(hash, mask);
        // Bounded by the length: while entries shift, a reader may see no free slot.
        for (int probes = 0; probes <= mask; probes++) {
            FdbEntry<P> entry = (FdbEntry<P>) SLOT.getAcquire(slots, at);
            if (entry == null || entry.mac == mac) {
                return entry;
            }
            at = (at + 1) & mask;
        }
        return null;
    }

    /** The bits right below the segment's: high bits of the product depend on every bit of the address. */
    private static int slot(long hash, int mask) {
        return (int) ((hash << 64 - SEGMENT_SHIFT) >>> Long.numberOfLeadingZeros(mask));
    }

    /** Adds an entry whose address is not in the index. The writer only. */
    void add(FdbEntry<P> entry) {
        long hash = hash(entry.mac);
        int number = (int) (hash >>> SEGMENT_SHIFT);
        Segment<P> segment = segments.getPlain(number);
        if (segment == null) {
            segment = new Segment<>();
            segments.setRelease(number, segment);
        }
        if (2 * (segment.size + 1) > segment.slots.length) {
            resize(segment, segment.slots.length * 2);
        }
        insert(segment.slots, entry, hash);
        segment.size++;
        size++;
    }

    /** Takes out an entry that is in the index. The writer only. */
    void remove(FdbEntry<P> entry) {
        Segment<P> segment = segments.getPlain((int) (hash(entry.mac) >>> SEGMENT_SHIFT));
        FdbEntry<P>[] slots = segment.slots;
        int mask = slots.length - 1;
        int hole = slot(hash(entry.mac), mask);
        while (slots[hole] != entry) {
            hole = (hole + 1) & mask;
        }
        shiftBack(segment, hole, mask);
        segment.size--;
        size--;
        if (slots.length > SMALLEST && 8 * segment.size < slots.length) {
            resize(segment, slots.length / 2);
        }
    }

    private void shiftBack(Segment<P> segment, int from, int mask) {
        FdbEntry<P>[] slots = segment.slots;
        int hole = from;
        for (int at = (hole + 1) & mask; slots[at] != null; at = (at + 1) & mask) {
            int home = slot(hash(slots[at].mac), mask);
            boolean mayMove = ((at - home) & mask) >= ((at - hole) & mask);
            if (mayMove) {
                step(segment, slots, hole, slots[at]);
                hole = at;
            }
        }
        step(segment, slots, hole, null);
    }

    private static <P> void step(Segment<P> segment, FdbEntry<P>[] slots, int at, FdbEntry<P> entry) {
        segment.steps++;
        SLOT.setRelease(slots, at, entry);
    }

    private void resize(Segment<P> segment, int length) {
        FdbEntry<P>[] slots = newSlots(length);
        for (FdbEntry<P> entry : segment.slots) {
            if (entry != null) {
                insert(slots, entry, hash(entry.mac));
            }
        }
        segment.slots = slots;
    }

    private static <P> void insert(FdbEntry<P>[] slots, FdbEntry<P> entry, long hash) {
        int mask = slots.length - 1;
        int at = slot(hash, mask);
        while (slots[at] != null) {
            at = (at + 1) & mask;
        }
        SLOT.setRelease(slots, at, entry);
    }

    /**
     * Shows the entries of one segment, each once. Only where no writer is at work: a shift would hide some.
     *
     * @param number from 0 to {@link #SEGMENTS}, exclusive
     */
    void forEach(int number, Consumer<FdbEntry<P>> action) {
        Segment<P> segment = segments.getPlain(number);
        if (segment == null) {
            return;
        }
        for (FdbEntry<P> entry : segment.slots) {
            if (entry != null) {
                action.accept(entry);
            }
        }
    }
}
