package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A peer's frames at two event loops, and several loops that seal for one peer. */
class OpeningConcurrencyTest {
    private static final int STREAMS = 4;
    private static final int FRAMES = 40_000;

    private final ExecutorService loops = Executors.newFixedThreadPool(STREAMS);
    private final SealedPeers peers = new SealedPeers(STREAMS, new RekeyLimits(1000, Long.MAX_VALUE));

    @AfterEach
    void stop() {
        loops.shutdownNow();
    }

    private void run(List<Callable<Void>> tasks) throws Exception {
        CyclicBarrier together = new CyclicBarrier(tasks.size());
        List<Future<?>> running = new ArrayList<>();
        for (Callable<Void> task : tasks) {
            running.add(loops.submit(() -> {
                together.await();
                return task.call();
            }));
        }
        for (Future<?> task : running) {
            task.get();
        }
    }

    private static byte[] numbered(int number) {
        return ByteBuffer.allocate(60).putInt(0, number).array();
    }

    /** Each of two threads gets every frame: one that is ahead takes it, the other's is a replay. */
    @Test
    void takesEachFrameOnceThoughTwoThreadsHaveIt() throws Exception {
        List<byte[]> datagrams = new ArrayList<>();
        for (int i = 0; i < FRAMES; i++) {
            datagrams.add(peers.seal(i % STREAMS, numbered(i)));
        }
        AtomicIntegerArray taken = new AtomicIntegerArray(FRAMES);
        Callable<Void> task = () -> {
            ByteBuffer target = ByteBuffer.allocate(100);
            for (byte[] datagram : datagrams) {
                int opened = peers.opening.open(ByteBuffer.wrap(datagram), 0, datagram.length, target, 0, peers.now);
                assertThat(opened).isIn(60, Opening.REPLAYED);
                if (opened == 60) {
                    taken.incrementAndGet(target.getInt(0));
                }
            }
            return null;
        };
        run(List.of(task, task));
        for (int i = 0; i < FRAMES; i++) {
            assertThat(taken.get(i)).as("frame %d", i).isEqualTo(1);
        }
    }

    /** The very first frame of a stream, when no state is there to lock yet. */
    @Test
    void makesOneStateForAStreamThatTwoThreadsMeet() throws Exception {
        for (int i = 0; i < 500; i++) {
            Opening fresh = SealedPeers.opening();
            byte[] datagram = peers.seal(0, numbered(i));
            AtomicIntegerArray taken = new AtomicIntegerArray(1);
            Callable<Void> task = () -> {
                ByteBuffer target = ByteBuffer.allocate(100);
                int opened = fresh.open(ByteBuffer.wrap(datagram), 0, datagram.length, target, 0, peers.now);
                taken.addAndGet(0, opened == 60 ? 1 : 0);
                return null;
            };
            run(List.of(task, task));
            assertThat(taken.get(0)).isEqualTo(1);
        }
    }

    @Test
    void sealsOnOneStreamForEachThread() throws Exception {
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            int stream = i;
            tasks.add(() -> {
                sealAndOpen(stream);
                return null;
            });
        }
        run(tasks);
    }

    private void sealAndOpen(int stream) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(200);
        for (int i = 0; i < FRAMES / STREAMS; i++) {
            buffer.putInt(0, i);
            int length = peers.sealing.seal(stream, buffer, 0, 60, buffer, 0, 0, buffer, 60, peers.now);
            assertThat(peers.opening.open(buffer, 60, length, buffer, 0, peers.now))
                    .isEqualTo(60);
            assertThat(buffer.getInt(0)).isEqualTo(i);
        }
    }
}
