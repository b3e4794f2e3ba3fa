package io.tapswitch.capture;

import io.tapswitch.SwitchService;
import io.tapswitch.bridge.FrameWatch;
import io.tapswitch.config.ConfigException;
import io.tapswitch.port.DropReason.Side;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Opens captures of a switch's ports and networks, a limited number at once. Thread-safe. */
public final class Captures {
    /** At once. */
    public static final int MAX_SESSIONS = 16;

    private final SwitchService service;
    private final String application;
    private final AtomicInteger open = new AtomicInteger();

    /** @param application that is named in each file, with its version */
    public Captures(SwitchService service, String application) {
        this.service = service;
        this.application = application;
    }

    /** How many captures are open. */
    public int open() {
        return open.get();
    }

    /**
     * Begins to capture what comes in and leaves by a port; the capture ends when the port is gone.
     *
     * @return to be closed by the caller
     * @throws ConfigException if there is no such port, no frames pass there, or too many captures are open
     */
    public CaptureSession ofPort(String port, CaptureSettings settings) {
        return begin(settings, port, watch -> service.watchPort(port, watch));
    }

    /**
     * The same for the frames that come into a network by the ports of this host; each is there once, as it came in.
     *
     * @throws ConfigException also if the settings ask for what leaves
     */
    public CaptureSession ofNetwork(String network, CaptureSettings settings) {
        boolean leaving = settings.reason() != null && settings.reason().side() == Side.EGRESS;
        if (settings.direction() == Direction.EGRESS || leaving) {
            throw ConfigException.invalid(
                    leaving ? "reason" : "direction",
                    "the capture of a network has each frame once, as it came in; capture a port to see what leaves");
        }
        return begin(settings, "network " + network, watch -> service.watchNetwork(network, watch));
    }

    private CaptureSession begin(CaptureSettings settings, String subject, Consumer<FrameWatch> watching) {
        if (open.incrementAndGet() > MAX_SESSIONS) {
            open.decrementAndGet();
            throw ConfigException.conflict("", MAX_SESSIONS + " captures are open, the most at once; end one of them");
        }
        AtomicReference<CaptureSession> self = new AtomicReference<>();
        CaptureSession session =
                new CaptureSession(settings, application, subject, service.eventLoops(), () -> end(self.get()));
        self.set(session);
        try {
            watching.accept(session);
        } catch (RuntimeException e) {
            open.decrementAndGet();
            throw e;
        }
        return session;
    }

    private void end(CaptureSession session) {
        open.decrementAndGet();
        service.unwatch(session);
    }
}
