package io.tapswitch.vxlan;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The keys between a port and its remote VTEP: a {@link Pairing} of their two sessions for each secret that the host takes.
 *
 * <p>Make before break. {@link #admit} takes frames under a new secret, and only then is the VTEP told that this host has
 * it; it sends by it once it was told so. {@link #sendBy} goes over to a secret once the VTEP has shown that it has it. One
 * that is replaced opens no more frames at once; one that was to follow and is withdrawn does so for {@value
 * #GRACE_SECONDS} seconds, in which the VTEP finds out.
 *
 * <p>Other secrets give other keys, so nonces of one have nothing to do with those of the other. The pairing that was
 * given up last is kept: if its secret comes back, counters and replay windows go on where they were. One that comes back
 * later still cannot be paired with again; see {@link Session}.
 *
 * <p>Any thread; what the frame path needs is one field.
 */
final class LinkKeys {
    private static final long GRACE_SECONDS = 10;
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(GRACE_SECONDS);

    /** What the frame path needs, as of one moment. */
    record InUse(Sealing sealing, Openings openings) {}

    private final Session session;
    private final int streams;

    /** Under the peer's session: those of the secrets, and of the one that was given up last. */
    private final Map<OverlaySecret, Pairing> pairings = new HashMap<>();

    private OverlaySecrets secrets;

    /** What is to take their place, and is taken as well until then; the same if nothing is. */
    private OverlaySecrets admitted;

    private OverlaySecret sending;
    private OverlaySecret givenUp;
    private boolean opensGivenUp;
    private long givenUpNanos;
    private byte[] peer;
    private List<Opening> openings = List.of();
    private volatile InUse inUse;

    LinkKeys(Session session, OverlaySecrets secrets, int streams) {
        this.session = session;
        this.secrets = secrets;
        admitted = secrets;
        this.streams = streams;
        sending = secrets.current();
    }

    /** The keys; null if there are none yet. */
    InUse inUse() {
        return inUse;
    }

    /** The secret that frames are sealed by, or will be. */
    synchronized OverlaySecret sending() {
        return sending;
    }

    synchronized boolean isPairedWith(byte[] session) {
        return Arrays.equals(peer, session);
    }

    /**
     * Makes keys with another session of the remote VTEP.
     *
     * @return false if they would come about a second time: a new session of this host's own is due
     */
    synchronized boolean pairWith(byte[] session) {
        peer = session.clone();
        pairings.clear();
        givenUp = null;
        return pair();
    }

    /** Takes frames under these secrets from now on, and under those of before. @return as {@link #pairWith} */
    synchronized boolean admit(OverlaySecrets changed) {
        admitted = changed;
        return peer == null || pair();
    }

    private boolean pair() {
        for (OverlaySecret secret : taken()) {
            if (!pairings.containsKey(secret) && session.canPair(secret, peer)) {
                pairings.put(secret, session.pair(secret, peer, streams, RekeyLimits.DEFAULT));
            }
        }
        publish();
        return pairings.keySet().containsAll(taken());
    }

    private List<OverlaySecret> taken() {
        return Stream.concat(both(secrets), both(admitted)).distinct().toList();
    }

    private static Stream<OverlaySecret> both(OverlaySecrets secrets) {
        return Stream.of(secrets.current(), secrets.next()).filter(Objects::nonNull);
    }

    /** Seals by a secret from now on, which the VTEP has, unless this host takes it no more. @return whether that is new */
    synchronized boolean sendBy(OverlaySecret secret) {
        if (secret.equals(sending) || !taken().contains(secret)) {
            return false;
        }
        sending = secret;
        publish();
        return true;
    }

    /** Lets go of the secrets that are not among those which were {@linkplain #admit admitted} last. */
    synchronized void keepAdmitted(long nowNanos) {
        OverlaySecrets before = secrets;
        secrets = admitted;
        both(before).filter(old -> !secrets.has(old)).forEach(old -> {
            givenUp = old;
            givenUpNanos = nowNanos;
            opensGivenUp = old.equals(before.next()) && secrets.has(before.current());
        });
        if (givenUp != null && secrets.has(givenUp)) {
            givenUp = null;
        }
        if (!secrets.has(sending)) {
            sending = secrets.current();
        }
        pairings.keySet().removeIf(secret -> !secrets.has(secret) && !secret.equals(givenUp));
        publish();
    }

    /** Lets time go by. */
    synchronized void tick(long nowNanos) {
        if (opensGivenUp && nowNanos - givenUpNanos >= GRACE_NANOS) {
            opensGivenUp = false;
            publish();
        }
    }

    /** Has the frame path see what there is. The openings stay the same object, with what it knows, if they can. */
    private void publish() {
        Pairing sends = pairings.get(sending);
        Stream<OverlaySecret> withdrawn = givenUp != null && opensGivenUp ? Stream.of(givenUp) : Stream.of();
        List<Opening> now = Stream.concat(taken().stream(), withdrawn)
                .distinct()
                .map(pairings::get)
                .filter(Objects::nonNull)
                .map(Pairing::opening)
                .toList();
        InUse before = inUse;
        boolean same = before != null && now.equals(openings);
        openings = now;
        inUse = sends == null ? null : new InUse(sends.sealing(), same ? before.openings() : new Openings(now));
    }
}
