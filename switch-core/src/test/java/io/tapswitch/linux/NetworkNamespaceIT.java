package io.tapswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NetworkNamespaceIT {
    private static final Path HERE = Path.of("/proc/thread-self/ns/net");

    private List<String> openBefore;

    @BeforeAll
    static void needsRoot() {
        Privileges.assumeRootAndTun();
    }

    @BeforeEach
    void countOpenFiles() {
        openBefore = Privileges.openFiles();
    }

    @AfterEach
    void leavesNothingOpen() {
        assertThat(Privileges.openFiles()).isEqualTo(openBefore);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(n -> n.startsWith("netns"));
    }

    @Test
    void runsTheActionInsideAndLeavesTheCallerWhereItIs() throws Exception {
        try (TestNamespace namespace = new TestNamespace()) {
            Path before = Files.readSymbolicLink(HERE);
            Path inside = NetworkNamespace.call(namespace.name(), () -> Files.readSymbolicLink(HERE));
            assertThat(inside).isNotEqualTo(before);
            assertThat(Files.readSymbolicLink(HERE)).isEqualTo(before);
            assertThat(NetworkNamespace.call("/run/netns/" + namespace.name(), () -> Files.readSymbolicLink(HERE)))
                    .isEqualTo(inside);
            assertThat(NetworkNamespace.exists(namespace.name())).isTrue();
        }
    }

    @Test
    void entersTheNamespaceOfAProcess() throws Exception {
        Process process = new ProcessBuilder("unshare", "--net", "sleep", "60").start();
        try {
            String path = "/proc/" + process.pid() + "/ns/net";
            for (int i = 0;
                    i < 500 && Files.readSymbolicLink(Path.of(path)).equals(Files.readSymbolicLink(HERE));
                    i++) {
                Thread.sleep(10);
            }
            assertThat(NetworkNamespace.call(path, () -> Files.readSymbolicLink(HERE)))
                    .isEqualTo(Files.readSymbolicLink(Path.of(path)))
                    .isNotEqualTo(Files.readSymbolicLink(HERE));
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void runsOnTheCallingThreadWithoutANamespace() throws Exception {
        assertThat(NetworkNamespace.call(null, Thread::currentThread)).isSameAs(Thread.currentThread());
    }

    @Test
    void saysHowToMakeAMissingNamespace() {
        assertThatThrownBy(() -> NetworkNamespace.call("tswt-web", () -> 1))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining(
                        "network namespace 'tswt-web' does not exist; create it with: ip netns add tswt-web");
        assertThatThrownBy(() -> NetworkNamespace.call("/proc/0/ns/net", () -> 1))
                .hasMessageContaining("network namespace '/proc/0/ns/net' does not exist; has its process ended?");
        assertThat(NetworkNamespace.exists("tswt-web")).isFalse();
    }

    @Test
    void saysThatAFileIsNoNamespace() {
        assertThatThrownBy(() -> NetworkNamespace.call("/etc/passwd", () -> 1))
                .hasMessageContaining("the file is not a network namespace");
        assertThatThrownBy(() -> NetworkNamespace.call("/proc/self/ns/uts", () -> 1))
                .hasMessageContaining("the file is not a network namespace");
    }

    @Test
    void doesNotLeaveTheDirectoryOfNames() {
        for (String name : List.of("", " ", ".", "..", "../proc", "a/b")) {
            assertThatThrownBy(() -> NetworkNamespace.call(name, () -> 1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void saysWhichCapabilityIsMissing() throws Exception {
        try (TestNamespace namespace = new TestNamespace()) {
            assertThatThrownBy(() -> Privileges.without(
                            List.of(Privileges.CAP_SYS_ADMIN), () -> NetworkNamespace.call(namespace.name(), () -> 1)))
                    .hasMessageContaining("it needs CAP_SYS_ADMIN");
        }
    }

    @Test
    void passesExceptionsOn() {
        try (TestNamespace namespace = new TestNamespace()) {
            IOException io = new IOException("one");
            assertThatThrownBy(() -> NetworkNamespace.call(namespace.name(), () -> {
                        throw io;
                    }))
                    .isSameAs(io);
            assertThatThrownBy(() -> NetworkNamespace.call(namespace.name(), () -> {
                        throw new ReflectiveOperationException("two");
                    }))
                    .isInstanceOf(IOException.class)
                    .hasRootCauseMessage("two");
            assertThatThrownBy(() -> NetworkNamespace.call(namespace.name(), () -> {
                        throw new StackOverflowError("three");
                    }))
                    .isInstanceOf(StackOverflowError.class);
        }
    }

    @Test
    void passesAnInterruptOnToTheAction() throws Exception {
        try (TestNamespace namespace = new TestNamespace()) {
            CountDownLatch inside = new CountDownLatch(1);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            AtomicReference<Boolean> status = new AtomicReference<>();
            Thread caller = new Thread(() -> {
                try {
                    NetworkNamespace.call(namespace.name(), () -> {
                        inside.countDown();
                        Thread.sleep(60_000);
                        return null;
                    });
                } catch (IOException e) {
                    thrown.set(e);
                }
                status.set(Thread.currentThread().isInterrupted());
            });
            caller.start();
            inside.await();
            caller.interrupt();
            caller.join(10_000);
            assertThat(thrown.get()).isInstanceOf(InterruptedIOException.class);
            assertThat(status.get()).isTrue();
        }
    }

    @Test
    void givesTheResultThatAnActionReachedInSpiteOfAnInterrupt() throws Exception {
        try (TestNamespace namespace = new TestNamespace()) {
            Thread.currentThread().interrupt();
            String result = NetworkNamespace.call(namespace.name(), () -> "opened");
            assertThat(Thread.interrupted()).isTrue();
            assertThat(result).isEqualTo("opened");
        }
    }
}
