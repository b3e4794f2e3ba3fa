package io.tapswitch.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.config.ConfigReader;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who changed what, and who was not let, in files that outlive the daemon: {@code audit.log} in the state directory, and
 * {@code audit.log.1} to {@code audit.log.5} with what was before. One JSON object a line, readable by the owner only.
 *
 * <p>A thread of its own writes and syncs them, so that nobody waits for the disk. What comes while it is behind is
 * counted, and told in the next line. Of what was refused to a caller, or came to nothing, only so many a minute are written,
 * as they could fill the files and so push out what was there; of the others a line tells how many they were.
 */
final class AuditLog implements Audit, AutoCloseable {
    static final String FILE = "audit.log";
    static final int KEPT_FILES = 5;
    static final long MOST_BYTES = 10 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rw-------");
    private static final int LEAST_FAILURE = 400;
    private static final int WAITING = 4096;
    private static final ObjectNode END = Json.object();
    private static final int CLOSE_SECONDS = 5;
    private static final long LOOK_MILLIS = 1000;

    private final Path directory;
    private final long mostBytes;
    private final LongSupplier nanoTime;
    private final BlockingQueue<ObjectNode> queue = new ArrayBlockingQueue<>(WAITING);
    private final AtomicLong lost = new AtomicLong();
    private final Thread writer = new Thread(this::write, "api-audit");
    private FileChannel file;
    private boolean isWithinLine;
    private boolean hasFailed;
    private final Refusals refusals = new Refusals();

    /**
     * Opens the file.
     *
     * @param mostBytes of a file; then the next one begins
     * @param nanoTime the clock
     * @throws IOException if that is not possible, saying which file
     */
    AuditLog(Path directory, long mostBytes, LongSupplier nanoTime) throws IOException {
        this.directory = directory;
        this.mostBytes = mostBytes;
        this.nanoTime = nanoTime;
        try {
            file = open();
        } catch (IOException e) {
            throw new IOException("cannot write the audit log " + path(0) + " (" + e + "); see --state-dir", e);
        }
        writer.setDaemon(true);
        writer.start();
    }

    private Path path(int age) {
        return path(directory, age);
    }

    private static Path path(Path directory, int age) {
        return directory.resolve(age == 0 ? FILE : FILE + "." + age);
    }

    private FileChannel open() throws IOException {
        Set<StandardOpenOption> options =
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        isWithinLine = Files.exists(path(0)) && endsWithinLine(path(0));
        FileChannel opened = FileChannel.open(path(0), options, PosixFilePermissions.asFileAttribute(PRIVATE));
        Files.setPosixFilePermissions(path(0), PRIVATE);
        return opened;
    }

    /** A crash, or a full disk, may have cut the last line short: the next one is not to continue it. */
    private static boolean endsWithinLine(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            return file.size() > 0 && file.read(last, file.size() - 1) == 1 && last.get(0) != '\n';
        }
    }

    @Override
    public void record(Entry entry) {
        ObjectNode line = json(entry);
        boolean isInVain = entry.status() >= LEAST_FAILURE;
        boolean isTold = !isInVain || refusals.take(caller(entry), line, nanoTime.getAsLong());
        if (isTold && !queue.offer(line)) {
            lost.incrementAndGet();
        }
    }

    private static String caller(Entry entry) {
        return entry.caller().role() == Role.ANYONE
                ? Refusals.STRANGERS
                : entry.caller().name();
    }

    private static ObjectNode json(Entry entry) {
        ObjectNode json = Json.object()
                .put("time", entry.time().truncatedTo(ChronoUnit.MILLIS).toString())
                .put("caller", entry.caller().name())
                .put("role", entry.caller().role().label())
                .put("address", entry.caller().address())
                .put("method", entry.method())
                .put("path", entry.path())
                .put("status", entry.status());
        putText(json, "done", entry.done());
        putText(json, "reason", entry.refusal());
        return json;
    }

    private static void putText(ObjectNode json, String field, String text) {
        if (text != null) {
            json.put(field, text);
        }
    }

    private void write() {
        List<ObjectNode> lines = new ArrayList<>();
        boolean isEnd = false;
        try {
            while (!isEnd) {
                lines.clear();
                ObjectNode first = queue.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    lines.add(first);
                    queue.drainTo(lines);
                }
                isEnd = lines.removeIf(line -> line == END);
                lines.addAll(isEnd ? refusals.end() : refusals.told(nanoTime.getAsLong()));
                append(lines);
            }
        } catch (InterruptedException e) {
            LOG.warn("api: the audit log ends", e);
        }
    }

    private void append(List<ObjectNode> lines) {
        if (lines.isEmpty()) {
            return;
        }
        long missing = lost.getAndSet(0);
        if (missing > 0) {
            lines.get(0).put("lostBefore", missing);
        }
        try {
            if (!file.isOpen() || Files.notExists(path(0))) {
                file.close();
                file = open();
            }
            byte[] bytes = bytes(lines);
            if (file.size() > 0 && file.size() + bytes.length > mostBytes) {
                rotate();
            }
            if (isWithinLine) {
                write(new byte[] {'\n'});
            }
            write(bytes);
            file.force(false);
            isWithinLine = false;
            hasFailed = false;
        } catch (IOException e) {
            closeToLookAgain();
            lost.addAndGet(missing + lines.size());
            if (!hasFailed) {
                LOG.error("api: the audit log {} cannot be written: {}", path(0), e.toString());
            }
            hasFailed = true;
        }
    }

    private static byte[] bytes(List<ObjectNode> lines) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (ObjectNode line : lines) {
            bytes.write(ConfigReader.JSON.writeValueAsBytes(line));
            bytes.write('\n');
        }
        return bytes.toByteArray();
    }

    private void write(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            file.write(buffer);
        }
    }

    /** What was written of a line, if the disk is full, is found when the file is opened for the next. */
    private void closeToLookAgain() {
        try {
            file.close();
        } catch (IOException e) {
            LOG.debug("api: the audit log does not close", e);
        }
    }

    private void rotate() throws IOException {
        file.close();
        for (int age = KEPT_FILES - 1; age >= 0; age--) {
            if (Files.exists(path(age))) {
                Files.move(path(age), path(age + 1), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        file = open();
    }

    /**
     * The newest lines of the files, the oldest first. Any thread; waits for the disk.
     *
     * @param directory where the files are
     */
    static List<JsonNode> newest(Path directory, int limit) throws IOException {
        Deque<JsonNode> newest = new ArrayDeque<>();
        for (int age = 0; age <= KEPT_FILES && newest.size() < limit; age++) {
            tail(path(directory, age), limit - newest.size())
                    .descendingIterator()
                    .forEachRemaining(newest::addFirst);
        }
        return List.copyOf(newest);
    }

    private static Deque<JsonNode> tail(Path file, int limit) throws IOException {
        Deque<String> lines = new ArrayDeque<>();
        // Not Files.lines, which a half-written character would end.
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (lines.size() == limit) {
                    lines.removeFirst();
                }
                lines.addLast(line);
            }
        } catch (NoSuchFileException e) {
            LOG.trace("api: there is no such audit log, or not any more", e);
        }
        Deque<JsonNode> entries = new ArrayDeque<>();
        lines.forEach(line -> parse(line, entries));
        return entries;
    }

    private static void parse(String line, Deque<JsonNode> entries) {
        try {
            entries.addLast(ConfigReader.JSON.readTree(line));
        } catch (JsonProcessingException e) {
            LOG.debug("api: a line of the audit log was cut short", e);
        }
    }

    /** Writes what waits, and ends. */
    @Override
    public void close() throws IOException {
        try {
            // Not by interrupt, which would close the file.
            queue.offer(END, CLOSE_SECONDS, TimeUnit.SECONDS);
            writer.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        file.close();
    }
}
