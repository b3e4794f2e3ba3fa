package io.tapswitch.vxlan;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Sixteen random bytes that tell one life of one end of a path from every other; a port makes them when it is opened.
 * Keys are made of the sessions of both ends. So whatever was recorded in an earlier life of either is worthless in
 * this one, if an end takes the other's session only from an answer to a challenge of its own.
 *
 * <p>Two Sealings for the same two sessions would use the same nonces again, which gives plaintexts and the means to
 * forge away, and a second Opening would take all frames of the first once more. Hence a session pairs with another
 * only once under one secret: a {@link Pairing} is kept as long as both sessions last and the secret is taken. Under
 * another secret, between the same two sessions, all keys are others, and so nonces and replay windows have nothing to do
 * with each other. If a session comes back that another has replaced
 * meanwhile, or a secret, as when two hosts fight for one address, this end begins a new session of its own; that costs what
 * opening the port anew would.
 *
 * <p>Frames that are on the way when one of the two sessions is replaced do not open any more, nor do those sent before
 * both hosts have made their pairing: a short loss whenever a session ends. Nothing else loses frames, rekeying does
 * not.
 *
 * <p>A process that goes on twice from the same moment, as a VM that is restored from a snapshot, would use nonces
 * twice: restart the switch then.
 *
 * <p>Any thread.
 */
public final class Session {
    /** Bytes of a session. */
    public static final int LENGTH = 16;

    /** Far more peers and restarts of them than there are; it bounds what has to be remembered. */
    private static final int MOST_PAIRINGS = 65_536;

    private final byte[] id = new byte[LENGTH];

    /** Prints of secrets, and the peers' sessions behind them. */
    private final Set<ByteBuffer> paired = new HashSet<>();

    /** A new session. */
    public Session() {
        new SecureRandom().nextBytes(id);
    }

    /** The sixteen bytes, which are no secret. */
    public byte[] id() {
        return id.clone();
    }

    /**
     * Whether {@link #pair} may be called with a secret and a peer's session. If not, a new session of this host's own is due,
     * unless it is this very session, which only an echo of this host's own messages can bring.
     */
    public synchronized boolean canPair(OverlaySecret secret, byte[] peer) {
        return peer.length == LENGTH
                && !Arrays.equals(peer, id)
                && !paired.contains(under(secret, peer))
                && paired.size() < MOST_PAIRINGS;
    }

    private static ByteBuffer under(OverlaySecret secret, byte[] peer) {
        byte[] print = secret.print();
        return ByteBuffer.allocate(print.length + peer.length)
                .put(print)
                .put(peer)
                .flip();
    }

    /**
     * Makes both directions between this session and a peer's, once under each secret.
     *
     * @param peer the sixteen bytes of the peer's session, authenticated and fresh
     * @param streams sockets that send to the peer, 1 to 1024
     * @throws IllegalStateException if it was paired with before, if too many others were, or if it is this session
     * @throws IllegalArgumentException if it is not {@link #LENGTH} bytes, or the streams are not 1 to 1024
     */
    public synchronized Pairing pair(OverlaySecret secret, byte[] peer, int streams, RekeyLimits limits) {
        if (peer.length != LENGTH) {
            throw new IllegalArgumentException("a session has " + LENGTH + " bytes, not " + peer.length);
        }
        if (!canPair(secret, peer)) {
            throw new IllegalStateException("this session cannot be paired with that one; a new one is due");
        }
        Sealing sealing = new Sealing(new FrameKeys(secret, id, peer), streams, limits);
        paired.add(under(secret, peer));
        return new Pairing(sealing, new Opening(new FrameKeys(secret, peer, id)));
    }
}
