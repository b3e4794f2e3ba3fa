package io.tapswitch.port;

import io.netty.channel.unix.Buffer;
import io.tapswitch.frame.Coalescing;
import io.tapswitch.frame.Discovery;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Segmentation;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One turn of an event loop over the frames that are waiting at a port: which loop it is, and what time it is. The
 * clock is read once per burst and everything that depends on time takes it from here.
 *
 * <p>A port that sends several frames at once keeps them back during the burst: it {@linkplain #touch touches} the
 * burst, whose {@link #end} flushes every port that did. Owned by its loop and reused.
 */
public final class Burst {
    /** More segments than 64 KiB at the smallest MSS that IPv4 promises, 536 bytes, makes. */
    private static final int MAX_SEGMENTS = 128;

    /** Two system calls' worth of frames of 1500 bytes, for a few ports at once. */
    private static final int HELD_BYTES = 256 * 1024;

    /** Frames that a port keeps back for one loop. */
    public interface Batch {
        /** Sends what was kept back. Never throws, never waits; on the loop of the burst. */
        void flush(Burst burst);
    }

    private final int loop;
    private long nowNanos;
    private Batch[] touched = new Batch[16];
    private int touches;
    private Segmentation segmentation;
    private Discovery discovery;
    private Frame answer;
    private Coalescing run;
    private Batch runOwner;
    private ByteBuffer held;
    private long heldAddress;
    private int heldBytes;

    /** @param loop the index of the event loop, from 0 */
    public Burst(int loop) {
        this.loop = loop;
    }

    /** Begins a turn. @param now {@code System.nanoTime}, or a test's clock */
    public Burst begin(long now) {
        nowNanos = now;
        return this;
    }

    /** The index of the event loop: its row in {@link PortCounters}, its queue in a multi-queue port. */
    public int loop() {
        return loop;
    }

    /** The time of this turn, {@code System.nanoTime}. */
    public long nowNanos() {
        return nowNanos;
    }

    /** Has a batch flushed when this turn ends; one that touches twice is flushed twice, which is to do no harm. */
    public void touch(Batch batch) {
        if (touches == touched.length) {
            touched = Arrays.copyOf(touched, 2 * touches);
        }
        touched[touches++] = batch;
    }

    /** Ends the turn: every batch that touched it is flushed. */
    public void end() {
        int count = touches;
        touches = 0;
        for (int i = 0; i < count; i++) {
            touched[i].flush(this);
            touched[i] = null;
        }
        heldBytes = 0;
    }

    /**
     * Gives room for a copy of a frame that a batch keeps back: the copy is valid until the batch is flushed. All the
     * loop's ports share the room; when it is used up, every batch that has touched this turn is flushed first.
     *
     * @param bytes at most 64 KiB
     * @return the index of the first byte in {@link #held}
     */
    public int hold(int bytes) {
        if (held == null) {
            held = ByteBuffer.allocateDirect(HELD_BYTES);
            heldAddress = Buffer.memoryAddress(held);
        }
        if (bytes > HELD_BYTES - heldBytes) {
            end();
        }
        int at = heldBytes;
        heldBytes += bytes;
        return at;
    }

    /** Where {@link #hold} gives room. */
    public ByteBuffer held() {
        return held;
    }

    /** The native address of {@link #held}. */
    public long heldAddress() {
        return heldAddress;
    }

    /** The run of segments that is being joined for a batch; null if there is none, or it is another's. */
    public Coalescing run(Batch batch) {
        return runOwner == batch ? run : null;
    }

    /** Begins a run for a batch with a frame; another's is flushed first. @return false if nothing could follow it */
    public boolean beginRun(Batch batch, Frame frame) {
        if (runOwner != null) {
            runOwner.flush(this);
        }
        if (run == null) {
            run = new Coalescing();
        }
        if (!run.begin(frame)) {
            return false;
        }
        runOwner = batch;
        touch(batch);
        return true;
    }

    /** Ends the run that was begun last. */
    public Frame finishRun() {
        runOwner = null;
        return run.finish();
    }

    /** Ends the run that was begun last, which has left by its vectors. */
    public void endRun() {
        runOwner = null;
        run.end();
    }

    /** What the loop's ports share to cut large frames and to complete checksums; valid until the next port's turn. */
    public Segmentation segmentation() {
        if (segmentation == null) {
            segmentation = new Segmentation(MAX_SEGMENTS);
        }
        return segmentation;
    }

    /** What the loop's bridges share to read messages of ARP and neighbour discovery; valid during one frame. */
    public Discovery discovery() {
        if (discovery == null) {
            discovery = new Discovery();
        }
        return discovery;
    }

    /** Where the loop's bridges write the answer to a frame; valid during that frame. */
    public Frame answer() {
        if (answer == null) {
            answer = new Frame();
        }
        return answer;
    }
}
