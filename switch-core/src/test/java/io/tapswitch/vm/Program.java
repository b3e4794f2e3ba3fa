package io.tapswitch.vm;

import io.tapswitch.it.TestHost;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A program that runs beside a test: without privileges also where the test is root, with all that it prints kept, and
 * killed by the kernel if the test's process ends first.
 */
final class Program implements AutoCloseable {
    /** Who runs the programs of a test that is root: {@code nobody}. */
    static final int NOBODY = 65534;

    private static final int PATIENCE_SECONDS = 10;

    /** The kernel's PR_SET_PDEATHSIG looks at the thread that started the child, so that thread must not end. */
    private static final ExecutorService STARTER = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "starter of programs");
        thread.setDaemon(true);
        return thread;
    });

    private final String name;
    private final Process process;
    private final Transcript transcript;

    private Program(String name, Process process) {
        this.name = name;
        this.process = process;
        this.transcript = new Transcript(process.getInputStream(), name);
    }

    /** Whether this test is root, and its programs are {@link #NOBODY}. */
    static boolean asNobody() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** Whether a program is on the path. */
    static boolean exists(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    /**
     * Starts a program.
     *
     * @param name what messages call it
     */
    static Program start(String name, List<String> command) {
        return started(name, unprivileged(command));
    }

    /**
     * Starts a program in the network of a host.
     *
     * @param capabilities what it may do besides, as {@code setpriv} names it; none for most programs
     */
    static Program startIn(TestHost host, String name, List<String> command, String... capabilities) {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", host.namespace()));
        words.addAll(unprivileged(command, capabilities));
        return started(name, words);
    }

    private static List<String> unprivileged(List<String> command, String... capabilities) {
        List<String> words = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
        if (asNobody()) {
            words.addAll(List.of("--reuid", String.valueOf(NOBODY), "--regid", String.valueOf(NOBODY)));
            words.add("--clear-groups");
            for (String capability : capabilities) {
                words.addAll(List.of("--inh-caps", "+" + capability, "--ambient-caps", "+" + capability));
            }
        }
        words.addAll(command);
        return words;
    }

    private static Program started(String name, List<String> words) {
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        try {
            return new Program(name, STARTER.submit(builder::start).get());
        } catch (ExecutionException e) {
            throw new AssertionError("cannot start " + String.join(" ", words), e.getCause());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static AssertionError interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new AssertionError("interrupted", cause);
    }

    /** How much it has printed so far, in characters. */
    int printed() {
        return transcript.length();
    }

    /** Waits until it prints something after the first {@code from} characters, and fails if it does not. */
    MatchResult await(String what, Pattern pattern, int from, int seconds) {
        try {
            return transcript
                    .await(pattern, from, seconds)
                    .orElseThrow(() -> failure(what + ": not within " + seconds + " s"));
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** A failure of this program, with its last words. */
    AssertionError failure(String what) {
        String end = hasEnded() ? " (it ended with status " + process.exitValue() + ")" : "";
        return new AssertionError(name + ": " + what + end + "; its last lines:\n" + transcript.lastLines());
    }

    /** A program that has just closed its output is about to end. */
    private boolean hasEnded() {
        try {
            return process.waitFor(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Connects to a Unix socket on which it listens, or soon will. */
    SocketChannel connect(Path socket) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            try {
                return SocketChannel.open(UnixDomainSocketAddress.of(socket));
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                    throw failure("it does not listen on " + socket + ": " + e.getMessage());
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    /** Types something into its standard input. */
    void type(String text) {
        try {
            OutputStream input = process.getOutputStream();
            input.write(text.getBytes(StandardCharsets.UTF_8));
            input.flush();
        } catch (IOException e) {
            throw failure("it takes no input: " + e.getMessage());
        }
    }

    /** Its process id. */
    long pid() {
        return process.pid();
    }

    /** Whether it runs. */
    boolean isRunning() {
        return process.isAlive();
    }

    /** Waits until it ends by itself; gives its exit status. */
    int awaitEnd() {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw failure("it does not end");
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Ends it by SIGKILL, and waits until it is gone. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    @Override
    public void close() {
        kill();
    }
}
