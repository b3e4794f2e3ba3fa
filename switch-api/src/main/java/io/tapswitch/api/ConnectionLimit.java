package io.tapswitch.api;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Closes each connection to an address that is one too many, as it is accepted: before a byte of it is read, and whether or
 * not its TLS handshake ever ends. On the thread that accepts; connections end on theirs.
 */
final class ConnectionLimit extends ChannelInboundHandlerAdapter {
    private final int most;
    private final AtomicInteger open = new AtomicInteger();

    ConnectionLimit(int most) {
        this.most = most;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Channel connection = (Channel) message;
        if (open.incrementAndGet() > most) {
            open.decrementAndGet();
            // It belongs to no event loop yet that could close it in order.
            connection.unsafe().closeForcibly();
        } else {
            connection.closeFuture().addListener(closed -> open.decrementAndGet());
            context.fireChannelRead(connection);
        }
    }
}
