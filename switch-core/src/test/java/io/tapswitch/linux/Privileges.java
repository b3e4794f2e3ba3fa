package io.tapswitch.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import io.netty.channel.epoll.Epoll;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** What a test may do here, and threads that may do less or see less than others. */
public final class Privileges {
    public static final int CAP_DAC_OVERRIDE = 1;
    public static final int CAP_DAC_READ_SEARCH = 2;
    public static final int CAP_FOWNER = 3;
    public static final int CAP_NET_ADMIN = 12;
    public static final int CAP_NET_RAW = 13;
    public static final int CAP_SYS_ADMIN = 21;

    private static final int CLONE_NEWNS = 0x20000;
    private static final int CAPABILITY_VERSION_3 = 0x2008_0522;
    private static final Pattern OURS = Pattern.compile("/dev/net/tun|socket:.*|net:.*|/run/netns/.*|/");

    static {
        // Once loaded, they keep a socket of their own, which is not to be taken for a leak.
        NetUtil.isIpV4StackPreferred();
        Epoll.isAvailable();
        Native.register(Privileges.class, NativeLibrary.getInstance("c"));
    }

    private Privileges() {}

    private static native int capget(long header, long data);

    private static native int capset(long header, long data);

    /** Skips the test, printing why, unless it can make namespaces and TAPs. */
    public static void assumeRootAndTun() {
        boolean root = "root".equals(System.getProperty("user.name"));
        boolean tun = Files.isWritable(Path.of("/dev/net/tun"));
        if (!root || !tun) {
            System.out.println("SKIPPED: " + (root ? "/dev/net/tun is missing" : "not root"));
        }
        Assumptions.assumeTrue(root && tun, "needs root and /dev/net/tun");
    }

    /**
     * What this process has open that the package under test opens: TAP queues, sockets, namespaces. The link of a
     * namespace without a name left points to "/".
     */
    public static List<String> openFiles() {
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
            return fds.map(Privileges::target)
                    .filter(target -> OURS.matcher(target).matches())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static String target(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString();
        } catch (IOException e) {
            return "closed meanwhile";
        }
    }

    /** Runs an action on a thread that has lost some capabilities for good. */
    public static <T> T without(List<Integer> capabilities, Callable<T> action) throws Exception {
        return onOwnThread(() -> {
            dropFromThisThread(capabilities);
            return action.call();
        });
    }

    /** Runs an action on a thread that sees an empty directory in place of {@code /dev/net}. */
    public static <T> T withEmptyDevNet(Callable<T> action) throws Exception {
        return onOwnThread(() -> {
            if (LibC.unshare(CLONE_NEWNS) < 0) {
                throw LinuxException.of(LibC.errno(), "make a mount namespace");
            }
            Shell.run("mount --make-rprivate /");
            Shell.run("mount -t tmpfs none /dev/net");
            return action.call();
        });
    }

    private static void dropFromThisThread(List<Integer> capabilities) throws IOException {
        try (Memory header = new Memory(8);
                Memory sets = new Memory(24)) {
            header.setInt(0, CAPABILITY_VERSION_3);
            header.setInt(4, 0);
            check(capget(LibC.address(header), LibC.address(sets)));
            // Two records of effective, permitted and inheritable; all of ours are among the first 32.
            int kept = ~capabilities.stream().mapToInt(bit -> 1 << bit).sum();
            sets.setInt(0, sets.getInt(0) & kept);
            sets.setInt(4, sets.getInt(4) & kept);
            check(capset(LibC.address(header), LibC.address(sets)));
        }
    }

    private static void check(int result) throws IOException {
        if (result < 0) {
            throw LinuxException.of(LibC.errno(), "change the capabilities of a thread");
        }
    }

    private static <T> T onOwnThread(Callable<T> action) throws Exception {
        FutureTask<T> task = new FutureTask<>(action);
        Thread thread = new Thread(task, "test");
        thread.start();
        thread.join();
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (Exception) e.getCause();
        }
    }
}
