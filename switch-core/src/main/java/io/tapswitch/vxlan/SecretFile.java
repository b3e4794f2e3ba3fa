package io.tapswitch.vxlan;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two files of {@link OverlaySecrets}, for all who name them: however many ask what is {@linkplain #inForce in force},
 * they are read once a second at most. Their content is what counts, so they are read and not only looked at: times and
 * sizes can stay the same.
 *
 * <p>Any thread that may wait for a disk.
 */
public final class SecretFile {
    private static final Logger LOG = LoggerFactory.getLogger(SecretFile.class);
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Path file;
    private OverlaySecrets secrets;
    private long readNanos;
    private String complaint;

    /** Reads nothing yet. */
    public SecretFile(Path file) {
        this.file = file;
    }

    /**
     * The secrets as the files have them now, read at once. One to follow that cannot be read changes nothing: it is the
     * one that was there before, if any was.
     *
     * @throws IOException as {@link OverlaySecret#read}, of the one in force
     */
    public synchronized OverlaySecrets read(long nowNanos) throws IOException {
        String trouble = null;
        OverlaySecret next = null;
        // The one to follow first, or one that is moved over the other meanwhile would be in neither place.
        try {
            next = OverlaySecrets.readNext(file);
        } catch (IOException e) {
            trouble = e.getMessage();
            next = secrets == null ? null : secrets.next();
        }
        OverlaySecrets found = new OverlaySecrets(OverlaySecret.read(file), next);
        complain(trouble);
        readNanos = nowNanos;
        if (!found.equals(secrets)) {
            LOG.info("the overlay's secret {}: {}", file, found);
            secrets = found;
        }
        return secrets;
    }

    /**
     * The secrets that are in force: as the files had them up to a second ago or, if they cannot be read, when they could.
     * The same object as long as nothing changes.
     *
     * @throws IOException if they never could be read
     */
    public synchronized OverlaySecrets inForce(long nowNanos) throws IOException {
        if (secrets != null && nowNanos - readNanos < FRESH_NANOS) {
            return secrets;
        }
        try {
            return read(nowNanos);
        } catch (IOException e) {
            if (secrets == null) {
                throw e;
            }
            readNanos = nowNanos;
            complain(e.getMessage());
            return secrets;
        }
    }

    /** Once for each trouble, and not each time that the files are read. */
    private void complain(String trouble) {
        if (trouble != null && !trouble.equals(complaint)) {
            LOG.warn("what was read before stays in force: {}", trouble);
        }
        complaint = trouble;
    }
}
