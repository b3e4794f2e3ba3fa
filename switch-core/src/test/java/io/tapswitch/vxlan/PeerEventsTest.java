package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PeerEventsTest {
    private static final SessionId SESSION = new SessionId(3, 4);

    private final List<Object> told = new ArrayList<>();

    /** What it tells goes to the test. */
    private class Recorder implements PeerMonitor.Listener {
        @Override
        public void stateChanged(PeerState state) {
            told.add(state);
        }

        @Override
        public void pathMtuChanged(int pathMtu) {
            told.add(pathMtu);
        }

        @Override
        public void sessionChanged(byte[] session) {
            told.add(SessionId.of(session));
        }
    }

    @Test
    void tellsWhatChangedOnceAndTheSessionFirst() {
        PeerEvents events = new PeerEvents(new Recorder(), ControlTag.NONE);
        events.deliver();
        events.are(SESSION, PeerState.ALIVE, 1500);
        events.deliver();
        events.are(new SessionId(3, 4), PeerState.ALIVE, 1500);
        events.deliver();
        events.are(SESSION, PeerState.ALIVE, 1400);
        events.deliver();
        assertThat(told).containsExactly(SESSION, PeerState.ALIVE, 1500, 1400);
    }

    @Test
    void tellsTheTagBeforeTheSession() {
        ControlTag tag = new TestTag("key");
        PeerEvents events = new PeerEvents(
                new Recorder() {
                    @Override
                    public void tagChanged(ControlTag changed) {
                        told.add(changed);
                    }
                },
                ControlTag.NONE);
        events.uses(ControlTag.NONE);
        events.are(SESSION, PeerState.UNKNOWN, 0);
        events.uses(tag);
        events.deliver();
        events.deliver();
        assertThat(told).containsExactly(tag, SESSION);
    }

    @Test
    void tellsTheLastOfSeveralChangesAndNothingIfItIsTheFirst() {
        PeerEvents events = new PeerEvents(new Recorder(), ControlTag.NONE);
        events.are(null, PeerState.ALIVE, 1500);
        events.are(null, PeerState.UNKNOWN, 1400);
        events.deliver();
        assertThat(told).containsExactly(1400);
    }

    @Test
    void aListenerMayCauseChangesWhichAreToldBehind() {
        PeerEvents[] events = new PeerEvents[1];
        events[0] = new PeerEvents(
                new Recorder() {
                    @Override
                    public void stateChanged(PeerState state) {
                        events[0].are(null, PeerState.DEAD, 0);
                        events[0].deliver();
                        told.add(state);
                    }
                },
                ControlTag.NONE);
        events[0].are(null, PeerState.ALIVE, 0);
        events[0].deliver();
        assertThat(told).containsExactly(PeerState.ALIVE, PeerState.DEAD);
    }

    @Test
    void goesOnAfterAListenerThatThrew() {
        PeerEvents events = new PeerEvents(
                new Recorder() {
                    @Override
                    public void stateChanged(PeerState state) {
                        throw new IllegalStateException("full");
                    }
                },
                ControlTag.NONE);
        events.are(null, PeerState.ALIVE, 1500);
        assertThatThrownBy(events::deliver).hasMessage("full");
        events.deliver();
        assertThat(told).containsExactly(1500);
    }

    /** However the threads overtake each other, one is in the listener at a time, and the last word is how things are. */
    @Test
    void tellsManyThreadsChangesInOrder() throws InterruptedException {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger crowded = new AtomicInteger();
        PeerEvents events = new PeerEvents(
                new Recorder() {
                    @Override
                    public void pathMtuChanged(int pathMtu) {
                        crowded.addAndGet(inside.getAndIncrement());
                        super.pathMtuChanged(pathMtu);
                        inside.decrementAndGet();
                    }
                },
                ControlTag.NONE);
        AtomicInteger last = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                await(start);
                for (int k = 0; k < 20_000; k++) {
                    synchronized (last) {
                        events.are(null, PeerState.UNKNOWN, last.incrementAndGet());
                    }
                    events.deliver();
                }
            });
            thread.start();
            threads.add(thread);
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(crowded).hasValue(0);
        assertThat(told).isSortedAccordingTo((one, other) -> Integer.compare((int) one, (int) other));
        assertThat(told).doesNotHaveDuplicates().endsWith(80_000);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
