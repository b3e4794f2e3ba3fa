package io.tapswitch.port.tun;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * MAC addresses that are the same after each start, and differ from port to port and from machine to machine. They are
 * locally administered (IEEE 802, 8.4).
 */
final class StableMac {
    private static final long LOCAL = 0x0200_0000_0000L;
    private static final long GROUP = 0x0100_0000_0000L;

    private StableMac() {}

    /** The address of a port of this machine. */
    static long of(String port) {
        return of(read("/etc/machine-id"), read("/proc/sys/kernel/hostname"), port);
    }

    /** The address of a port; a container may have the machine's identity of its image, but not its host's name. */
    static long of(String machine, String host, String port) {
        try {
            String text = machine + "\n" + host + "\n" + port;
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong() >>> 16 & ~GROUP | LOCAL;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
