package io.tapswitch.vxlan;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.MssClamp;
import io.tapswitch.frame.PacketTooBig;
import io.tapswitch.frame.Segmentation;
import io.tapswitch.frame.TunnelEcn;
import io.tapswitch.linux.Sockaddr;
import io.tapswitch.port.Arrival;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortLoop;
import io.tapswitch.port.PortOwner;
import io.tapswitch.port.RemoteVtep;
import io.tapswitch.port.TokenBucket;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * A port whose far side is one remote VTEP (RFC 7348), of TapSwitch, Linux, Open vSwitch or another make. It carries the
 * networks that it belongs to, each by its VNI, over the sockets of its {@link VxlanEndpoint}.
 *
 * <p><b>Out</b> ({@link #transmit}): what another sender left to the hardware is done here, since a VTEP has wire frames
 * only. {@link VxlanSender} has the kernel gather the segments of a large frame from where they are.
 *
 * <p><b>In</b> ({@link #received}): a frame is a view of the datagram. On its way out to a TAP, segments are joined again.
 *
 * <p>With a secret, frames are sealed (see {@link Sealing}) as soon as probes have told both hosts each other's session, and
 * nothing else is sent or taken. But a network may do without: its frames are sent in plain, keys or no keys, and taken in
 * plain, by the sender's address alone. They are taken sealed as well: that is more than was asked for, and hosts do not
 * change a network all at the same moment. A plain frame of a network that is to be encrypted is dropped. A port has a
 * session of its own, so that one that is opened anew has new keys.
 *
 * <p>A frame that is longer than the path takes is dropped, counted, and answered by ICMP in the name of its destination;
 * {@link #pathMtu} has the network's interfaces follow. With a secret that is the one of sealed frames, for plain networks
 * too: so a network's flag changes nobody's MTU.
 */
final class VxlanPort extends Port {
    /** ICMP messages of one port and loop that tell senders of their frames' size. */
    private static final int ANSWERS_PER_SECOND = 100;

    /** What one loop needs, which its ports share: one is at work at a time. */
    private static final class Tools {
        private final TunnelEcn ecn = new TunnelEcn();
        private final PacketTooBig tooBig = new PacketTooBig();
        private final MssClamp clamp = new MssClamp();
        private final Frame answer = new Frame();
    }

    private final VxlanSettings settings;
    private final VxlanDriver driver;
    private final VxlanEndpoint endpoint;
    private final InetAddress remote;
    private final Sockaddr sockaddr;
    private final List<PortLoop> loops;
    private final Tools[] tools;
    private final VtepLink link;
    private final VxlanForecast forecast;

    /** By the index of the loop. */
    private final TokenBucket[] answers;

    /** The VNIs of networks without encryption, ascending. */
    private volatile int[] plain = {};

    private volatile FrameSink sink;
    private volatile boolean closed;

    private VxlanPort(PortContext context, VxlanSettings settings, VxlanDriver driver, VxlanEndpoint endpoint)
            throws IOException {
        super(context.name(), context.counters());
        this.settings = settings;
        this.driver = driver;
        this.endpoint = endpoint;
        remote = settings.remoteAddress();
        sockaddr = new Sockaddr(remote, settings.port());
        loops = context.loops();
        tools = new Tools[loops.size()];
        loops.forEach(loop -> tools[loop.index()] = loop.shared(Tools.class, Tools::new));
        answers = new TokenBucket[loops.size()];
        Arrays.setAll(answers, i -> TokenBucket.perSecond(ANSWERS_PER_SECOND, ANSWERS_PER_SECOND));
        link = new VtepLink(context.name(), settings, sockaddr, driver, endpoint);
        forecast = new VxlanForecast(this, endpoint, link);
    }

    static VxlanPort open(PortContext context, VxlanSettings settings, VxlanDriver driver) throws IOException {
        VxlanEndpoint endpoint = driver.endpoint(VxlanEndpoint.Place.of(settings), context.loops());
        try {
            return new VxlanPort(context, settings, driver, endpoint);
        } catch (IOException | RuntimeException | Error e) {
            driver.release(endpoint);
            throw e;
        }
    }

    @Override
    public void start(FrameSink frames, PortOwner whoOpened) {
        sink = frames;
        link.start(whoOpened);
        endpoint.add(this);
    }

    /** Looks after the VTEP. On the loop of the endpoint's clock. */
    void tick(long nowNanos) {
        link.tick(nowNanos);
    }

    @Override
    public void transmit(Frame frame, Burst burst) {
        throw new UnsupportedOperationException("a frame of the overlay has a VNI");
    }

    /** Of a frame that opens a TCP connection the MSS may be lowered, in all copies that a flood still makes. */
    @Override
    public void transmit(int vni, Frame frame, Burst burst) {
        if (closed) {
            counters().dropped(burst.loop(), DropReason.EGRESS_DOWN);
            return;
        }
        boolean sealed = seals(vni);
        LinkKeys.InUse keys = sealed ? link.keys() : null;
        if (sealed && keys == null) {
            counters().dropped(burst.loop(), DropReason.EGRESS_NO_KEY);
            return;
        }
        int mtu = pathMtu();
        if (settings.mssClamp()) {
            tools[burst.loop()].clamp.clamp(frame, mtu);
        }
        Segmentation segments = burst.segmentation();
        if (segments.prepare(frame, VxlanHeader.LENGTH) == Segmentation.REFUSED) {
            counters().dropped(burst.loop(), DropReason.EGRESS_BAD_OFFLOAD);
        } else if (isTooLong(segments, mtu)) {
            refuse(vni, frame, mtu, burst);
        } else {
            int source = endpoint.source(FlowHash.of(frame));
            VxlanSender sender = endpoint.sender(burst.loop(), source);
            int fields = OuterHeader.fields(settings, frame, tools[burst.loop()].ecn);
            if (sealed) {
                int stream = endpoint.stream(burst.loop(), source);
                sender.add(this, fields, vni, segments, keys.sealing(), stream, burst);
            } else {
                sender.add(this, fields, vni, segments, burst);
            }
        }
    }

    @Override
    public DropReason egressRefusal(int vni, Frame frame, Burst burst) {
        return forecast.egress(vni, frame, burst);
    }

    @Override
    public DropReason ingressRefusal(Arrival arrival, Frame frame, Burst burst) {
        return forecast.ingress(arrival, frame, burst);
    }

    boolean isClosed() {
        return closed;
    }

    /** Whether a path takes less than the first segment, which is the longest. */
    static boolean isTooLong(Segmentation segments, int mtu) {
        return segments.length(0) - Frame.ETHERNET_HEADER > mtu;
    }

    /** Whether frames of a network are encrypted. */
    boolean seals(int vni) {
        return link.isSealed() && Arrays.binarySearch(plain, vni) < 0;
    }

    /** Drops a frame that is too long, and tells its sender if that is a host of IP. */
    private void refuse(int vni, Frame frame, int mtu, Burst burst) {
        counters().dropped(burst.loop(), DropReason.EGRESS_OVERSIZE);
        Tools mine = tools[burst.loop()];
        if (mine.tooBig.answer(frame, mtu, mine.answer) && answers[burst.loop()].admits(burst.nowNanos())) {
            sink.answer(vni, mine.answer, burst);
        }
    }

    /** The kernel refused a packet for its length: the path takes less than it did. Any loop. */
    void tooLong() {
        link.tooLong();
    }

    /** Whether a datagram is longer than the kernel thinks that the path takes. Any loop. */
    boolean exceedsPath(int datagramBytes) {
        return link.exceedsPath(datagramBytes);
    }

    /**
     * Takes a datagram of the remote VTEP.
     *
     * @param buffer big endian
     * @param at of the first byte behind the UDP header; the datagram stays where it is until the burst ends
     * @param trafficClass of the outer header
     */
    void received(ByteBuffer buffer, long address, int at, int length, int trafficClass, PortLoop loop, Burst burst) {
        int first = length < VxlanHeader.LENGTH ? 0 : buffer.getInt(at);
        if (VxlanHeader.hasVni(first)) {
            if (seals(VxlanHeader.vni(buffer.getInt(at + 4)))) {
                refuse(buffer, address, at, length, DropReason.NOT_ENCRYPTED, loop, burst);
            } else {
                deliver(buffer, address, at, length, trafficClass, loop, burst);
            }
        } else if (VxlanHeader.kind(first) == VxlanHeader.SEALED) {
            open(buffer, address, at, length, trafficClass, loop, burst);
        } else if (isControl(VxlanHeader.kind(first))) {
            link.received(buffer, at, length, burst.nowNanos());
        } else {
            drop(length, DropReason.BAD_VXLAN_HEADER, burst);
        }
    }

    private static boolean isControl(int kind) {
        return kind == ControlMessage.PROBE || kind == ControlMessage.ACKNOWLEDGEMENT;
    }

    /** Decrypts a datagram where it is. */
    private void open(
            ByteBuffer buffer, long address, int at, int length, int trafficClass, PortLoop loop, Burst burst) {
        LinkKeys.InUse keys = link.isSealed() ? link.keys() : null;
        int opened = keys == null
                ? Opening.NOT_AUTHENTIC
                : keys.openings().open(buffer, at, length, buffer, at, burst.nowNanos());
        if (opened >= VxlanHeader.LENGTH && VxlanHeader.hasVni(buffer.getInt(at))) {
            deliver(buffer, address, at, opened, trafficClass, loop, burst);
        } else {
            drop(length, refusal(opened), burst);
        }
    }

    private static DropReason refusal(int opened) {
        return switch (opened) {
            case Opening.REPLAYED -> DropReason.REPLAYED;
            case Opening.NOT_AUTHENTIC, Opening.BUSY -> DropReason.NOT_AUTHENTIC;
            default -> DropReason.BAD_VXLAN_HEADER;
        };
    }

    private void deliver(
            ByteBuffer buffer, long address, int at, int length, int trafficClass, PortLoop loop, Burst burst) {
        int second = buffer.getInt(at + 4);
        if (isTooStrange(buffer.getInt(at), second)) {
            refuse(buffer, address, at, length, DropReason.BAD_VXLAN_HEADER, loop, burst);
            return;
        }
        Frame frame = inner(buffer, address, at, length, loop);
        if (!unwrap(frame, trafficClass, loop.index())) {
            drop(frame.length(), DropReason.BAD_ECN, burst);
            sink.refused(frame, DropReason.BAD_ECN, burst);
            return;
        }
        sink.receive(VxlanHeader.vni(second), frame, burst);
    }

    /** Makes of an inner frame what the bridges are to see. @return false if it is to be dropped, for its ECN */
    boolean unwrap(Frame frame, int trafficClass, int loop) {
        Tools mine = tools[loop];
        if (!mine.ecn.decapsulate(frame, trafficClass)) {
            return false;
        }
        if (settings.mssClamp()) {
            mine.clamp.clamp(frame, pathMtu());
        }
        return true;
    }

    /** Whether a strict port refuses a header. */
    boolean isTooStrange(int first, int second) {
        return settings.strict() && VxlanHeader.hasReservedBits(first, second);
    }

    private static Frame inner(ByteBuffer buffer, long address, int at, int length, PortLoop loop) {
        Frame frame = loop.frame();
        frame.viewInPlace(buffer, address, at + VxlanHeader.LENGTH, length - VxlanHeader.LENGTH);
        return frame;
    }

    /** Drops a datagram whose frame can be read, at least. */
    private void refuse(
            ByteBuffer buffer, long address, int at, int length, DropReason reason, PortLoop loop, Burst burst) {
        drop(length, reason, burst);
        sink.refused(inner(buffer, address, at, length, loop), reason, burst);
    }

    private void drop(int length, DropReason reason, Burst burst) {
        counters().received(burst.loop(), length);
        counters().dropped(burst.loop(), reason);
    }

    @Override
    public void plainNetworks(int[] vnis) {
        plain = vnis;
    }

    /** The sockets broke. Any loop. */
    void failed(IOException cause) {
        link.failed(cause);
    }

    InetAddress remoteAddress() {
        return remote;
    }

    Sockaddr sockaddr() {
        return sockaddr;
    }

    /** Whether this is the port's own session. */
    boolean hasSession(byte[] other) {
        return link.hasSession(other);
    }

    @Override
    public boolean isOverlay() {
        return true;
    }

    @Override
    public String vtep() {
        return settings.remote();
    }

    @Override
    public int pathMtu() {
        return link.innerMtu();
    }

    @Override
    public boolean takesFloods() {
        return link.takesFloods();
    }

    @Override
    public RemoteVtep remote() {
        return link.remote();
    }

    @Override
    public String waitsFor() {
        return link.waitsFor();
    }

    @Override
    public Info info() {
        List<Integer> indices = loops.stream().map(PortLoop::index).sorted().toList();
        return new Info(settings.remote() + " port " + settings.port(), loops.size(), indices, endpoint.offloads());
    }

    @Override
    public void check() throws IOException {
        endpoint.check();
        link.followSecret(System.nanoTime());
    }

    @Override
    public void quiesce() {
        loops.forEach(PortLoop::quiesce);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            endpoint.remove(this);
            try {
                quiesce();
            } finally {
                driver.release(endpoint);
            }
        }
    }
}
