package io.tapswitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.memory.MemoryDriver;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateStoreTest {
    private static final ConfigReader READER = new ConfigReader(new PortDrivers(List.of(new MemoryDriver())));

    @TempDir
    Path temp;

    private Path file() {
        return temp.resolve("state.json");
    }

    private StateStore open() throws IOException {
        return new StateStore(temp, READER);
    }

    /** A state that tells by its every part which one it is, so that a mixture is noticed. */
    private static SwitchConfig state(int sequence) {
        List<PortConfig> ports = IntStream.range(0, 40)
                .mapToObj(i -> PortConfig.of("p" + i, "memory", null, new MemoryDriver.Settings(null))
                        .but()
                        .maxLearned(sequence)
                        .build())
                .toList();
        NetworkConfig network = new NetworkConfig("default", null, null, null, null, sequence, null, null, null);
        return new SwitchConfig(List.of(network), ports, List.of(), List.of());
    }

    private static int sequence(SwitchConfig state) {
        int sequence = state.networks().get(0).maxLearned();
        assertThat(state).isEqualTo(state(sequence));
        return sequence;
    }

    @Test
    void isEmptyAtFirst() throws Exception {
        try (StateStore store = open()) {
            assertThat(store.load()).isEqualTo(SwitchConfig.EMPTY);
            assertThat(file()).doesNotExist();
            assertThat(store.directory()).isEqualTo(temp);
        }
    }

    @Test
    void loadsWhatWasSavedLast() throws Exception {
        try (StateStore store = open()) {
            store.save(state(1));
            store.save(state(2));
            assertThat(store.load()).isEqualTo(state(2));
        }
        try (StateStore store = open()) {
            assertThat(store.load()).isEqualTo(state(2));
        }
        assertThat(file()).content().endsWith("}\n");
        assertThat(temp).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void makesItsDirectoryForItselfOnly() throws Exception {
        Path deep = temp.resolve("a/b");
        try (StateStore store = new StateStore(deep, READER)) {
            store.save(state(1));
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(deep)))
                .startsWith("rwx")
                .endsWith("---");
    }

    @Test
    void saysWhatToDoIfItsDirectoryCannotBeMade() throws Exception {
        Path blocked = Files.writeString(temp.resolve("file"), "x").resolve("state");
        assertThatThrownBy(() -> new StateStore(blocked, READER))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot make the state directory " + blocked)
                .hasMessageEndingWith("choose another with --state-dir");
    }

    @Test
    void sharesItsDirectoryWithNobody() throws Exception {
        try (StateStore store = open()) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(IOException.class)
                    .hasMessage("another tapswitch uses the state directory " + temp
                            + "; stop it, or give this one its own with --state-dir");
            store.save(state(1));
        }
        open().close();
    }

    @Test
    void sharesItsDirectoryWithNoOtherProcess() throws Exception {
        Process other = saver();
        begin(other, 1);
        try (BufferedReader acknowledged = reader(other)) {
            assertThat(acknowledged.readLine()).isNotNull();
            assertThatThrownBy(this::open).hasMessageStartingWith("another tapswitch uses the state directory");
        } finally {
            kill(other);
        }
        open().close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "null",
                "[]",
                "{\"networks\":[",
                "{} {}",
                "{\"ports\":{}}",
                "{\"nets\":[]}",
                "{\"networks\":[{\"name\":\"a\",\"vlan\":0}]}",
                "\u0000\u0000\u0000\u0000"
            })
    void refusesAFileThatItDidNotWriteAndLeavesItAlone(String text) throws Exception {
        Files.writeString(file(), text);
        try (StateStore store = open()) {
            assertThatThrownBy(store::load)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(file() + ": ")
                    .hasMessageEndingWith("; mend the file, or move it away to start with an empty state");
        }
        assertThat(file()).hasContent(text);
    }

    @Test
    void refusesEveryTruncationOfAState() throws Exception {
        byte[] whole;
        try (StateStore store = open()) {
            store.save(new SwitchConfig(List.of(), List.of(state(7).ports().get(0)), List.of(), List.of()));
            whole = Files.readAllBytes(file());
            // Without its last line break it is still whole.
            for (int length = 0; length < whole.length - 1; length += 7) {
                Files.write(file(), Arrays.copyOf(whole, length));
                assertThatThrownBy(store::load).as("%s bytes", length).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void refusesBytesThatAreNoText() throws Exception {
        byte[] bytes = {'{', (byte) 0xff, (byte) 0xfe, '}'};
        Files.write(file(), bytes);
        try (StateStore store = open()) {
            assertThatThrownBy(store::load).hasMessageStartingWith(file() + ": is not UTF-8 text; mend the file");
        }
        assertThat(file()).hasBinaryContent(bytes);
    }

    @Test
    void doesNotTakeAFileThatItCannotReadForNone() throws Exception {
        Files.createDirectory(file());
        try (StateStore store = open()) {
            assertThatThrownBy(store::load).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aLeftOverOfACrashIsHarmless() throws Exception {
        try (StateStore store = open()) {
            store.save(state(1));
            Files.writeString(temp.resolve("state.json.new"), "{\"networks\":[" + "x".repeat(100_000));
            assertThat(store.load()).isEqualTo(state(1));
            store.save(state(2));
            assertThat(store.load()).isEqualTo(state(2));
        }
    }

    @Test
    void aSaveThatFailsLeavesTheOldState() throws Exception {
        try (StateStore store = open()) {
            store.save(state(1));
            Files.createDirectory(temp.resolve("state.json.new"));
            assertThatThrownBy(() -> store.save(state(2))).isInstanceOf(IOException.class);
            assertThat(store.load()).isEqualTo(state(1));
            Files.delete(temp.resolve("state.json.new"));
            store.save(state(3));
            assertThat(store.load()).isEqualTo(state(3));
        }
    }

    /** The program of the next tests: saves without end, and says of each state that it is saved. */
    public static final class Saver {
        private Saver() {}

        /** Waits for the number of the first state on standard input. @param arguments the directory */
        public static void main(String[] arguments) throws IOException {
            // The classes are loaded while another process still has the directory.
            state(1).toJson().toPrettyString();
            int first = Integer.parseInt(new BufferedReader(new InputStreamReader(System.in)).readLine());
            StateStore store = new StateStore(Path.of(arguments[0]), READER);
            // One write for each line: a kill cannot leave half of one.
            FileOutputStream acknowledge = new FileOutputStream(FileDescriptor.out);
            for (int sequence = first; ; sequence++) {
                store.save(state(sequence));
                acknowledge.write((sequence + "\n").getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    private Process saver() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Saver.class.getName(),
                        temp.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void begin(Process saver, int first) throws IOException {
        saver.getOutputStream().write((first + "\n").getBytes(StandardCharsets.US_ASCII));
        saver.getOutputStream().flush();
    }

    private static BufferedReader reader(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static void kill(Process process) throws InterruptedException {
        // Process.destroyForcibly would also close the stream that still has what was acknowledged.
        process.toHandle().destroyForcibly();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aKillAtAnyMomentLeavesAWholeStateNoOlderThanTheLastAcknowledged() throws Exception {
        int rounds = 20;
        Deque<Process> children = new ArrayDeque<>();
        int last = 0;
        try {
            for (int round = 1; round <= rounds; round++) {
                while (children.size() < Math.min(3, rounds - round + 1)) {
                    children.add(saver());
                }
                begin(children.element(), last + 1);
                last = killedAfter(children.remove(), round, last);
                try (StateStore store = open()) {
                    int found = sequence(store.load());
                    assertThat(found).isBetween(last, last + 1);
                    last = found;
                }
            }
        } finally {
            children.forEach(Process::destroyForcibly);
        }
    }

    /** Kills the saver at another point of its loop each time. @return the last state that it acknowledged */
    private static int killedAfter(Process child, int round, int before) throws Exception {
        int last = before;
        try (BufferedReader acknowledged = reader(child)) {
            for (int saves = 0; saves < round; saves++) {
                last = Integer.parseInt(acknowledged.readLine());
            }
            TimeUnit.NANOSECONDS.sleep(round * 137_000L);
            kill(child);
            for (String line = acknowledged.readLine(); line != null; line = acknowledged.readLine()) {
                last = Integer.parseInt(line);
            }
        }
        return last;
    }
}
