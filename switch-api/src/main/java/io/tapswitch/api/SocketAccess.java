package io.tapswitch.api;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Unix socket: whoever the file permissions let connect may do everything, under the name of the user that the kernel
 * says it is (SO_PEERCRED, unix(7)).
 */
final class SocketAccess implements Access {
    private static final Logger LOG = LoggerFactory.getLogger(SocketAccess.class);
    private static final String ADDRESS = "unix";

    private final LocalUsers users;

    SocketAccess(LocalUsers users) {
        this.users = users;
    }

    @Override
    public Caller check(HttpServerRequest request) {
        return new Caller(name(request), Role.ADMIN, ADDRESS);
    }

    private String name(HttpServerRequest request) {
        // The one place where Vert.x does not say it by itself.
        Channel channel = request.connection() instanceof HttpServerConnection connection
                ? connection.channelHandlerContext().channel()
                : null;
        try {
            return channel instanceof EpollDomainSocketChannel socket
                    ? users.describe(
                            Integer.toUnsignedLong(socket.peerCredentials().uid()))
                    : "unix socket";
        } catch (IOException e) {
            LOG.debug("api: the kernel does not say who is at the socket", e);
            return "unix socket";
        }
    }
}
