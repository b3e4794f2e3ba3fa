package io.tapswitch;

import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.port.PortCounters;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The ports that listeners took in: named {@code <listener>-<n>}, configured as their listener is, in no configuration
 * and on no disk, and gone when their far side goes. Changed under the lock of {@link SwitchService}; read from any
 * thread.
 */
final class Newcomers {
    private final EventLoops loops;

    /** By name; replaced as a whole. */
    private volatile Map<String, PortSlot> slots = Map.of();

    /** Which slot took a slot in: a listener that is made anew under its old name is another one. */
    private final Map<PortSlot, PortSlot> listeners = new LinkedHashMap<>();

    Newcomers(EventLoops loops) {
        this.loops = loops;
    }

    Collection<PortSlot> slots() {
        return slots.values();
    }

    /** Null if there is none of that name. */
    PortSlot slot(String name) {
        return slots.get(name);
    }

    /** Makes a slot under the first name that is free. */
    PortSlot slotFor(PortSlot listener, Predicate<String> isTaken) {
        int number = 1;
        while (isTaken.test(name(listener, number)) || slots.containsKey(name(listener, number))) {
            number++;
        }
        PortConfig config = listener.config().named(name(listener, number));
        return new PortSlot(config, listener.name(), null, new PortCounters(loops.count()));
    }

    /** A long name is cut to make room for the number. */
    private static String name(PortSlot listener, int number) {
        String end = "-" + number;
        int room = Checks.MAX_NAME - end.length();
        return listener.name().substring(0, Math.min(room, listener.name().length())) + end;
    }

    void add(PortSlot slot, PortSlot listener) {
        listeners.put(slot, listener);
        Map<String, PortSlot> more = new LinkedHashMap<>(slots);
        more.put(slot.name(), slot);
        slots = more;
    }

    /** Closes a port and forgets it. */
    void dismiss(PortSlot slot) {
        Map<String, PortSlot> fewer = new LinkedHashMap<>(slots);
        fewer.remove(slot.name());
        slots = fewer;
        listeners.remove(slot);
        slot.close();
    }

    /**
     * Passes changes of the listeners on.
     *
     * @return the ports whose listener is there no more, to be {@linkplain #dismiss dismissed}
     */
    List<PortSlot> follow(Map<String, PortSlot> configured) {
        List<PortSlot> orphans = new ArrayList<>();
        for (PortSlot slot : slots.values()) {
            PortSlot listener = listeners.get(slot);
            if (configured.get(slot.listener()) == listener) {
                slot.config(listener.config().named(slot.name()));
            } else {
                orphans.add(slot);
            }
        }
        return orphans;
    }

    /** The configuration neither takes a name that a newcomer has, nor nails a station to one. */
    void check(SwitchConfig next) {
        Map<String, PortSlot> present = slots;
        for (int i = 0; i < next.ports().size(); i++) {
            refuse(present.get(next.ports().get(i).name()), "ports[" + i + "].name", "choose another name");
        }
        for (int i = 0; i < next.fdb().size(); i++) {
            refuse(present.get(next.fdb().get(i).port()), "fdb[" + i + "].port", "a sticky entry goes when it does");
        }
    }

    private static void refuse(PortSlot newcomer, String field, String advice) {
        if (newcomer != null) {
            throw ConfigException.conflict(
                    field,
                    "port '" + newcomer.name() + "' is a connection of port '" + newcomer.listener()
                            + "', which comes and goes; " + advice);
        }
    }
}
