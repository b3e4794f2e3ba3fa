package io.tapswitch.linux;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Runs code inside a network namespace (network_namespaces(7)). A namespace belongs to a thread, so each call has a
 * short-lived daemon thread of its own that enters it, and no other thread ever leaves its own.
 *
 * <p>What is opened inside, a socket or a TAP queue, stays in that namespace and can be used from any thread later.
 * It also keeps the namespace alive: {@code ip netns del} then only removes the name.
 */
public final class NetworkNamespace {
    private static final Path NAMED = Path.of("/run/netns");

    private NetworkNamespace() {}

    /**
     * Runs an action in a namespace and waits for it. An interrupt of the caller is passed on to the action; whatever
     * the action then gives is still returned, with the caller's interrupt status set, so nothing it opened is lost.
     *
     * @param nameOrPath a name as {@code ip netns} uses it, or an absolute path such as {@code /proc/123/ns/net}; null
     *     runs the action on the calling thread, where it is
     * @return what the action returned
     * @throws IllegalArgumentException if the name cannot be one
     * @throws IOException if the namespace cannot be entered, or from the action; other checked exceptions of the
     *     action are wrapped in one
     */
    public static <T> T call(String nameOrPath, Callable<T> action) throws IOException {
        if (nameOrPath == null) {
            return invoke(action);
        }
        Path path = path(nameOrPath);
        return onOwnThread("netns " + nameOrPath, () -> {
            enter(nameOrPath, path);
            return action.call();
        });
    }

    /**
     * Whether there is a namespace of that name, or a file at that absolute path; for null, the process's own, there is.
     *
     * @throws IllegalArgumentException if the name cannot be one
     */
    public static boolean exists(String nameOrPath) {
        return nameOrPath == null || Files.exists(path(nameOrPath));
    }

    /**
     * What tells a namespace from others, whatever its name: device and inode of its file.
     *
     * @return null for a null name, and if there is no such namespace now
     * @throws IllegalArgumentException if the name cannot be one
     */
    public static Object identity(String nameOrPath) throws IOException {
        if (nameOrPath == null) {
            return null;
        }
        try {
            return Files.readAttributes(path(nameOrPath), BasicFileAttributes.class)
                    .fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Runs an action in a new namespace that vanishes afterwards, with all that the action has not closed. */
    static <T> T callInThrowAway(Callable<T> action) throws IOException {
        return onOwnThread("netns throw-away", () -> {
            if (LibC.unshare(LibC.CLONE_NEWNET) < 0) {
                throw LinuxException.of(LibC.errno(), "make a network namespace", "it needs CAP_SYS_ADMIN");
            }
            return action.call();
        });
    }

    private static Path path(String nameOrPath) {
        if (nameOrPath.startsWith("/")) {
            return Path.of(nameOrPath);
        }
        if (nameOrPath.isBlank() || nameOrPath.contains("/") || nameOrPath.equals(".") || nameOrPath.equals("..")) {
            throw new IllegalArgumentException(
                    "'" + nameOrPath + "' is not a network namespace: give a name without '/', or an absolute path");
        }
        return NAMED.resolve(nameOrPath);
    }

    private static void enter(String nameOrPath, Path path) throws LinuxException {
        int fd = LibC.open(path.toString(), LibC.O_RDONLY | LibC.O_CLOEXEC);
        if (fd < 0) {
            throw unopened(nameOrPath, -fd);
        }
        try {
            if (LibC.setns(fd, LibC.CLONE_NEWNET) < 0) {
                throw unentered(nameOrPath, LibC.errno());
            }
        } finally {
            LibC.close(fd);
        }
    }

    private static LinuxException unopened(String nameOrPath, int errno) {
        boolean named = !nameOrPath.startsWith("/");
        if (errno != Errno.ENOENT) {
            return LinuxException.of(errno, "open network namespace '" + nameOrPath + "'");
        }
        return LinuxException.explained(
                errno,
                "enter network namespace '" + nameOrPath + "'",
                "network namespace '" + nameOrPath + "' does not exist; "
                        + (named ? "create it with: ip netns add " + nameOrPath : "has its process ended?"));
    }

    private static LinuxException unentered(String nameOrPath, int errno) {
        String doing = "enter network namespace '" + nameOrPath + "'";
        return switch (errno) {
            case Errno.EPERM ->
                LinuxException.of(
                        errno,
                        doing,
                        "it needs CAP_SYS_ADMIN: run as root, or as a service with the drop-in namespaces.conf");
            case Errno.EINVAL ->
                LinuxException.of(
                        errno,
                        doing,
                        "the file is not a network namespace"
                                + (nameOrPath.startsWith("/") ? "" : "; remove it with: ip netns del " + nameOrPath));
            default -> LinuxException.of(errno, doing);
        };
    }

    private static <T> T onOwnThread(String name, Callable<T> action) throws IOException {
        FutureTask<T> task = new FutureTask<>(action);
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        boolean interrupted = joinPassingInterrupts(thread);
        try {
            return invoke(() -> outcome(task));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean joinPassingInterrupts(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
                thread.interrupt();
            }
        }
    }

    private static <T> T outcome(FutureTask<T> task) throws Exception {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (Exception) e.getCause();
        }
    }

    private static <T> T invoke(Callable<T> action) throws IOException {
        try {
            return action.call();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (InterruptedException e) {
            InterruptedIOException interrupted = new InterruptedIOException("interrupted");
            interrupted.initCause(e);
            throw interrupted;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
