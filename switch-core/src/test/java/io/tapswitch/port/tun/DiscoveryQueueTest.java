package io.tapswitch.port.tun;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class DiscoveryQueueTest {
    private final DiscoveryQueue queue = new DiscoveryQueue();

    @Test
    void isBoundedAndGoesRound() {
        Frame frame = new Frame();
        for (int round = 0; round < 3; round++) {
            int taken = 0;
            frame.set(new byte[60]);
            while (queue.offer(frame)) {
                taken++;
            }
            assertThat(taken).isEqualTo(128);
            for (int i = 0; i < taken; i++) {
                queue.release(queue.poll());
            }
            assertThat(queue.poll()).isNull();
            assertThat(queue.isEmpty()).isTrue();
        }
    }

    @Test
    void copiesTheFrameAndWhetherItsChecksumIsOpen() {
        Frame frame = new Frame();
        byte[] bytes = Frames.ethernet(1, 2, 0x86dd, Frames.payload(72));
        Frames.receive(frame, 1, 0, 0, 0, 54, 2, bytes);
        queue.offer(frame);
        frame.set(new byte[60]);
        queue.offer(frame);
        DiscoveryQueue.Message first = queue.poll();
        assertThat(first.length()).isEqualTo(86);
        assertThat(first.checked()).isFalse();
        byte[] copy = new byte[86];
        first.buffer().get(0, copy);
        assertThat(copy).isEqualTo(bytes);
        assertThat(queue.poll().checked()).isTrue();
    }

    /** Each message is whole: its number stands at both ends. */
    @Test
    void losesAndMixesNothingOfWhatSeveralLoopsOffer() throws Exception {
        int loops = 3;
        int each = 100_000;
        ExecutorService threads = Executors.newFixedThreadPool(loops);
        try {
            List<Future<Integer>> offered = new ArrayList<>();
            for (int loop = 0; loop < loops; loop++) {
                int number = loop;
                offered.add(threads.submit(() -> offer(number, each)));
            }
            int polled = 0;
            int[] last = {-1, -1, -1};
            boolean done;
            do {
                done = offered.stream().allMatch(Future::isDone);
                DiscoveryQueue.Message message = queue.poll();
                if (message != null) {
                    ByteBuffer buffer = message.buffer();
                    int number = buffer.getInt(0);
                    assertThat(buffer.getInt(200)).isEqualTo(number);
                    assertThat(number % each).isGreaterThan(last[number / each]);
                    last[number / each] = number % each;
                    queue.release(message);
                    polled++;
                    done = false;
                }
            } while (!done);
            int sum = 0;
            for (Future<Integer> count : offered) {
                sum += count.get();
            }
            assertThat(polled).isEqualTo(sum).isPositive();
        } finally {
            threads.shutdownNow();
        }
    }

    private int offer(int loop, int each) {
        Frame frame = new Frame();
        frame.set(new byte[204]);
        int taken = 0;
        for (int i = 0; i < each; i++) {
            frame.buffer().putInt(frame.start(), loop * each + i);
            frame.buffer().putInt(frame.start() + 200, loop * each + i);
            taken += queue.offer(frame) ? 1 : 0;
        }
        return taken;
    }
}
