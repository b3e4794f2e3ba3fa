package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
    private static final Caller ALICE = new Caller("alice", Role.OPERATE, "127.0.0.1:5");

    @TempDir
    Path directory;

    private volatile long now;

    private AuditLog open(long mostBytes) throws IOException {
        return new AuditLog(directory, mostBytes, () -> now);
    }

    private static Audit.Entry entry(int number) {
        return new Audit.Entry(
                Instant.ofEpochSecond(number), ALICE, "POST", "/api/v1/ports", 201, "port " + number, null);
    }

    private static Audit.Entry stranger() {
        return new Audit.Entry(Instant.EPOCH, Caller.unknown("192.0.2.1:9"), "GET", "/api/v1/ports", 401, null, "who?");
    }

    private List<String> done(int limit) throws IOException {
        return AuditLog.newest(directory, limit).stream()
                .map(line -> line.path("done").asText())
                .toList();
    }

    @Test
    void keepsWhoDidWhat() throws IOException {
        try (AuditLog log = open(AuditLog.MOST_BYTES)) {
            log.record(entry(1));
            log.record(stranger());
        }
        try (AuditLog log = open(AuditLog.MOST_BYTES)) {
            log.record(entry(2));
        }
        assertThat(Files.readAllLines(directory.resolve("audit.log")))
                .containsExactly(
                        "{\"time\":\"1970-01-01T00:00:01Z\",\"caller\":\"alice\",\"role\":\"operate\","
                                + "\"address\":\"127.0.0.1:5\",\"method\":\"POST\",\"path\":\"/api/v1/ports\","
                                + "\"status\":201,\"done\":\"port 1\"}",
                        "{\"time\":\"1970-01-01T00:00:00Z\",\"caller\":\"unknown\",\"role\":\"anyone\","
                                + "\"address\":\"192.0.2.1:9\",\"method\":\"GET\",\"path\":\"/api/v1/ports\","
                                + "\"status\":401,\"reason\":\"who?\"}",
                        "{\"time\":\"1970-01-01T00:00:02Z\",\"caller\":\"alice\",\"role\":\"operate\","
                                + "\"address\":\"127.0.0.1:5\",\"method\":\"POST\",\"path\":\"/api/v1/ports\","
                                + "\"status\":201,\"done\":\"port 2\"}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("audit.log"))))
                .isEqualTo("rw-------");
    }

    @Test
    void keepsABoundedNumberOfFiles() throws IOException {
        for (int i = 0; i < 30; i++) {
            try (AuditLog log = open(300)) {
                log.record(entry(i));
            }
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "audit.log", "audit.log.1", "audit.log.2", "audit.log.3", "audit.log.4", "audit.log.5");
        }
        assertThat(done(3)).containsExactly("port 27", "port 28", "port 29");
        assertThat(done(1000)).hasSizeBetween(6, 12).endsWith("port 28", "port 29");
    }

    @Test
    void skipsALineThatACrashCutShort() throws IOException {
        try (AuditLog log = open(AuditLog.MOST_BYTES)) {
            log.record(entry(1));
        }
        Files.writeString(directory.resolve("audit.log"), "{\"time\":\"19\n", StandardOpenOption.APPEND);
        try (AuditLog log = open(AuditLog.MOST_BYTES)) {
            log.record(entry(2));
        }
        assertThat(done(10)).containsExactly("port 1", "port 2");
    }

    @Test
    void beginsALineOfItsOwnBehindOneThatWasCutShort() throws IOException {
        Files.writeString(directory.resolve("audit.log"), "{\"time\":\"19");
        try (AuditLog log = open(AuditLog.MOST_BYTES)) {
            log.record(entry(1));
        }
        assertThat(done(10)).containsExactly("port 1");
    }

    @Test
    void goesOnWhenTheFileWasTakenAway() throws Exception {
        try (AuditLog log = open(AuditLog.MOST_BYTES)) {
            log.record(entry(1));
            while (done(10).isEmpty()) {
                Thread.sleep(5);
            }
            Files.delete(directory.resolve("audit.log"));
            log.record(entry(2));
        }
        assertThat(done(10)).containsExactly("port 2");
    }

    private List<JsonNode> linesOf(String caller) throws IOException {
        return AuditLog.newest(directory, 10_000).stream()
                .filter(line -> line.path("caller").asText().equals(caller))
                .toList();
    }

    /** In whatever way: a log-in that makes no sense, a page of somebody else, what a role is too weak for or nobody has. */
    @Test
    void whoIsRefusedCannotPushOutWhatOthersDid() throws IOException {
        Caller stranger = Caller.unknown("192.0.2.1:9");
        Caller reader = new Caller("bob", Role.READ, "192.0.2.2:9");
        try (AuditLog log = open(AuditLog.MOST_BYTES)) {
            for (int i = 0; i < 1000; i++) {
                log.record(new Audit.Entry(Instant.EPOCH, stranger, "POST", "/api/v1/session", 422, null, null));
                log.record(new Audit.Entry(Instant.EPOCH, stranger, "GET", "/api/v1/ports", 403, null, "no"));
                log.record(new Audit.Entry(Instant.EPOCH, reader, "POST", "/api/v1/ports", 403, null, "no"));
                log.record(new Audit.Entry(Instant.EPOCH, ALICE, "DELETE", "/api/v1/ports/x", 404, null, null));
                if (i % 10 == 0) {
                    log.record(entry(i));
                }
            }
        }
        assertThat(linesOf("unknown")).hasSize(Refusals.MOST_A_MINUTE + 1);
        assertThat(linesOf("bob")).hasSize(Refusals.MOST_A_MINUTE + 1);
        assertThat(linesOf("alice")).hasSize(100 + Refusals.MOST_A_MINUTE + 1);
        assertThat(done(10_000)).contains("port 0", "port 500", "port 990");
        assertThat(linesOf("bob"))
                .filteredOn(line -> line.has("alsoRefused"))
                .singleElement()
                .extracting(line -> line.path("status").asInt(), line -> line.path("alsoRefused")
                        .asInt())
                .containsExactly(403, 1000 - Refusals.MOST_A_MINUTE - 1);
    }

    @Test
    void tellsOfTheRestAtTheEndOfTheMinute() throws Exception {
        try (AuditLog log = open(AuditLog.MOST_BYTES)) {
            for (int i = 0; i < Refusals.MOST_A_MINUTE + 3; i++) {
                log.record(stranger());
            }
            while (linesOf("unknown").size() < Refusals.MOST_A_MINUTE) {
                Thread.sleep(5);
            }
            now += TimeUnit.MINUTES.toNanos(1);
            while (linesOf("unknown").size() == Refusals.MOST_A_MINUTE) {
                Thread.sleep(5);
            }
            assertThat(linesOf("unknown")).last().satisfies(line -> assertThat(
                            line.path("alsoRefused").asInt())
                    .isEqualTo(2));
            log.record(stranger());
        }
        assertThat(linesOf("unknown")).hasSize(Refusals.MOST_A_MINUTE + 2);
    }

    /** Else somebody with many names, such as a host that asks for many, would make it grow without end. */
    @Test
    void manyCallersShareWhatIsLeft() {
        Refusals refusals = new Refusals();
        int written = 0;
        for (int i = 0; i < 5000; i++) {
            written += refusals.take("caller" + i, Json.object(), 0) ? 1 : 0;
        }
        assertThat(written).isEqualTo(1000 + Refusals.MOST_A_MINUTE);
        assertThat(refusals.end()).singleElement().satisfies(line -> assertThat(
                        line.path("alsoRefused").asInt())
                .isEqualTo(4000 - Refusals.MOST_A_MINUTE - 1));
    }

    @Test
    void saysWhichFileItCannotWrite() {
        assertThatThrownBy(() -> new AuditLog(directory.resolve("missing"), 1, () -> 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(directory.resolve("missing/audit.log").toString())
                .hasMessageContaining("--state-dir");
    }
}
