package io.tapswitch.port.tap;

import io.tapswitch.linux.NetworkNamespace;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortDriver;
import java.io.IOException;

/** Opens {@link TapPort}s. */
public final class TapDriver implements PortDriver<TapSettings> {
    @Override
    public String type() {
        return "tap";
    }

    @Override
    public Class<TapSettings> settingsType() {
        return TapSettings.class;
    }

    @Override
    public String exclusiveResource(String portName, TapSettings settings) {
        return interfaceIn(settings.namespace(), settings.interfaceFor(portName));
    }

    /** The words for an interface that only one port can hold, whatever the port's type. */
    public static String interfaceIn(String namespace, String interfaceName) {
        return "interface " + interfaceName + (namespace == null ? "" : " in namespace " + namespace);
    }

    @Override
    public Port open(PortContext context, TapSettings settings) throws IOException {
        return TapPort.open(context, settings);
    }

    @Override
    public void removeLeftover(String portName, TapSettings settings) throws IOException {
        if (settings.persistent() && NetworkNamespace.exists(settings.namespace())) {
            TapDevice.delete(TapDevice.Kind.TAP, settings.interfaceFor(portName), settings.namespace());
        }
    }
}
