package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.cluster.HostRecord.HostNetwork;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.overlay.HostEvent;
import io.tapswitch.overlay.RemotePort;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The formats of records, byte by byte: hosts of several versions have to agree on them. */
class RecordFormatTest {
    private static final String EPOCH = "0000000000000102";
    private static final String SEQUENCE = "0000000000000304";
    private static final long VM = 0x02_00_00_00_00_0dL;
    private static final String HOST_START = "5453 01 01" + EPOCH + SEQUENCE + "02 6831";
    private static final String HOST_FIELDS = "1112131415161718" + "03" + "12b5" + "05dc" + "0004" + "03 312e30";
    private static final String VTEPS = "02" + "04 c0000201" + "10 20010db8000000000000000000000001";
    private static final String NETWORKS = "0002" + "000007 04 626c7565" + "ffffff 03 726564";
    private static final String API = "20" + "c7".repeat(32) + "1d2f" + "04 c0000201";
    private static final String HOST = HOST_START + HOST_FIELDS + VTEPS + NETWORKS + API;
    private static final String LEASE = "5453 01 03" + EPOCH + SEQUENCE + "02 6831" + "1112131415161718"
            + "0000000000000005" + "0000000000000009" + "2122232425262728" + "8000000000000003" + "00000007"
            + "00000008" + "00000009";
    private static final String BLUE = "5453 01 04 0000000000000000 0000000000000005" + "04 626c7565" + "02 6831" + "0e"
            + "000a" + "000007" + "05dc" + "0000012c" + "00010000";
    private static final String ENTRY = "000007" + "02000000000d" + "00000003" + "01" + "0000" + "02" + "04 0a000005"
            + "10 fd000000000000000000000000000005";
    private static final int BUCKET = StationsRecord.bucketOf(7, VM);
    private static final String STATIONS_START = "5453 01 02" + EPOCH + SEQUENCE + "02 6831";
    private static final String STATIONS =
            STATIONS_START + HexFormat.of().toHexDigits((byte) BUCKET) + "0001 04 77656231" + "0001" + ENTRY;

    private static final HostRecord HOST_RECORD = new HostRecord(
            "h1",
            0x102,
            0x304,
            0x1112131415161718L,
            true,
            true,
            4789,
            1500,
            4,
            "1.0",
            List.of(bytes("c0000201"), bytes("20010db8000000000000000000000001")),
            List.of(new HostNetwork(7, "blue"), new HostNetwork(0xffffff, "red")),
            new HostRecord.Api(fill(32, 0xc7), 7471, bytes("c0000201")));

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static byte[] fill(int length, int value) {
        byte[] filled = new byte[length];
        Arrays.fill(filled, (byte) value);
        return filled;
    }

    /** Reads a record of some kind. */
    private interface Decoding {
        Object decode(byte[] record, int length) throws RefusedException;
    }

    private static void assertRefused(Decoding decoding, String hex, Refusal refusal) {
        byte[] record = bytes(hex);
        assertRefused(decoding, record, record.length, refusal);
    }

    private static void assertRefused(Decoding decoding, byte[] record, int length, Refusal refusal) {
        assertThatThrownBy(() -> decoding.decode(record, length))
                .as("%s bytes of %s", length, HexFormat.of().formatHex(record))
                .isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.refusal())
                        .isEqualTo(refusal));
    }

    /** Whatever follows the record in its array has to stay unread, too. */
    private static void assertEveryTruncationIsRefused(Decoding decoding, String hex) {
        byte[] record = bytes(hex);
        for (int length = 0; length < record.length; length++) {
            assertRefused(decoding, record, length, Refusal.MALFORMED);
            assertRefused(decoding, Arrays.copyOf(record, length), length, Refusal.MALFORMED);
        }
    }

    private static void assertHeaderIsChecked(Decoding decoding, String hex) throws RefusedException {
        String rest = hex.replace(" ", "").substring(8);
        String kind = hex.replace(" ", "").substring(6, 8);
        assertRefused(decoding, "5473 01" + kind + rest, Refusal.MALFORMED);
        assertRefused(decoding, "5353 01" + kind + rest, Refusal.MALFORMED);
        assertRefused(decoding, "5453 00" + kind + rest, Refusal.MALFORMED);
        assertRefused(decoding, "5453 02" + kind + rest, Refusal.TOO_NEW);
        assertRefused(decoding, "5453 ff" + kind + rest, Refusal.TOO_NEW);
        assertRefused(decoding, "5453 01 00" + rest, Refusal.MISPLACED);
        assertRefused(decoding, "5453 01 07" + rest, Refusal.MISPLACED);
        String start = "5453 01" + kind;
        assertRefused(decoding, start + "8000000000000000" + rest.substring(16), Refusal.MALFORMED);
        assertRefused(decoding, start + "4000000000000001" + rest.substring(16), Refusal.MALFORMED);
        String fields = rest.substring(32);
        assertRefused(decoding, start + rest.substring(0, 16) + "ffffffffffffffff" + fields, Refusal.MALFORMED);
        decoding.decode(bytes(start + "4000000000000000 4000000000000000" + fields), bytes(hex).length);
        // Later versions may add fields.
        decoding.decode(bytes(hex + "0102030405"), bytes(hex).length + 5);
    }

    @Test
    void hostRecordIsWrittenAndReadAsLaidOut() throws RefusedException {
        assertThat(HOST_RECORD.encode()).isEqualTo(bytes(HOST));

        HostRecord read = HostRecord.decode(bytes(HOST), bytes(HOST).length);

        assertThat(read).usingRecursiveComparison().isEqualTo(HOST_RECORD);
        assertThat(read.key()).isEqualTo("h/h1");
    }

    @Test
    void hostRecordThatSaysLittleIsRead() throws RefusedException {
        HostRecord bare =
                new HostRecord("a", 0, 0, 0, false, false, 0, 0, 0, "", List.of(), List.of(), HostRecord.Api.NONE);

        assertThat(HostRecord.decode(bare.encode(), bare.encode().length))
                .usingRecursiveComparison()
                .isEqualTo(bare);
    }

    @Test
    void hostRecordWithAnApiThatCannotBeAskedIsRead() throws RefusedException {
        byte[] record = bytes(HOST.replace("1d2f" + "04 c0000201", "0000" + "00"));

        HostRecord.Api api = HostRecord.decode(record, record.length).api();

        assertThat(api.certificate()).isEqualTo(fill(32, 0xc7));
        assertThat(api.port()).isZero();
        assertThat(api.address()).isEmpty();
        for (String wrong : new String[] {
            "1f" + "c7".repeat(31) + "0000 00",
            "21" + "c7".repeat(33) + "0000 00",
            "20" + "c7".repeat(32) + "0000 04 c0000201",
            "20" + "c7".repeat(32) + "1d2f 00",
            "20" + "c7".repeat(32) + "1d2f 04 00000000"
        }) {
            assertRefused(HostRecord::decode, HOST.replace(API, wrong), Refusal.MALFORMED);
        }
    }

    @Test
    void hostRecordIsRefusedIfAnythingIsWrong() throws RefusedException {
        assertEveryTruncationIsRefused(HostRecord::decode, HOST);
        assertHeaderIsChecked(HostRecord::decode, HOST);
        String header = "5453 01 01" + EPOCH + SEQUENCE;
        String rest = HOST_FIELDS + VTEPS + NETWORKS + API;
        assertRefused(HostRecord::decode, header + "00" + rest, Refusal.MALFORMED);
        assertRefused(HostRecord::decode, header + "02 6848" + rest, Refusal.MALFORMED);
        assertRefused(HostRecord::decode, header + "02 682f" + rest, Refusal.MALFORMED);
        assertRefused(HostRecord::decode, header + "02 c328" + rest, Refusal.MALFORMED);
        assertRefused(HostRecord::decode, header + "40" + "61".repeat(64) + rest, Refusal.MALFORMED);
        assertRefused(
                HostRecord::decode,
                HOST_START + HOST_FIELDS + VTEPS + "0003" + NETWORKS.substring(4),
                Refusal.MALFORMED);
        assertRefused(HostRecord::decode, HOST_START + HOST_FIELDS + VTEPS + "0001 000000 01 61", Refusal.MALFORMED);
        assertRefused(HostRecord::decode, HOST_START + HOST_FIELDS + VTEPS + "0001 000007 01 20", Refusal.MALFORMED);
        // The version of TapSwitch is a text that is cut within a character.
        assertRefused(
                HostRecord::decode,
                HOST_START + HOST_FIELDS.replace("03 312e30", "01 e2") + VTEPS + NETWORKS,
                Refusal.MALFORMED);
    }

    @Test
    void addressesThatAreNotThoseOfOneHostAreRefused() {
        for (String address : List.of(
                "05 c000020101",
                "00",
                "03 c00002",
                "04 00000000",
                "04 ffffffff",
                "04 e0000001",
                "10" + "00".repeat(16),
                "10 ff020000000000000000000000000001",
                "10 fe800000000000000000000000000001",
                "10 00000000000000000000ffffc0000201")) {
            assertRefused(HostRecord::decode, HOST_START + HOST_FIELDS + "01" + address + NETWORKS, Refusal.MALFORMED);
        }
    }

    @Test
    void moreAddressesOrNetworksThanAHostHasAreRefused() {
        assertRefused(
                HostRecord::decode,
                HOST_START + HOST_FIELDS + "11" + "04 c0000201".repeat(17) + NETWORKS,
                Refusal.TOO_MANY);
        String network = "000007 01 61";
        assertRefused(
                HostRecord::decode, HOST_START + HOST_FIELDS + VTEPS + "1001" + network.repeat(4097), Refusal.TOO_MANY);
    }

    @Test
    void leaseIsWrittenAndReadAsLaidOut() throws RefusedException {
        Lease lease = new Lease(
                "h1", 0x102, 0x304, 0x1112131415161718L, 5, 9, 1L << 63 | 3, new int[] {7, 8, 9}, 0x2122232425262728L);
        assertThat(lease.encode()).isEqualTo(bytes(LEASE));

        Lease read = Lease.decode(bytes(LEASE), bytes(LEASE).length);

        assertThat(read).usingRecursiveComparison().isEqualTo(lease);
        assertThat(IntStream.range(0, 64).filter(read::hasBucket)).containsExactly(0, 1, 63);
        assertThat(read.isNewer(63, 8)).isTrue();
        assertThat(read.isNewer(63, 9)).isFalse();
        assertThat(read.isNewer(0, 6)).isTrue();
        assertThat(read.isNewer(0, 7)).isFalse();
        assertThat(read.key()).isEqualTo("l/h1");
    }

    @Test
    void leaseComparesSequencesAcrossTheirWrappingAround() {
        Lease lease = new Lease("h1", 1, 1, 1, 1, 1, 1, new int[] {3}, 0);

        assertThat(lease.isNewer(0, 0xffff_fff0L)).isTrue();
        assertThat(lease.isNewer(0, 0x1_0000_0002L)).isTrue();
        assertThat(lease.isNewer(0, 0x1_0000_0003L)).isFalse();
    }

    @Test
    void leaseIsRefusedIfAnythingIsWrong() throws RefusedException {
        assertEveryTruncationIsRefused(Lease::decode, LEASE);
        assertHeaderIsChecked(Lease::decode, LEASE);
        assertRefused(Lease::decode, LEASE.replace("02 6831", "02 682f"), Refusal.MALFORMED);
        assertRefused(Lease::decode, LEASE.replace("02 6831", "02 ff31"), Refusal.MALFORMED);
        assertRefused(Lease::decode, LEASE.replace("8000000000000003", "8000000000000007"), Refusal.MALFORMED);
    }

    private static StationEntry entry(int vni, long mac) {
        return new StationEntry(vni, mac, 0, false, false, "p", List.of());
    }

    private static StationsRecord record(int bucket, List<StationEntry> entries) {
        return new StationsRecord("h1", bucket, 1, 1, entries);
    }

    private static void assertRefused(StationsRecord record, Refusal refusal) {
        byte[] encoded = record.encode();
        assertRefused(StationsRecord::decode, encoded, encoded.length, refusal);
    }

    @Test
    void stationsAreWrittenAndReadAsLaidOut() throws RefusedException {
        StationEntry vm = new StationEntry(
                7, VM, 3, true, false, "web1", List.of(bytes("0a000005"), bytes("fd000000000000000000000000000005")));
        StationsRecord record = new StationsRecord("h1", BUCKET, 0x102, 0x304, List.of(vm));
        assertThat(record.encode()).isEqualTo(bytes(STATIONS));

        StationsRecord read = StationsRecord.decode(bytes(STATIONS), bytes(STATIONS).length);

        assertThat(read).usingRecursiveComparison().isEqualTo(record);
        assertThat(read.key()).isEqualTo("s/h1/" + BUCKET);
    }

    @Test
    void stationsShareTheNamesOfTheirPorts() throws RefusedException {
        List<StationEntry> entries = new ArrayList<>();
        for (long mac = 0x02_00_00_00_00_00L; entries.size() < 20; mac++) {
            if (StationsRecord.bucketOf(7, mac) == 5) {
                String port = "port" + entries.size() % 3;
                entries.add(new StationEntry(7, mac, Integer.MAX_VALUE, false, true, port, List.of()));
            }
        }
        byte[] encoded = record(5, entries).encode();

        assertThat(StationsRecord.decode(encoded, encoded.length).entries()).isEqualTo(entries);
        assertThat(encoded).hasSize(20 + 3 + 1 + 2 + 3 * 6 + 2 + 20 * 17);
    }

    @Test
    void stationsAreRefusedIfAnythingIsWrong() throws RefusedException {
        assertEveryTruncationIsRefused(StationsRecord::decode, STATIONS);
        assertHeaderIsChecked(StationsRecord::decode, STATIONS);
        assertRefused(StationsRecord::decode, STATIONS.replace("02 6831", "02 682f"), Refusal.MALFORMED);
        assertRefused(StationsRecord::decode, STATIONS.replace("04 77656231", "04 776562ff"), Refusal.MALFORMED);
        // A port that the record has not, a sequence below zero, an address of 5 bytes, more entries than there are.
        assertRefused(StationsRecord::decode, STATIONS.replace("01000002", "01000102"), Refusal.MALFORMED);
        assertRefused(
                StationsRecord::decode, STATIONS.replace("00000003" + "01", "80000003" + "01"), Refusal.MALFORMED);
        assertRefused(StationsRecord::decode, STATIONS.replace("04 0a000005", "05 0a00000505"), Refusal.MALFORMED);
        assertRefused(StationsRecord::decode, STATIONS.replace("0001" + ENTRY, "0002" + ENTRY), Refusal.MALFORMED);
        assertRefused(StationsRecord::decode, STATIONS.replace("0001 04", "ffff 04"), Refusal.MALFORMED);
        assertRefused(
                StationsRecord::decode,
                STATIONS.replace("0002" + "04 0a000005", "0021" + "04 0a000005".repeat(31)),
                Refusal.MALFORMED);
    }

    @Test
    void stationsAreRefusedThatCannotBeInTheirBucket() {
        assertRefused(record((BUCKET + 1) % 64, List.of(entry(7, VM))), Refusal.MALFORMED);
        assertRefused(record(64, List.of()), Refusal.MALFORMED);
        assertRefused(record(255, List.of()), Refusal.MALFORMED);
        assertRefused(record(BUCKET, List.of(entry(7, VM), entry(7, VM))), Refusal.MALFORMED);
        long group = 0x03_00_00_00_00_01L;
        assertRefused(record(StationsRecord.bucketOf(7, group), List.of(entry(7, group))), Refusal.MALFORMED);
        assertRefused(record(StationsRecord.bucketOf(7, 0), List.of(entry(7, 0))), Refusal.MALFORMED);
        assertRefused(record(StationsRecord.bucketOf(0, VM), List.of(entry(0, VM))), Refusal.MALFORMED);
    }

    @Test
    void networkIsWrittenAndReadAsLaidOut() throws RefusedException {
        NetworkConfig blue = new NetworkConfig("blue", 10, 7, 1500, 300, 65536, true, true, true);
        NetworkRecord record = new NetworkRecord("blue", 5, "h1", blue);
        assertThat(record.encode()).isEqualTo(bytes(BLUE));

        NetworkRecord read = NetworkRecord.decode(bytes(BLUE), bytes(BLUE).length);

        assertThat(read).isEqualTo(record);
        assertThat(read.key()).isEqualTo("n/blue");
    }

    @Test
    void eachFlagOfANetworkIsItsOwn() throws RefusedException {
        for (int flags = 0; flags < 8; flags++) {
            NetworkRecord record = new NetworkRecord(
                    "blue",
                    1,
                    "h1",
                    new NetworkConfig(
                            "blue", null, 7, 1500, 300, 9, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0));
            byte[] encoded = record.encode();

            assertThat(encoded[20 + 5 + 3]).isEqualTo((byte) (flags << 1));
            assertThat(NetworkRecord.decode(encoded, encoded.length)).isEqualTo(record);
        }
    }

    @Test
    void deletedNetworkIsWrittenAndReadAsLaidOut() throws RefusedException {
        String deleted = "5453 01 04 0000000000000000 0000000000000006" + "04 626c7565" + "02 6831" + "01";
        NetworkRecord record = new NetworkRecord("blue", 6, "h1", null);
        assertThat(record.encode()).isEqualTo(bytes(deleted));

        assertThat(NetworkRecord.decode(bytes(deleted), bytes(deleted).length)).isEqualTo(record);
        assertEveryTruncationIsRefused(NetworkRecord::decode, deleted);
        assertRefused(NetworkRecord::decode, deleted.replace("626c7565", "626c2f65"), Refusal.MALFORMED);
    }

    @Test
    void networkIsRefusedIfAnythingIsWrong() throws RefusedException {
        assertEveryTruncationIsRefused(NetworkRecord::decode, BLUE);
        assertHeaderIsChecked(NetworkRecord::decode, BLUE);
        assertRefused(NetworkRecord::decode, BLUE.replace("04 626c7565", "04 426c7565"), Refusal.MALFORMED);
        assertRefused(NetworkRecord::decode, BLUE.replace("02 6831", "02 6820"), Refusal.MALFORMED);
        assertRefused(NetworkRecord::decode, BLUE.replace("02 6831", "00"), Refusal.MALFORMED);
        // VLAN 4095, VNI 0, MTU 67, an ageing time and a limit of none.
        assertRefused(NetworkRecord::decode, BLUE.replace("0e000a", "0e0fff"), Refusal.MALFORMED);
        assertRefused(NetworkRecord::decode, BLUE.replace("000007", "000000"), Refusal.MALFORMED);
        assertRefused(NetworkRecord::decode, BLUE.replace("05dc", "0043"), Refusal.MALFORMED);
        assertRefused(NetworkRecord::decode, BLUE.replace("0000012c", "00000000"), Refusal.MALFORMED);
        assertRefused(NetworkRecord::decode, BLUE.replace("00010000", "ffffffff"), Refusal.MALFORMED);
    }

    @Test
    void portsAreWrittenAndReadAsLaidOut() throws RefusedException {
        String hex = "5453 01 05" + EPOCH + SEQUENCE + "0002" + "04 77656231 03 746170 04 626c7565 02 7570" + "05"
                + "0002 03 726564 01 67" + "04 74617030" + "01 70 03 746170 04 626c7565 06 6661696c6564" + "02"
                + "03 6e6f00";
        List<RemotePort> ports = List.of(
                new RemotePort("web1", "tap", "blue", List.of("red", "g"), "up", null, "tap0"),
                new RemotePort("p", "tap", "blue", null, "failed", "no\0", null));
        assertThat(Reports.ports(0x102, 0x304, ports)).isEqualTo(bytes(hex));

        assertThat(Reports.ports(bytes(hex), bytes(hex).length)).isEqualTo(ports);
        assertEveryTruncationIsRefused(Reports::ports, hex);
        assertHeaderIsChecked(Reports::ports, hex);
        assertRefused(Reports::ports, hex.replace("0002 03 726564", "ffff 03 726564"), Refusal.MALFORMED);
        assertRefused(Reports::ports, hex.replace("02 7570", "02 c0af"), Refusal.MALFORMED);
    }

    @Test
    void eventsAreWrittenAndReadAsLaidOut() throws RefusedException {
        String hex = "5453 01 06" + EPOCH + SEQUENCE + "0001" + "0000000000000fa0" + "03 796573 01 78 03 e282ac";
        List<HostEvent> events = List.of(new HostEvent(Instant.ofEpochSecond(4), "h1", "yes", "x", "\u20ac"));
        assertThat(Reports.events(0x102, 0x304, events)).isEqualTo(bytes(hex));
        Decoding decoding = (record, length) -> Reports.events("h1", record, length);

        assertThat(decoding.decode(bytes(hex), bytes(hex).length)).isEqualTo(events);
        assertEveryTruncationIsRefused(decoding, hex);
        assertHeaderIsChecked(decoding, hex);
        assertRefused(decoding, hex.replace("e282ac", "e28228"), Refusal.MALFORMED);
        // No time is too odd to be shown.
        decoding.decode(bytes(hex.replace("0000000000000fa0", "8000000000000000")), bytes(hex).length);
    }

    @Test
    void longTextsAreCutBetweenCharacters() throws RefusedException {
        String text = "\u20ac".repeat(100);
        byte[] encoded = Reports.events(1, 1, List.of(new HostEvent(Instant.EPOCH, "h", "k", text, "x" + text)));

        List<HostEvent> read = Reports.events("h", encoded, encoded.length);

        assertThat(read.get(0).subject()).isEqualTo("\u20ac".repeat(85));
        assertThat(read.get(0).text()).isEqualTo("x" + "\u20ac".repeat(84));
    }

    @Test
    void aBucketOfTheMostThatAHostTellsFitsInARecord() throws RefusedException {
        List<StationEntry> entries = new ArrayList<>();
        List<byte[]> two = List.of(fill(16, 1), fill(16, 2));
        for (long mac = 0x02_00_00_00_00_00L; entries.size() < StationsRecord.MOST_ENTRIES; mac++) {
            if (StationsRecord.bucketOf(7, mac) == 5) {
                String port = String.format("%063d", entries.size());
                entries.add(new StationEntry(7, mac, 0, false, false, port, two));
            }
        }
        StationsRecord record = record(5, entries);
        byte[] sealed = VirtualHost.keyring().seal(record.key(), record.encode());

        int length = VirtualHost.keyring().open(record.key(), sealed);

        assertThat(StationsRecord.decode(sealed, length).entries()).hasSize(StationsRecord.MOST_ENTRIES);
        entries.set(
                0,
                new StationEntry(
                        7, entries.get(0).mac(), 0, false, false, "p", List.of(fill(4, 1), fill(4, 2), fill(4, 3))));
        assertRefused(record(5, entries), Refusal.TOO_MANY);
        entries.set(0, new StationEntry(7, entries.get(0).mac(), 0, false, false, "p", List.of()));
        entries.add(entries.get(1));
        assertRefused(record(5, entries), Refusal.TOO_MANY);
    }

    @Test
    void aStationHasNoMoreAddressesThanAreTold() {
        StationEntry many = new StationEntry(
                7,
                VM,
                0,
                false,
                false,
                "p",
                IntStream.range(0, 33).mapToObj(i -> fill(4, i)).toList());

        assertRefused(record(BUCKET, List.of(many)), Refusal.MALFORMED);
    }
}
