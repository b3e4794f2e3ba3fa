package io.tapswitch.port.stream;

import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortDriver;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens {@link StreamPort}s and {@link StreamListener}s. */
public final class StreamDriver implements PortDriver<StreamSettings> {
    private static final Logger LOG = LoggerFactory.getLogger(StreamDriver.class);

    @Override
    public String type() {
        return "stream";
    }

    @Override
    public Class<StreamSettings> settingsType() {
        return StreamSettings.class;
    }

    @Override
    public boolean takesOthersIn(StreamSettings settings) {
        return settings.isForMany();
    }

    @Override
    public String exclusiveResource(String portName, StreamSettings settings) {
        boolean shared = settings.listen() == null || settings.address().isAnyPort();
        return shared ? null : "socket " + settings.listen();
    }

    @Override
    public Port open(PortContext context, StreamSettings settings) throws IOException {
        if (settings.connect() != null) {
            return new StreamPort(context, new Dialer(settings.address(), settings.reconnectSeconds()));
        }
        StreamServer server = StreamServer.open(settings.address(), settings.access());
        if (!settings.address().isLocal()) {
            LOG.warn(
                    "port {}: whoever reaches {} is let in, and frames cross the network in the clear",
                    context.name(),
                    server.address());
        }
        try {
            return settings.isForMany()
                    ? new StreamListener(context, server, settings.maxConnections())
                    : new StreamPort(context, new Doorway(server));
        } catch (RuntimeException | Error e) {
            server.close();
            throw e;
        }
    }
}
