package io.tapswitch.api;

import io.netty.channel.ChannelFactory;
import io.netty.channel.ServerChannel;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.spi.transport.Transport;

/**
 * Epoll, with a {@link ConnectionLimit} on each address where somebody listens. Vert.x tells of a connection only once its
 * TLS handshake is done, which is too late to count it.
 */
final class BoundedTransport implements io.vertx.core.transport.Transport {
    private final Transport epoll;

    /** @param mostConnections at once to each address */
    BoundedTransport(int mostConnections) {
        epoll = new EpollTransport() {
            @Override
            public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean isUnixSocket) {
                ChannelFactory<? extends ServerChannel> unbounded = super.serverChannelFactory(isUnixSocket);
                return () -> {
                    ServerChannel address = unbounded.newChannel();
                    address.pipeline().addLast(new ConnectionLimit(mostConnections));
                    return address;
                };
            }
        };
    }

    @Override
    public String name() {
        return EPOLL.name();
    }

    @Override
    public boolean available() {
        return EPOLL.available();
    }

    @Override
    public Throwable unavailabilityCause() {
        return EPOLL.unavailabilityCause();
    }

    @Override
    public Transport implementation() {
        return epoll;
    }
}
