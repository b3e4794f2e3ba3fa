package io.tapswitch.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a thread may do besides what every user may (capabilities(7)).
 *
 * @param effective a bit for each capability, by its number in linux/capability.h
 */
public record Capabilities(long effective) {
    private static final Path STATUS = Path.of("/proc/thread-self/status");
    private static final String LINE = "CapEff:";

    /** A capability that the switch has a use for. */
    public enum Capability {
        /** Makes and configures interfaces. */
        CAP_NET_ADMIN(12, "make and configure TAPs"),
        /** Opens packet sockets. */
        CAP_NET_RAW(13, "attach to existing interfaces"),
        /** Enters namespaces. */
        CAP_SYS_ADMIN(21, "open ports in other network namespaces");

        private final int bit;
        private final String purpose;

        Capability(int bit, String purpose) {
            this.bit = bit;
            this.purpose = purpose;
        }

        /** What the switch needs it for, to follow "can" or "cannot". */
        public String purpose() {
            return purpose;
        }
    }

    /**
     * Those of the calling thread, as a capability belongs to a thread; a process has them on all of its threads.
     *
     * @throws IOException if the kernel does not say
     */
    public static Capabilities ofThisThread() throws IOException {
        for (String line : Files.readAllLines(STATUS)) {
            if (line.startsWith(LINE)) {
                return parse(line.substring(LINE.length()).trim());
            }
        }
        throw new IOException(STATUS + " has no line " + LINE);
    }

    private static Capabilities parse(String hexadecimal) throws IOException {
        try {
            return new Capabilities(Long.parseUnsignedLong(hexadecimal, 16));
        } catch (NumberFormatException e) {
            throw new IOException(STATUS + " has capabilities that are no number: " + hexadecimal, e);
        }
    }

    /** Whether the thread has it. */
    public boolean has(Capability capability) {
        return (effective >>> capability.bit & 1) != 0;
    }
}
