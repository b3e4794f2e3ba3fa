package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.config.NetworkConfig;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of records that are not as they should be. */
class IntakeTest {
    private static final byte[] ADDRESS = {10, 0, 0, 9};

    private final VirtualTime time = new VirtualTime();
    private final VirtualStores stores = new VirtualStores(time, new SplittableRandom(9));
    private VirtualHost a;
    private VirtualHost b;

    @BeforeEach
    void makeHosts() {
        NetworkConfig blue = new NetworkConfig("blue", null, 7, null, null, null, null, null, null);
        a = new VirtualHost("a", 1, time, stores, new FakeSwitch().with(blue).use("blue"), VirtualHost.keyring(), null);
        b = new VirtualHost("b", 2, time, stores, new FakeSwitch().use("blue"), VirtualHost.keyring(), null);
        seconds(12);
    }

    private void seconds(long amount) {
        time.pass(amount, TimeUnit.SECONDS);
    }

    private static byte[] sealed(HostRecord record) {
        return VirtualHost.keyring().seal(record.key(), record.encode());
    }

    private static HostRecord host(String name, long epoch, long instance) {
        return new HostRecord(
                name,
                epoch,
                1,
                instance,
                false,
                true,
                4789,
                1500,
                1,
                "1",
                List.of(ADDRESS),
                List.of(),
                HostRecord.Api.NONE);
    }

    @Test
    void showsNothingOfAForeignKeyThatWouldSpoilALog() {
        a.directory().take("h/\n\u001b[31m" + "x".repeat(1000), new byte[100]);

        assertThat(a.eventTexts())
                .filteredOn(text -> text.contains("not authentic"))
                .singleElement()
                .asString()
                .hasSizeLessThan(250)
                .contains("h/??[31mxxx")
                .doesNotContain("\n");
    }

    @Test
    void tellsOfRefusalsEachTimeThatThereAreTwiceAsMany() {
        for (int i = 0; i < 1000; i++) {
            a.directory().take("h/x", new byte[100]);
        }

        assertThat(a.eventKinds()).filteredOn("record-refused"::equals).hasSize(10);
        assertThat(a.directory().refused()).containsEntry(Refusal.FORGED.words(), 1000L);
    }

    @Test
    void leavesKeysOfOthersThanTheDirectoryAlone() {
        a.directory().take("", new byte[0]);
        a.directory().take("other", new byte[0]);

        assertThat(a.directory().refused()).isEmpty();
    }

    @Test
    void writesItsOwnRecordAgainThatSomebodyWroteOver() {
        stores.intrude(RecordStore.Kind.RECORDS, "h/a", new byte[100]);
        seconds(2);

        assertThat(stores.content(RecordStore.Kind.RECORDS).get("h/a"))
                .hasSizeGreaterThan(0)
                .isNotEqualTo(new byte[100]);
    }

    @Test
    void beginsALaterEpochThanAnEarlierLifeOfItsNameHad() throws RefusedException {
        long epoch = b.directory().peers().find("a").record().epoch() + 1000;
        stores.intrude(RecordStore.Kind.RECORDS, "h/a", sealed(host("a", epoch, 77)));
        seconds(12);

        assertThat(b.directory().peers().find("a").record().epoch()).isEqualTo(epoch + 1);
        assertThat(b.local().linksByHost().get("a").remote()).isEqualTo("10.0.0.1");
        assertThat(a.directory().conflicts()).isEmpty();
    }

    @Test
    void staysWithinEpochsThatOthersTake() {
        stores.intrude(RecordStore.Kind.RECORDS, "h/a", sealed(host("a", Long.MAX_VALUE, 77)));
        seconds(12);

        assertThat(a.directory().refused()).containsEntry(Refusal.MALFORMED.words(), 1L);
        assertThat(b.local().linksByHost().get("a").remote()).isEqualTo("10.0.0.1");
    }

    @Test
    void aHostThatDiedStaysGoneThoughSomebodyPutsItsLeaseBack() {
        a.hear("blue", 0x02_00_00_00_00_01L, "web1");
        seconds(1);
        a.kill();
        byte[] lease = stores.content(RecordStore.Kind.LEASES).get("l/a");
        b.local().dead("a", true);
        for (int i = 0; i < 10; i++) {
            seconds(360);
            stores.intrude(RecordStore.Kind.LEASES, "l/a", lease);
        }

        assertThat(b.eventKinds())
                .filteredOn(kind -> kind.startsWith("host-"))
                .containsExactly("host-joined", "host-silent");
        assertThat(b.local().linksByHost()).isEmpty();
        assertThat(b.directory().peers().all()).isEmpty();
    }
}
