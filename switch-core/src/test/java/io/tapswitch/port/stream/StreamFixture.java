package io.tapswitch.port.stream;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.it.Await;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Event loops and a directory for sockets. The port's loop has index 1; a test that transmits on its own thread is loop
 * 0, which no thread of the switch is.
 */
final class StreamFixture implements AutoCloseable {
    /** The loop that the test's own thread may be. */
    static final int TEST_LOOP = 0;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
    final PortLoop testLoop = new PortLoop(TEST_LOOP, (IoEventLoop) group.next());
    final PortLoop loop = new PortLoop(1, (IoEventLoop) group.next());
    final Path directory;

    StreamFixture() {
        try {
            directory = Files.createTempDirectory("tsw");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String unix(String name) {
        return "unix:" + directory.resolve(name);
    }

    PortContext context(String name, PortCounters counters) {
        return new PortContext(name, counters, List.of(loop, testLoop), 1500);
    }

    Port open(String yaml, PortCounters counters) throws IOException {
        return new StreamDriver().open(context("vm1", counters), settings(yaml));
    }

    static StreamSettings settings(String yaml) {
        return ConfigReader.read(ConfigReader.parseYaml("{" + yaml + "}"), StreamSettings.class, "");
    }

    /** Where a listening port is reached, also if the system chose its number. */
    static SocketAddress address(Port port) {
        return StreamPeer.address(port.info().device().split(" ")[0]);
    }

    static void awaitPeer(Port port) {
        try {
            Await.until("somebody is connected", 5, () -> port.waitsFor() == null);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
