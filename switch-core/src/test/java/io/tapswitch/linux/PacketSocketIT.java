package io.tapswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.unix.Buffer;
import io.tapswitch.it.Await;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacketSocketIT {
    private static final int BYTES = 1 << 20;
    private static final byte[] FRAME = frame(1);
    private static final byte[] OTHER = frame(2);

    private TestNamespace namespace;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(2000);
    private final MessageBatch messages = new MessageBatch(1, 1, PacketSocket.CONTROL_LENGTH);

    @BeforeAll
    static void needsRoot() {
        Privileges.assumeRootAndTun();
    }

    @BeforeEach
    void makeVeths() {
        namespace = new TestNamespace();
        for (String name : List.of("a", "b")) {
            namespace.ip("link add " + name + "0 type veth peer name " + name + "1");
            namespace.ip("link set " + name + "0 up");
            namespace.ip("link set " + name + "1 up");
        }
        messages.vector(0, 0, Buffer.memoryAddress(buffer), buffer.capacity());
    }

    @AfterEach
    void removeNamespace() {
        namespace.close();
    }

    private static byte[] frame(int number) {
        byte[] frame = new byte[60];
        frame[5] = (byte) number;
        frame[11] = (byte) (number + 1);
        frame[6] = 2;
        frame[12] = (byte) 0x88;
        frame[13] = (byte) 0xb5;
        return frame;
    }

    private PacketSocket open(boolean hasIgnoreOutgoing) throws IOException {
        return NetworkNamespace.call(namespace.name(), () -> new PacketSocket(BYTES, hasIgnoreOutgoing));
    }

    private int index(String name) {
        return namespace.link(name).path("ifindex").asInt();
    }

    private RawSocket raw(String name) throws IOException {
        return new RawSocket(namespace.name(), name);
    }

    /** The frames of this test that wait at the socket. */
    private List<byte[]> received(PacketSocket socket) throws Exception {
        TimeUnit.MILLISECONDS.sleep(20);
        List<byte[]> frames = new ArrayList<>();
        for (int got = messages.receive(socket.fd(), 0); got == 1; got = messages.receive(socket.fd(), 0)) {
            byte[] bytes = new byte[messages.length(0) - PacketSocket.VNET_HEADER_LENGTH];
            buffer.get(PacketSocket.VNET_HEADER_LENGTH, bytes);
            if (Arrays.equals(bytes, 12, 14, FRAME, 12, 14)) {
                frames.add(bytes);
            }
        }
        return frames;
    }

    @Test
    void receivesNothingBeforeItIsBoundAndThenOnlyFromItsInterface() throws Exception {
        try (PacketSocket socket = open(true);
                RawSocket a = raw("a1");
                RawSocket b = raw("b1")) {
            a.send(FRAME);
            b.send(FRAME);
            assertThat(received(socket)).isEmpty();
            socket.bind(index("a0"));
            a.send(FRAME);
            b.send(OTHER);
            assertThat(received(socket)).containsExactly(FRAME);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void doesNotReceiveWhatItsHostSends(boolean hasIgnoreOutgoing) throws Exception {
        try (PacketSocket socket = open(hasIgnoreOutgoing);
                RawSocket host = raw("a0");
                RawSocket far = raw("a1")) {
            socket.bind(index("a0"));
            host.send(OTHER);
            far.send(FRAME);
            assertThat(received(socket)).containsExactly(FRAME);
        }
    }

    @Test
    void countsWhatFoundItsBufferFullOnce() throws Exception {
        try (PacketSocket socket = open(true);
                RawSocket far = raw("a1")) {
            socket.bind(index("a0"));
            assertThat(socket.takeDrops()).isZero();
            for (int i = 0; i < 20_000; i++) {
                far.send(FRAME);
            }
            AtomicLong drops = new AtomicLong();
            AtomicLong received = new AtomicLong();
            Await.until("every frame was received or dropped", 10, () -> {
                drops.addAndGet(socket.takeDrops());
                received.addAndGet(received(socket).size());
                return drops.get() + received.get() >= 20_000;
            });
            assertThat(drops).hasPositiveValue();
            // The host may have sent a few of its own meanwhile.
            assertThat(drops.get() + received.get()).isBetween(20_000L, 20_100L);
            assertThat(socket.takeDrops()).isZero();
        }
    }

    @Test
    void canBeAskedAndClosedOnceItIsClosed() throws Exception {
        PacketSocket socket = open(true);
        socket.close();
        socket.close();
        assertThat(socket.takeDrops()).isZero();
    }

    @Test
    void isPromiscuousUntilItIsClosed() throws Exception {
        try (PacketSocket socket = open(true)) {
            socket.addPromiscuous(index("a0"));
            assertThat(namespace.link("a0").path("promiscuity").asInt()).isEqualTo(1);
        }
        assertThat(namespace.link("a0").path("promiscuity").asInt()).isZero();
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        assertThatThrownBy(() -> Privileges.without(List.of(Privileges.CAP_NET_RAW), () -> new PacketSocket(BYTES)))
                .hasMessageContaining("AmbientCapabilities=CAP_NET_RAW");
        List<String> openBefore = Privileges.openFiles();
        try (PacketSocket socket = open(true)) {
            assertThatThrownBy(() -> socket.bind(4711)).hasMessageContaining("ENODEV");
        }
        assertThat(Privileges.openFiles()).isEqualTo(openBefore);
    }

    @Test
    void takesASmallerBufferWhereItMayNotForceALargeOne() throws Exception {
        Privileges.without(List.of(Privileges.CAP_NET_ADMIN), () -> {
            new PacketSocket(64 << 20).close();
            return null;
        });
    }
}
