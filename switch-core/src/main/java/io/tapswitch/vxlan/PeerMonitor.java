package io.tapswitch.vxlan;

import io.tapswitch.linux.Errno;
import io.tapswitch.port.TokenBucket;
import io.tapswitch.vxlan.OutstandingProbes.Probe;
import io.tapswitch.vxlan.OutstandingProbes.Purpose;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Watches the path to one peer, another VTEP: whether it is alive, how long it takes and how much is lost, the largest
 * packet that passes, and which session the peer is in. Without sockets, timers and threads of its own: somebody calls
 * {@link #tick} about every 100 ms, and {@link #received} with what comes.
 *
 * <p>A probe goes out at the interval, and more often as soon as one was missed: so a path that loses a third of its
 * datagrams each way is still told from a dead one, within the same 2.5 s. Only acknowledgements count, see {@link
 * Liveness}; the size is found by {@link PathMtuSearch}.
 *
 * <p><b>What is believed.</b> An acknowledgement, if it has the token of a probe that is on its way and right in all else.
 * Who cannot read what this host sends cannot make one up, and a recording fits no probe. The session is that of the
 * acknowledgement whose probe was sent last, so one that was held back does not bring an earlier session up again. A
 * probe, which anybody can make up unless the overlay is encrypted, gets an answer and has the peer probed soon; it
 * changes nothing else. Answers are limited: with one budget for probes of the peer's session, and another for those of
 * any other, so that nobody uses up the first who cannot read the peer's messages.
 *
 * <p>A peer that was alive once is never {@linkplain PeerState#UNKNOWN unknown} again: after it became a VTEP of another
 * make under the same address, its monitor has to be replaced.
 *
 * <p>Thread-safe. The lock is held while a message is handled, verified and answered.
 */
public final class PeerMonitor {
    private static final int IPV4_AND_UDP = 28;
    private static final int IPV6_AND_UDP = 48;
    private static final int LARGEST_PACKET = 0xffff;

    /** As many in a row are hardly ever lost by chance; and if so, the way back does no harm. */
    private static final int PROBES_TO_GO_BACK = 3;

    private final int headers;
    private final boolean probing;
    private final long probeNanos;
    private final long hurryNanos;
    private final long lostNanos;
    private final SessionId own;
    private final PeerTags tags;
    private final LongSupplier tokens;
    private final PeerEvents events;
    private final Liveness liveness;
    private final PathMtuSearch search;
    private final OutstandingProbes probes;
    private final PathQuality quality = new PathQuality();
    private final TokenBucket peersBudget;
    private final TokenBucket strangersBudget;
    private final long[] outcomes = new long[ControlOutcome.values().length];

    /** What is sent; zeros behind the message. Replaced by a larger one for a larger probe. */
    private ByteBuffer buffer = ByteBuffer.allocateDirect(ControlMessage.LENGTH);

    private SessionId session;
    /** The number of the probe whose acknowledgement told the session. */
    private long sessionNumber;

    private long sent;
    private long sentNanos;
    private long due;
    /** Whether a probe came that gives reason to ask the peer at once. */
    private boolean wanted;
    /** The number of the probe without padding behind the last one of a size. */
    private long control;

    private long forgedNanos;
    private long heardNanos;
    private long probedNanos;

    /** Where datagrams go. Called under the monitor's lock: must not wait, nor call the monitor. */
    public interface Sender {
        /**
         * Sends a datagram to the peer.
         *
         * @param datagram direct, its UDP payload from index 0; to be left as it is, and not to be kept
         * @return 0, or the errno for which it was not sent; EMSGSIZE if the kernel knows the path to carry less
         */
        int send(ByteBuffer datagram, int length);
    }

    /**
     * Hears of changes, on the thread that called {@link #tick} or {@link #received}, without a lock, one change after the
     * other. It may call the monitor. What it throws comes out of that call.
     */
    public interface Listener {
        void stateChanged(PeerState state);

        /** @param pathMtu bytes of the largest outer IP packet */
        void pathMtuChanged(int pathMtu);

        /** The peer's session is known, or is another one: it started anew. Comes before the state that it brings. */
        void sessionChanged(byte[] session);

        /** The peer has shown that it has this tag, or the other one is taken no more. Comes before a session that it brings. */
        default void tagChanged(ControlTag tag) {}
    }

    /**
     * @param ipv6 whether the outer IP header is that of IPv6
     * @param session 16 random bytes of this monitor alone, drawn when it is made
     * @param tokens random numbers that nobody can guess, as those of {@link java.security.SecureRandom#nextLong}
     */
    public PeerMonitor(
            KeepaliveSettings settings,
            boolean ipv6,
            byte[] session,
            ControlTag tag,
            LongSupplier tokens,
            Listener listener) {
        headers = ipv6 ? IPV6_AND_UDP : IPV4_AND_UDP;
        probing = settings.probing();
        probeNanos = settings.probeInterval().toNanos();
        hurryNanos = settings.hurryInterval().toNanos();
        lostNanos = settings.lostAfter().toNanos();
        own = SessionId.of(session);
        tags = new PeerTags(tag, PROBES_TO_GO_BACK * probeNanos);
        this.tokens = tokens;
        events = new PeerEvents(listener, tag);
        liveness = new Liveness(settings);
        search = new PathMtuSearch(ipv6 ? PathMtuSearch.FLOOR_IPV6 : PathMtuSearch.FLOOR_IPV4, settings);
        probes = new OutstandingProbes(settings.deadAfter().toNanos());
        int answers = settings.answersPerSecond();
        peersBudget = TokenBucket.perSecond(answers, answers);
        strangersBudget = TokenBucket.perSecond(answers, answers);
    }

    /**
     * Replaces the tag, step by step. While there are two, messages with either are taken and answered with the same one.
     * Probes have the one that the peer has shown to have by an acknowledgement, and others beside them, which do not count
     * as lost, try the other one. So the monitor goes over to the next tag as soon as the peer has it, and back if the peer
     * shows only the current one any more.
     *
     * @param next null if none is to follow
     */
    public void use(ControlTag current, ControlTag next) {
        synchronized (this) {
            tags.replace(current, next);
            events.uses(tags.inUse());
        }
        events.deliver();
    }

    /**
     * Lets time go by, and sends what is due.
     *
     * @param nowNanos never less than before, but for differences between threads
     * @param kernelPathMtu bytes of an outer IP packet: getsockopt IP_MTU or IPV6_MTU of a socket connected to the peer;
     *     0 or less if it cannot be told, so that what it was before stays
     */
    public void tick(long nowNanos, int kernelPathMtu, Sender out) {
        synchronized (this) {
            if (kernelPathMtu > 0) {
                search.kernel(Math.min(LARGEST_PACKET, kernelPathMtu), nowNanos);
            }
            countLost(nowNanos - lostNanos);
            if (liveness.passes(nowNanos)) {
                search.pause();
            }
            if (probing) {
                keepAlive(nowNanos, out);
                testSize(nowNanos, out);
            }
            noteChanges();
        }
        events.deliver();
    }

    /** Of a peer that never answered, nothing is known to be lost. */
    private void countLost(long sentByNanos) {
        int lost = probes.takeLost(sentByNanos);
        for (int i = 0; i < lost && liveness.state() != PeerState.UNKNOWN; i++) {
            quality.count(true);
        }
    }

    private void noteChanges() {
        events.uses(tags.inUse());
        events.are(session, liveness.state(), search.inUse());
    }

    private void keepAlive(long now, Sender out) {
        if (sent == 0 || now - due >= 0) {
            boolean onTime = sent > 0 && now - due < probeNanos;
            due = (onTime ? due : now) + probeNanos;
            probe(Purpose.KEEPALIVE, ControlMessage.LENGTH, tags.inUse(), now, out);
            tryOther(now, out);
        } else if (now - sentNanos >= hurryNanos) {
            int extra = Math.max(wanted ? 1 : 0, liveness.extraProbes());
            for (int i = 0; i < extra; i++) {
                probe(Purpose.EXTRA, ControlMessage.LENGTH, tags.inUse(), now, out);
            }
            if (extra > 0) {
                tryOther(now, out);
            }
        }
    }

    private void tryOther(long now, Sender out) {
        ControlTag other = tags.other();
        if (other != null) {
            probe(Purpose.EXTRA, ControlMessage.LENGTH, other, now, out);
        }
    }

    private int probe(Purpose purpose, int length, ControlTag with, long now, Sender out) {
        Probe probe = probes.open(tokens.getAsLong(), length, purpose, with, now);
        wanted = false;
        sentNanos = now;
        sent++;
        int errno = send(ControlMessage.PROBE, length, length, probe.token(), with, out);
        if (errno != 0 && purpose == Purpose.SIZE) {
            probe.close();
        }
        return errno;
    }

    private int send(int kind, int length, int probeLength, long token, ControlTag with, Sender out) {
        if (buffer.capacity() < length) {
            buffer = ByteBuffer.allocateDirect(length);
        }
        ControlMessage.write(buffer, kind, probeLength, token, own);
        with.write(buffer, 0, length);
        return out.send(buffer, length);
    }

    private void testSize(long now, Sender out) {
        int size = search.next(now, quality.patienceNanos(), quality.missesNeeded());
        if (size == 0) {
            return;
        }
        switch (probe(Purpose.SIZE, size - headers, tags.inUse(), now, out)) {
            case 0 -> {
                probe(Purpose.EXTRA, ControlMessage.LENGTH, tags.inUse(), now, out);
                control = sent;
            }
            case Errno.EMSGSIZE -> search.tooLarge(now);
            default -> search.unsent();
        }
    }

    /**
     * Takes a message that came from the peer's address.
     *
     * @param datagram big endian; stays as it is
     * @param at where the UDP payload begins, which starts with the mark of these messages; it lies within the buffer
     */
    public ControlOutcome received(ByteBuffer datagram, int at, int length, long nowNanos, Sender out) {
        ControlOutcome outcome;
        synchronized (this) {
            outcome = take(datagram, at, length, nowNanos, out);
            outcomes[outcome.ordinal()]++;
            if (outcome == ControlOutcome.FORGED) {
                forgedNanos = nowNanos;
            }
        }
        if (outcome == ControlOutcome.ACKNOWLEDGED) {
            events.deliver();
        }
        return outcome;
    }

    private ControlOutcome take(ByteBuffer datagram, int at, int length, long now, Sender out) {
        if (!ControlMessage.isValid(datagram, at, length)) {
            return ControlOutcome.MALFORMED;
        }
        if (own.isIn(datagram, at)) {
            return ControlOutcome.REFLECTED;
        }
        return ControlMessage.kind(datagram, at) == ControlMessage.PROBE
                ? answer(datagram, at, length, now, out)
                : acknowledged(datagram, at, length, now);
    }

    private ControlOutcome answer(ByteBuffer datagram, int at, int length, long now, Sender out) {
        boolean known = session != null && session.isIn(datagram, at);
        if (!(known ? peersBudget : strangersBudget).admits(now)) {
            return ControlOutcome.LIMITED;
        }
        ControlTag with = tags.of(datagram, at, length);
        if (with == null) {
            return ControlOutcome.FORGED;
        }
        probedNanos = now;
        long token = ControlMessage.token(datagram, at);
        send(ControlMessage.ACKNOWLEDGEMENT, ControlMessage.LENGTH, length, token, with, out);
        if (probing && sent > 0 && (!known || tags.isNews(with) || liveness.state() != PeerState.ALIVE)) {
            wanted = true;
            keepAlive(now, out);
        }
        return ControlOutcome.ANSWERED;
    }

    private ControlOutcome acknowledged(ByteBuffer datagram, int at, int length, long now) {
        Probe probe = probes.find(ControlMessage.token(datagram, at), now);
        if (probe == null || probe.length() != ControlMessage.probeLength(datagram, at)) {
            return ControlOutcome.STRAY;
        }
        if (!tags.takes(probe.tag()) || !probe.tag().verify(datagram, at, length)) {
            return ControlOutcome.FORGED;
        }
        boolean known = session != null && session.isIn(datagram, at);
        if (!known && probe.number() < sessionNumber) {
            return ControlOutcome.STRAY;
        }
        probe.close();
        if (!known) {
            session = SessionId.in(datagram, at);
        }
        sessionNumber = Math.max(sessionNumber, probe.number());
        tags.shown(probe.tag(), !known, now);
        believe(probe, now);
        noteChanges();
        return ControlOutcome.ACKNOWLEDGED;
    }

    private void believe(Probe probe, long now) {
        heardNanos = now;
        if (probe.countOnce()) {
            quality.count(false);
        }
        if (liveness.state() != PeerState.ALIVE) {
            countLost(now);
            quality.restart();
            search.begin(now);
        }
        liveness.heard(now);
        measure(probe, now);
    }

    private void measure(Probe probe, long now) {
        if (probe.purpose() == Purpose.SIZE) {
            search.passed(probe.length() + headers, now);
            return;
        }
        quality.roundTrip(now - probe.sentNanos());
        if (probe.number() == control) {
            search.controlPassed();
        }
    }

    /** Whether a message with a wrong tag came within some time. */
    synchronized boolean wasForgedWithin(long nanos, long nowNanos) {
        return outcomes[ControlOutcome.FORGED.ordinal()] > 0 && nowNanos - forgedNanos <= nanos;
    }

    public synchronized PeerState state() {
        return liveness.state();
    }

    /** Bytes of the largest outer IP packet to be sent to the peer; 0 before the first tick. */
    public synchronized int pathMtu() {
        return search.inUse();
    }

    /** The figures at a time. */
    public synchronized PeerFigures figures(long nowNanos) {
        Map<ControlOutcome, Long> received = new EnumMap<>(ControlOutcome.class);
        for (ControlOutcome outcome : ControlOutcome.values()) {
            received.put(outcome, outcomes[outcome.ordinal()]);
        }
        boolean heard = outcomes[ControlOutcome.ACKNOWLEDGED.ordinal()] > 0;
        boolean probed = outcomes[ControlOutcome.ANSWERED.ordinal()] > 0;
        return new PeerFigures(
                liveness.state(),
                search.inUse(),
                quality.smoothedNanos(),
                quality.lastNanos(),
                quality.loss(),
                heard ? nowNanos - heardNanos : -1,
                probed ? nowNanos - probedNanos : -1,
                sent,
                received);
    }
}
