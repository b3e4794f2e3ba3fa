package io.tapswitch.port.dgram;

import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortDriver;
import java.io.IOException;

/** Opens {@link DgramPort}s. */
public final class DgramDriver implements PortDriver<DgramSettings> {
    @Override
    public String type() {
        return "dgram";
    }

    @Override
    public Class<DgramSettings> settingsType() {
        return DgramSettings.class;
    }

    @Override
    public String exclusiveResource(String portName, DgramSettings settings) {
        return "socket " + settings.local();
    }

    @Override
    public Port open(PortContext context, DgramSettings settings) throws IOException {
        return DgramPort.open(context, settings);
    }
}
