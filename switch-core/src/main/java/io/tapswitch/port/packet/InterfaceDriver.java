package io.tapswitch.port.packet;

import io.tapswitch.linux.NetworkNamespace;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortDriver;
import io.tapswitch.port.tap.TapDriver;
import java.io.IOException;

/** Opens {@link PacketPort}s. */
public final class InterfaceDriver implements PortDriver<InterfaceSettings> {
    @Override
    public String type() {
        return "interface";
    }

    @Override
    public Class<InterfaceSettings> settingsType() {
        return InterfaceSettings.class;
    }

    @Override
    public String exclusiveResource(String portName, InterfaceSettings settings) {
        return TapDriver.interfaceIn(settings.namespace(), settings.interfaceFor(portName));
    }

    @Override
    public Port open(PortContext context, InterfaceSettings settings) throws IOException {
        return PacketPort.open(context, settings);
    }

    @Override
    public void removeLeftover(String portName, InterfaceSettings settings) throws IOException {
        if (settings.createTap() && NetworkNamespace.exists(settings.namespace())) {
            MachineTap.delete(settings.interfaceFor(portName), settings.namespace());
        }
    }
}
