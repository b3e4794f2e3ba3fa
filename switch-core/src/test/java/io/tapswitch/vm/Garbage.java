package io.tapswitch.vm;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Random;

/** What a broken or hostile machine sends, as fast as the switch takes it, until a moment of {@link System#nanoTime}. */
final class Garbage {
    private Garbage() {}

    /** Sends frames of random addresses and contents. */
    static void sendFrames(FrameStream stream, long endNanos) {
        Random random = new Random(1);
        while (System.nanoTime() - endNanos < 0) {
            byte[] frame = new byte[14 + random.nextInt(1600)];
            random.nextBytes(frame);
            stream.send(frame);
        }
    }

    /** Sends bytes that are no frames, and connects again whenever the switch has hung up; gives how often it did. */
    static int sendBytes(Path socket, long endNanos) {
        Random random = new Random(2);
        byte[] bytes = new byte[4096];
        int hangUps = 0;
        while (System.nanoTime() - endNanos < 0) {
            try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                while (System.nanoTime() - endNanos < 0) {
                    random.nextBytes(bytes);
                    channel.write(ByteBuffer.wrap(bytes));
                }
            } catch (IOException e) {
                hangUps++;
            }
        }
        return hangUps;
    }
}
