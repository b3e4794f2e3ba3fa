package io.tapswitch.cluster;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * Finds out whether a member can listen at its address, before Hazelcast tries: it would fail as well, but with a page of
 * text and without the reason.
 */
final class MemberAddress {
    private MemberAddress() {}

    /** Listens there for a moment. @throws IOException if that is not possible, with the reason in words */
    static void tryToListen(ClusterConfig config) throws IOException {
        InetAddress address = InetAddress.getByAddress(NetUtil.createByteArrayFromIpAddressString(config.bind()));
        try {
            listen(address, config.port());
        } catch (BindException e) {
            try {
                listen(address, 0);
            } catch (BindException notOurs) {
                throw new IOException("'bind' " + config.bind() + " is no address of this host", notOurs);
            }
            throw new IOException(
                    "TCP port " + config.port() + " of " + config.bind()
                            + " is not to be had: another program listens there, or it takes more rights ("
                            + e.getMessage()
                            + ")",
                    e);
        }
    }

    private static void listen(InetAddress address, int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, port), 1);
        }
    }
}
