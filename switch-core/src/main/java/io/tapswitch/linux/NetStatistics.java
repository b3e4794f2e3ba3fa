package io.tapswitch.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * Counters of the kernel's own IP, as {@code /proc/net/netstat} has them: for each protocol a line of names, and below it
 * one of values.
 *
 * <pre>
 *  TcpExt: SyncookiesSent SyncookiesRecv ... IPReversePathFilter ...
 *  TcpExt: 0 0 ... 12 ...
 * </pre>
 */
public final class NetStatistics {
    private static final Path FILE = Path.of("/proc/thread-self/net/netstat");

    private NetStatistics() {}

    /**
     * How many packets the calling thread's network namespace has dropped since it was made because the way back to their
     * source would have been another interface (the sysctl {@code rp_filter}).
     *
     * @return nothing if this kernel does not count them
     * @throws IOException if the kernel does not say
     */
    public static OptionalLong reversePathDrops() throws IOException {
        return find(Files.readAllLines(FILE), "TcpExt:", "IPReversePathFilter");
    }

    static OptionalLong find(List<String> lines, String protocol, String name) {
        for (int i = 0; i + 1 < lines.size(); i += 2) {
            List<String> names = Arrays.asList(lines.get(i).split(" "));
            String[] values = lines.get(i + 1).split(" ");
            int at = names.indexOf(name);
            if (names.get(0).equals(protocol) && at > 0 && at < values.length) {
                return OptionalLong.of(Long.parseLong(values[at]));
            }
        }
        return OptionalLong.empty();
    }
}
