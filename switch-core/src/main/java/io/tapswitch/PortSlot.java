package io.tapswitch;

import io.tapswitch.SwitchEvents.PortSight;
import io.tapswitch.bridge.Bridge;
import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.FrameTrace;
import io.tapswitch.bridge.FrameTracer;
import io.tapswitch.bridge.FrameWatch;
import io.tapswitch.bridge.PortSettings;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.PortConfig;
import io.tapswitch.port.Burst;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortDriver;
import io.tapswitch.port.PortLoop;
import io.tapswitch.port.PortOwner;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The place of one port in the switch, whether its far side is there or not: a port that is lost leaves its
 * slot, with its counters, and comes back to it. Changed under the lock of {@link SwitchService}; read from any thread.
 */
final class PortSlot {
    private static final Logger LOG = LoggerFactory.getLogger(PortSlot.class);
    private static final long FIRST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LAST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(30);

    /**
     * What the bridges were last told of the port.
     *
     * @param trunk null if it has none
     * @param tags by which its networks are told apart: VLANs or, on the overlay, VNIs
     * @param plain which of these are VNIs of networks without encryption
     */
    record Attachment(
            PortSettings settings, Bridge network, List<Bridge> trunk, List<Integer> tags, List<Integer> plain) {}

    /** The port, or why there is none: replaced as a whole, since both are read from any thread. */
    private record FarSide(Port port, String reason, Instant since) {}

    private final String listener;
    private final String host;
    private final PortCounters counters;
    private volatile PortConfig config;
    private volatile FarSide farSide = new FarSide(null, "not opened yet", Instant.now());
    private volatile BridgePort bridgePort;
    private volatile List<PortLoop> loops = List.of();
    private Attachment attachment;
    private PortSight sight;
    private int mtu;
    private long retryDelayNanos = FIRST_RETRY_NANOS;
    private long retryAtNanos;

    /**
     * @param listener the port that took it in; null for one that nobody took in
     * @param host the host of the cluster that it leads to, by name; null for one that leads to none
     */
    PortSlot(PortConfig config, String listener, String host, PortCounters counters) {
        this.config = config;
        this.listener = listener;
        this.host = host;
        this.counters = counters;
    }

    String name() {
        return config.name();
    }

    PortConfig config() {
        return config;
    }

    void config(PortConfig changed) {
        config = changed;
    }

    PortCounters counters() {
        return counters;
    }

    boolean isOpen() {
        return port() != null;
    }

    BridgePort bridgePort() {
        return bridgePort;
    }

    /** Makes a port that is not started yet. */
    @FunctionalInterface
    interface Opening {
        Port open(PortContext context) throws IOException;
    }

    <C> void open(PortDriver<C> driver, PortContext context, Function<Port, PortOwner> owner) throws IOException {
        open(given -> driver.open(given, driver.settingsType().cast(config.settings())), context, owner);
    }

    /** Opens the far side and starts to read; frames are dropped until {@link #attach}. */
    void open(Opening opening, PortContext context, Function<Port, PortOwner> owner) throws IOException {
        Port opened = opening.open(context);
        try {
            BridgePort sink = new BridgePort(opened);
            opened.start(sink, owner.apply(opened));
            bridgePort = sink;
            loops = context.loops();
            mtu = context.networkMtu();
        } catch (RuntimeException | Error e) {
            opened.close();
            throw e;
        }
        farSide = new FarSide(opened, null, Instant.now());
        retryDelayNanos = FIRST_RETRY_NANOS;
    }

    /**
     * Brings the bridges up to date with the port, and the port with its network's MTU, unless they are.
     *
     * @return the bridges whose flood lists are to be made anew
     */
    Set<Bridge> attach(Attachment wanted, int networkMtu) {
        Port port = port();
        if (port == null) {
            return Set.of();
        }
        Set<Bridge> changed = wanted.equals(attachment) ? bridgePort.noteFloods() : join(port, wanted);
        if (mtu != networkMtu) {
            followMtu(port, networkMtu);
            mtu = networkMtu;
        }
        return changed;
    }

    private Set<Bridge> join(Port port, Attachment wanted) {
        Set<Bridge> joined =
                port.isListener() ? Set.of() : bridgePort.join(wanted.settings(), wanted.network(), wanted.trunk());
        if (attachment == null
                || attachment.settings().enabled() != wanted.settings().enabled()) {
            port.carrier(wanted.settings().enabled());
        }
        attachment = wanted;
        return joined;
    }

    private void followMtu(Port port, int mtu) {
        try {
            port.networkMtu(mtu);
        } catch (IOException e) {
            LOG.warn("port {}: cannot follow the network's MTU of {}: {}", name(), mtu, e.getMessage());
        }
    }

    /** Has somebody see the port's frames, if it is open; null to have nobody. */
    void watch(FrameWatch watch) {
        BridgePort open = bridgePort;
        if (open != null) {
            open.watch(watch);
        }
    }

    /** Forgets the stations that were learned behind the port. */
    void forgetLearned() {
        bridgePort.forgetLearned();
    }

    /** Takes note that the port's configuration is on disk. */
    void commit() {
        Port port = port();
        if (port == null) {
            return;
        }
        try {
            port.commit();
        } catch (IOException e) {
            LOG.warn("port {}: will not outlive the daemon: {}", name(), e.getMessage());
        }
    }

    /** Undoes {@link #commit}, so that closing, or a crash, removes the far side's device. */
    <C> void withdraw(PortDriver<C> driver) {
        Port port = port();
        try {
            if (port == null) {
                driver.removeLeftover(name(), driver.settingsType().cast(config.settings()));
            } else {
                port.withdraw();
            }
        } catch (IOException e) {
            LOG.warn("port {}: its device may stay behind: {}", name(), e.getMessage());
        }
    }

    /** Looks whether the far side, if it is there, is still what was opened. @throws IOException if it is not */
    void check() throws IOException {
        Port port = port();
        if (port != null) {
            port.check();
        }
    }

    /** Forgets the port's stations and closes the far side, if it is there. */
    void close() {
        if (isOpen()) {
            release("closed");
        }
    }

    private void release(String why) {
        Port open = port();
        try {
            bridgePort.detach();
            // A loop that still floods by an older list may be about to write: what it writes to must not be closed.
            loops.forEach(PortLoop::quiesce);
        } finally {
            farSide = new FarSide(null, why, Instant.now());
            bridgePort = null;
            attachment = null;
            open.close();
        }
    }

    /** Notes that the far side is not there, after closing what is left of it, and when to try again. */
    void failed(String why, long nowNanos) {
        if (!why.equals(farSide.reason())) {
            LOG.warn("port {}: failed: {}", name(), why);
        }
        if (isOpen()) {
            release(why);
        } else if (!why.equals(farSide.reason())) {
            farSide = new FarSide(null, why, Instant.now());
        }
        retryAtNanos = nowNanos + retryDelayNanos;
        retryDelayNanos = Math.min(LAST_RETRY_NANOS, retryDelayNanos * 2);
    }

    boolean isDue(long nowNanos) {
        return !isOpen() && nowNanos - retryAtNanos >= 0;
    }

    String listener() {
        return listener;
    }

    /** Whether frames of this host come in: not from another host, and not by a port that only takes others in. */
    boolean bringsFrames() {
        Port port = port();
        return port != null && config.enabled() && !port.isOverlay() && !port.isListener();
    }

    String host() {
        return host;
    }

    /** Tells what becomes of a frame, on the loop that reads the port. Waits for that loop. */
    FrameTrace trace(TraceRequest request) {
        Port port = port();
        BridgePort sink = bridgePort;
        if (port == null || sink == null) {
            throw ConfigException.conflict("port", "port '" + name() + "' is not up: " + view().reason());
        }
        requireFrames();
        PortLoop loop = loopOf(port);
        CompletableFuture<FrameTrace> trace = new CompletableFuture<>();
        loop.call(() -> trace.complete(trace(request, sink, loop)));
        FrameTrace told = trace.getNow(null);
        if (told == null) {
            throw ConfigException.conflict("", "the switch is shutting down");
        }
        return told;
    }

    /** @throws ConfigException if no frames pass here, as the port only takes others in */
    void requireFrames() {
        Port port = port();
        if (port != null && port.isListener()) {
            throw ConfigException.conflict(
                    "port", "port '" + name() + "' only takes others in: name the port of one of its connections");
        }
    }

    private PortLoop loopOf(Port port) {
        List<Integer> readers = port.info().loops();
        return loops.stream()
                .filter(loop -> readers.contains(loop.index()))
                .findFirst()
                .orElse(loops.get(0));
    }

    private static FrameTrace trace(TraceRequest request, BridgePort sink, PortLoop loop) {
        FrameTracer tracer = loop.shared(FrameTracer.class, FrameTracer::new);
        Burst burst = loop.burst().begin(System.nanoTime());
        return request.inject()
                ? tracer.inject(sink, request.arrival().vni(), request.offload(), request.frame(), burst)
                : tracer.simulate(sink, request.arrival(), request.offload(), request.frame(), burst);
    }

    boolean holds(Port candidate) {
        return port() == candidate;
    }

    Port port() {
        return farSide.port();
    }

    PortView view() {
        FarSide now = farSide;
        Port port = now.port();
        String reason = reason(now);
        return new PortView(
                config,
                listener,
                host,
                counters,
                status(now, reason),
                reason,
                now.since(),
                port == null ? null : port.info(),
                port == null ? null : port.remote());
    }

    /** What of it need not be asked of its device; the same object as long as nothing changes. Under the lock. */
    PortSight sight() {
        FarSide now = farSide;
        String reason = reason(now);
        PortView.Status status = status(now, reason);
        PortSight before = sight;
        boolean isSame = before != null
                && before.config() == config
                && before.status() == status
                && before.since() == now.since()
                && Objects.equals(before.reason(), reason);
        sight = isSame ? before : new PortSight(config, host, status, reason, now.since());
        return sight;
    }

    private static String reason(FarSide now) {
        if (now.port() == null) {
            return now.reason();
        }
        String missing = now.port().waitsFor();
        return missing == null ? null : "waits for " + missing;
    }

    private PortView.Status status(FarSide now, String reason) {
        if (now.port() == null) {
            return PortView.Status.FAILED;
        }
        if (!config.enabled()) {
            return PortView.Status.DISABLED;
        }
        return reason == null ? PortView.Status.UP : PortView.Status.WAITING;
    }
}
