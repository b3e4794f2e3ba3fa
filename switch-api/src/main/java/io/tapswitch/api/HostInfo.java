package io.tapswitch.api;

import io.tapswitch.linux.KernelFeatures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * The machine and the process that run the switch.
 *
 * @param name of the host in its cluster, or of the machine
 * @param version of TapSwitch
 * @param startedAt when the process began
 * @param kernel what it can do for the switch
 * @param vteps the addresses of its VTEP in the cluster; empty if it is in none
 * @param vtepPort UDP port of that; 0 if it is in none
 */
public record HostInfo(
        String name, String version, Instant startedAt, KernelFeatures kernel, List<String> vteps, int vtepPort) {
    /** The machine's own name, without asking a name service. */
    public static String localName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "localhost";
        }
    }
}
