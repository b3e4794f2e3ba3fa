package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Learning, moving, ageing. An event loop does not wait for the table while another one teaches it, so where a station has
 * to be learned from a single frame, ports take turns.
 */
@NeedsTap
class LearningIT {
    private TestSwitch net;
    private TestPort a;
    private TestPort b;
    private TestPort c;

    @BeforeEach
    void threeHosts() {
        net = new TestSwitch();
        a = net.port("a");
        b = net.port("b");
        c = net.port("c");
    }

    @AfterEach
    void close() {
        net.close();
    }

    @Test
    void learnsAStationAndForwardsToItAlone() {
        TestFrame hello = b.send(b.broadcast());
        assertThat(a.received()).containsExactly(hello);
        assertThat(c.received()).containsExactly(hello);
        assertThat(b.received()).isEmpty();
        assertThat(net.fdb("default")).containsEntry(b.macText(), "b dynamic");

        TestFrame frame = a.send(a.to(b));
        assertThat(b.received()).containsExactly(frame);
        assertThat(c.received()).isEmpty();
        assertThat(a.received()).isEmpty();
        assertThat(a.counters().sum(PortCounters.FORWARDED)).isEqualTo(1);
    }

    @Test
    void keepsTheOrderOfAPortsFrames() {
        b.send(b.broadcast());
        List<TestFrame> sent =
                IntStream.range(0, 1000).mapToObj(i -> a.send(a.to(b))).toList();
        assertThat(b.received()).isEqualTo(sent);
    }

    @Test
    void followsAStationThatMoves() {
        b.send(b.broadcast());
        net.settle();
        c.send(TestFrame.of("ff:ff:ff:ff:ff:ff", b.macText()));
        net.settle();
        c.drain();
        b.drain();
        TestFrame frame = a.send(a.to(b));
        assertThat(c.received()).containsExactly(frame);
        assertThat(b.received()).isEmpty();
        assertThat(net.fdb("default")).containsEntry(b.macText(), "c dynamic");
    }

    @Test
    void dropsAFrameToAStationBehindItsIngressPort() {
        a.send(TestFrame.of("ff:ff:ff:ff:ff:ff", "02:00:00:00:aa:01"));
        net.settle();
        b.drain();
        a.send(a.to("02:00:00:00:aa:01"));
        assertThat(b.received()).isEmpty();
        assertThat(a.received()).isEmpty();
        assertThat(a.drops(DropReason.SAME_PORT)).isEqualTo(1);
    }

    @Test
    void agesASilentStationAndFloodsAgain() throws Exception {
        net.network("name: default, ageingSeconds: 1");
        long heard = System.nanoTime();
        b.send(b.broadcast());
        net.settle();
        assertThat(net.fdb("default")).containsEntry(b.macText(), "b dynamic");
        Await.until("the station ages out", 5, () -> net.fdb("default").isEmpty());
        assertThat(System.nanoTime() - heard).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(1));
        c.drain();
        TestFrame frame = a.send(a.to(b));
        assertThat(b.received()).contains(frame);
        assertThat(c.received()).containsExactly(frame);
    }

    @Test
    void neverAgesAStationThatKeepsTalking() throws Exception {
        net.network("name: default, ageingSeconds: 1");
        b.send(b.broadcast());
        net.settle();
        FdbEntry<?> entry = net.table("default").lookup(b.mac());
        // Not in step with whatever period the switch remembers and ages with.
        for (int i = 0; i < 10; i++) {
            Thread.sleep(450);
            b.send(b.to(a));
            net.settle();
            assertThat(net.table("default").lookup(b.mac()))
                    .as("after %d frames", i)
                    .isSameAs(entry);
        }
    }

    @Test
    void doesNotRefreshAStationByFramesToIt() throws Exception {
        net.network("name: default, ageingSeconds: 1");
        b.send(b.broadcast());
        net.settle();
        Await.until("the station ages out", 5, () -> {
            a.send(a.to(b));
            return !net.fdb("default").containsKey(b.macText());
        });
    }

    @Test
    void learnsNothingWhereLearningIsOff() {
        net.patch(b, "learning: false");
        b.send(b.broadcast());
        a.send(a.broadcast());
        net.settle();
        assertThat(net.fdb("default")).containsOnlyKeys(a.macText());
        c.drain();
        b.drain();
        TestFrame flooded = a.send(a.to(b));
        assertThat(c.received()).containsExactly(flooded);
        assertThat(b.received()).containsExactly(flooded);

        net.patch(b, "learning: true");
        b.send(b.broadcast());
        net.settle();
        assertThat(net.fdb("default")).containsEntry(b.macText(), "b dynamic");
    }

    @Test
    void neverLearnsGroupOrZeroSources() {
        TestFrame group = a.send(TestFrame.of("ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01"));
        TestFrame zero = a.send(TestFrame.of("ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"));
        assertThat(b.received()).doesNotContain(group, zero);
        assertThat(net.fdb("default")).isEmpty();
        assertThat(a.drops(DropReason.INVALID_SOURCE)).isGreaterThanOrEqualTo(2);
    }

    @Test
    void flushForgetsLearnedStationsAndKeepsStaticOnes() {
        net.nail("default", "02:00:00:00:bb:01", b);
        a.send(a.broadcast());
        net.settle();
        c.send(c.broadcast());
        net.settle();
        assertThat(net.fdb("default")).hasSize(3);
        net.table("default").removeIf(entry -> entry.type() == FdbEntry.Type.DYNAMIC);
        assertThat(net.fdb("default")).containsOnlyKeys("02:00:00:00:bb:01");
        b.drain();
        TestFrame flooded = a.send(a.to(c));
        assertThat(b.received()).containsExactly(flooded);
    }

    @Test
    void forgetsTheStationsOfARemovedPort() {
        a.send(a.broadcast());
        net.settle();
        b.send(b.broadcast());
        net.settle();
        net.apply(config -> config.withoutPort("b"));
        assertThat(net.fdb("default")).containsOnlyKeys(a.macText());
        c.drain();
        TestFrame flooded = a.send(a.to(b));
        assertThat(c.received()).containsExactly(flooded);
    }

    @Test
    void tellsListenersWhatHappened() throws Exception {
        List<String> events = new CopyOnWriteArrayList<>();
        net.service().events().listen(event -> events.add(event.toString()));
        b.send(b.broadcast());
        net.settle();
        c.send(TestFrame.of("ff:ff:ff:ff:ff:ff", b.macText()));
        net.settle();
        Await.until("both events", 2, () -> events.size() == 2);
        assertThat(events)
                .containsExactly(
                        "network default: " + b.macText() + " learned on port b (dynamic)",
                        "network default: " + b.macText() + " moved on port c (dynamic)");
    }
}
