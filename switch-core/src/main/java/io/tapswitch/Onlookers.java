package io.tapswitch;

import io.tapswitch.bridge.FrameWatch;
import io.tapswitch.capture.Mirror;
import io.tapswitch.config.MirrorConfig;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who sees the frames of which port and network: whoever asked for it, and the mirrors of the desired state. Changed under
 * the lock of {@link SwitchService}.
 */
final class Onlookers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Onlookers.class);

    private final PortSlots slots;
    private final Bridges bridges;
    private final Mirrors mirrors;
    private final Watchers ofPorts = new Watchers();
    private final Watchers ofNetworks = new Watchers();

    Onlookers(PortSlots slots, Bridges bridges, Mirrors mirrors) {
        this.slots = slots;
        this.bridges = bridges;
        this.mirrors = mirrors;
    }

    /** Somebody sees a port's frames from now on. */
    void addToPort(String name, FrameWatch watch) {
        ofPorts.add(name, watch);
        show();
    }

    /** Somebody sees what comes into a network from now on. */
    void addToNetwork(String name, FrameWatch watch) {
        ofNetworks.add(name, watch);
        show();
    }

    /** Somebody sees nothing any more. */
    void remove(FrameWatch watch) {
        ofPorts.remove(watch);
        ofNetworks.remove(watch);
        show();
    }

    /** Brings the mirrors to the desired state, and everybody to the ports and bridges that are there now. */
    void follow(List<MirrorConfig> wanted, Instant now) {
        mirrors.follow(wanted, now, name -> slots.configured().get(name).bridgePort());
        show();
    }

    /** Brings everybody to the ports and bridges that are there now, and ends what was to be seen of others. */
    void show() {
        ofPorts.endAllBut("port", name -> slots.find(name) != null);
        ofNetworks.endAllBut("network", bridges.byNetwork()::containsKey);
        slots.all().forEach(slot -> slot.watch(ofPorts.of(slot.name(), mirrors.of(slot.name(), MirrorConfig::port))));
        bridges.byNetwork()
                .forEach((name, bridge) -> bridge.watch(ofNetworks.of(name, mirrors.of(name, MirrorConfig::network))));
    }

    /** What a mirror does now; null if there is none of that name at work. Any thread. */
    Mirror.State mirrorState(String name) {
        return mirrors.state(name);
    }

    /** Ends the mirrors. */
    @Override
    public void close() {
        try {
            mirrors.close();
        } catch (RuntimeException e) {
            LOG.error("the mirrors could not be closed in order", e);
        }
    }
}
