package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.cluster.ScriptedStore.Call;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** In which order the store is read, and what happens when it does not answer. */
class ReconcilerTest {
    private final ScriptedStore store = new ScriptedStore();
    private final Target target = new Target();
    private final Reconciler reconciler = new Reconciler(store, Runnable::run, target);
    private long now = -TimeUnit.HOURS.toNanos(1);

    /** Notes what was read. */
    private static final class Target implements Reconciler.Target {
        private final List<String> told = new ArrayList<>();
        private List<String> missing = List.of();
        private boolean wantsNetworks;

        @Override
        public void take(String key, byte[] record) {
            told.add("take " + key);
        }

        @Override
        public List<String> missing() {
            told.add("missing");
            return missing;
        }

        @Override
        public boolean wantsNetworks() {
            return wantsNetworks;
        }

        @Override
        public void tookNetworks(Collection<String> keys) {
            told.add("networks " + keys);
        }

        @Override
        public void took(Collection<String> asked, Map<String, byte[]> found) {
            told.add("took " + found.size() + " of " + asked.size());
        }

        @Override
        public void tookAll() {
            told.add("all");
        }

        private List<String> take() {
            List<String> taken = List.copyOf(told);
            told.clear();
            return taken;
        }
    }

    private void begin(long afterSeconds) {
        now += TimeUnit.SECONDS.toNanos(afterSeconds);
        reconciler.begin(now);
    }

    private Call onlyCall(String what) {
        List<Call> calls = store.take();
        assertThat(calls).extracting(Call::what).containsExactly(what);
        return calls.get(0);
    }

    private static Map<String, byte[]> records(String... keys) {
        Map<String, byte[]> records = new LinkedHashMap<>();
        for (String key : keys) {
            records.put(key, new byte[10]);
        }
        return records;
    }

    @Test
    void readsLeasesThenNetworksThenWhatIsMissing() {
        target.missing = List.of("h/a", "s/a/1");
        target.wantsNetworks = true;
        begin(0);
        onlyCall("all LEASES").answer(records("l/a", "l/b"));
        onlyCall("all NETWORKS").answer(records("n/blue"));
        onlyCall("read 2 RECORDS").answer(records("h/a"));

        assertThat(target.take())
                .containsExactly(
                        "take l/a",
                        "take l/b",
                        "missing",
                        "take n/blue",
                        "networks [n/blue]",
                        "take h/a",
                        "took 1 of 2",
                        "all");
        assertThat(reconciler.records()).isEqualTo(4);
        assertThat(reconciler.bytes()).isEqualTo(40);
        assertThat(store.take()).isEmpty();
    }

    @Test
    void readsNothingMoreThanLeasesIfNothingIsMissing() {
        begin(0);
        onlyCall("all LEASES").answer(Map.of());

        assertThat(target.take()).containsExactly("missing", "all");
        assertThat(store.take()).isEmpty();
    }

    @Test
    void readsMuchInBatches() {
        target.missing = IntStream.range(0, 600).mapToObj(i -> "h/" + i).toList();
        begin(0);
        onlyCall("all LEASES").answer(Map.of());
        onlyCall("read 256 RECORDS").answer(Map.of());
        onlyCall("read 256 RECORDS").answer(Map.of());
        onlyCall("read 88 RECORDS").answer(Map.of());

        assertThat(target.take()).containsExactly("missing", "took 0 of 256", "took 0 of 256", "took 0 of 88", "all");
    }

    @Test
    void readsOneAfterTheOther() {
        begin(0);
        Call first = onlyCall("all LEASES");
        begin(29);
        assertThat(store.take()).isEmpty();

        first.answer(Map.of());
        begin(0);

        onlyCall("all LEASES");
    }

    @Test
    void endsAReadingThatFailsAndSaysSoToNobody() {
        target.missing = List.of("h/a");
        begin(0);
        onlyCall("all LEASES").fail();
        assertThat(target.take()).isEmpty();

        begin(5);
        onlyCall("all LEASES").answer(Map.of());
        onlyCall("read 1 RECORDS").fail();
        assertThat(target.take()).containsExactly("missing");

        begin(5);
        target.wantsNetworks = true;
        onlyCall("all LEASES").answer(Map.of());
        onlyCall("all NETWORKS").fail();
        assertThat(target.take()).containsExactly("missing");

        begin(5);
        onlyCall("all LEASES");
    }

    @Test
    void beginsAgainAfterAReadingThatWasLostAndTakesNothingOfThatAnyMore() {
        begin(0);
        Call lost = onlyCall("all LEASES");
        begin(30);
        Call second = onlyCall("all LEASES");

        lost.answer(records("l/old"));
        assertThat(target.take()).isEmpty();
        assertThat(store.take()).isEmpty();

        second.answer(records("l/a"));
        assertThat(target.take()).containsExactly("take l/a", "missing", "all");
    }
}
