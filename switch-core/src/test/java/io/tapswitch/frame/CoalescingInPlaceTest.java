package io.tapswitch.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Buffer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The same with frames that stay where they came: what leaves by vectors is the frame that would be put together. */
class CoalescingInPlaceTest extends CoalescingTest {
    private static final int FRONT = 7;

    static {
        Epoll.ensureAvailability(); // loads what gives a view of native memory
    }

    private final List<ByteBuffer> places = new ArrayList<>();
    private boolean checked;

    /** What was looked at when the run before was finished is in use no more. */
    @Override
    boolean begin(byte[] wire) {
        if (checked) {
            places.clear();
            checked = false;
        }
        return super.begin(wire);
    }

    @Override
    Frame load(byte[] wire) {
        ByteBuffer place = ByteBuffer.allocateDirect(FRONT + wire.length).put(FRONT, wire);
        for (int i = 0; i < FRONT; i++) {
            place.put(i, (byte) -1);
        }
        places.add(place);
        frame.viewInPlace(place, Buffer.memoryAddress(place), FRONT, wire.length);
        return frame;
    }

    @Override
    Frame finished() {
        assertThat(run.isInPlace()).isTrue();
        byte[] gathered = gathered();
        Frame large = super.finished();
        assertThat(gathered).startsWith(Frames.header(large)).endsWith(large.toByteArray());
        for (ByteBuffer place : places) {
            for (int i = 0; i < FRONT; i++) {
                assertThat(place.get(i)).as("a byte in front of a frame").isEqualTo((byte) -1);
            }
        }
        checked = true;
        return large;
    }

    private byte[] gathered() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ByteBuffer vectors = at(run.vectors(), 16 * run.vectorCount()).order(ByteOrder.nativeOrder());
        for (int i = 0; i < run.vectorCount(); i++) {
            byte[] piece = new byte[(int) vectors.getLong(16 * i + 8)];
            at(vectors.getLong(16 * i), piece.length).get(piece);
            bytes.writeBytes(piece);
        }
        return bytes.toByteArray();
    }

    private static ByteBuffer at(long address, int length) {
        return Buffer.wrapMemoryAddressWithNativeOrder(address, length);
    }

    @Test
    void joinsNoFrameThatIsAboutToMove() {
        List<byte[]> segments = packet(new Random(1), true, 1000, 3000, ACK).segments();
        assertThat(run.begin(load(segments.get(0)))).isTrue();
        frame.set(segments.get(1));
        assertThat(run.append(frame)).isFalse();
        assertThat(run.count()).isOne();
    }

    @Test
    void aFrameInPlaceBecomesACopyOnceItIsGivenATag() {
        byte[] wire = new byte[700];
        new Random(3).nextBytes(wire);
        load(wire).pushTag(5);
        assertThat(frame.isInPlace()).isFalse();
        frame.popTag();
        assertThat(frame.toByteArray()).isEqualTo(wire);
        byte[] front = new byte[FRONT + wire.length];
        places.get(0).get(0, front);
        assertThat(front).endsWith(wire).startsWith(-1, -1, -1, -1, -1, -1, -1);
    }
}
