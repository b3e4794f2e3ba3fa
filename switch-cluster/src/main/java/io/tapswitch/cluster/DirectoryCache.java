package io.tapswitch.cluster;

import io.tapswitch.DurableFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this host knows of the others, on disk: {@code cluster.cache} in the state directory. A host that starts while it
 * can reach nobody goes on from there. The records are sealed, and read as sceptically as those of the store. A file that
 * cannot be read costs no more than that knowledge.
 */
final class DirectoryCache {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryCache.class);
    private static final long MAGIC = 0x5453_4341_4348_4501L;
    private static final int LONGEST_RECORD = 4 << 20;

    /** Bytes of the longest file that is read. */
    private static final long LONGEST_FILE = 256L << 20;

    /**
     * What is kept.
     *
     * @param epoch the one that this host had
     * @param records sealed, by key
     * @param seen definitions of networks, sealed, by key: as {@link NetworkCatalogue#seen}
     */
    record Content(long epoch, Map<String, byte[]> records, Map<String, byte[]> seen) {
        static final Content NONE = new Content(0, Map.of(), Map.of());
    }

    private final Path file;
    private final String cluster;

    /** Why the file could not be written last; null if it could. */
    private String trouble;

    /**
     * Names the file.
     *
     * @param stateDirectory null to keep nothing
     * @param cluster by name; what is known of the hosts of another one is of no use, though it may have the same secret
     */
    DirectoryCache(Path stateDirectory, String cluster) {
        this.cluster = cluster;
        file = stateDirectory == null ? null : stateDirectory.resolve("cluster.cache");
    }

    /** Reads the file; nothing if there is none, or if it is damaged. */
    Content load() {
        if (file == null) {
            return Content.NONE;
        }
        try {
            return parse(read());
        } catch (NoSuchFileException e) {
            return Content.NONE;
        } catch (IOException e) {
            LOG.warn("cluster: what was known of other hosts is lost: {}: {}", file, e.toString());
            return Content.NONE;
        }
    }

    private byte[] read() throws IOException {
        if (Files.size(file) > LONGEST_FILE) {
            throw new IOException("it is too long");
        }
        return Files.readAllBytes(file);
    }

    private Content parse(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        if (in.readLong() != MAGIC) {
            throw new IOException("not a file of this version");
        }
        long epoch = in.readLong();
        if (epoch < 0 || epoch >= RecordReader.HIGHEST) {
            throw new IOException("damaged");
        }
        Content content = new Content(epoch, readRecords(in), readRecords(in));
        String other = in.readUTF();
        if (!other.equals(cluster)) {
            throw new IOException("it is of another cluster, '" + other + "'");
        }
        return content;
    }

    private static Map<String, byte[]> readRecords(DataInputStream in) throws IOException {
        Map<String, byte[]> records = new LinkedHashMap<>();
        int count = in.readInt();
        if (count < 0) {
            throw new IOException("damaged");
        }
        for (int left = count; left > 0; left--) {
            String key = in.readUTF();
            int length = in.readInt();
            if (length < 0 || length > LONGEST_RECORD || length > in.available()) {
                throw new IOException("damaged");
            }
            records.put(key, in.readNBytes(length));
        }
        return records;
    }

    /** When the file was written; null if there is none. */
    FileTime writtenAt() {
        try {
            return file == null ? null : Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return null;
        }
    }

    /** Writes the file anew: after a crash it is the old one or the new one. Trouble is logged, and costs nothing else. */
    void save(Content content) {
        if (file == null) {
            return;
        }
        try {
            DurableFile.write(file, bytes(content));
            trouble = null;
        } catch (IOException e) {
            if (!e.toString().equals(trouble)) {
                trouble = e.toString();
                LOG.warn("cluster: what is known of other hosts cannot be kept: {}", trouble);
            }
        }
    }

    private byte[] bytes(Content content) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeLong(MAGIC);
            out.writeLong(content.epoch());
            writeRecords(content.records(), out);
            writeRecords(content.seen(), out);
            out.writeUTF(cluster);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeRecords(Map<String, byte[]> records, DataOutputStream out) throws IOException {
        out.writeInt(records.size());
        for (Map.Entry<String, byte[]> record : records.entrySet()) {
            out.writeUTF(record.getKey());
            out.writeInt(record.getValue().length);
            out.write(record.getValue());
        }
    }
}
