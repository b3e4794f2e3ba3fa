package io.tapswitch.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.it.TestFrame;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What QEMU's netdevs do when their other end comes and goes, as {@link QemuClient} states it. */
@NeedsQemu
class QemuClientIT {
    private SocketDirectory directory;
    private Path wire;

    @BeforeEach
    void aDirectory() {
        directory = new SocketDirectory();
        wire = directory.path("wire");
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private QemuClient stream(String server) {
        return new QemuClient("stream,server=" + server + ",addr.type=unix,addr.path=" + wire);
    }

    private static void assertCarries(FrameStream from, FrameStream to, int length) {
        TestFrame frame = TestFrame.of(1, 2, length);
        from.send(frame.bytes());
        assertThat(to.receive()).isEqualTo(frame.bytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {18, 60, 1514, 69000})
    void carriesFramesAsTheyAre(int length) throws Exception {
        try (ServerSocketChannel listener = SocketDirectory.listen(wire);
                QemuClient client = stream("off");
                FrameStream switchSide = new FrameStream(listener.accept())) {
            assertCarries(client.frames(), switchSide, length);
            assertCarries(switchSide, client.frames(), length);
        }
    }

    @Test
    void runsOnWhenTheOtherEndCloses() throws Exception {
        try (ServerSocketChannel listener = SocketDirectory.listen(wire);
                QemuClient client = stream("off")) {
            FrameStream switchSide = new FrameStream(listener.accept());
            client.awaitConnected(true);
            switchSide.close();
            client.awaitConnected(false);
            assertThat(client.isRunning()).isTrue();
        }
    }

    @Test
    void runsOnWhereNobodyListens() throws Exception {
        try (QemuClient client = stream("off")) {
            client.awaitConnected(false);
            assertThat(client.isRunning()).isTrue();
        }
    }

    @Test
    void servesOneConnectionAfterTheOther() throws Exception {
        try (QemuClient client = stream("on").awaitConnected(false)) {
            FrameStream second;
            try (FrameStream first = FrameStream.connect(wire)) {
                second = FrameStream.connect(wire);
                assertCarries(client.frames(), first, 60);
            }
            try (second) {
                assertCarries(second, client.frames(), 60);
            }
        }
    }

    @Test
    void closesItsStreamWhenItIsKilled() throws Exception {
        try (ServerSocketChannel listener = SocketDirectory.listen(wire);
                QemuClient client = stream("off");
                FrameStream switchSide = new FrameStream(listener.accept())) {
            client.kill();
            assertThatThrownBy(switchSide::receive).hasRootCauseMessage("the other end has closed");
        }
    }
}
