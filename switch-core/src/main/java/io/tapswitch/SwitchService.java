package io.tapswitch;

import io.tapswitch.bridge.Bridge;
import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.bridge.FrameTrace;
import io.tapswitch.bridge.FrameWatch;
import io.tapswitch.capture.Mirror;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.MirrorConfig;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortDriver;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.PortOwner;
import io.tapswitch.port.SharedEndpoint;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The switch: keeps ports, bridges and disk in step with the desired state.
 *
 * <p>Every change is one call of {@link #apply}: the whole next state is checked, what can fail is done, the state is
 * saved, and only then do the bridges change; if anything fails before, nothing has changed. A port that is lost later,
 * or that cannot be opened at start, is {@linkplain PortView.Status#FAILED failed} with the reason and is tried again
 * until it comes back; the others go on.
 *
 * <p>Thread-safe. Changes wait for each other, and may take as long as the system does to make a device: call them from
 * a thread that may wait. Reads wait for nothing.
 */
public final class SwitchService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SwitchService.class);
    private static final long HOUSEKEEPING_MILLIS = 500;
    private static final long CHECK_MILLIS = 2000;
    private static final long EXPIRY_RETRY_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long CLOSE_SECONDS = 10;

    private final PortDrivers drivers;
    private final EventLoops loops;
    private final StateStore store;
    private final FileOwned fileOwned;
    private final StableMac macs;
    private final FdbEvents events = new FdbEvents();
    private final VtepEvents vtepEvents = new VtepEvents();
    private final SwitchEvents switchEvents = new SwitchEvents();
    private final ScheduledExecutorService control =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "tapswitch-control"));

    private volatile SwitchConfig config = SwitchConfig.EMPTY;
    private volatile Map<String, Bridge> bridges = Map.of();
    private volatile Map<String, PortSlot> slots = Map.of();
    private volatile Layout layout = Layout.EMPTY;
    private final Newcomers newcomers;
    private final HostLinks hostLinks;
    private final Watchers portWatchers = new Watchers();
    private final Watchers networkWatchers = new Watchers();
    private final AnalysisBridges analysis = new AnalysisBridges();
    private final Mirrors mirrors;
    private boolean expiryFailed;
    private long expiryRetryNanos;

    /** What is left where the time of something is over that cannot be taken out of the state. */
    private SwitchConfig lasting;

    private final AtomicBoolean refreshing = new AtomicBoolean();
    private boolean closed;

    /**
     * A switch at rest: {@link #start} brings it to life.
     *
     * @param loops carry the frames; closed by the caller, after this service
     * @param store the desired state on disk; closed by the caller
     * @param fileConfig what the configuration file defines; REST cannot change it, and it is not saved as state
     */
    public SwitchService(PortDrivers drivers, EventLoops loops, StateStore store, SwitchConfig fileConfig) {
        this.drivers = drivers;
        this.loops = loops;
        this.store = store;
        fileOwned = new FileOwned(fileConfig);
        macs = StableMac.in(store.directory());
        newcomers = new Newcomers(loops);
        hostLinks = new HostLinks(drivers, loops);
        mirrors = new Mirrors(store.directory().resolve("captures"), loops.count());
    }

    /**
     * Brings every network and port of the configuration file and of the saved state back. Ports that cannot come back
     * now are tried again later.
     *
     * @throws IOException if the state cannot be read
     * @throws ConfigException if the file and the state do not fit each other
     */
    public synchronized void start() throws IOException {
        SwitchConfig merged = fileOwned.with(store.load());
        merged.check(drivers);
        config = merged;
        Map<String, PortSlot> made = new LinkedHashMap<>();
        for (PortConfig port : merged.ports()) {
            PortSlot slot = makeSlot(port, null);
            made.put(port.name(), slot);
            tryOpen(slot);
        }
        slots = made;
        settle(SwitchConfig.EMPTY);
        made.values().forEach(PortSlot::commit);
        control.scheduleWithFixedDelay(
                this::housekeeping, HOUSEKEEPING_MILLIS, HOUSEKEEPING_MILLIS, TimeUnit.MILLISECONDS);
        control.scheduleWithFixedDelay(this::checkFarSides, CHECK_MILLIS, CHECK_MILLIS, TimeUnit.MILLISECONDS);
        events.start();
    }

    /** The desired state. */
    public SwitchConfig config() {
        return config;
    }

    /** Whether a network is defined in the configuration file, and so can only be changed there. */
    public boolean isInFile(String network) {
        return fileOwned.hasNetwork(network);
    }

    /** Every port: those of the desired state in its order, those that listeners took in, those to hosts of the cluster. */
    public List<PortView> ports() {
        return allSlots().map(PortSlot::view).toList();
    }

    private Stream<PortSlot> allSlots() {
        return Stream.concat(lastingSlots(), newcomers.slots().stream());
    }

    /** Those that are tried again when they fail. */
    private Stream<PortSlot> lastingSlots() {
        return Stream.concat(slots.values().stream(), hostLinks.slots().stream());
    }

    private PortSlot slot(String name) {
        return Stream.of(slots.get(name), newcomers.slot(name), hostLinks.slot(name))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** One port. @throws ConfigException if there is none of that name */
    public PortView port(String name) {
        PortSlot slot = slot(name);
        if (slot == null) {
            throw ConfigException.notFound("", "port '" + name + "' does not exist");
        }
        return slot.view();
    }

    /**
     * Tells what becomes of a frame that comes in by a port; brings it in if that is asked for. Waits for the port's event
     * loop, which other frames wait for meanwhile: some ten microseconds.
     *
     * @throws ConfigException if there is no such port, or it is not open
     */
    public FrameTrace trace(TraceRequest request) {
        PortSlot slot = slot(request.port());
        if (slot == null) {
            throw ConfigException.notFound("port", "port '" + request.port() + "' does not exist");
        }
        return slot.trace(request);
    }

    /** One network's bridge, to look at. @throws ConfigException if there is none of that name */
    public Bridge bridge(String network) {
        return findBridge(network)
                .orElseThrow(() -> ConfigException.notFound("", "network '" + network + "' does not exist"));
    }

    /** One network's bridge, to look at. */
    public Optional<Bridge> findBridge(String network) {
        return Optional.ofNullable(bridges.get(network));
    }

    /** Every network's bridge, to look at, in the order of the desired state. */
    public Collection<Bridge> bridges() {
        return bridges.values();
    }

    /** Changes of the forwarding tables, for whoever wants to listen. */
    public FdbEvents events() {
        return events;
    }

    /** What becomes of remote VTEPs, for whoever wants to listen. */
    public VtepEvents vtepEvents() {
        return vtepEvents;
    }

    /** What becomes of ports and networks, for whoever wants to listen. */
    public SwitchEvents switchEvents() {
        return switchEvents;
    }

    /**
     * Has somebody see the frames of a port from now on, until {@link #unwatch} or until the port is no more; also across
     * the port's failures.
     *
     * @throws ConfigException if there is no such port, or no frames pass there
     */
    public synchronized void watchPort(String name, FrameWatch watch) {
        port(name);
        slot(name).requireFrames();
        portWatchers.add(name, watch);
        showWatches();
    }

    /** The same for what comes into a network on this host. @throws ConfigException if there is no such network */
    public synchronized void watchNetwork(String name, FrameWatch watch) {
        bridge(name);
        networkWatchers.add(name, watch);
        showWatches();
    }

    /** Has somebody see no frames any more, soon. Returns at once, whatever the switch is doing. */
    public void unwatch(FrameWatch watch) {
        onControl(() -> takeOff(watch), () -> {});
    }

    private synchronized void takeOff(FrameWatch watch) {
        portWatchers.remove(watch);
        networkWatchers.remove(watch);
        showWatches();
    }

    private void showWatches() {
        portWatchers.endAllBut("port", name -> slot(name) != null);
        networkWatchers.endAllBut("network", bridges::containsKey);
        allSlots()
                .forEach(slot -> slot.watch(portWatchers.of(slot.name(), mirrors.of(slot.name(), MirrorConfig::port))));
        bridges.values()
                .forEach(bridge -> bridge.watch(
                        networkWatchers.of(bridge.name(), mirrors.of(bridge.name(), MirrorConfig::network))));
    }

    /** What a mirror does now; null if there is none of that name at work. */
    public Mirror.State mirrorState(String name) {
        return mirrors.state(name);
    }

    /** The sockets that ports share, with what belongs to no port. */
    public List<SharedEndpoint> endpoints() {
        return drivers.types().stream()
                .flatMap(type -> drivers.of(type).endpoints().stream())
                .toList();
    }

    /** How many event loops carry frames. */
    public int eventLoops() {
        return loops.count();
    }

    /** How late the event loops come to what they have to do. */
    public List<LoopLag.Reading> loopLag() {
        return loops.lag().readings();
    }

    /** Checks a next state as {@link #apply} would, without changing anything. */
    public synchronized SwitchConfig check(UnaryOperator<SwitchConfig> change) {
        SwitchConfig next = change.apply(config);
        fileOwned.check(next);
        newcomers.check(next);
        hostLinks.check(next);
        next.check(drivers);
        return next;
    }

    /**
     * Brings the switch to another desired state, whole or not at all.
     *
     * @param change makes the next state of the present one
     * @return the new state, saved and in force
     * @throws ConfigException if the next state is not valid; nothing has changed
     * @throws IOException if the system refuses a port, or the disk the state; nothing has changed
     */
    public synchronized SwitchConfig apply(UnaryOperator<SwitchConfig> change) throws IOException {
        if (closed) {
            throw new IOException("the switch is shutting down");
        }
        SwitchConfig next = check(change);
        SwitchConfig before = config;
        if (next.equals(before)) {
            return before;
        }
        Transition transition = new Transition(drivers, this::openConfigured, slots, before, next);
        Map<String, PortSlot> result;
        try {
            result = transition.prepare(this::makeSlot);
        } catch (IOException | RuntimeException e) {
            settle(before);
            throw e;
        }
        try {
            store.save(fileOwned.without(next));
        } catch (IOException | RuntimeException e) {
            transition.rollBack();
            settle(before);
            saveAgain(before);
            throw new StateNotSavedException(e);
        }
        result.values().forEach(slot -> slot.config(next.port(slot.name()).orElseThrow()));
        config = next;
        slots = result;
        newcomers.follow(result).forEach(slot -> quietly(() -> newcomers.dismiss(slot)));
        settle(before);
        result.values().forEach(PortSlot::commit);
        return next;
    }

    /** A save can fail after the new state took the place of the old one, when the directory cannot be synced. */
    private void saveAgain(SwitchConfig before) {
        try {
            store.save(fileOwned.without(before));
        } catch (IOException | RuntimeException e) {
            LOG.warn("the state on disk may be newer than the switch: {}", e.getMessage());
        }
    }

    private PortSlot makeSlot(PortConfig port, PortSlot replaced) {
        return new PortSlot(port, null, null, replaced == null ? new PortCounters(loops.count()) : replaced.counters());
    }

    /** Puts an entry of a type that is not part of the desired state into a network's table. */
    public synchronized void putEntry(String network, long mac, String port, FdbEntry.Type type) {
        PortSlot slot = slot(port);
        if (slot == null) {
            throw ConfigException.conflict("port", "port '" + port + "' does not exist");
        }
        if (!config.carries(slot.config(), network)) {
            throw ConfigException.conflict("port", "port '" + port + "' is not in network '" + network + "'");
        }
        if (!slot.isOpen()) {
            throw ConfigException.conflict("port", "port '" + port + "' is not up; see its state");
        }
        if (layout.isAway(slot.config())) {
            throw ConfigException.conflict(
                    "port", "port '" + port + "' is in no network now, as an analysis port or in quarantine");
        }
        bridge(network).table().put(mac, slot.bridgePort(), type, System.nanoTime());
    }

    /**
     * Has frames go to these hosts of the cluster and to no others, each by a port of its own that is in no configuration.
     * One that is there already with the same settings stays open, also when its networks change. One that cannot be opened
     * now fails, and is tried again, like any other port; the others go on.
     */
    public synchronized void links(Collection<HostLink> wanted) {
        if (!closed && hostLinks.want(wanted)) {
            settle(config);
        }
    }

    /**
     * Puts an {@code extern} entry for each station behind a host of the cluster, unless an operator has put one of its
     * own or pinned a learned one.
     *
     * @param host by name
     * @param network by name
     * @param overLocal whether that goes also for a station that was learned at a port of this host
     * @return how many of the stations have the entry now; 0 if no port to the host is open in that network
     */
    public synchronized int putExtern(String host, String network, long[] macs, boolean overLocal) {
        BridgePort link = openLink(host, network);
        return link == null ? 0 : Stations.put(bridge(network), macs, link, overLocal);
    }

    /** Null if there is none, or it does not carry the network. */
    private BridgePort openLink(String host, String network) {
        PortSlot link = hostLinks.to(host);
        return link != null && link.isOpen() && config.carries(link.config(), network) ? link.bridgePort() : null;
    }

    /** Takes out the entries, put in or learned, that these stations have behind a host of the cluster. */
    public synchronized void removeExtern(String host, String network, long[] macs) {
        BridgePort link = openLink(host, network);
        if (link != null) {
            Stations.remove(bridge(network), macs, link);
        }
    }

    /** The stations of a network behind ports that are not of the overlay, in no order; none if there is no such network. */
    public List<LocalStation> localStations(String network) {
        Bridge bridge = bridges.get(network);
        return bridge == null ? List.of() : Stations.local(bridge);
    }

    /** The networks, by name, that frames of this host come from: of open, enabled ports that are not of the overlay. */
    public Set<String> networksInUse() {
        SwitchConfig now = config;
        Set<String> networks = new LinkedHashSet<>();
        Stream<PortConfig> bringing = allSlots().filter(PortSlot::bringsFrames).map(PortSlot::config);
        Layout present = layout;
        bringing.filter(port -> !present.isAway(port)).forEach(port -> {
            networks.add(port.network());
            now.trunkOf(port).forEach(network -> networks.add(network.name()));
        });
        return networks;
    }

    private void openConfigured(PortSlot slot, SwitchConfig state) throws IOException {
        hostLinks.makeWayFor(slot.config(), System.nanoTime());
        open(slot, state);
    }

    private void open(PortSlot slot, SwitchConfig state) throws IOException {
        open(drivers.of(slot.config().type()), slot, state);
    }

    private <C> void open(PortDriver<C> driver, PortSlot slot, SwitchConfig state) throws IOException {
        slot.open(driver, context(slot, state), port -> new Owner(slot, port));
    }

    private PortContext context(PortSlot slot, SwitchConfig state) {
        NetworkConfig network = state.network(slot.config().network()).orElseThrow();
        return new PortContext(
                slot.name(), slot.counters(), loops.leastBusyFirst(), layout.mtu(network), macs.of(slot.name()));
    }

    private void tryOpen(PortSlot slot) {
        try {
            if (slot.host() != null) {
                hostLinks.claim(slot);
            }
            open(slot, config);
            LOG.info("port {}: up on {}", slot.name(), slot.port().info().device());
        } catch (IOException | RuntimeException e) {
            slot.failed(String.valueOf(e.getMessage()), System.nanoTime());
        }
    }

    /** Carries what a port tells from its event loop to the control thread. */
    private final class Owner implements PortOwner {
        private final PortSlot slot;
        private final Port port;
        private final AtomicBoolean leaving = new AtomicBoolean();

        Owner(PortSlot slot, Port port) {
            this.slot = slot;
            this.port = port;
        }

        @Override
        public void failed(Exception cause) {
            onControl(() -> lost(slot, port, cause), () -> {});
        }

        @Override
        public void farSideLeft() {
            // A far side that comes and goes all the time makes one task, not a queue of them.
            if (leaving.compareAndSet(false, true)) {
                onControl(
                        () -> {
                            leaving.set(false);
                            left(slot, port);
                        },
                        () -> {});
            }
        }

        @Override
        public void changed() {
            refreshSoon();
        }

        @Override
        public void joined(Newcomer newcomer) {
            onControl(() -> admit(slot, port, newcomer), () -> newcomer.refuse("the switch is shutting down"));
        }
    }

    private void onControl(Runnable action, Runnable otherwise) {
        try {
            control.execute(action);
        } catch (RejectedExecutionException e) {
            otherwise.run();
        }
    }

    private synchronized void lost(PortSlot slot, Port port, Exception cause) {
        if (!slot.holds(port)) {
            return;
        }
        quietly(() -> giveUp(slot, String.valueOf(cause.getMessage()), System.nanoTime()));
    }

    /** A port of the configuration is tried again; one that a listener took in is no more. */
    private void giveUp(PortSlot slot, String why, long now) {
        if (slot.config().crossesOverlay()) {
            // Its way bounds no network any more.
            refreshSoon();
        }
        if (slot.listener() == null) {
            slot.failed(why, now);
        } else {
            LOG.info("port {}: gone: {}", slot.name(), why);
            newcomers.dismiss(slot);
            showWatches();
        }
    }

    private synchronized void left(PortSlot slot, Port port) {
        if (slot.holds(port)) {
            slot.forgetLearned();
        }
    }

    /** Takes note soon of what ports say of the way to their far sides; of a thousand that change at once, once. */
    private void refreshSoon() {
        if (refreshing.compareAndSet(false, true)) {
            onControl(this::refresh, () -> {});
        }
    }

    private synchronized void refresh() {
        refreshing.set(false);
        if (!closed) {
            settle(config);
        }
    }

    /** The largest packet that crosses a network: what it is configured for, or less where a way to a VTEP takes less. */
    public int mtu(NetworkConfig network) {
        return layout.mtu(network);
    }

    private synchronized void admit(PortSlot listener, Port port, PortOwner.Newcomer newcomer) {
        if (closed || !listener.holds(port)) {
            newcomer.refuse("port " + listener.name() + " is closed");
            return;
        }
        PortSlot slot = newcomers.slotFor(listener, name -> slot(name) != null);
        try {
            slot.open(newcomer::open, context(slot, config), opened -> new Owner(slot, opened));
        } catch (IOException | RuntimeException e) {
            LOG.warn("port {}: somebody could not be taken in: {}", listener.name(), e.getMessage());
            return;
        }
        newcomers.add(slot, listener);
        LOG.info("port {}: up on {}", slot.name(), slot.port().info().device());
        attach(slot, System.nanoTime()).forEach(Bridge::refreshFloodLists);
    }

    /** Brings links, bridges, attachments and static stations to what {@link #config} and {@link #slots} say. */
    private void settle(SwitchConfig before) {
        settleLinks();
        Map<String, Bridge> next = new LinkedHashMap<>();
        for (NetworkConfig network : config.networks()) {
            Bridge bridge = bridges.get(network.name());
            if (bridge == null) {
                bridge = new Bridge(network.name(), network.settings(), events.of(network.name()));
            } else if (!bridge.settings().equals(network.settings())) {
                bridge.configure(network.settings());
            }
            next.put(network.name(), bridge);
        }
        bridges = next;
        Instant moment = Instant.now();
        layout = new Layout(config, next, analysis.follow(config.analysisPorts(moment)), moment, allSlots());
        long now = System.nanoTime();
        Set<Bridge> changed = new HashSet<>();
        allSlots().forEach(slot -> changed.addAll(attach(slot, now)));
        changed.forEach(Bridge::refreshFloodLists);
        mirrors.follow(config.mirrors(), moment, name -> slots.get(name).bridgePort());
        showWatches();
        vtepEvents.update(allSlots());
        switchEvents.update(config, allSlots().map(PortSlot::sight), System.nanoTime());
        StaticStations.settle(before, config, bridges, slots, slot -> layout.isAway(slot.config()), now);
    }

    private void settleLinks() {
        List<PortSlot> gone = hostLinks.follow(config, name -> slots.containsKey(name) || newcomers.slot(name) != null);
        gone.forEach(slot -> quietly(slot::close));
        hostLinks.waiting().forEach(this::tryOpen);
    }

    /** A port that cannot be attached fails alone, and is tried again. @return bridges that need new flood lists */
    private Set<Bridge> attach(PortSlot slot, long now) {
        try {
            return slot.attach(layout.attachment(slot.config()), layout.mtu(slot.config()));
        } catch (RuntimeException e) {
            LOG.error("port {}: could not be attached", slot.name(), e);
            quietly(() -> giveUp(slot, String.valueOf(e.getMessage()), now));
            return Set.of();
        }
    }

    private static void quietly(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.error("a port could not be looked after or closed in order", e);
        }
    }

    private void housekeeping() {
        try {
            bridges.values().forEach(bridge -> bridge.age(System.nanoTime()));
            analysis.age(System.nanoTime());
            expire();
            retryFailed();
            tellChanges();
        } catch (RuntimeException e) {
            LOG.error("housekeeping failed; it goes on", e);
        }
    }

    /** Ends the mirrors and quarantines whose time is over, also if the disk does not take it. */
    private synchronized void expire() {
        Instant now = Instant.now();
        if (closed || !config.hasExpired(now)) {
            return;
        }
        if (!expiryFailed || System.nanoTime() - expiryRetryNanos >= 0) {
            forgetExpired(now);
        }
        if (expiryFailed && !config.withoutExpired(now).equals(lasting)) {
            lasting = config.withoutExpired(now);
            settle(config);
        }
    }

    private void forgetExpired(Instant now) {
        try {
            apply(present -> present.withoutExpired(now));
            expiryFailed = false;
        } catch (IOException | RuntimeException e) {
            expiryFailed = true;
            expiryRetryNanos = System.nanoTime() + EXPIRY_RETRY_NANOS;
            LOG.warn("a mirror or quarantine whose time is over stays in the desired state: {}", e.getMessage());
        }
    }

    private synchronized void checkFarSides() {
        lastingSlots().forEach(slot -> quietly(() -> check(slot)));
    }

    /** Gives a far side up that is no longer what was opened. */
    private void check(PortSlot slot) {
        try {
            slot.check();
        } catch (IOException e) {
            giveUp(slot, String.valueOf(e.getMessage()), System.nanoTime());
        }
    }

    private synchronized void retryFailed() {
        long now = System.nanoTime();
        boolean back = false;
        for (PortSlot slot : lastingSlots().toList()) {
            if (!closed && slot.isDue(now)) {
                tryOpen(slot);
                back |= slot.isOpen();
            }
        }
        if (back) {
            settle(config);
            slots.values().forEach(PortSlot::commit);
        }
    }

    private synchronized void tellChanges() {
        if (!closed) {
            switchEvents.update(config, allSlots().map(PortSlot::sight), System.nanoTime());
        }
    }

    /** Closes every port; those that outlive the daemon stay, the others' devices are gone. */
    @Override
    public void close() {
        control.shutdown();
        synchronized (this) {
            closed = true;
            allSlots().forEach(slot -> quietly(slot::close));
            quietly(mirrors::close);
        }
        deliverTheLast();
    }

    /** Only once the control thread makes no more of them. */
    private void deliverTheLast() {
        try {
            if (!control.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("the control thread is still at work; some changes of the FDB may not be told");
            }
            events.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
