package io.tapswitch.capture;

import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.FrameWatch;
import io.tapswitch.frame.Frame;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * One capture: sees frames on every event loop, and gives them to one reader as a pcapng file, block by block.
 *
 * <p>Each frame has the time at which its loop read it, the port that it came in or left by as its interface, its direction
 * in {@code epb_flags}, and the reason in a comment if it was dropped: {@code drop: locked - the port is locked ...}. Frames
 * that the reader left no room for are in {@code epb_dropcount} of the next one, and in the statistics at the end. Large
 * frames are as they crossed the switch; an open checksum is not complete.
 */
public final class CaptureSession implements FrameWatch, AutoCloseable {
    /** Enough for a few of the longest frames. */
    private static final int LEAST_RING = 1 << 19;

    private static final int MOST_RING = 1 << 22;

    /** For all loops together, where there are many. */
    private static final int SESSION_BYTES = 1 << 24;

    private final CaptureSettings settings;
    private final FrameRing[] rings;
    private final FrameFilter.Scratch[] scratch;
    private final CaptureFile file;
    private final Runnable onClose;
    private final long endNanos;
    private final boolean endless;
    private volatile String over;
    private volatile boolean closed;

    /**
     * @param application that is named in the file, with its version
     * @param subject what is captured, such as the port's name: the first interface in the file
     * @param loops how many event loops carry frames
     * @param onClose run once, when nobody is to see frames any more
     */
    CaptureSession(CaptureSettings settings, String application, String subject, int loops, Runnable onClose) {
        this(settings, application, subject, loops, ringBytes(loops), false, onClose);
    }

    /** One that time alone does not end. */
    static CaptureSession endless(CaptureSettings settings, String application, String subject, int loops) {
        return new CaptureSession(settings, application, subject, loops, ringBytes(loops), true, () -> {});
    }

    /** The same with rings of another size, a power of two. */
    CaptureSession(
            CaptureSettings settings,
            String application,
            String subject,
            int loops,
            int ringBytes,
            boolean endless,
            Runnable onClose) {
        this.settings = settings;
        this.endless = endless;
        this.onClose = onClose;
        rings = IntStream.range(0, loops)
                .mapToObj(i -> new FrameRing(ringBytes))
                .toArray(FrameRing[]::new);
        scratch = IntStream.range(0, loops)
                .mapToObj(i -> new FrameFilter.Scratch())
                .toArray(FrameFilter.Scratch[]::new);
        file = new CaptureFile(settings, application, subject, rings, !endless);
        endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(settings.seconds());
    }

    private static int ringBytes(int loops) {
        return Math.max(LEAST_RING, Math.min(MOST_RING, Integer.highestOneBit(SESSION_BYTES / loops)));
    }

    @Override
    public void arrived(BridgePort port, Frame frame, Burst burst) {
        begin(port, FrameRing.INGRESS, frame, burst);
    }

    @Override
    public void decided(BridgePort port, DropReason reason, Burst burst) {
        end(reason, burst);
    }

    @Override
    public void leaving(BridgePort port, Frame frame, Burst burst) {
        begin(port, FrameRing.EGRESS, frame, burst);
    }

    @Override
    public void left(BridgePort port, DropReason reason, Burst burst) {
        end(reason, burst);
    }

    private void begin(BridgePort port, byte direction, Frame frame, Burst burst) {
        FrameRing ring = rings[burst.loop()];
        if (isOpen(burst) && isWanted(direction, frame, burst)) {
            ring.begin(port.name(), direction, frame, settings.snapLength(), burst.nowNanos());
        } else {
            ring.skip();
        }
    }

    /** Whether frames are still taken: not beyond the end, or a reader that is slower than they come would never reach it. */
    private boolean isOpen(Burst burst) {
        return !closed && over == null && (endless || burst.nowNanos() - endNanos < 0);
    }

    private boolean isWanted(byte direction, Frame frame, Burst burst) {
        FrameFilter filter = settings.filter();
        return settings.direction().includes(direction == FrameRing.INGRESS)
                && (filter == null || filter.matches(frame, scratch[burst.loop()]));
    }

    private void end(DropReason reason, Burst burst) {
        boolean fits = settings.reason() == null || settings.reason() == reason;
        rings[burst.loop()].end(reason, !settings.dropped() || reason != null && fits);
    }

    /** Has it end with the frames that it has. Any thread. */
    @Override
    public void ended(String why) {
        over = why;
    }

    /**
     * Takes what there is of the file now. One thread at a time.
     *
     * @return empty if there is nothing now; null once the capture is over and everything was taken
     */
    public byte[] next() {
        if (closed) {
            return null;
        }
        // Asked before, so that what came until then is not left behind.
        boolean last = over != null || !endless && System.nanoTime() - endNanos >= 0;
        byte[] bytes = file.next(last);
        if (file.isComplete()) {
            close();
        }
        return bytes;
    }

    /** How many frames were written so far. */
    public long frames() {
        return file.frames();
    }

    /** How many frames were lost so far, as the reader left no room for them. */
    public long lost() {
        return file.lost();
    }

    /** Ends the capture; what was not taken is gone. Returns at once. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            onClose.run();
        }
    }
}
