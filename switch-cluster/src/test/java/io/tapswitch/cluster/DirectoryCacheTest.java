package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.cluster.DirectoryCache.Content;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is known of other hosts, on disk, whatever becomes of the file. */
class DirectoryCacheTest {
    @TempDir
    private Path directory;

    private Path file;
    private DirectoryCache cache;

    @BeforeEach
    void name() {
        file = directory.resolve("cluster.cache");
        cache = new DirectoryCache(directory, "lab");
    }

    private static Content content(int epoch) {
        Map<String, byte[]> records = new LinkedHashMap<>();
        records.put("h/a", new byte[] {1, 2, 3});
        records.put("s/a/5", new byte[0]);
        return new Content(epoch, records, Map.of("n/blue", new byte[] {4}));
    }

    private void assertNothingIsLoaded() {
        assertThat(cache.load()).isSameAs(Content.NONE);
    }

    @Test
    void loadsWhatItSaved() {
        cache.save(content(5));

        assertThat(cache.load()).usingRecursiveComparison().isEqualTo(content(5));
        assertThat(cache.load().records()).containsOnlyKeys("h/a", "s/a/5");
        assertThat(cache.writtenAt()).isNotNull();
    }

    @Test
    void hasNothingBeforeItSaved() {
        assertNothingIsLoaded();
        assertThat(cache.writtenAt()).isNull();
    }

    @Test
    void takesNothingOfAnotherCluster() {
        new DirectoryCache(directory, "other").save(content(5));

        assertNothingIsLoaded();
    }

    @Test
    void keepsNothingWithoutADirectory() {
        DirectoryCache none = new DirectoryCache(null, "lab");
        none.save(content(5));

        assertThat(none.load()).isSameAs(Content.NONE);
        assertThat(none.writtenAt()).isNull();
    }

    @Test
    void takesNothingOfAFileThatWasCut() throws IOException {
        cache.save(content(5));
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertNothingIsLoaded();
        }
    }

    @Test
    void takesNothingOfAFileWhoseNumbersCannotBe() throws IOException {
        cache.save(content(5));
        byte[] whole = Files.readAllBytes(file);
        // Magic, epoch, number of records, length of the first key, length of the first record.
        assertNothingIsLoadedWith(whole, 0, 0L);
        assertNothingIsLoadedWith(whole, 8, -1L);
        assertNothingIsLoadedWith(whole, 8, Long.MAX_VALUE);
        assertNothingIsLoadedWith(whole, 16, -1);
        assertNothingIsLoadedWith(whole, 16, Integer.MAX_VALUE);
        assertNothingIsLoadedWith(whole, 18, 0x0002_ffff);
        assertNothingIsLoadedWith(whole, 25, -1);
        assertNothingIsLoadedWith(whole, 25, Integer.MAX_VALUE);
        assertNothingIsLoadedWith(whole, 25, 4_000_000);
    }

    private void assertNothingIsLoadedWith(byte[] whole, int at, Number value) throws IOException {
        ByteBuffer damaged = ByteBuffer.wrap(whole.clone());
        if (value instanceof Long number) {
            damaged.putLong(at, number);
        } else {
            damaged.putInt(at, value.intValue());
        }
        Files.write(file, damaged.array());
        assertNothingIsLoaded();
    }

    @Test
    void anyDamageIsSurvived() throws IOException {
        cache.save(content(5));
        byte[] whole = Files.readAllBytes(file);
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 3000; round++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, damaged);

            assertThat(cache.load().epoch()).isBetween(0L, RecordReader.HIGHEST);
        }
    }

    @Test
    void takesNothingOfAHugeFileOrOfWhatIsNone() throws IOException {
        try (RandomAccessFile huge = new RandomAccessFile(file.toFile(), "rw")) {
            huge.setLength(3L << 30);
        }
        assertNothingIsLoaded();

        Files.delete(file);
        Files.createDirectory(file);
        assertNothingIsLoaded();
    }

    @Test
    void leavesTheOldFileIfItCannotWriteAndWritesWhenItCan() throws IOException {
        cache.save(content(5));
        Path fresh = directory.resolve("cluster.cache.new");
        Files.createDirectory(fresh);
        cache.save(content(6));
        assertThat(cache.load().epoch()).isEqualTo(5);

        Files.delete(fresh);
        cache.save(content(7));

        assertThat(cache.load().epoch()).isEqualTo(7);
    }

    @Test
    void replacesTheFileAsAWholeAndLeavesNoOther() throws IOException {
        cache.save(content(5));
        Object before = Files.getAttribute(file, "unix:ino");
        // What a crash left of an earlier attempt.
        Files.write(directory.resolve("cluster.cache.new"), new byte[10_000]);

        cache.save(content(6));

        assertThat(Files.getAttribute(file, "unix:ino")).isNotEqualTo(before);
        assertThat(cache.load()).usingRecursiveComparison().isEqualTo(content(6));
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }
}
