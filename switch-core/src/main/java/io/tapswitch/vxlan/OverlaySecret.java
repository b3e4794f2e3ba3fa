package io.tapswitch.vxlan;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;

/**
 * The secret that the hosts of an overlay share. From it come the keys of sealed frames (see {@link Sealing}) and the
 * key that authenticates the overlay's own messages; the secret itself is not kept.
 *
 * <p>It is a file of at most 4096 bytes, at least 32 without the white space at its two ends, which does not count; the
 * same on each host. Nothing slows down who guesses at it, so it has to be random rather than a passphrase, such as
 * {@code openssl rand -base64 32} gives. Others may have no right to the file, and its group may read it at most: mode
 * 0600, or 0640 for a daemon that is not root.
 *
 * <p>It is a group's secret: whoever has it can pass for any host. Immutable; any thread.
 */
public final class OverlaySecret {
    /** Bytes of a tag of {@link #controlTag}. */
    public static final int TAG = 16;

    private static final int SHORTEST = 32;
    private static final int LONGEST = 4096;

    /** Group write, and everything for others. */
    private static final int FORBIDDEN = 0027;

    private static final byte[] SALT = ascii("TapSwitch overlay");
    private static final byte[] CONTROL = ascii("control");
    private static final byte[] FRAMES = ascii("frames");
    private static final byte[] RECORDS = ascii("records");
    private static final byte[] PRINT = ascii("id");

    /** Bytes of a print that people see. */
    private static final int ID = 4;

    private final byte[] key;
    private final byte[] controlKey;
    private final byte[] recordKey;
    private final byte[] print;

    private OverlaySecret(byte[] content) {
        key = Hkdf.extract(SALT, content);
        controlKey = Hkdf.expand(key, CONTROL, Hkdf.HASH);
        recordKey = Hkdf.expand(key, RECORDS, Hkdf.HASH);
        print = Hkdf.expand(key, PRINT, Hkdf.HASH);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Reads the file.
     *
     * @throws IOException if it cannot be read, if users could read it that should not, or if it is too short or too
     *     long; the message names the file and says what to do
     */
    public static OverlaySecret read(Path file) throws IOException {
        try {
            requirePrivate(file);
            return of(trimmed(content(file)));
        } catch (NoSuchFileException e) {
            throw new IOException(
                    "the overlay's secret " + file
                            + " is not there; make it with (umask 077; openssl rand -base64 32 > " + file
                            + ") on one host, and copy it to the others",
                    e);
        } catch (AccessDeniedException e) {
            throw new IOException(
                    "the daemon may not read the overlay's secret " + file
                            + "; give it to the daemon's group: chgrp tapswitch " + file + ", chmod 640 " + file,
                    e);
        } catch (FileSystemException e) {
            throw new IOException("cannot read the overlay's secret " + file + " (" + e + ")", e);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage() + "; openssl rand -base64 32 makes a good one", e);
        }
    }

    /**
     * A secret that is not in a file.
     *
     * @param content taken as it is, white space too
     * @throws IllegalArgumentException if that is not 32 to 4096 bytes
     */
    public static OverlaySecret of(byte[] content) {
        if (content.length < SHORTEST || content.length > LONGEST) {
            throw new IllegalArgumentException("the overlay's secret has to be " + SHORTEST + " to " + LONGEST
                    + " bytes long, not " + content.length);
        }
        return new OverlaySecret(content);
    }

    private static void requirePrivate(Path file) throws IOException {
        int mode = (int) Files.getAttribute(file, "unix:mode") & 07777;
        if (!Files.isRegularFile(file)) {
            throw new IOException("the overlay's secret " + file + " is not a file");
        }
        int owner = (int) Files.getAttribute(file, "unix:uid");
        if (owner != 0 && owner != (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid")) {
            throw new IOException("the overlay's secret " + file
                    + " belongs to another user than root and the daemon's;" + " chown root " + file);
        }
        if ((mode & FORBIDDEN) != 0) {
            throw new IOException(String.format(
                    "too many users can get at the overlay's secret %s, whose mode is %04o; chmod 0600 %s,"
                            + " or 0640 to let its group read it",
                    file, mode, file));
        }
    }

    private static byte[] content(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(LONGEST + 1);
            if (content.length > LONGEST) {
                throw new IllegalArgumentException("this is longer than an overlay's secret, " + LONGEST + " bytes");
            }
            return content;
        }
    }

    private static byte[] trimmed(byte[] content) {
        int from = 0;
        int to = content.length;
        while (from < to && isSpace(content[from])) {
            from++;
        }
        while (from < to && isSpace(content[to - 1])) {
            to--;
        }
        return Arrays.copyOfRange(content, from, to);
    }

    private static boolean isSpace(byte character) {
        return character == ' ' || character >= '\t' && character <= '\r';
    }

    /**
     * A name for it, so that people see which hosts have the same one: eight hexadecimal digits, from HKDF as the keys are,
     * which tell nothing of the secret or the keys. Different secrets have the same id once in four thousand million.
     */
    public String id() {
        return HexFormat.of().formatHex(print, 0, ID);
    }

    /** What stands for it where it is not to be kept: 32 bytes, which no other secret has. */
    byte[] print() {
        return print.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OverlaySecret && Arrays.equals(print, ((OverlaySecret) other).print);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(print);
    }

    /**
     * The tag that shows that a message of the overlay's own is from a host that has the secret: HMAC-SHA256, cut to
     * {@link #TAG} bytes. That a message is fresh it does not show. Makes a few objects, so it is not for the frame
     * path.
     */
    public byte[] controlTag(ByteBuffer message, int from, int length) {
        Mac mac = Hkdf.hmac(controlKey);
        mac.update(message.slice(from, length));
        return Arrays.copyOf(mac.doFinal(), TAG);
    }

    /**
     * The tag that shows that a record of the directory is from a host that has the secret: HMAC-SHA256, cut to {@link #TAG}
     * bytes.
     *
     * @param name under which the record is kept
     * @param record of which the first bytes are authenticated
     */
    public byte[] recordTag(byte[] name, byte[] record, int length) {
        Mac mac = Hkdf.hmac(recordKey);
        mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, name.length));
        mac.update(name);
        mac.update(record, 0, length);
        return Arrays.copyOf(mac.doFinal(), TAG);
    }

    /** The key material of one stream's epoch from one session to another; {@link Sealing} says of what it is made. */
    byte[] frameKey(byte[] sender, byte[] receiver, int streamAndEpoch, int length) {
        ByteBuffer info = ByteBuffer.allocate(FRAMES.length + sender.length + receiver.length + Integer.BYTES);
        info.put(FRAMES).put(sender).put(receiver).putInt(streamAndEpoch);
        return Hkdf.expand(key, info.array(), length);
    }
}
