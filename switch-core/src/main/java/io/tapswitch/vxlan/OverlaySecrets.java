package io.tapswitch.vxlan;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The secrets that a host takes: the one in force and, while it is being replaced, the one that is to follow. The latter is
 * a file of the same name with {@code .next} behind it.
 *
 * <h2>To replace a secret without a gap</h2>
 *
 * <ol>
 *   <li>Put the new one at {@code <file>.next} on each host, in any order, with any time in between. A host that has it
 *       takes both from then on. Two hosts that both have it go over to it by themselves, in about a second after the
 *       second one has read it; towards all others they stay with the old one.
 *   <li>Look whether all hosts have gone over: {@code remote.secret} of each port is the new one's {@link
 *       OverlaySecret#id}.
 *   <li>Move {@code <file>.next} over the file ({@code mv}) on each host, in any order, with any time in between. A host
 *       where this is done takes the old one no more.
 * </ol>
 *
 * <p>Hosts read both files again every few seconds. Two hosts that have a secret in common lose no frame at any step. A
 * {@code .next} that is taken away before the last step has them go back. A file that cannot be read, or is not fit,
 * changes nothing: what is in force stays.
 *
 * <p>A secret that has leaked is not replaced like this, since the old one is taken until the end: a new file everywhere,
 * at once.
 *
 * @param current in force
 * @param next to follow; null if none is, or if it is the same
 */
public record OverlaySecrets(OverlaySecret current, OverlaySecret next) {
    /** A secret does not follow itself. */
    public OverlaySecrets {
        next = current.equals(next) ? null : next;
    }

    /** The secret that is to follow the one in a file; null if there is none. */
    static OverlaySecret readNext(Path file) throws IOException {
        try {
            return OverlaySecret.read(file.resolveSibling(file.getFileName() + ".next"));
        } catch (IOException e) {
            if (e.getCause() instanceof NoSuchFileException) {
                return null;
            }
            throw e;
        }
    }

    /** Whether a secret is one of the two. */
    boolean has(OverlaySecret secret) {
        return current.equals(secret) || secret.equals(next);
    }

    /** The ids of both, in words. */
    @Override
    public String toString() {
        return current.id() + (next == null ? "" : ", to be followed by " + next.id());
    }
}
