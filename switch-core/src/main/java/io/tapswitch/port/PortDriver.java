package io.tapswitch.port;

import java.io.IOException;
import java.util.List;

/**
 * Opens ports of one type.
 *
 * @param <C> the type's own settings, an immutable record that Jackson reads from the section named like the type
 */
public interface PortDriver<C> {
    /** The type's name in configuration, which is also the name of its section. */
    String type();

    /** The record of the type's own settings. */
    Class<C> settingsType();

    /** Whether frames with a VLAN tag can cross, so that a port may be a trunk. */
    default boolean carriesTags() {
        return true;
    }

    /** Whether a port carries no frames itself, but takes connections in, each of which gets a port of its own. */
    default boolean takesOthersIn(C settings) {
        return false;
    }

    /**
     * Names what only one port can hold, such as the interface, so that a configuration with two of them is refused
     * before anything is opened; null if there is no such thing.
     */
    String exclusiveResource(String portName, C settings);

    /**
     * Opens a port. Everything that was opened is closed again if this throws.
     *
     * @throws IOException if the system refuses, with a message that says what to do
     */
    Port open(PortContext context, C settings) throws IOException;

    /** The sockets that open ports of the type share now; none if each has its own. Any thread. */
    default List<SharedEndpoint> endpoints() {
        return List.of();
    }

    /**
     * Removes what an earlier run may have left of a port that is not open and is wanted no more, if anything of it can
     * outlive the process.
     *
     * @throws IOException if there may be something and it cannot be removed
     */
    default void removeLeftover(String portName, C settings) throws IOException {}
}
