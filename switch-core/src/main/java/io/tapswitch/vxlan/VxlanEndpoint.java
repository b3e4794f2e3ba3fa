package io.tapswitch.vxlan;

import io.netty.channel.unix.Buffer;
import io.netty.util.concurrent.Future;
import io.tapswitch.linux.DatagramBatch;
import io.tapswitch.linux.Errno;
import io.tapswitch.linux.NetworkNamespace;
import io.tapswitch.linux.Sockaddr;
import io.tapswitch.linux.UdpSocket;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortLoop;
import io.tapswitch.port.SharedEndpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This host's VTEP at one address and UDP port: the sockets that all ports to remote VTEPs from there share.
 *
 * <pre>
 *  event loop 0   receive socket (SO_REUSEPORT) --\
 *  event loop 1   receive socket (SO_REUSEPORT) ---+--> {@link VtepTable} --> {@link VxlanPort} --> bridge
 *
 *  event loop 0   8 send sockets, one chosen by the inner flow's hash, each with a source port of its own
 *  event loop 1   8 send sockets
 * </pre>
 *
 * <p>A loop sends by its own sockets only, so loops do not contend; the frames of a flow, which one loop reads, leave by
 * one source port and stay in order. Probes and their answers go by a socket of their own.
 *
 * <p>Opened with the first port and closed with the last one, on the control thread; {@link #vteps} and {@link #sender} are
 * for the loops.
 */
final class VxlanEndpoint {
    private static final Logger LOG = LoggerFactory.getLogger(VxlanEndpoint.class);

    /** Source ports of one loop: enough for routers and receiving cores to spread flows. A power of two. */
    static final int SOURCES = 8;

    /** More source ports than a sealed frame can name are of no use. */
    private static final int MOST_STREAMS = 1024;

    private static final int IPV6_BYTES = 16;
    private static final long TICK_MILLIS = 100;
    private static final long OVERRUNS_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long COMPLAINT_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Where it is: what its ports have in common. */
    record Place(String namespace, InetAddress local, int port) {
        static Place of(VxlanSettings settings) {
            return new Place(settings.namespace(), settings.localAddress(), settings.port());
        }

        boolean isAny() {
            return local.isAnyLocalAddress();
        }

        String address() {
            return local.getHostAddress();
        }

        /** Whether one of the two stands for any address, so that the other is its too. */
        boolean takes(Place other) {
            return port == other.port
                    && Objects.equals(namespace, other.namespace)
                    && local.getClass() == other.local.getClass()
                    && isAny() != other.isAny();
        }
    }

    private final Place place;
    private final boolean ipv6;
    private final Object namespace;
    private final List<VxlanPort> ports = new CopyOnWriteArrayList<>();
    private final PortCounters counters;
    private final List<VxlanReceiver> receivers = new ArrayList<>();
    private final VxlanSender[][] senders;
    private final SecureRandom random = new SecureRandom();
    private final DatagramBatch control = new DatagramBatch(1, 1);
    private UdpSocket enquirer;
    private UdpSocket controlSocket;
    private volatile VtepTable vteps = new VtepTable(List.of());
    private volatile boolean segments;
    private volatile boolean joins;
    private volatile IOException broken;
    private PortLoop clock;
    private Future<?> ticking;

    /** Of the clock's loop. */
    private long overrunsNanos = System.nanoTime();

    private long complainedNanos = System.nanoTime() - COMPLAINT_NANOS;

    private VxlanEndpoint(Place place, int loops) throws IOException {
        this.place = place;
        ipv6 = place.local().getAddress().length == IPV6_BYTES;
        namespace = NetworkNamespace.identity(place.namespace());
        counters = new PortCounters(loops);
        senders = new VxlanSender[loops][Math.min(SOURCES, Integer.highestOneBit(Math.max(1, MOST_STREAMS / loops)))];
    }

    /** Opens the sockets. @throws IOException if the address or port cannot be had, with what to do */
    static VxlanEndpoint open(Place place, List<PortLoop> loops) throws IOException {
        VxlanEndpoint endpoint = new VxlanEndpoint(place, loops.size());
        try {
            NetworkNamespace.call(place.namespace(), () -> {
                endpoint.openSockets(loops);
                return null;
            });
            endpoint.start(loops);
            return endpoint;
        } catch (IOException | RuntimeException | Error e) {
            endpoint.close();
            throw e;
        }
    }

    private void openSockets(List<PortLoop> loops) throws IOException {
        UdpSocket.requireFree(place.local(), place.port());
        // First those with the one port that matters, which may be of the range that the others are from.
        for (PortLoop loop : loops) {
            VxlanReceiver receiver = new VxlanReceiver(this, UdpSocket.receiver(place.local(), place.port()), loop);
            receivers.add(receiver);
            joins = receiver.socket().joinReceived();
        }
        enquirer = UdpSocket.enquirer(place.local());
        controlSocket = UdpSocket.sender(place.local());
        segments = controlSocket.canSegment();
        for (VxlanSender[] ofLoop : senders) {
            for (int i = 0; i < ofLoop.length; i++) {
                ofLoop[i] = new VxlanSender(this, UdpSocket.sender(place.local()));
            }
        }
    }

    private void start(List<PortLoop> loops) {
        receivers.forEach(VxlanReceiver::start);
        clock = loops.get(0);
        ticking = clock.every(TICK_MILLIS, this::tick);
    }

    /** Every port looks after its VTEP. On one loop; what is thrown here would end it for good. */
    private void tick() {
        long now = System.nanoTime();
        for (VxlanPort port : ports) {
            try {
                port.tick(now);
            } catch (RuntimeException | Error e) {
                complain(port, e, now);
            }
        }
        if (now - overrunsNanos >= OVERRUNS_NANOS) {
            overrunsNanos = now;
            countOverruns();
        }
    }

    /** Once in a while: the same may come with each tick of each port. */
    private void complain(VxlanPort port, Throwable trouble, long now) {
        if (now - complainedNanos >= COMPLAINT_NANOS) {
            complainedNanos = now;
            LOG.error("port {}: could not look after its VTEP; it goes on", port.name(), trouble);
        }
    }

    /** Counts the datagrams that found the kernel's buffers full. */
    private void countOverruns() {
        for (VxlanReceiver receiver : receivers) {
            long overruns = receiver.socket().takeDrops();
            counters.add(clock.index(), PortCounters.RX_FRAMES, overruns);
            counters.dropped(clock.index(), DropReason.RECEIVE_OVERRUN, overruns);
        }
    }

    Place place() {
        return place;
    }

    boolean isIpv6() {
        return ipv6;
    }

    /** What came from nobody's VTEP. */
    PortCounters counters() {
        return counters;
    }

    /** The ports by their VTEPs. Any loop. */
    VtepTable vteps() {
        return vteps;
    }

    /** A number that nobody can guess. Any thread. */
    long token() {
        return random.nextLong();
    }

    /** What a loop sends the frames of a flow by. That loop only. */
    VxlanSender sender(int loop, int source) {
        return senders[loop][source];
    }

    /** The source that a flow has. */
    int source(int flowHash) {
        return flowHash & senders[0].length - 1;
    }

    /** The number of the stream that a loop sends by a source. */
    int stream(int loop, int source) {
        return loop * senders[0].length + source;
    }

    /** The number of streams that this endpoint sends, each by a source port of its own. */
    int streams() {
        return senders.length * senders[0].length;
    }

    /** Whether the kernel cuts datagrams that are sent together. Any thread. */
    boolean segments() {
        return segments;
    }

    /** Takes note that the kernel does not cut datagrams after all, as some devices do not let it. Any loop. */
    void stopSegmenting(int errno) {
        if (segments) {
            segments = false;
            LOG.warn(
                    "VTEP {}: the kernel refused to cut datagrams ({}): they are sent one by one from now on, which is"
                            + " slower",
                    this,
                    Errno.symbol(errno));
        }
    }

    /** What the kernel thinks reaches an address, bytes; or the error number negated. Any thread. */
    int kernelPathMtu(Sockaddr remote) {
        return enquirer.pathMtu(remote);
    }

    /** Sends one datagram that is no frame. Any thread; a few per second. @return 0 or the error number */
    int send(Sockaddr to, ByteBuffer datagram, int length) {
        synchronized (control) {
            control.clear();
            control.begin(to);
            control.add(Buffer.memoryAddress(datagram), length);
            return Math.max(0, -control.send(controlSocket.fd(), 0));
        }
    }

    /** Lets datagrams of a port's VTEP in. Control thread. */
    void add(VxlanPort port) {
        ports.add(port);
        vteps = new VtepTable(ports);
    }

    /** Lets them in no more. Control thread. */
    void remove(VxlanPort port) {
        ports.remove(port);
        vteps = new VtepTable(ports);
    }

    boolean isUnused() {
        return ports.isEmpty();
    }

    boolean hasSession(byte[] session) {
        return ports.stream().anyMatch(port -> port.hasSession(session));
    }

    /** Tells every port that the sockets are broken. A loop. */
    void failed(Exception cause) {
        IOException why =
                new IOException("the socket broke (" + cause.getMessage() + "); the switch makes it again", cause);
        broken = why;
        ports.forEach(port -> port.failed(why));
    }

    /** Whether the sockets work, and are still in the namespace of that name. Control thread. */
    void check() throws IOException {
        IOException why = broken;
        if (why != null) {
            throw why;
        }
        if (place.namespace() != null && !namespace.equals(NetworkNamespace.identity(place.namespace()))) {
            throw new IOException("network namespace '" + place.namespace()
                    + "' was removed or made anew; the switch opens the VTEP again there");
        }
    }

    /** What crosses whole, in words. */
    List<String> offloads() {
        List<String> offloads = new ArrayList<>();
        if (segments) {
            offloads.add("udp-segment");
        }
        if (joins) {
            offloads.add("udp-gro");
        }
        return offloads;
    }

    SharedEndpoint view() {
        return new SharedEndpoint(toString(), ports.size(), offloads(), counters);
    }

    /** Closes the sockets, once no loop sends by them any more. Control thread. */
    void close() {
        if (ticking != null) {
            ticking.cancel(false);
        }
        try {
            receivers.forEach(VxlanReceiver::stop);
        } finally {
            closeSockets();
        }
    }

    /** Those of receivers a second time, in case that a loop did not answer. */
    private void closeSockets() {
        receivers.forEach(VxlanReceiver::close);
        Arrays.stream(senders).flatMap(Arrays::stream).filter(Objects::nonNull).forEach(VxlanSender::close);
        Stream.of(controlSocket, enquirer).filter(Objects::nonNull).forEach(UdpSocket::close);
    }

    @Override
    public String toString() {
        return place.local().getHostAddress() + " UDP port " + place.port()
                + (place.namespace() == null ? "" : " in namespace " + place.namespace());
    }
}
