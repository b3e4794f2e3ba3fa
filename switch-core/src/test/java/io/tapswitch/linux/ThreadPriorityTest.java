package io.tapswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ThreadPriorityTest {
    private static final int FIRST_FIELD = 3;
    private static final int NICE = 19;

    @Test
    void sendsOneThreadAndThoseThatItMakesToTheBackground() {
        int before = nice();
        int behind = Math.min(19, before + 15);
        int[] seen = inThread(() -> {
            ThreadPriority.background();
            return new int[] {nice(), inThread(ThreadPriorityTest::nice)};
        });
        assertThat(seen).containsExactly(behind, behind);
        assertThat(nice()).isEqualTo(before);
    }

    /** A thread of the background may make one that is to stand there too. */
    @Test
    void nothingStandsBehindTheBackground() {
        int behind = Math.min(19, nice() + 15);
        int[] seen = inThread(() -> {
            ThreadPriority.background();
            ThreadPriority.background();
            return new int[] {
                nice(),
                inThread(() -> {
                    ThreadPriority.background();
                    return nice();
                })
            };
        });
        assertThat(seen).containsExactly(behind, behind);
    }

    private static <T> T inThread(Supplier<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        new Thread(() -> result.complete(task.get())).start();
        return result.orTimeout(10, TimeUnit.SECONDS).join();
    }

    /** Field 19 of proc(5)'s stat; the name of the thread, in brackets, may have spaces. */
    private static int nice() {
        try {
            String stat = Files.readString(Path.of("/proc/thread-self/stat"));
            return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICE - FIRST_FIELD]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
