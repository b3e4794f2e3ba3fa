package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.cluster.RecordStore.Kind;
import io.tapswitch.cluster.ScriptedStore.Call;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That the store gets to have what this host says, and is not asked for more than that. */
class PublisherTest {
    private final ScriptedStore store = new ScriptedStore();
    private final Publisher publisher =
            new Publisher(store, VirtualHost.keyring(), Runnable::run, new SplittableRandom(1));
    private long now = TimeUnit.HOURS.toNanos(1);

    @BeforeEach
    void release() {
        publisher.release();
    }

    private static byte[] content(int number) {
        return Arrays.copyOf(new byte[] {(byte) number}, RecordWriter.HEADER);
    }

    private void publish(String key, int number) {
        publisher.publish(Kind.RECORDS, key, content(number), now);
    }

    /** The writes of one turn, some time later. */
    private List<Call> writes(long afterMillis) {
        now += TimeUnit.MILLISECONDS.toNanos(afterMillis);
        publisher.tick(now);
        return store.take();
    }

    private static void assertWrites(List<Call> calls, Object... keysAndNumbers) {
        assertThat(calls).hasSize(keysAndNumbers.length / 2);
        for (int i = 0; i < calls.size(); i++) {
            assertThat(calls.get(i).what()).isEqualTo("write " + keysAndNumbers[2 * i]);
            assertThat(calls.get(i).value()[0]).isEqualTo(((Integer) keysAndNumbers[2 * i + 1]).byteValue());
        }
    }

    @Test
    void writesWhatChangedOnceAndWithItsTag() throws RefusedException {
        publish("a", 1);
        publish("b", 2);
        List<Call> calls = writes(0);
        assertWrites(calls, "a", 1, "b", 2);
        assertThat(VirtualHost.keyring().open("a", calls.get(0).value())).isEqualTo(RecordWriter.HEADER);
        assertThat(publisher.isDone()).isFalse();
        calls.forEach(Call::succeed);

        publish("a", 1);

        assertThat(writes(5_000)).isEmpty();
        assertThat(publisher.isDone()).isTrue();
        assertThat(publisher.writes()).isEqualTo(2);
        assertThat(publisher.bytes()).isEqualTo(2 * (RecordWriter.HEADER + 17));
        assertThat(publisher.content("a")).isEqualTo(content(1));
        assertThat(publisher.content("c")).isNull();
    }

    @Test
    void writesOnlyTheLastStateOfWhatChangesWhileItIsWritten() {
        publish("a", 1);
        List<Call> first = writes(0);
        publish("a", 2);
        publish("a", 3);
        assertThat(writes(20)).isEmpty();

        first.get(0).succeed();

        assertWrites(writes(20), "a", 3);
    }

    @Test
    void writesAgainWhatWentBackToAnEarlierStateWhileThatWasWritten() {
        publish("a", 1);
        List<Call> first = writes(0);
        publish("a", 2);
        publish("a", 1);
        first.get(0).succeed();

        assertWrites(writes(20), "a", 1);
    }

    @Test
    void triesAgainASecondAfterAFailureWithTheStateOfThen() {
        publish("a", 1);
        writes(0).get(0).fail();
        assertThat(publisher.isDone()).isFalse();
        assertThat(writes(999)).isEmpty();
        List<Call> second = writes(1);
        assertWrites(second, "a", 1);

        second.get(0).fail();
        publish("a", 2);

        assertWrites(writes(20), "a", 2);
    }

    @Test
    void doesNotPutOffAChangeThatCameBeforeAFailure() {
        publish("a", 1);
        List<Call> first = writes(0);
        publish("a", 2);
        first.get(0).fail();

        assertWrites(writes(20), "a", 2);
    }

    @Test
    void hasNoMoreThan32WritesInFlight() {
        for (int i = 0; i < 100; i++) {
            publish("key" + i, i);
        }
        List<Call> first = writes(0);
        assertThat(first).hasSize(32);
        assertThat(writes(20)).isEmpty();

        first.get(5).succeed();
        first.get(6).fail();

        assertWrites(writes(20), "key32", 32, "key33", 33);
    }

    @Test
    void takesWritesThatDoNotComeBackForFailedAndTheirEndForNothing() {
        for (int i = 0; i < 33; i++) {
            publish("key" + i, i);
        }
        List<Call> lost = writes(0);
        assertThat(writes(29_999)).isEmpty();
        // The last one had to wait for them.
        assertWrites(writes(1), "key32", 32);
        List<Call> again = writes(1_000);
        assertThat(again).hasSize(31);

        lost.forEach(Call::fail);

        assertThat(writes(5_000)).isEmpty();
        again.forEach(Call::succeed);
        assertThat(writes(20)).hasSize(1);
        assertThat(publisher.isDone()).isFalse();
    }

    @Test
    void takesEachWriteForFailedOnlyOnceItIsLostItself() {
        publish("early", 1);
        assertThat(writes(0)).hasSize(1);
        publish("late", 2);
        assertThat(writes(10_000)).hasSize(1);

        assertThat(writes(20_000)).isEmpty();
        assertWrites(writes(1_000), "early", 1);
        assertThat(writes(8_999)).isEmpty();
        assertThat(writes(1)).isEmpty();
        assertWrites(writes(1_000), "late", 2);
        // The early one was written anew meanwhile, and its time began anew.
        assertThat(writes(19_999)).isEmpty();
        assertThat(writes(1)).isEmpty();
        assertWrites(writes(1_000), "early", 1);
    }

    @Test
    void writesNothingWhileTheStoreCannotBeReachedAndEverythingThen() {
        store.reachable = false;
        publish("a", 1);
        publish("a", 2);
        assertThat(writes(5_000)).isEmpty();

        store.reachable = true;

        assertWrites(writes(20), "a", 2);
    }

    @Test
    void writesAgainWhatTheStoreLost() {
        publish("a", 1);
        publish("b", 2);
        writes(0).forEach(Call::succeed);

        publisher.repeat("a", now, 0);
        publisher.repeat("unknown", now, 0);
        List<Call> calls = writes(20);
        assertWrites(calls, "a", 1);
        calls.forEach(Call::succeed);

        publisher.repeatAll(now);
        assertWrites(writes(1_000), "a", 1, "b", 2);
    }

    @Test
    void leavesOthersSomeTimeToDoSoInsteadAndDoesNotIfTheyDid() {
        publisher.adopt(Kind.NETWORKS, "n/a", content(1));
        publisher.adopt(Kind.NETWORKS, "n/b", content(2));
        assertThat(writes(0)).isEmpty();
        assertThat(publisher.content("n/a")).isEqualTo(content(1));

        publisher.repeat("n/a", now, TimeUnit.SECONDS.toNanos(5));
        publisher.repeat("n/b", now, TimeUnit.SECONDS.toNanos(5));
        publisher.adopt(Kind.NETWORKS, "n/b", content(3));

        assertWrites(writes(5_000), "n/a", 1);
        assertThat(writes(5_000)).isEmpty();
    }

    @Test
    void repeatingOftenPutsNothingOff() {
        publish("a", 1);
        writes(0).forEach(Call::succeed);
        int writes = 0;
        for (int i = 0; i < 1000; i++) {
            publisher.repeat("a", now, TimeUnit.SECONDS.toNanos(1));
            List<Call> calls = writes(20);
            calls.forEach(Call::succeed);
            writes += calls.size();
        }
        // Once in half a second on average, however many ask for it.
        assertThat(writes).isBetween(20, 80);
    }

    @Test
    void takesOutWhatIsWithdrawnAndForgetsIt() {
        publish("a", 1);
        List<Call> first = writes(0);
        publish("a", 2);

        publisher.withdraw("a");
        publisher.withdraw("unknown");

        assertThat(store.take()).extracting(Call::what).containsExactly("remove a");
        assertThat(publisher.isDone()).isTrue();
        first.get(0).fail();
        assertThat(writes(5_000)).isEmpty();
        assertThat(publisher.isDone()).isTrue();
        publish("a", 1);
        assertWrites(writes(0), "a", 1);
    }

    @Test
    void writesNothingOnceItIsSilent() {
        publish("a", 1);

        publisher.silence();

        assertThat(writes(0)).isEmpty();
        assertThat(publisher.isDone()).isTrue();
    }

    @Test
    void takesNothingOutOnceItIsSilent() {
        publish("a", 1);
        writes(0).get(0).succeed();
        publisher.silence();

        publisher.withdraw("a");

        assertThat(store.take()).isEmpty();
    }

    @Test
    void slowsDownWhatChangesAllTheTimeAndNothingElse() {
        int first = 0;
        int total = 0;
        for (int turn = 0; turn < 3_000; turn++) {
            publish("busy", turn);
            List<Call> calls = writes(20);
            calls.forEach(Call::succeed);
            total += calls.size();
            first += turn < 5 ? calls.size() : 0;
        }
        assertThat(first).isGreaterThan(1);
        // A minute.
        assertThat(total).isBetween(30, 45);

        publish("quiet", 1);
        assertWrites(writes(20), "quiet", 1);
        assertThat(writes(2_000)).hasSize(1);
        assertThat(publisher.isDone()).isFalse();
    }

    @Test
    void isQuickAgainOnceARecordWasQuiet() {
        for (int turn = 0; turn < 500; turn++) {
            publish("a", turn);
            writes(20).forEach(Call::succeed);
        }
        writes(2_000).forEach(Call::succeed);
        now += TimeUnit.SECONDS.toNanos(5);

        publish("a", 1);
        List<Call> next = writes(0);
        assertWrites(next, "a", 1);
        next.get(0).succeed();
        publish("a", 2);
        assertWrites(writes(20), "a", 2);
    }
}
