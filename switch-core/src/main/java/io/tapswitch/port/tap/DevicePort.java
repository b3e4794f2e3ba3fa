package io.tapswitch.port.tap;

import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What ports have in common whose far side is a TUN or TAP device that the switch is the wire of. */
public abstract class DevicePort extends Port {
    private static final Logger LOG = LoggerFactory.getLogger(DevicePort.class);

    protected final TapDevice device;
    private final boolean persistent;
    private final boolean followsMtu;

    /**
     * @param device to be closed by the port
     * @param persistent whether it outlives the daemon
     * @param followsMtu whether its MTU is the network's
     */
    protected DevicePort(PortContext context, TapDevice device, boolean persistent, boolean followsMtu) {
        super(context.name(), context.counters());
        this.device = device;
        this.persistent = persistent;
        this.followsMtu = followsMtu;
    }

    /** Ends the opening: a device that an earlier run left persistent, and that is to be so no more, is told. */
    protected static <P extends DevicePort> P opened(P port) throws IOException {
        DevicePort made = port;
        try {
            if (!made.persistent) {
                made.device.removePersistent();
            }
            return port;
        } catch (IOException e) {
            port.close();
            throw e;
        }
    }

    @Override
    public void carrier(boolean on) {
        try {
            device.carrier(on);
        } catch (IOException e) {
            LOG.warn("port {}: cannot show its carrier: {}", name(), e.getMessage());
        }
    }

    @Override
    public void networkMtu(int mtu) throws IOException {
        if (followsMtu) {
            device.setMtu(mtu);
        }
    }

    @Override
    public void commit() throws IOException {
        if (persistent) {
            device.persist(true);
        }
    }

    @Override
    public void withdraw() throws IOException {
        device.removePersistent();
    }

    @Override
    public void check() throws IOException {
        device.requireSameNamespace();
    }
}
