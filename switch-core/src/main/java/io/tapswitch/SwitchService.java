package io.tapswitch;

import io.tapswitch.bridge.Bridge;
import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.bridge.ForwardingTable;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.StaticEntry;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.overlay.OverlayDirectory;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortDriver;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.PortOwner;
import io.tapswitch.port.SharedEndpoint;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private static final long EVENTS_MILLIS = 100;
    private static final long HOUSEKEEPING_MILLIS = 500;
    private static final long CHECK_MILLIS = 2000;
    private static final long CLOSE_SECONDS = 10;

    private final PortDrivers drivers;
    private final EventLoops loops;
    private final StateStore store;
    private final SwitchConfig fileConfig;
    private final OverlayDirectory directory;
    private final FdbEvents events = new FdbEvents();
    private final VtepEvents vtepEvents = new VtepEvents();
    private final ScheduledExecutorService control =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "tapswitch-control"));

    private volatile SwitchConfig config = SwitchConfig.EMPTY;
    private volatile Map<String, Bridge> bridges = Map.of();
    private volatile Map<String, PortSlot> slots = Map.of();
    private volatile Layout layout = Layout.EMPTY;
    private final Newcomers newcomers;
    private final AtomicBoolean refreshing = new AtomicBoolean();
    private boolean closed;

    /**
     * A switch at rest: {@link #start} brings it to life.
     *
     * @param loops carry the frames; closed by the caller, after this service
     * @param store the desired state on disk; closed by the caller
     * @param fileConfig what the configuration file defines; REST cannot change it, and it is not saved as state
     * @param directory told of changes of the forwarding tables; closed by the caller
     */
    public SwitchService(
            PortDrivers drivers,
            EventLoops loops,
            StateStore store,
            SwitchConfig fileConfig,
            OverlayDirectory directory) {
        this.drivers = drivers;
        this.loops = loops;
        this.store = store;
        this.fileConfig = fileConfig;
        this.directory = directory;
        newcomers = new Newcomers(loops);
        events.listen(directory::fdbChanged);
    }

    /**
     * Brings every network and port of the configuration file and of the saved state back. Ports that cannot come back
     * now are tried again later.
     *
     * @throws IOException if the state cannot be read
     * @throws ConfigException if the file and the state do not fit each other
     */
    public synchronized void start() throws IOException {
        SwitchConfig merged = ownedByFile(store.load());
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
        control.scheduleWithFixedDelay(events::deliver, EVENTS_MILLIS, EVENTS_MILLIS, TimeUnit.MILLISECONDS);
    }

    private SwitchConfig ownedByFile(SwitchConfig state) {
        // The file's come first, as they did when the others were added to them.
        SwitchConfig both = with(fileConfig, state.networks(), state.ports(), state.fdb());
        return with(both, fileNetworks(), fileConfig.ports(), fileConfig.fdb());
    }

    private static SwitchConfig with(
            SwitchConfig config, List<NetworkConfig> networks, List<PortConfig> ports, List<StaticEntry> fdb) {
        SwitchConfig merged = config;
        for (NetworkConfig network : networks) {
            merged = merged.with(network);
        }
        for (PortConfig port : ports) {
            merged = merged.with(port);
        }
        for (StaticEntry entry : fdb) {
            merged = merged.with(entry);
        }
        return merged;
    }

    private List<NetworkConfig> fileNetworks() {
        return fileConfig.networks().stream()
                .filter(network -> !network.equals(NetworkConfig.named(NetworkConfig.DEFAULT)))
                .toList();
    }

    /** The desired state. */
    public SwitchConfig config() {
        return config;
    }

    /** Every port: those of the desired state in its order, then those that listeners took in. */
    public List<PortView> ports() {
        return allSlots().map(PortSlot::view).toList();
    }

    private Stream<PortSlot> allSlots() {
        return Stream.concat(slots.values().stream(), newcomers.slots().stream());
    }

    private PortSlot slot(String name) {
        PortSlot configured = slots.get(name);
        return configured != null ? configured : newcomers.slot(name);
    }

    /** One port. @throws ConfigException if there is none of that name */
    public PortView port(String name) {
        PortSlot slot = slot(name);
        if (slot == null) {
            throw ConfigException.notFound("", "port '" + name + "' does not exist");
        }
        return slot.view();
    }

    /** One network's bridge, to look at. @throws ConfigException if there is none of that name */
    public Bridge bridge(String network) {
        Bridge bridge = bridges.get(network);
        if (bridge == null) {
            throw ConfigException.notFound("", "network '" + network + "' does not exist");
        }
        return bridge;
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

    /** What coordinates this switch with others. */
    public OverlayDirectory directory() {
        return directory;
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

    /** Checks a next state as {@link #apply} would, without changing anything. */
    public synchronized SwitchConfig check(UnaryOperator<SwitchConfig> change) {
        SwitchConfig next = change.apply(config);
        requireFileOwned(next);
        newcomers.check(next);
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
        Transition transition = new Transition(drivers, this::open, slots, before, next);
        Map<String, PortSlot> result;
        try {
            result = transition.prepare(this::makeSlot);
        } catch (IOException | RuntimeException e) {
            settle(before);
            throw e;
        }
        try {
            store.save(withoutFileOwned(next));
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
            store.save(withoutFileOwned(before));
        } catch (IOException | RuntimeException e) {
            LOG.warn("the state on disk may be newer than the switch: {}", e.getMessage());
        }
    }

    private PortSlot makeSlot(PortConfig port, PortSlot replaced) {
        return new PortSlot(port, null, replaced == null ? new PortCounters(loops.count()) : replaced.counters());
    }

    private void requireFileOwned(SwitchConfig next) {
        for (NetworkConfig network : fileNetworks()) {
            requireSame("network", network.name(), next.network(network.name()).orElse(null), network);
        }
        for (PortConfig port : fileConfig.ports()) {
            requireSame("port", port.name(), next.port(port.name()).orElse(null), port);
        }
        for (StaticEntry entry : fileConfig.fdb()) {
            requireSame("static entry", entry.mac(), next.fdb().contains(entry) ? entry : null, entry);
        }
    }

    private static void requireSame(String kind, String name, Object next, Object file) {
        if (!file.equals(next)) {
            throw ConfigException.conflict(
                    "", kind + " '" + name + "' is defined in the configuration file; change it there and restart");
        }
    }

    private SwitchConfig withoutFileOwned(SwitchConfig next) {
        return new SwitchConfig(
                without(next.networks(), fileNetworks()),
                without(next.ports(), fileConfig.ports()),
                without(next.fdb(), fileConfig.fdb()));
    }

    private static <T> List<T> without(List<T> list, List<T> unwanted) {
        return list.stream().filter(item -> !unwanted.contains(item)).toList();
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
        bridge(network).table().put(mac, slot.bridgePort(), type, System.nanoTime());
    }

    private void open(PortSlot slot, SwitchConfig state) throws IOException {
        open(drivers.of(slot.config().type()), slot, state);
    }

    private <C> void open(PortDriver<C> driver, PortSlot slot, SwitchConfig state) throws IOException {
        slot.open(driver, context(slot, state), port -> new Owner(slot, port));
    }

    private PortContext context(PortSlot slot, SwitchConfig state) {
        NetworkConfig network = state.network(slot.config().network()).orElseThrow();
        return new PortContext(slot.name(), slot.counters(), loops.leastBusyFirst(), layout.mtu(network));
    }

    private void tryOpen(PortSlot slot) {
        try {
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
        PortSlot slot = newcomers.slotFor(listener, slots.keySet());
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

    /** Brings bridges, attachments and static stations to what {@link #config} and {@link #slots} say. */
    private void settle(SwitchConfig before) {
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
        layout = new Layout(config, next, allSlots());
        long now = System.nanoTime();
        Set<Bridge> changed = new HashSet<>();
        allSlots().forEach(slot -> changed.addAll(attach(slot, now)));
        changed.forEach(Bridge::refreshFloodLists);
        vtepEvents.update(slots.values());
        settleStatic(before, now);
    }

    /** A port that cannot be attached fails alone, and is tried again. @return bridges that need new flood lists */
    private Set<Bridge> attach(PortSlot slot, long now) {
        try {
            return slot.attach(layout.attachment(slot.config()), layout.mtu(slot.config()), now);
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

    private void settleStatic(SwitchConfig before, long now) {
        Set<StaticEntry> wanted = new HashSet<>(config.fdb());
        for (StaticEntry entry : before.fdb()) {
            Bridge bridge = bridges.get(entry.network());
            if (bridge != null && !wanted.contains(entry)) {
                FdbEntry<BridgePort> present = bridge.table().lookup(entry.address());
                if (present != null && present.type() == FdbEntry.Type.STATIC) {
                    bridge.table().remove(entry.address());
                }
            }
        }
        for (StaticEntry entry : config.fdb()) {
            PortSlot slot = slots.get(entry.port());
            ForwardingTable<BridgePort> table = bridges.get(entry.network()).table();
            FdbEntry<BridgePort> present = table.lookup(entry.address());
            boolean there =
                    present != null && present.type() == FdbEntry.Type.STATIC && present.port() == slot.bridgePort();
            if (slot.isOpen() && !there) {
                table.put(entry.address(), slot.bridgePort(), FdbEntry.Type.STATIC, now);
            }
        }
    }

    private void housekeeping() {
        try {
            bridges.values().forEach(bridge -> bridge.age(System.nanoTime()));
            retryFailed();
        } catch (RuntimeException e) {
            LOG.error("housekeeping failed; it goes on", e);
        }
    }

    private synchronized void checkFarSides() {
        slots.values().forEach(slot -> quietly(() -> check(slot)));
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
        for (PortSlot slot : slots.values()) {
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

    /** Closes every port; those that outlive the daemon stay, the others' devices are gone. */
    @Override
    public void close() {
        control.shutdown();
        synchronized (this) {
            closed = true;
            allSlots().forEach(slot -> quietly(slot::close));
        }
        deliverTheLast();
    }

    /** Only once the control thread is gone: the queue of events has one reader. */
    private void deliverTheLast() {
        try {
            if (control.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                events.deliver();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
