package io.tapswitch;

import io.tapswitch.config.PortConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.port.PortDrivers;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way from one desired state to the next: opens what is new, closes what goes, and can take every step back until
 * the new state is on disk. Under the lock of {@link SwitchService}.
 *
 * <p>The order makes a crash harmless: what shall outlive the process is made to only after the state that names it is
 * on disk, and is made not to before the state that no longer names it is.
 */
final class Transition {
    private static final Logger LOG = LoggerFactory.getLogger(Transition.class);

    /** Opens the far side of a slot. */
    @FunctionalInterface
    interface Opener {
        void open(PortSlot slot, SwitchConfig config) throws IOException;
    }

    private final PortDrivers drivers;
    private final Opener opener;
    private final SwitchConfig before;
    private final SwitchConfig next;
    private final Map<String, PortSlot> slots;
    private final Map<String, PortSlot> result = new LinkedHashMap<>();
    private final Deque<Runnable> undo = new ArrayDeque<>();

    Transition(
            PortDrivers drivers, Opener opener, Map<String, PortSlot> slots, SwitchConfig before, SwitchConfig next) {
        this.drivers = drivers;
        this.opener = opener;
        this.slots = slots;
        this.before = before;
        this.next = next;
    }

    /** Takes every step that can fail. On failure nothing has changed, but for ports that could not be brought back. */
    Map<String, PortSlot> prepare(SlotFactory factory) throws IOException {
        try {
            for (PortSlot slot : slots.values()) {
                if (!isKept(slot)) {
                    retire(slot);
                }
            }
            for (PortConfig port : next.ports()) {
                PortSlot slot = slots.get(port.name());
                result.put(port.name(), slot != null && isKept(slot) ? slot : make(factory, slot, port));
            }
            return result;
        } catch (IOException | RuntimeException e) {
            rollBack();
            throw e;
        }
    }

    /** Makes a slot, which keeps the counters of the one that it replaces. */
    @FunctionalInterface
    interface SlotFactory {
        PortSlot make(PortConfig config, PortSlot replaced);
    }

    private boolean isKept(PortSlot slot) {
        return next.port(slot.name())
                .filter(port -> port.sameFarSide(slot.config()))
                .isPresent();
    }

    /** A port that goes lets go of its far side first: another one may be about to take it over. */
    private void retire(PortSlot slot) {
        if (slot.isOpen()) {
            undo.push(() -> bringBack(slot));
        }
        slot.withdraw(drivers.of(slot.config().type()));
        slot.close();
    }

    private PortSlot make(SlotFactory factory, PortSlot replaced, PortConfig port) throws IOException {
        PortSlot slot = factory.make(port, replaced);
        opener.open(slot, next);
        undo.push(slot::close);
        return slot;
    }

    private void bringBack(PortSlot slot) {
        try {
            opener.open(slot, before);
            slot.commit();
        } catch (IOException | RuntimeException e) {
            LOG.warn("port {}: could not be brought back at once: {}", slot.name(), e.getMessage());
            slot.failed(String.valueOf(e.getMessage()), System.nanoTime());
        }
    }

    /** Takes every step back, the last one first; a step that fails does not keep the others from it. */
    void rollBack() {
        while (!undo.isEmpty()) {
            try {
                undo.pop().run();
            } catch (RuntimeException e) {
                LOG.error("a step could not be taken back", e);
            }
        }
    }
}
