package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.config.NetworkConfig;
import io.tapswitch.vxlan.OverlaySecret;
import io.tapswitch.vxlan.OverlaySecrets;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Records as no host writes them, with the tags of one that has the secret, or without. What ever raised a defect belongs
 * into the corpus, as a new file: the key in its first line, then the record without tags.
 */
class RecordFuzzTest {
    private static final int ROUNDS = 40_000;
    private static final long VM = 0x02_00_00_00_00_01L;
    private static final List<String> KEYS = List.of(
            "h/x",
            "h/y",
            "l/x",
            "l/y",
            "n/red",
            "n/green",
            "p/x",
            "e/x",
            "s/x/0",
            "s/x/63",
            "s/x/64",
            "s/x/",
            "s/x",
            "s//0",
            "h/",
            "l/X",
            "n/",
            "?",
            "",
            "h/\ud800",
            "n/\n");

    private final SplittableRandom random = new SplittableRandom(20_261_121);
    private final VirtualTime time = new VirtualTime();
    private final VirtualStores stores = new VirtualStores(time, new SplittableRandom(7));
    private VirtualHost honest;
    private VirtualHost victim;
    private List<Sample> corpus;

    /** A record without its tags. */
    private record Sample(String key, byte[] content) {}

    @BeforeEach
    void makeHosts() throws IOException, URISyntaxException {
        NetworkConfig blue = new NetworkConfig("blue", null, 7, null, null, null, null, null, null);
        honest = new VirtualHost(
                "a", 1, time, stores, new FakeSwitch().with(blue).use("blue"), VirtualHost.keyring(), null);
        victim = new VirtualHost("b", 2, time, stores, new FakeSwitch().use("blue"), VirtualHost.keyring(), null);
        pass(12_000);
        honest.hear("blue", VM, "web1");
        pass(200);
        corpus = corpus();
    }

    private void pass(long millis) {
        time.pass(millis, TimeUnit.MILLISECONDS);
    }

    private static List<Sample> corpus() throws IOException, URISyntaxException {
        Path directory = Path.of(Objects.requireNonNull(RecordFuzzTest.class.getResource("/corpus/records"))
                .toURI());
        List<Sample> samples = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                String text = Files.readString(file).replaceAll("#.*\n", "");
                int end = text.indexOf('\n');
                byte[] content = HexFormat.of().parseHex(text.substring(end).replaceAll("\\s", ""));
                samples.add(new Sample(text.substring(0, end), content));
            }
        }
        return samples;
    }

    private void takeSealed(String key, byte[] content) {
        victim.directory().take(key, VirtualHost.keyring().seal(key, content));
    }

    private long refused() {
        return victim.directory().refused().values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    private long refused(Refusal refusal) {
        return victim.directory().refused().getOrDefault(refusal.words(), 0L);
    }

    /** What host a says holds, and what came in stays within its limits. */
    private void assertUnharmed() {
        assertThat(victim.local().hostOf("blue", VM)).isEqualTo("a");
        assertThat(victim.local().linksByHost()).containsKey("a");
        assertThat(victim.local().config().network("blue"))
                .isEqualTo(honest.local().config().network("blue"));
        assertThat(victim.directory().peers().find("a").stationCount()).isEqualTo(1);
        assertThat(victim.directory().peers().all()).hasSizeLessThanOrEqualTo(Peers.MOST_HOSTS);
        assertThat(victim.directory().stations().published()).isZero();
    }

    @Test
    void theCorpusIsTakenOrRefusedAsItsFilesSay() throws IOException, URISyntaxException {
        assertThat(corpus).hasSizeGreaterThan(10);
        for (Sample sample : corpus) {
            takeSealed(sample.key(), sample.content());
            pass(20);
        }
        pass(30_000);

        assertUnharmed();
        assertThat(refused(Refusal.FORGED)).isZero();
        assertThat(refused(Refusal.MALFORMED)).isGreaterThan(5);
        assertThat(refused(Refusal.TOO_NEW)).isEqualTo(1);
        assertThat(refused(Refusal.MISPLACED)).isEqualTo(1);
    }

    @Test
    void mutatedRecordsOfAHostThatHasTheSecretHarmNobodyElse() {
        long tooShort = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Sample sample = corpus.get(random.nextInt(corpus.size()));
            String key = random.nextInt(20) == 0 ? KEYS.get(random.nextInt(KEYS.size())) : sample.key();
            byte[] content = mutated(sample.content());
            boolean isShort = content.length < RecordWriter.HEADER && RecordKind.ofKey(key) != null;
            tooShort += isShort ? 1 : 0;
            takeSealed(key, content);
            if (round % 200 == 0) {
                pass(random.nextInt(2_000));
            }
        }
        pass(60_000);

        assertUnharmed();
        assertThat(refused()).isBetween(ROUNDS / 2L, ROUNDS - ROUNDS / 20L);
        assertThat(refused(Refusal.FORGED)).isEqualTo(tooShort);
    }

    @Test
    void randomFieldsOfAHostThatHasTheSecretHarmNobodyElse() {
        for (int round = 0; round < ROUNDS; round++) {
            String key = KEYS.get(random.nextInt(KEYS.size()));
            RecordKind kind = RecordKind.ofKey(key);
            byte[] fields = new byte[random.nextInt(80)];
            random.nextBytes(fields);
            RecordWriter out = new RecordWriter(
                    kind == null ? RecordKind.HOST : kind, 1 + random.nextInt(3), random.nextInt(1000));
            if (random.nextBoolean()) {
                out.text(random.nextBoolean() ? "x" : "y");
            }
            takeSealed(key, out.raw(fields).toBytes());
        }
        pass(60_000);

        assertUnharmed();
        assertThat(refused()).isGreaterThan(ROUNDS / 2);
    }

    @Test
    void recordsWithoutTheSecretAreCountedAndChangeNothing() {
        Keyring other = Keyring.of(new OverlaySecrets(
                OverlaySecret.of("another secret that is long enough too..".getBytes(StandardCharsets.US_ASCII)),
                null));
        List<Map.Entry<String, byte[]>> right =
                List.copyOf(stores.content(RecordStore.Kind.RECORDS).entrySet());
        int known = victim.directory().peers().all().size();
        int events = victim.eventKinds().size();
        for (int round = 0; round < ROUNDS; round++) {
            Map.Entry<String, byte[]> stolen = right.get(random.nextInt(right.size()));
            Sample sample = corpus.get(random.nextInt(corpus.size()));
            switch (random.nextInt(3)) {
                case 0 -> victim.directory().take(sample.key(), other.seal(sample.key(), sample.content()));
                case 1 -> victim.directory().take(stolen.getKey(), changed(stolen.getValue()));
                default -> victim.directory().take("h/thief" + round, stolen.getValue());
            }
        }
        pass(60_000);

        assertUnharmed();
        assertThat(refused(Refusal.FORGED)).isEqualTo(ROUNDS).isEqualTo(refused());
        assertThat(victim.directory().peers().all()).hasSize(known);
        // One for each doubling.
        assertThat(victim.eventKinds().size() - events).isLessThan(20);
    }

    private byte[] changed(byte[] record) {
        byte[] bytes = record.clone();
        // A tag that does not count may be anything, but there is only one.
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        return bytes;
    }

    private byte[] mutated(byte[] original) {
        byte[] bytes = original.clone();
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 8));
                case 1 -> bytes = withNumber(bytes, at);
                case 2 -> bytes = repeated(bytes, at);
                case 3 -> bytes = newer(bytes);
                default -> {
                    if (bytes.length > 0) {
                        bytes[at] ^= (byte) (1 << random.nextInt(8));
                    }
                }
            }
        }
        return bytes;
    }

    /** Numbers at the ends of their ranges are those that matter. */
    private byte[] withNumber(byte[] bytes, int at) {
        int value = random.nextBoolean() ? 0xff : random.nextBoolean() ? 0 : random.nextInt(256);
        int end = Math.min(bytes.length, at + (1 << random.nextInt(4)));
        Arrays.fill(bytes, Math.min(at, end), end, (byte) value);
        return bytes;
    }

    private byte[] repeated(byte[] bytes, int at) {
        byte[] longer = Arrays.copyOf(bytes, bytes.length + Math.min(64, bytes.length - at));
        System.arraycopy(bytes, at, longer, bytes.length, longer.length - bytes.length);
        return longer;
    }

    /** So that it is not left out as one that is known. */
    private byte[] newer(byte[] bytes) {
        if (bytes.length >= RecordWriter.HEADER) {
            bytes[RecordWriter.HEADER - 1] = (byte) random.nextInt(256);
            bytes[RecordWriter.HEADER - 2] = (byte) random.nextInt(256);
        }
        return bytes;
    }
}
