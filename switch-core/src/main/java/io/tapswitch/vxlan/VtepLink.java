package io.tapswitch.vxlan;

import io.tapswitch.linux.Sockaddr;
import io.tapswitch.port.PortOwner;
import io.tapswitch.port.RemoteVtep;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a port knows of its remote VTEP by asking it, and the kernel: whether it is alive, what its path takes, and the keys
 * that both have agreed on. The frame path reads; {@link #tick} and {@link #received} bring it up to date, on loops.
 */
final class VtepLink {
    private static final Logger LOG = LoggerFactory.getLogger(VtepLink.class);

    /** How often the kernel is asked for the path MTU, besides when it refuses a packet. */
    private static final long ENQUIRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Less than a VTEP is silent until it is dead: what it sent under another secret while it was alive is no reason. */
    private static final long LATELY_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Of a VTEP that there is no route to yet. */
    private static final int USUAL_MTU = 1500;

    private static final int IP_AND_UDP = 28;
    private static final int IPV6_AND_UDP = 48;

    private final String portName;
    private final String address;
    private final VxlanDriver driver;
    private final VxlanEndpoint endpoint;
    private final Sockaddr sockaddr;

    /** Bytes of a packet that are not the inner frame's payload. */
    private final int overhead;

    private final PeerMonitor monitor;
    private final PeerMonitor.Sender sender = this::send;
    private final Session session = new Session();

    /** Null for plain frames, as are the keys. */
    private final SecretFile secretFile;

    private final LinkKeys keys;

    private volatile PortOwner owner;
    private volatile int pathMtu;
    private volatile boolean alive = true;
    private volatile boolean enquiring;

    /** Of the loop that ticks; of a thousand ports that are opened together, not all ask at one tick. */
    private long enquiredNanos;

    private int kernelMtu;

    /** Of the control thread. */
    private OverlaySecrets secrets;

    /** @throws IOException if the secret cannot be had */
    VtepLink(String portName, VxlanSettings settings, Sockaddr sockaddr, VxlanDriver driver, VxlanEndpoint endpoint)
            throws IOException {
        this.portName = portName;
        this.driver = driver;
        this.endpoint = endpoint;
        this.sockaddr = sockaddr;
        address = settings.remote();
        secretFile = settings.secretFile() == null ? null : driver.secretFile(Path.of(settings.secretFile()));
        secrets = secretFile == null ? null : secretFile.read(System.nanoTime());
        keys = secrets == null ? null : new LinkKeys(session, secrets, endpoint.streams());
        overhead = settings.overhead() + (secrets == null ? 0 : Sealing.OVERHEAD);
        monitor = new PeerMonitor(
                settings.keepalive() ? KeepaliveSettings.DEFAULTS : KeepaliveSettings.OFF,
                endpoint.isIpv6(),
                session.id(),
                secrets == null ? ControlTag.NONE : new SecretTag(secrets.current()),
                endpoint::token,
                new Watch());
        if (secrets != null) {
            present(secrets);
        }
        enquire(System.nanoTime() - ThreadLocalRandom.current().nextLong(ENQUIRY_NANOS));
        pathMtu = kernelMtu > 0 ? kernelMtu : USUAL_MTU;
    }

    /** Carries what the monitor finds out to whoever opened the port. */
    private final class Watch implements PeerMonitor.Listener {
        @Override
        public void stateChanged(PeerState state) {
            alive = state != PeerState.DEAD;
            LOG.info("port {}: VTEP {} is {}", portName, address, label(state));
            tellOwner();
        }

        @Override
        public void pathMtuChanged(int bytes) {
            if (bytes != pathMtu) {
                LOG.info("port {}: packets of {} bytes reach VTEP {}", portName, bytes, address);
                pathMtu = bytes;
                tellOwner();
            }
        }

        @Override
        public void sessionChanged(byte[] peer) {
            if (keys != null && !keys.isPairedWith(peer)) {
                agree(peer);
            }
        }

        @Override
        public void tagChanged(ControlTag tag) {
            if (tag instanceof SecretTag) {
                goOver(((SecretTag) tag).secret());
            }
        }
    }

    /**
     * Makes the keys of this session and the remote VTEP's, which never come about a second time. A session of this very
     * host is somebody's on the path who leads one port's probes to another: he could have frames come back.
     */
    private void agree(byte[] peer) {
        if (driver.hasSession(peer)) {
            LOG.warn("port {}: VTEP {} answers as this host itself: no keys are made", portName, address);
        } else if (keys.pairWith(peer)) {
            tellOwner();
        } else {
            failed(new IOException("VTEP " + address
                    + " is back in an earlier session: do two hosts have its address? The switch begins anew"));
        }
    }

    private void goOver(OverlaySecret secret) {
        if (keys.sendBy(secret)) {
            LOG.info("port {}: the secret towards VTEP {} is {} now", portName, address, secret.id());
            tellOwner();
        }
    }

    /**
     * Follows the files of the secret: frames open under a new one before the VTEP is told of it, and under an old one until
     * it is told no more. Control thread.
     *
     * @throws IOException if a secret came back whose keys would come about a second time
     */
    void followSecret(long nowNanos) throws IOException {
        if (keys == null) {
            return;
        }
        keys.tick(nowNanos);
        OverlaySecrets now = secretFile.inForce(nowNanos);
        if (now.equals(secrets)) {
            return;
        }
        if (!keys.admit(now)) {
            throw new IOException("the secret " + now + " was in use before; the switch begins anew");
        }
        secrets = now;
        present(now);
        keys.keepAdmitted(nowNanos);
        tellOwner();
    }

    private void present(OverlaySecrets taken) {
        monitor.use(new SecretTag(taken.current()), taken.next() == null ? null : new SecretTag(taken.next()));
    }

    private void tellOwner() {
        PortOwner told = owner;
        if (told != null) {
            told.changed();
        }
    }

    private static String label(PeerState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** Tells whoever opened the port from now on. */
    void start(PortOwner whoOpened) {
        owner = whoOpened.failingOnce();
    }

    /** The way to the VTEP broke. Any loop. */
    void failed(IOException cause) {
        owner.failed(cause);
    }

    /** Looks after the VTEP. On the loop of the endpoint's clock. */
    void tick(long nowNanos) {
        if (enquiring || nowNanos - enquiredNanos >= ENQUIRY_NANOS) {
            enquire(nowNanos);
        }
        monitor.tick(nowNanos, kernelMtu, sender);
    }

    private void enquire(long nowNanos) {
        enquiring = false;
        enquiredNanos = nowNanos;
        kernelMtu = Math.max(0, endpoint.kernelPathMtu(sockaddr));
    }

    private int send(ByteBuffer datagram, int length) {
        return endpoint.send(sockaddr, datagram, length);
    }

    /** Takes a probe or an acknowledgement. Any loop. */
    void received(ByteBuffer datagram, int at, int length, long nowNanos) {
        monitor.received(datagram, at, length, nowNanos, sender);
    }

    /** Whether frames are encrypted, but for those of plain networks. */
    boolean isSealed() {
        return keys != null;
    }

    /** The keys of a VTEP that seals; null if there are none yet. Any loop. */
    LinkKeys.InUse keys() {
        return keys.inUse();
    }

    /** Whether frames can be sent. Any loop. */
    boolean hasKeys() {
        return keys == null || keys.inUse() != null;
    }

    /** Whether this is the port's own session. */
    boolean hasSession(byte[] other) {
        return Arrays.equals(session.id(), other);
    }

    /** The longest payload of an inner frame that the path takes. Any thread. */
    int innerMtu() {
        return pathMtu - overhead;
    }

    /** The kernel refused a packet for its length: the path takes less than it did. Any loop. */
    void tooLong() {
        enquiring = true;
    }

    /** Whether a datagram is longer than the kernel thinks that the path takes. Any loop; some system calls. */
    boolean exceedsPath(int datagramBytes) {
        int mtu = endpoint.kernelPathMtu(sockaddr);
        boolean exceeds = mtu > 0 && datagramBytes + (endpoint.isIpv6() ? IPV6_AND_UDP : IP_AND_UDP) > mtu;
        enquiring |= exceeds;
        return exceeds;
    }

    /** Whether flooded frames are worth sending; those of plain networks wait for the keys of the others. Any thread. */
    boolean takesFloods() {
        return alive && hasKeys();
    }

    /** What is missing, in words; null if nothing is. Any thread. */
    String waitsFor() {
        if (!takesFloods() && isAnsweredWithAnotherSecret()) {
            return "VTEP " + address + " to have the same secret: it answers with another one, or without";
        }
        if (!alive) {
            return "an answer of VTEP " + address + ", which is in no flood list meanwhile";
        }
        return hasKeys() ? null : "VTEP " + address + " to answer with the same secret";
    }

    private boolean isAnsweredWithAnotherSecret() {
        return monitor.wasForgedWithin(LATELY_NANOS, System.nanoTime());
    }

    /** Null for a figure that there is not yet; the first acknowledgement does not bring all of them. */
    private static Long known(long nanos, TimeUnit unit) {
        return nanos < 0 ? null : Long.valueOf(unit.convert(nanos, TimeUnit.NANOSECONDS));
    }

    /** The VTEP as it is now. Any thread. */
    RemoteVtep remote() {
        PeerFigures figures = monitor.figures(System.nanoTime());
        return new RemoteVtep(
                address,
                label(figures.state()),
                known(figures.roundTripNanos(), TimeUnit.MICROSECONDS),
                figures.loss() < 0 ? null : Integer.valueOf((int) Math.round(100 * figures.loss())),
                known(figures.heardNanosAgo(), TimeUnit.MILLISECONDS),
                known(figures.probedNanosAgo(), TimeUnit.MILLISECONDS),
                pathMtu,
                isSealed(),
                keys == null ? null : keys.sending().id());
    }
}
