package io.tapswitch.vxlan;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** A monitor whose peer is the test: what it sends is looked at, and answered by hand. */
final class MonitoredPeer {
    static final byte[] OWN_SESSION = new byte[SessionId.LENGTH];
    static final SessionId SESSION = new SessionId(1, 1);

    private final Random random = new Random(1);
    private final List<byte[]> sent = new ArrayList<>();
    private final List<Object> told = new ArrayList<>();
    private final ControlTag tag;
    private ControlTag toldTag;
    private final PeerMonitor monitor;
    private int kernelMtu = 1500;
    private int longest = 65535;
    private int errno;
    private int refused;
    private long now = -TimeUnit.DAYS.toNanos(1);

    MonitoredPeer(KeepaliveSettings settings, boolean ipv6, ControlTag tag) {
        this.tag = tag;
        toldTag = tag;
        monitor = new PeerMonitor(settings, ipv6, OWN_SESSION, tag, random::nextLong, new PeerMonitor.Listener() {
            @Override
            public void stateChanged(PeerState state) {
                told.add(state);
            }

            @Override
            public void pathMtuChanged(int pathMtu) {
                told.add(pathMtu);
            }

            @Override
            public void sessionChanged(byte[] session) {
                told.add(SessionId.of(session));
            }

            @Override
            public void tagChanged(ControlTag changed) {
                toldTag = changed;
            }
        });
    }

    /** A peer that has acknowledged its first probe, for some seconds. */
    static MonitoredPeer alive(ControlTag tag) {
        MonitoredPeer peer = new MonitoredPeer(KeepaliveSettings.DEFAULTS, false, tag);
        for (int i = 0; i < 30; i++) {
            peer.tickAndAnswer();
        }
        return peer;
    }

    void tickAndAnswer() {
        tick(100).forEach(probe -> receive(acknowledgement(probe)));
    }

    /** Lets time go by, and returns what is sent then. */
    List<byte[]> tick(long millis) {
        pass(millis);
        monitor.tick(now, kernelMtu, this::send);
        return taken();
    }

    void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private int send(ByteBuffer datagram, int length) {
        if (length > longest) {
            refused++;
            return errno;
        }
        byte[] bytes = new byte[length];
        datagram.get(0, bytes);
        sent.add(bytes);
        return 0;
    }

    private List<byte[]> taken() {
        List<byte[]> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }

    ControlOutcome receive(byte[] datagram) {
        return monitor.received(ByteBuffer.wrap(datagram), 0, datagram.length, now, this::send);
    }

    /** What {@link #receive} made it send. */
    List<byte[]> replies() {
        return taken();
    }

    byte[] acknowledgement(byte[] probe) {
        return acknowledgement(probe, SESSION);
    }

    byte[] acknowledgement(byte[] probe, SessionId session) {
        return acknowledgement(probe, session, tag);
    }

    byte[] acknowledgement(byte[] probe, SessionId session, ControlTag with) {
        long token = ControlMessage.token(ByteBuffer.wrap(probe), 0);
        return message(ControlMessage.ACKNOWLEDGEMENT, ControlMessage.LENGTH, probe.length, token, session, with);
    }

    byte[] probe(int length, SessionId session) {
        return probe(length, session, tag);
    }

    byte[] probe(int length, SessionId session, ControlTag with) {
        return message(ControlMessage.PROBE, length, length, random.nextLong(), session, with);
    }

    private static byte[] message(
            int kind, int length, int probeLength, long token, SessionId session, ControlTag with) {
        ByteBuffer message = ByteBuffer.allocate(length);
        ControlMessage.write(message, kind, probeLength, token, session);
        with.write(message, 0, length);
        return message.array();
    }

    /** Has the system refuse longer datagrams. */
    void refuse(int longerThan, int withErrno) {
        longest = longerThan;
        errno = withErrno;
    }

    int refused() {
        return refused;
    }

    void kernelMtu(int mtu) {
        kernelMtu = mtu;
    }

    List<Object> told() {
        return List.copyOf(told);
    }

    /** That the monitor said last that it uses. */
    ControlTag tag() {
        return toldTag;
    }

    PeerFigures figures() {
        return monitor.figures(now);
    }

    PeerMonitor monitor() {
        return monitor;
    }

    long nowNanos() {
        return now;
    }
}
