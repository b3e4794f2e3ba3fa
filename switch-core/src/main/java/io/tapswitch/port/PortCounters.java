package io.tapswitch.port;

import io.tapswitch.port.DropReason.Side;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.EnumMap;
import java.util.Map;

/**
 * The counters of one port: frames and bytes each way, outcomes, and drops by reason.
 *
 * <p>Each event loop writes its own row, so that counting needs neither a lock nor an atomic instruction; a reader adds
 * the rows up and sees each count at most a moment late.
 */
public final class PortCounters {
    /** A frame came in from the far side. */
    public static final int RX_FRAMES = 0;

    /** Its bytes, from destination address to end of payload. */
    public static final int RX_BYTES = 1;

    /** A frame went out to the far side. */
    public static final int TX_FRAMES = 2;

    /** Its bytes. */
    public static final int TX_BYTES = 3;

    /** A frame from this port left by one port that its destination is behind. */
    public static final int FORWARDED = 4;

    /** A frame from this port left by every port that takes such frames, at least one. */
    public static final int FLOODED = 5;

    /** A request from this port was answered by the switch in the name of another station, and went nowhere. */
    public static final int SUPPRESSED = 6;

    private static final int FIRST_DROP = 7;
    private static final DropReason[] REASONS = DropReason.values();
    /** Longs between the rows of two loops: no two of them share a cache line, nor an adjacent pair of lines. */
    private static final int PADDING = 16;

    /** Which reason was counted last: its ordinal and 1, or 0 since that was forgotten. */
    private static final int LAST_DROP = FIRST_DROP + REASONS.length;

    private static final int ROW = LAST_DROP + 1 + PADDING;
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] cells;

    /** @param loops how many event loops the switch has */
    public PortCounters(int loops) {
        cells = new long[PADDING + ROW * loops];
    }

    /** Adds to one of the constants of this class. Only on the loop with that index. */
    public void add(int loop, int counter, long amount) {
        int cell = PADDING + ROW * loop + counter;
        CELL.setOpaque(cells, cell, (long) CELL.getOpaque(cells, cell) + amount);
    }

    /** Counts a frame and its bytes. Only on the loop with that index. */
    public void received(int loop, int bytes) {
        add(loop, RX_FRAMES, 1);
        add(loop, RX_BYTES, bytes);
    }

    /** Counts a frame and its bytes. Only on the loop with that index. */
    public void transmitted(int loop, int bytes) {
        add(loop, TX_FRAMES, 1);
        add(loop, TX_BYTES, bytes);
    }

    /** Counts a drop. Only on the loop with that index. */
    public void dropped(int loop, DropReason reason) {
        dropped(loop, reason, 1);
    }

    /** Counts several drops. Only on the loop with that index. */
    public void dropped(int loop, DropReason reason, long frames) {
        add(loop, FIRST_DROP + reason.ordinal(), frames);
        CELL.setOpaque(cells, PADDING + ROW * loop + LAST_DROP, reason.ordinal() + 1L);
    }

    /** Has {@link #lastDrop} know of later drops only. Only on the loop with that index. */
    public void forgetLastDrop(int loop) {
        CELL.setOpaque(cells, PADDING + ROW * loop + LAST_DROP, 0L);
    }

    /**
     * The reason that was counted last on a loop, so that whoever watches one frame learns what became of it. Only on the
     * loop with that index.
     *
     * @return null if there was none since {@link #forgetLastDrop}, or it is of the other side
     */
    public DropReason lastDrop(int loop, Side side) {
        int last = (int) (long) CELL.getOpaque(cells, PADDING + ROW * loop + LAST_DROP);
        DropReason reason = last == 0 ? null : REASONS[last - 1];
        return reason != null && reason.side() == side ? reason : null;
    }

    /** The sum over all loops of one of the constants of this class. Any thread. */
    public long sum(int counter) {
        long sum = 0;
        for (int cell = PADDING + counter; cell < cells.length; cell += ROW) {
            sum += (long) CELL.getOpaque(cells, cell);
        }
        return sum;
    }

    /** What one loop has counted under one of the constants of this class. Only on that loop is it the present moment's. */
    public long of(int loop, int counter) {
        return (long) CELL.getOpaque(cells, PADDING + ROW * loop + counter);
    }

    /** The same for a reason. */
    public long drops(int loop, DropReason reason) {
        return of(loop, FIRST_DROP + reason.ordinal());
    }

    /** How many frames, or copies, a reason ended here. Any thread. */
    public long drops(DropReason reason) {
        return sum(FIRST_DROP + reason.ordinal());
    }

    /** The sum of all reasons of one side. Any thread. */
    public long drops(Side side) {
        long sum = 0;
        for (DropReason reason : REASONS) {
            sum += reason.side() == side ? drops(reason) : 0;
        }
        return sum;
    }

    /** The reasons that occurred, with their counts, in the order of the enum. Any thread. */
    public Map<DropReason, Long> drops() {
        Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
        for (DropReason reason : REASONS) {
            if (drops(reason) != 0) {
                drops.put(reason, drops(reason));
            }
        }
        return drops;
    }
}
