package io.tapswitch;

import io.tapswitch.port.RemoteVtep;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners what becomes of remote VTEPs, on the control thread or that of whoever changes the switch. */
public final class VtepEvents {
    private static final Logger LOG = LoggerFactory.getLogger(VtepEvents.class);

    private final List<Consumer<VtepEvent>> listeners = new CopyOnWriteArrayList<>();
    private Map<String, RemoteVtep> known = Map.of();

    /** Tells the listener of each change from now on; it must return soon, since changes of the switch wait for it. */
    public void listen(Consumer<VtepEvent> listener) {
        listeners.add(listener);
    }

    /** Compares what VTEPs are with what they were. Under the lock of {@link SwitchService}. */
    void update(Stream<PortSlot> slots) {
        Map<String, RemoteVtep> now = new HashMap<>();
        slots.filter(PortSlot::isOpen).forEach(slot -> {
            RemoteVtep remote = slot.port().remote();
            if (remote != null) {
                now.put(slot.name(), remote);
                compare(slot.name(), remote);
            }
        });
        known = now;
    }

    private void compare(String port, RemoteVtep remote) {
        RemoteVtep before = known.get(port);
        if (before == null || !isSame(before, remote)) {
            tell(new VtepEvent(port, remote));
        }
    }

    /** Figures that always change are no event. */
    private static boolean isSame(RemoteVtep before, RemoteVtep now) {
        return before.address().equals(now.address())
                && before.state().equals(now.state())
                && before.pathMtu() == now.pathMtu()
                && Objects.equals(before.secret(), now.secret());
    }

    private void tell(VtepEvent event) {
        for (Consumer<VtepEvent> listener : listeners) {
            try {
                listener.accept(event);
            } catch (RuntimeException e) {
                LOG.error("a listener failed at: {}", event, e);
            }
        }
    }
}
