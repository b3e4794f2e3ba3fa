package io.tapswitch;

import io.tapswitch.bridge.Bridge;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.bridge.FrameTrace;
import io.tapswitch.bridge.FrameWatch;
import io.tapswitch.capture.Mirror;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.SharedEndpoint;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
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

    private final PortDrivers drivers;
    private final EventLoops loops;
    private final StateStore store;
    private final FileOwned fileOwned;
    private final FdbEvents events = new FdbEvents();
    private final VtepEvents vtepEvents = new VtepEvents();
    private final SwitchEvents switchEvents = new SwitchEvents();
    private final ControlThread control = new ControlThread(this);
    private final PortSlots slots;
    private final Bridges bridges = new Bridges(events);
    private final Stations stations;
    private final Onlookers onlookers;
    private final FarSides farSides;
    private final Deadlines deadlines;
    private volatile SwitchConfig config = SwitchConfig.EMPTY;
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
        slots = new PortSlots(drivers, loops);
        stations = new Stations(slots, bridges);
        onlookers = new Onlookers(slots, bridges, new Mirrors(store.directory().resolve("captures"), loops.count()));
        FarSides.Means means = new FarSides.Means(drivers, loops, StableMac.in(store.directory()));
        farSides = new FarSides(means, slots, bridges, onlookers, control, this::config, this::settleAgain);
        deadlines = new Deadlines(now -> apply(present -> present.withoutExpired(now)), this::settleAgain);
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
            PortSlot slot = farSides.makeSlot(port, null);
            made.put(port.name(), slot);
            farSides.tryOpen(slot);
        }
        slots.configured(made);
        settle(SwitchConfig.EMPTY);
        farSides.commit();
        control.every(HOUSEKEEPING_MILLIS, this::housekeeping);
        control.every(CHECK_MILLIS, this::checkFarSides);
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
        return slots.all().map(PortSlot::view).toList();
    }

    /** The ports of this host: those of the desired state in its order, and those that listeners took in. */
    public List<PortView> ownPorts() {
        return slots.own().map(PortSlot::view).toList();
    }

    /** The ports to hosts of the cluster. */
    public List<PortView> linkPorts() {
        return slots.hostLinks().slots().stream().map(PortSlot::view).toList();
    }

    /** Shows every port's configuration and counters, without asking its device: for those who look often. */
    public void forEachPort(BiConsumer<PortConfig, PortCounters> looker) {
        slots.all().forEach(slot -> looker.accept(slot.config(), slot.counters()));
    }

    /** One port. @throws ConfigException if there is none of that name */
    public PortView port(String name) {
        return slots.require("", name).view();
    }

    /**
     * Tells what becomes of a frame that comes in by a port; brings it in if that is asked for. Waits for the port's event
     * loop, which other frames wait for meanwhile: some ten microseconds.
     *
     * @throws ConfigException if there is no such port, or it is not open
     */
    public FrameTrace trace(TraceRequest request) {
        return slots.require("port", request.port()).trace(request);
    }

    /** One network's bridge, to look at. @throws ConfigException if there is none of that name */
    public Bridge bridge(String network) {
        return bridges.require(network);
    }

    /** One network's bridge, to look at. */
    public Optional<Bridge> findBridge(String network) {
        return Optional.ofNullable(bridges.byNetwork().get(network));
    }

    /** Every network's bridge, to look at, in the order of the desired state. */
    public Collection<Bridge> bridges() {
        return bridges.byNetwork().values();
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
        slots.require("", name).requireFrames();
        onlookers.addToPort(name, watch);
    }

    /** The same for what comes into a network on this host. @throws ConfigException if there is no such network */
    public synchronized void watchNetwork(String name, FrameWatch watch) {
        bridges.require(name);
        onlookers.addToNetwork(name, watch);
    }

    /** Has somebody see no frames any more, soon. Returns at once, whatever the switch is doing. */
    public void unwatch(FrameWatch watch) {
        control.run(() -> onlookers.remove(watch));
    }

    /** What a mirror does now; null if there is none of that name at work. */
    public Mirror.State mirrorState(String name) {
        return onlookers.mirrorState(name);
    }

    /** The sockets that ports share, with what belongs to no port. */
    public List<SharedEndpoint> endpoints() {
        return drivers.endpoints();
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
        slots.check(next);
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
        Transition transition = new Transition(drivers, farSides::openConfigured, slots.configured(), before, next);
        Map<String, PortSlot> result;
        try {
            result = transition.prepare(farSides::makeSlot);
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
        slots.configured(result);
        farSides.settleNewcomers();
        settle(before);
        farSides.commit();
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

    /** Puts an entry of a type that is not part of the desired state into a network's table. */
    public synchronized void putEntry(String network, long mac, String port, FdbEntry.Type type) {
        stations.put(config, network, mac, port, type);
    }

    /**
     * Has frames go to these hosts of the cluster and to no others, each by a port of its own that is in no configuration.
     * One that is there already with the same settings stays open, also when its networks change. One that cannot be opened
     * now fails, and is tried again, like any other port; the others go on.
     */
    public synchronized void links(Collection<HostLink> wanted) {
        if (!closed && slots.hostLinks().want(wanted)) {
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
        return stations.putExtern(config, host, network, macs, overLocal);
    }

    /** Takes out the entries, put in or learned, that these stations have behind a host of the cluster. */
    public synchronized void removeExtern(String host, String network, long[] macs) {
        stations.removeExtern(config, host, network, macs);
    }

    /** The stations of a network behind ports that are not of the overlay, in no order; none if there is no such network. */
    public List<LocalStation> localStations(String network) {
        return stations.local(network);
    }

    /** The networks, by name, that frames of this host come from: of open, enabled ports that are not of the overlay. */
    public Set<String> networksInUse() {
        return bridges.inUse(config, slots.all());
    }

    /** The largest packet that crosses a network: what it is configured for, or less where a way to a VTEP takes less. */
    public int mtu(NetworkConfig network) {
        return bridges.layout().mtu(network);
    }

    private void settleAgain() {
        if (!closed) {
            settle(config);
        }
    }

    /** Brings links, bridges, attachments and static stations to what {@link #config} and {@link #slots} say. */
    private void settle(SwitchConfig before) {
        farSides.settleLinks();
        Instant moment = Instant.now();
        bridges.follow(config, moment, slots.all());
        long now = System.nanoTime();
        farSides.attach(now);
        onlookers.follow(config.mirrors(), moment);
        vtepEvents.update(slots.all());
        switchEvents.update(config, slots.all().map(PortSlot::sight).toList(), System.nanoTime());
        StaticStations.settle(before, config, bridges, slots.configured(), now);
    }

    private void housekeeping() {
        try {
            bridges.age(System.nanoTime());
            lookAfterPorts();
        } catch (RuntimeException e) {
            LOG.error("housekeeping failed; it goes on", e);
        }
    }

    private synchronized void lookAfterPorts() {
        if (closed) {
            return;
        }
        deadlines.look(config, Instant.now(), System.nanoTime());
        if (farSides.retry(System.nanoTime())) {
            settle(config);
            farSides.commit();
        }
        switchEvents.update(config, slots.all().map(PortSlot::sight).toList(), System.nanoTime());
    }

    private synchronized void checkFarSides() {
        farSides.check();
    }

    /** Closes every port; those that outlive the daemon stay, the others' devices are gone. */
    @Override
    public void close() {
        control.shutdown();
        synchronized (this) {
            closed = true;
            farSides.close();
            onlookers.close();
        }
        deliverTheLast();
    }

    /** Only once the control thread makes no more of them. */
    private void deliverTheLast() {
        try {
            if (!control.awaitEnd()) {
                LOG.warn("the control thread is still at work; some changes of the FDB may not be told");
            }
            events.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
