package io.tapswitch.api;

import io.tapswitch.linux.KernelFeatures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * The machine and the process that run the switch.
 *
 * @param name of the machine
 * @param version of TapSwitch
 * @param startedAt when the process began
 * @param kernel what it can do for the switch
 */
public record HostInfo(String name, String version, Instant startedAt, KernelFeatures kernel) {
    /** The machine's own name, without asking a name service. */
    public static String localName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "localhost";
        }
    }
}
