package io.tapswitch.capture;

import io.tapswitch.SwitchService;
import io.tapswitch.bridge.FrameWatch;
import io.tapswitch.config.ConfigException;
import io.tapswitch.port.DropReason.Side;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Opens captures of a switch's ports and networks, a limited number at once. Thread-safe. */
public final class Captures {
    /** At once. */
    public static final int MAX_SESSIONS = 16;

    private final SwitchService service;
    private final String application;
    private final Set<CaptureSession> sessions = new HashSet<>();
    private long endedFrames;
    private long endedLost;

    /**
     * What captures have done so far.
     *
     * @param open how many run now
     * @param frames that all of them wrote, those that have ended included
     * @param lost that they did not, as a reader left no room for them
     */
    public record Totals(int open, long frames, long lost) {}

    /** @param application that is named in each file, with its version */
    public Captures(SwitchService service, String application) {
        this.service = service;
        this.application = application;
    }

    /** How many captures are open. */
    public int open() {
        return totals().open();
    }

    /** What they have done so far. */
    public synchronized Totals totals() {
        long frames = endedFrames;
        long lost = endedLost;
        for (CaptureSession session : sessions) {
            frames += session.frames();
            lost += session.lost();
        }
        return new Totals(sessions.size(), frames, lost);
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
        requireRoom();
        AtomicReference<CaptureSession> self = new AtomicReference<>();
        CaptureSession session =
                new CaptureSession(settings, application, subject, service.eventLoops(), () -> end(self.get()));
        self.set(session);
        take(session);
        try {
            watching.accept(session);
        } catch (RuntimeException e) {
            giveBack(session);
            throw e;
        }
        return session;
    }

    private synchronized void take(CaptureSession session) {
        requireRoom();
        sessions.add(session);
    }

    private synchronized void requireRoom() {
        if (sessions.size() == MAX_SESSIONS) {
            throw ConfigException.conflict("", MAX_SESSIONS + " captures are open, the most at once; end one of them");
        }
    }

    private synchronized void giveBack(CaptureSession session) {
        if (sessions.remove(session)) {
            endedFrames += session.frames();
            endedLost += session.lost();
        }
    }

    private void end(CaptureSession session) {
        giveBack(session);
        service.unwatch(session);
    }
}
