package io.tapswitch.port.tun;

import io.tapswitch.linux.NetworkNamespace;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortDriver;
import io.tapswitch.port.tap.TapDevice;
import io.tapswitch.port.tap.TapDriver;
import java.io.IOException;

/** Opens {@link TunPort}s. */
public final class TunDriver implements PortDriver<TunSettings> {
    @Override
    public String type() {
        return "tun";
    }

    @Override
    public Class<TunSettings> settingsType() {
        return TunSettings.class;
    }

    @Override
    public boolean carriesTags() {
        return false;
    }

    @Override
    public String exclusiveResource(String portName, TunSettings settings) {
        return TapDriver.interfaceIn(settings.namespace(), settings.interfaceFor(portName));
    }

    @Override
    public Port open(PortContext context, TunSettings settings) throws IOException {
        return TunPort.open(context, settings);
    }

    @Override
    public void removeLeftover(String portName, TunSettings settings) throws IOException {
        if (settings.persistent() && NetworkNamespace.exists(settings.namespace())) {
            TapDevice.delete(TapDevice.Kind.TUN, settings.interfaceFor(portName), settings.namespace());
        }
    }
}
