package io.tapswitch;

import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.SwitchConfig;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The desired state on disk: {@code state.json} in the state directory. A save is a new file, synced, renamed over the
 * old one, and the directory synced: after a crash at any moment the file is the old state or the new one, whole, and
 * what {@link #save} returned from is never lost.
 *
 * <p>The directory is locked, so that two daemons cannot share it. Control thread.
 */
public final class StateStore implements AutoCloseable {
    private static final String FILE = "state.json";

    private final Path directory;
    private final ConfigReader reader;
    private final FileChannel lockFile;

    /**
     * Makes the directory if it is not there (mode 0750) and locks it.
     *
     * @throws IOException if that fails, with what to do
     */
    public StateStore(Path directory, ConfigReader reader) throws IOException {
        this.directory = directory;
        this.reader = reader;
        makeDirectory();
        lockFile = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!locked()) {
            lockFile.close();
            throw new IOException("another tapswitch uses the state directory " + directory
                    + "; stop it, or give this one its own with --state-dir");
        }
    }

    private void makeDirectory() throws IOException {
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
            }
        } catch (IOException e) {
            throw new IOException(
                    "cannot make the state directory " + directory + " (" + e + "); choose another with --state-dir",
                    e);
        }
    }

    private boolean locked() throws IOException {
        try {
            FileLock lock = lockFile.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** The state directory. */
    public Path directory() {
        return directory;
    }

    /**
     * Reads the state; an empty one if none was ever saved.
     *
     * @throws IOException if it cannot be read or is not what {@link #save} writes; the file is left as it is
     */
    public SwitchConfig load() throws IOException {
        Path file = directory.resolve(FILE);
        try {
            return reader.config(ConfigReader.parseJson(Files.readString(file)));
        } catch (NoSuchFileException e) {
            return SwitchConfig.EMPTY;
        } catch (CharacterCodingException e) {
            throw damaged(file, "is not UTF-8 text", e);
        } catch (ConfigException e) {
            throw damaged(file, e.getMessage(), e);
        }
    }

    private static IOException damaged(Path file, String what, Exception cause) {
        return new IOException(
                file + ": " + what + "; mend the file, or move it away to start with an empty state", cause);
    }

    /** Writes the state. Once this returns, it survives a crash of the process and of the machine. */
    public void save(SwitchConfig config) throws IOException {
        String text = config.toJson().toPrettyString() + "\n";
        DurableFile.write(directory.resolve(FILE), text.getBytes(StandardCharsets.UTF_8));
    }

    /** Lets another daemon have the directory. */
    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
