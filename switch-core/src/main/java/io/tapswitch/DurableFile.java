package io.tapswitch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Files that a crash leaves whole: what is written takes the place of what was there at once, and once a method returns, it
 * survives a crash of the process and of the machine. Until then it is in a file beside it, whose name ends in {@code .new}.
 */
public final class DurableFile {
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private DurableFile() {}

    /**
     * Writes a file in place of the one that may be there.
     *
     * @throws IOException if that fails; the file is as it was, unless only its directory could not be synced
     */
    public static void write(Path file, byte[] content) throws IOException {
        replace(
                file,
                content,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE));
    }

    /** The same for one that nobody but its owner can read (mode 0600), from its first moment on. */
    public static void writePrivate(Path file, byte[] content) throws IOException {
        Files.deleteIfExists(fresh(file));
        replace(file, content, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY);
    }

    private static void replace(
            Path file, byte[] content, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        Path fresh = fresh(file);
        try (FileChannel channel = FileChannel.open(fresh, options, attributes)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    private static Path fresh(Path file) {
        return file.resolveSibling(file.getFileName() + ".new");
    }
}
