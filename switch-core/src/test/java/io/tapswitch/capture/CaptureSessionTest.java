package io.tapswitch.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.bridge.BridgePort;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.port.Burst;
import io.tapswitch.port.CountingPort;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CaptureSessionTest {
    private final BridgePort port = new BridgePort(new CountingPort("a", 1));
    private final Frame frame = new Frame();
    private final Burst burst = new Burst(0);

    private static CaptureSession session(int seconds) {
        CaptureSettings settings = new CaptureSettings(null, null, null, null, null, seconds, null);
        return new CaptureSession(settings, "test", "a", 1, 1 << 20, false, () -> {});
    }

    private void pass(CaptureSession session, int bytes, long nowNanos) {
        frame.set(Frames.payload(bytes));
        session.arrived(port, frame, burst.begin(nowNanos));
        session.decided(port, null, burst);
    }

    @Test
    void takesNoFrameOnceItsTimeIsOver() {
        CaptureSession session = session(10);
        long now = System.nanoTime();
        pass(session, 100, now);
        pass(session, 100, now + TimeUnit.SECONDS.toNanos(11));
        session.next();
        assertThat(session.frames()).isEqualTo(1);
        assertThat(session.lost()).isZero();
    }

    @Test
    void endsThoughFramesComeFasterThanTheyAreTaken() {
        CaptureSession session = session(10);
        int turns = 0;
        byte[] bytes = {};
        while (bytes != null && turns < 100) {
            for (int i = 0; i < 10; i++) {
                pass(session, 60_000, System.nanoTime());
            }
            if (turns++ == 0) {
                session.ended("the port is gone");
            }
            bytes = session.next();
        }
        assertThat(bytes).isNull();
        assertThat(session.frames()).isEqualTo(10);
    }
}
