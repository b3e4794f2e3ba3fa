package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Bytes from one namespace to another by the kernel's own TCP and UDP: a Java channel belongs to the namespace in which
 * it was opened, and works from any thread.
 */
public final class Transfer {
    private static final int CHUNK = 1 << 20;
    private static final int PORT = 7000;
    private static final int PATIENCE_SECONDS = 30;

    private Transfer() {}

    private static StandardProtocolFamily family(InetAddress address) {
        return address.getAddress().length == 4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }

    private interface Binding<C> {
        C bind(InetSocketAddress address) throws IOException;
    }

    /** An IPv6 address is not usable at once: its host first looks for a duplicate. */
    private static <C> C bound(TestHost host, InetSocketAddress address, Binding<C> binding) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (true) {
            try {
                return host.inside(() -> binding.bind(address));
            } catch (UncheckedIOException e) {
                if (!(e.getCause() instanceof BindException) || System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(20);
            }
        }
    }

    /** Sends {@code bytes} random ones by TCP, and asserts by SHA-256 that they arrive. */
    public static void tcp(TestHost from, TestHost to, String address, long bytes) throws Exception {
        InetSocketAddress server = new InetSocketAddress(InetAddress.getByName(address), PORT);
        try (ServerSocketChannel listener = bound(to, server, a -> ServerSocketChannel.open(family(a.getAddress()))
                        .bind(a));
                SocketChannel client = from.inside(() -> SocketChannel.open(family(server.getAddress())))) {
            CompletableFuture<String> received = CompletableFuture.supplyAsync(() -> receive(listener));
            CompletableFuture<String> sent = CompletableFuture.supplyAsync(() -> send(client, server, bytes));
            assertThat(received.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("SHA-256 of what arrived")
                    .isEqualTo(sent.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        }
    }

    private static String send(SocketChannel client, InetSocketAddress server, long bytes) {
        try {
            client.connect(server);
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] chunk = new byte[CHUNK];
            new Random(bytes).nextBytes(chunk);
            ByteBuffer out = ByteBuffer.allocateDirect(CHUNK);
            for (long at = 0; at < bytes; at += CHUNK) {
                ByteBuffer.wrap(chunk).putLong((int) (at / CHUNK) % 1000 * 8, at);
                digest.update(chunk);
                out.clear().put(chunk).flip();
                while (out.hasRemaining()) {
                    client.write(out);
                }
            }
            client.shutdownOutput();
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError("sending to " + server, e);
        }
    }

    private static String receive(ServerSocketChannel listener) {
        try (SocketChannel connection = listener.accept()) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            ByteBuffer in = ByteBuffer.allocateDirect(CHUNK);
            while (connection.read(in.clear()) >= 0) {
                digest.update(in.flip());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError("receiving", e);
        }
    }

    /** Sends a datagram of each length, and asserts that each arrives as it was sent. */
    public static void udp(TestHost from, TestHost to, String address, int... lengths) throws Exception {
        InetSocketAddress server = new InetSocketAddress(InetAddress.getByName(address), PORT);
        try (DatagramChannel receiver = receiver(to, server);
                DatagramChannel sender = from.inside(() -> DatagramChannel.open(family(server.getAddress())))) {
            Random random = new Random(address.hashCode());
            for (int length : lengths) {
                byte[] datagram = new byte[length];
                random.nextBytes(datagram);
                sender.send(ByteBuffer.wrap(datagram), server);
                assertThat(next(receiver)).as("datagram of %d bytes", length).isEqualTo(datagram);
            }
        }
    }

    /** A socket that takes datagrams sent to an address of a host; does not wait for them. */
    public static DatagramChannel receiver(TestHost host, InetSocketAddress address) throws Exception {
        DatagramChannel channel = bound(
                host, address, a -> DatagramChannel.open(family(a.getAddress())).bind(a));
        channel.configureBlocking(false);
        return channel;
    }

    /** The next datagram, null if none comes within two seconds. */
    public static byte[] next(DatagramChannel receiver) throws Exception {
        ByteBuffer in = ByteBuffer.allocate(65536);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
        while (receiver.receive(in) == null) {
            if (System.nanoTime() > deadline) {
                return null;
            }
            Thread.sleep(1);
        }
        byte[] datagram = new byte[in.flip().remaining()];
        in.get(datagram);
        return datagram;
    }
}
