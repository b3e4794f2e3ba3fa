package io.tapswitch.port.tap;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.FileDescriptor;
import io.tapswitch.frame.Coalescing;
import io.tapswitch.frame.Frame;
import io.tapswitch.linux.Errno;
import io.tapswitch.linux.Poll;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One file descriptor of a TAP or TUN device on one event loop: reads frames there, or packets, and takes them out from
 * any loop.
 *
 * <p>Reading and writing are one system call per frame, through Netty's JNI: the kernel offers no batch for a TAP, and
 * nothing cheaper was measured. TCP segments from ports that have wire frames only are joined first: a large frame costs
 * the one call too.
 */
public final class TapQueue implements EpollIoHandle, Burst.Batch {
    /** Frames per turn; level-triggered epoll calls again for what is left, after the loop's other ports. */
    private static final int BUDGET = 64;

    /** Bytes per turn: large frames that another port cuts would keep the loop from its other ports for milliseconds. */
    private static final int BUDGET_BYTES = 512 * 1024;

    /** A write to an interface that is down fails, and each failure costs an exception: so not one for each frame. */
    private static final long DOWN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final FileDescriptor fd;
    private final boolean ethernet;
    private final PortLoop loop;
    private final PortCounters counters;
    private FrameSink sink;
    private Consumer<Exception> failed;
    private IoRegistration registration;
    private volatile boolean down;
    private volatile long downUntilNanos;

    /** @param fd of the device, which this object closes */
    public TapQueue(TapDevice.Kind kind, int fd, PortLoop loop, PortCounters counters) {
        this.fd = new FileDescriptor(fd);
        ethernet = kind == TapDevice.Kind.TAP;
        this.loop = loop;
        this.counters = counters;
    }

    /**
     * Lets frames in, on the loop.
     *
     * @param frames takes each frame; of a TUN the packet alone, with nothing but the virtio-net header in front of it
     * @param onFailure told if the device is lost, on the loop
     */
    public void start(FrameSink frames, Consumer<Exception> onFailure) {
        sink = frames;
        failed = onFailure;
        registration = loop.register(this);
    }

    /** The index of the loop that reads. */
    public int loop() {
        return loop.index();
    }

    /** Returns once every frame that the loop had begun to bring in is done with. */
    public void quiesce() {
        loop.quiesce();
    }

    @Override
    public FileDescriptor fd() {
        return fd;
    }

    @Override
    public void handle(IoRegistration source, IoEvent event) {
        try {
            readBurst();
        } catch (IOException | RuntimeException e) {
            // Left to Netty, the exception would put the loop to sleep for a second; left registered, the lost device
            // would call here again and again.
            source.cancel();
            failed.accept(
                    new IOException("the interface was lost (" + e.getMessage() + "); the switch makes it again", e));
        }
    }

    private void readBurst() throws IOException {
        Frame frame = loop.frame();
        Burst burst = loop.burst().begin(System.nanoTime());
        try {
            int left = BUDGET_BYTES;
            for (int i = 0; i < BUDGET && left > 0; i++) {
                int bytes = fd.readAddress(frame.readAddress(), 0, frame.readCapacity());
                if (bytes <= 0) {
                    return;
                }
                left -= bytes;
                frame.received(bytes);
                sink.receive(frame, burst);
            }
        } finally {
            burst.end();
        }
    }

    /**
     * Writes a frame, or joins it with those that follow in this burst; on any loop.
     *
     * @param frame with its Ethernet header, also for a TUN, which gets the packet in it
     */
    public void transmit(Frame frame, Burst burst) {
        Coalescing run = burst.run(this);
        if (run != null) {
            if (run.append(frame)) {
                if (run.isComplete()) {
                    flush(burst);
                }
                return;
            }
            flush(burst);
        }
        if (!Coalescing.isCandidate(frame) || !burst.beginRun(this, frame)) {
            write(frame, 1, frame.length(), burst);
        }
    }

    /** Why a frame could not be written now; null if it could. Any loop; one system call. */
    public DropReason refusal() {
        return fd.isOpen() && Poll.isWritable(fd.intValue()) ? null : DropReason.EGRESS_DOWN;
    }

    @Override
    public void flush(Burst burst) {
        Coalescing run = burst.run(this);
        if (run != null) {
            int count = run.count();
            int bytes = run.bytes();
            if (ethernet && run.isInPlace()) {
                writeInPlace(run, count, bytes, burst);
                burst.endRun();
            } else {
                write(burst.finishRun(), count, bytes, burst);
            }
        }
    }

    /** Has the kernel gather a large frame from where its segments came. */
    private void writeInPlace(Coalescing run, int count, int bytes, Burst burst) {
        if (isDown(burst)) {
            counters.dropped(burst.loop(), DropReason.EGRESS_DOWN, count);
            return;
        }
        try {
            countWritten(fd.writevAddresses(run.vectors(), run.vectorCount()), count, bytes, burst);
        } catch (IOException e) {
            counters.dropped(burst.loop(), refused(e, burst), count);
        }
    }

    private boolean isDown(Burst burst) {
        return !fd.isOpen() || down && burst.nowNanos() - downUntilNanos < 0;
    }

    /** Writes a frame that may stand for several. */
    private void write(Frame frame, int count, int bytes, Burst burst) {
        if (isDown(burst)) {
            counters.dropped(burst.loop(), DropReason.EGRESS_DOWN, count);
            return;
        }
        try {
            countWritten(ethernet ? writeAll(frame) : writePacket(frame), count, bytes, burst);
        } catch (IOException e) {
            counters.dropped(burst.loop(), refused(e, burst), count);
        }
    }

    /** @param written by the system call; 0 if there was no room */
    private void countWritten(long written, int count, int bytes, Burst burst) {
        if (written > 0) {
            if (down) {
                down = false;
            }
            counters.add(burst.loop(), PortCounters.TX_FRAMES, count);
            counters.add(burst.loop(), PortCounters.TX_BYTES, bytes);
        } else {
            counters.dropped(burst.loop(), DropReason.EGRESS_FULL, count);
        }
    }

    private int writeAll(Frame frame) throws IOException {
        return fd.writeAddress(frame.writeAddress(), 0, frame.writeLength());
    }

    /** The frame, which others are still to get, has its header back afterwards. */
    private int writePacket(Frame frame) throws IOException {
        long destination = frame.destination();
        long source = frame.source();
        int type = frame.etherType();
        frame.popEthernet();
        try {
            return writeAll(frame);
        } finally {
            frame.pushEthernet(destination, source, type);
        }
    }

    private DropReason refused(IOException e, Burst burst) {
        boolean isDown = e instanceof Errors.NativeIoException refusal && refusal.expectedErr() == -Errno.EIO;
        if (isDown) {
            downUntilNanos = burst.nowNanos() + DOWN_NANOS;
            down = true;
        }
        return isDown ? DropReason.EGRESS_DOWN : DropReason.EGRESS_ERROR;
    }

    /** Stops reading; once this returns the loop has let go of the descriptor, which is closed. */
    public void stop() {
        if (registration == null) {
            close();
        } else {
            loop.deregister(registration, this::close);
        }
    }

    @Override
    public void close() {
        try {
            fd.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
