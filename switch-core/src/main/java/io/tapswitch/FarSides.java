package io.tapswitch;

import io.tapswitch.bridge.Bridge;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortDriver;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.PortOwner;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the far sides of ports, gives up those that are lost and tries them again, and lets in whom listeners bring. Under
 * the lock of {@link SwitchService}; what ports tell from their event loops gets there by way of the control thread.
 */
final class FarSides {
    private static final Logger LOG = LoggerFactory.getLogger(FarSides.class);

    private final Means means;
    private final PortSlots slots;
    private final Bridges bridges;
    private final Onlookers onlookers;
    private final ControlThread control;
    private final Supplier<SwitchConfig> desired;
    private final Runnable settleSoon;
    private boolean closed;

    /**
     * What ports are opened with.
     *
     * @param macs of interfaces that have none of their own
     */
    record Means(PortDrivers drivers, EventLoops loops, StableMac macs) {}

    /**
     * @param desired the state that is in force, or about to be
     * @param settle has the bridges follow what ports say of the way to their far sides
     */
    FarSides(
            Means means,
            PortSlots slots,
            Bridges bridges,
            Onlookers onlookers,
            ControlThread control,
            Supplier<SwitchConfig> desired,
            Runnable settle) {
        this.means = means;
        this.slots = slots;
        this.bridges = bridges;
        this.onlookers = onlookers;
        this.control = control;
        this.desired = desired;
        // Of a thousand ways that change at once, note is taken once.
        settleSoon = control.once(settle);
    }

    /** A port that is not there yet. @param replaced whose counters it keeps; null if there is none */
    PortSlot makeSlot(PortConfig port, PortSlot replaced) {
        return new PortSlot(
                port,
                null,
                null,
                replaced == null ? new PortCounters(means.loops().count()) : replaced.counters());
    }

    /** Opens a port of a state that is not in force yet. */
    void openConfigured(PortSlot slot, SwitchConfig state) throws IOException {
        slots.hostLinks().makeWayFor(slot.config(), System.nanoTime());
        open(slot, state);
    }

    private void open(PortSlot slot, SwitchConfig state) throws IOException {
        open(means.drivers().of(slot.config().type()), slot, state);
    }

    private <C> void open(PortDriver<C> driver, PortSlot slot, SwitchConfig state) throws IOException {
        slot.open(driver, context(slot, state), port -> new Owner(slot, port));
    }

    private PortContext context(PortSlot slot, SwitchConfig state) {
        NetworkConfig network = state.network(slot.config().network()).orElseThrow();
        int mtu = bridges.layout().mtu(network);
        return new PortContext(
                slot.name(),
                slot.counters(),
                means.loops().leastBusyFirst(),
                mtu,
                means.macs().of(slot.name()));
    }

    /** Opens a port of the state in force; one that cannot be opened now is tried again. */
    void tryOpen(PortSlot slot) {
        try {
            if (slot.host() != null) {
                slots.hostLinks().claim(slot);
            }
            open(slot, desired.get());
            LOG.info("port {}: up on {}", slot.name(), slot.port().info().device());
        } catch (IOException | RuntimeException e) {
            slot.failed(String.valueOf(e.getMessage()), System.nanoTime());
        }
    }

    /** Closes the ports to hosts that frames go to no more, and opens those that are new or free now. */
    void settleLinks() {
        slots.hostLinks().follow(desired.get(), slots::isNoLink).forEach(slot -> quietly(slot::close));
        slots.hostLinks().waiting().forEach(this::tryOpen);
    }

    /** Passes changes of listeners on to those that they took in, and closes those whose listener is no more. */
    void settleNewcomers() {
        Newcomers newcomers = slots.newcomers();
        newcomers.follow(slots.configured()).forEach(slot -> quietly(() -> newcomers.dismiss(slot)));
    }

    /** Brings each port to where it belongs, and the flood lists to the ports. */
    void attach(long now) {
        Set<Bridge> changed = new HashSet<>();
        slots.all().forEach(slot -> changed.addAll(attach(slot, now)));
        changed.forEach(Bridge::refreshFloodLists);
    }

    /** A port that cannot be attached fails alone, and is tried again. @return bridges that need new flood lists */
    private Set<Bridge> attach(PortSlot slot, long now) {
        try {
            return bridges.attach(slot);
        } catch (RuntimeException e) {
            LOG.error("port {}: could not be attached", slot.name(), e);
            quietly(() -> giveUp(slot, String.valueOf(e.getMessage()), now));
            return Set.of();
        }
    }

    /** A port of the configuration is tried again; one that a listener took in is no more. */
    private void giveUp(PortSlot slot, String why, long now) {
        if (slot.config().crossesOverlay()) {
            // Its way bounds no network any more.
            settleSoon.run();
        }
        if (slot.listener() == null) {
            slot.failed(why, now);
        } else {
            LOG.info("port {}: gone: {}", slot.name(), why);
            slots.newcomers().dismiss(slot);
            onlookers.show();
        }
    }

    /** Carries what a port tells from its event loop to the control thread. */
    private final class Owner implements PortOwner {
        private final PortSlot slot;
        private final Port port;

        /** A far side that comes and goes all the time makes one task, not a queue of them. */
        private final Runnable leaving;

        Owner(PortSlot slot, Port port) {
            this.slot = slot;
            this.port = port;
            leaving = control.once(() -> left(slot, port));
        }

        @Override
        public void failed(Exception cause) {
            control.run(() -> lost(slot, port, cause));
        }

        @Override
        public void farSideLeft() {
            leaving.run();
        }

        @Override
        public void changed() {
            settleSoon.run();
        }

        @Override
        public void joined(Newcomer newcomer) {
            control.run(() -> admit(slot, port, newcomer), () -> newcomer.refuse("the switch is shutting down"));
        }
    }

    private void lost(PortSlot slot, Port port, Exception cause) {
        if (slot.holds(port)) {
            quietly(() -> giveUp(slot, String.valueOf(cause.getMessage()), System.nanoTime()));
        }
    }

    private static void left(PortSlot slot, Port port) {
        if (slot.holds(port)) {
            slot.forgetLearned();
        }
    }

    private void admit(PortSlot listener, Port port, PortOwner.Newcomer newcomer) {
        if (closed || !listener.holds(port)) {
            newcomer.refuse("port " + listener.name() + " is closed");
            return;
        }
        PortSlot slot = slots.newcomers().slotFor(listener, name -> slots.find(name) != null);
        try {
            slot.open(newcomer::open, context(slot, desired.get()), opened -> new Owner(slot, opened));
        } catch (IOException | RuntimeException e) {
            LOG.warn("port {}: somebody could not be taken in: {}", listener.name(), e.getMessage());
            return;
        }
        slots.newcomers().add(slot, listener);
        LOG.info("port {}: up on {}", slot.name(), slot.port().info().device());
        attach(slot, System.nanoTime()).forEach(Bridge::refreshFloodLists);
    }

    /** Gives those up whose far side is no longer what was opened. */
    void check() {
        slots.lasting().forEach(slot -> quietly(() -> check(slot)));
    }

    private void check(PortSlot slot) {
        try {
            slot.check();
        } catch (IOException e) {
            giveUp(slot, String.valueOf(e.getMessage()), System.nanoTime());
        }
    }

    /** Tries those again whose time has come. @return whether any of them is back */
    boolean retry(long now) {
        boolean isBack = false;
        for (PortSlot slot : slots.lasting().toList()) {
            if (slot.isDue(now)) {
                tryOpen(slot);
                isBack |= slot.isOpen();
            }
        }
        return isBack;
    }

    /** Takes note that the configuration of every port is on disk. */
    void commit() {
        slots.configured().values().forEach(PortSlot::commit);
    }

    /** Closes every port for good. */
    void close() {
        closed = true;
        slots.all().forEach(slot -> quietly(slot::close));
    }

    private static void quietly(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.error("a port could not be looked after or closed in order", e);
        }
    }
}
