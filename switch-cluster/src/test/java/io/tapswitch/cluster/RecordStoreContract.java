package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.cluster.RecordStore.Kind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every {@link RecordStore} does: two hosts that share their records. The stores may serve many tests; each uses keys of
 * its own.
 */
abstract class RecordStoreContract {
    private static final AtomicInteger NEXT = new AtomicInteger();

    private String key;

    @BeforeEach
    void takeAKeyOfItsOwn() {
        key = "key-" + NEXT.incrementAndGet();
    }

    /** The store of one host, started with {@link #firstHeard}, and reachable. */
    abstract RecordStore first();

    /** The store of another host, started with {@link #secondHeard}, and reachable. */
    abstract RecordStore second();

    abstract Heard firstHeard();

    abstract Heard secondHeard();

    static <T> T get(CompletionStage<T> answer) {
        try {
            return answer.toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("no answer", e);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void readsWhatAnotherHostHasWritten(Kind kind) {
        get(first().write(kind, key, bytes("one")));
        get(second().write(kind, key + "b", bytes("two")));

        assertThat(get(second().readAll(kind))).containsEntry(key, bytes("one")).containsEntry(key + "b", bytes("two"));
        assertThat(get(first().read(kind, List.of(key, key + "b"))))
                .containsOnly(Map.entry(key, bytes("one")), Map.entry(key + "b", bytes("two")));
    }

    @Test
    void aWriteTakesThePlaceOfTheOneBefore() {
        get(first().write(Kind.RECORDS, key, bytes("one")));
        get(second().write(Kind.RECORDS, key, new byte[0]));

        assertThat(get(first().readAll(Kind.RECORDS))).containsEntry(key, new byte[0]);
    }

    @Test
    void whatOneKindHoldsIsNotInAnother() {
        get(first().write(Kind.REPORTS, key, bytes("one")));

        assertThat(get(second().readAll(Kind.RECORDS))).doesNotContainKey(key);
        assertThat(get(second().readAll(Kind.LEASES))).doesNotContainKey(key);
    }

    @Test
    void whatIsRemovedIsGoneForAll() {
        get(first().write(Kind.LEASES, key, bytes("one")));
        get(second().remove(Kind.LEASES, key));
        get(second().remove(Kind.LEASES, key));

        assertThat(get(first().readAll(Kind.LEASES))).doesNotContainKey(key);
        assertThat(get(first().read(Kind.LEASES, List.of(key)))).isEmpty();
    }

    @Test
    void readsOfManyKeysFindThoseThatAreThere() {
        List<String> keys = IntStream.range(0, 150).mapToObj(i -> key + "-" + i).toList();
        keys.stream()
                .filter(name -> name.hashCode() % 2 == 0)
                .map(name -> first().write(Kind.REPORTS, name, bytes(name)))
                .toList()
                .forEach(RecordStoreContract::get);

        Map<String, byte[]> found = get(second().read(Kind.REPORTS, keys));

        assertThat(found.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        keys.stream().filter(name -> name.hashCode() % 2 == 0).toList());
    }

    @Test
    void everyHostIsToldOfEachWriteToRecords() {
        get(first().write(Kind.RECORDS, key, bytes("one")));
        firstHeard().awaitWrite(key, "one");
        secondHeard().awaitWrite(key, "one");

        get(second().write(Kind.RECORDS, key, bytes("two")));
        firstHeard().awaitWrite(key, "two");
        secondHeard().awaitWrite(key, "two");
    }

    @Test
    void nobodyIsToldOfRemovalsNorOfOtherKinds() {
        get(first().write(Kind.LEASES, key, bytes("lease")));
        get(first().write(Kind.REPORTS, key, bytes("report")));
        get(first().write(Kind.RECORDS, key, bytes("record")));
        get(first().remove(Kind.RECORDS, key));
        get(first().write(Kind.RECORDS, key, bytes("last")));

        secondHeard().awaitWrite(key, "last");
        assertThat(secondHeard().writes(key)).containsOnly("record", "last");
    }

    @Test
    void isUnsettledOnceItCanBeReached() {
        firstHeard().awaitUnsettled(0);
        secondHeard().awaitUnsettled(0);
    }

    @Test
    void saysThatItCanBeReached() {
        assertThat(second().state().reachable()).isTrue();
        assertThat(second().state().reason()).isNull();
        assertThat(second().state().members()).isPositive();
    }
}
