package io.tapswitch.cluster;

import io.tapswitch.vxlan.OverlaySecret;
import io.tapswitch.vxlan.OverlaySecrets;
import io.tapswitch.vxlan.SecretFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Authenticates records by the cluster's secret.
 *
 * <pre>
 * +---------------------------------------------------------------+
 * |   header and fields, see RecordWriter                         |
 * +---------------------------------------------------------------+
 * |   tag of the secret in force (16 bytes)                       |
 * +---------------------------------------------------------------+
 * |   tag of the secret to follow (16 bytes), if there is one     |
 * +---------------+-----------------------------------------------+
 * | tags (1 or 2) |
 * +---------------+
 * </pre>
 *
 * <p>A tag covers the name under which the record is kept, too, and shows that a host with the secret wrote it; that it is
 * the newest its epoch and sequence say. While a secret is replaced each record has both tags, and a host takes it for
 * either, so that hosts may go over one after the other. One thread.
 */
final class Keyring {
    private static final int LONGEST_RECORD = 4 << 20;
    private static final int MOST_TAGS = 2;

    private final SecretFile file;
    private OverlaySecrets secrets;

    private Keyring(SecretFile file, OverlaySecrets secrets) {
        this.file = file;
        this.secrets = secrets;
    }

    /** The secrets of a file. @throws IOException if there are none, in words */
    static Keyring read(Path path, long nowNanos) throws IOException {
        SecretFile file = new SecretFile(path);
        return new Keyring(file, file.read(nowNanos));
    }

    /** Secrets that are in no file. */
    static Keyring of(OverlaySecrets secrets) {
        return new Keyring(null, secrets);
    }

    /** Takes over what the file says now. @return whether the secrets changed */
    boolean refresh(long nowNanos) {
        try {
            OverlaySecrets now = file == null ? secrets : file.inForce(nowNanos);
            boolean changed = !now.equals(secrets);
            secrets = now;
            return changed;
        } catch (IOException e) {
            throw new IllegalStateException("they were read once, and stay in force", e);
        }
    }

    /** The record with its tags. */
    byte[] seal(String key, byte[] content) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        int tags = secrets.next() == null ? 1 : 2;
        byte[] record = Arrays.copyOf(content, content.length + tags * OverlaySecret.TAG + 1);
        put(secrets.current(), name, record, content.length, content.length);
        if (secrets.next() != null) {
            put(secrets.next(), name, record, content.length, content.length + OverlaySecret.TAG);
        }
        record[record.length - 1] = (byte) tags;
        return record;
    }

    private static void put(OverlaySecret secret, byte[] name, byte[] record, int length, int at) {
        System.arraycopy(secret.recordTag(name, record, length), 0, record, at, OverlaySecret.TAG);
    }

    /**
     * Checks a record's tags.
     *
     * @return how many of its bytes are the record
     */
    int open(String key, byte[] record) throws RefusedException {
        int tags = record.length == 0 ? 0 : record[record.length - 1];
        int content = record.length - 1 - tags * OverlaySecret.TAG;
        if (tags < 1 || tags > MOST_TAGS || content < RecordWriter.HEADER || record.length > LONGEST_RECORD) {
            throw new RefusedException(Refusal.FORGED);
        }
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        if (!isTagged(secrets.current(), name, record, content, tags)
                && !isTagged(secrets.next(), name, record, content, tags)) {
            throw new RefusedException(Refusal.FORGED);
        }
        return content;
    }

    private static boolean isTagged(OverlaySecret secret, byte[] name, byte[] record, int content, int tags) {
        if (secret == null) {
            return false;
        }
        byte[] right = secret.recordTag(name, record, content);
        boolean found = false;
        for (int i = 0; i < tags; i++) {
            int at = content + i * OverlaySecret.TAG;
            found |= MessageDigest.isEqual(right, Arrays.copyOfRange(record, at, at + OverlaySecret.TAG));
        }
        return found;
    }
}
