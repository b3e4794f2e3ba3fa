package io.tapswitch.capture;

import io.tapswitch.bridge.FrameWatch;
import io.tapswitch.config.MirrorConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes copies to a pcapng file until the file is full. A file of that name that is there already,
 * from before a restart, is kept beside it as {@code <name>.old}.
 */
public final class FileMirror implements Mirror {
    private static final Logger LOG = LoggerFactory.getLogger(FileMirror.class);
    private static final long MEGABYTE = 1_000_000;

    /** Some 4 MB: then it is another file's turn. */
    private static final int PIECES_AT_ONCE = 16;

    private final MirrorConfig config;
    private final CaptureSession session;
    private final OutputStream file;
    private final long room;
    private long written;
    private volatile State over;

    /**
     * Makes the file, readable by the daemon's user and group alone.
     *
     * @param directory made if it is not there
     * @param loops how many event loops carry frames
     * @throws IOException if the file cannot be made
     */
    public FileMirror(MirrorConfig config, Path directory, String application, int loops) throws IOException {
        this.config = config;
        room = config.to().fileMegabytes() * MEGABYTE;
        session = CaptureSession.endless(settings(config), application, subject(config), loops);
        file = open(directory, config.to().file());
    }

    private static OutputStream open(Path directory, String name) throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
        Path path = directory.resolve(name);
        if (Files.exists(path)) {
            Files.move(path, directory.resolve(name + MirrorConfig.Target.OLD), StandardCopyOption.REPLACE_EXISTING);
        }
        Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
        return Files.newOutputStream(path, StandardOpenOption.WRITE);
    }

    private static CaptureSettings settings(MirrorConfig config) {
        FrameFilter filter = config.filter() == null ? null : FrameFilter.parse(config.filter());
        return new CaptureSettings(
                config.snapLength(), filter, Direction.of(config.direction()), null, null, null, null);
    }

    private static String subject(MirrorConfig config) {
        return config.port() == null ? "network " + config.network() : config.port();
    }

    @Override
    public MirrorConfig config() {
        return config;
    }

    @Override
    public FrameWatch watch() {
        return session;
    }

    /** Writes some of what has come. To be called again and again, by any thread that may wait for the disk. */
    public void write() {
        write(PIECES_AT_ONCE);
    }

    private synchronized void write(int pieces) {
        try {
            for (int i = 0; i < pieces && over == null; i++) {
                byte[] bytes = session.next();
                if (bytes == null || bytes.length == 0) {
                    return;
                }
                write(bytes);
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("mirror {}: {}", config.name(), e.getMessage());
            end(Status.FAILED, "the file cannot be written: " + e.getMessage());
        }
    }

    private void write(byte[] bytes) throws IOException {
        if (written + bytes.length > room) {
            LOG.info("mirror {}: the file is full", config.name());
            end(Status.FULL, "the file has reached " + config.to().fileMegabytes() + " megabytes");
            return;
        }
        file.write(bytes);
        written += bytes.length;
    }

    private void end(Status status, String reason) {
        over = new State(status, reason, session.frames(), session.lost());
        closeFile();
    }

    @Override
    public State state() {
        State ended = over;
        return ended == null ? new State(Status.ACTIVE, null, session.frames(), session.lost()) : ended;
    }

    /** Writes the rest, and the end of the file: on a thread that may wait for the disk. */
    @Override
    public synchronized void close() {
        session.ended("the mirror is removed");
        write(Integer.MAX_VALUE);
        closeFile();
    }

    private void closeFile() {
        session.close();
        try {
            file.close();
        } catch (IOException e) {
            LOG.warn("mirror {}: {}", config.name(), e.getMessage());
        }
    }
}
