package io.tapswitch.capture;

import io.tapswitch.port.DropReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A capture as pcapng: takes frames out of the rings, the oldest first, and writes them down. For one thread at a time. */
final class CaptureFile {
    /** Bytes given at once; one frame more may be in it. */
    private static final int PIECE = 1 << 18;

    /** So often something comes, that nobody on the way takes the connection for dead. */
    private static final long KEEP_ALIVE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final DropReason[] REASONS = DropReason.values();
    private static final String[] COMMENTS = new String[REASONS.length];

    static {
        for (DropReason reason : REASONS) {
            COMMENTS[reason.ordinal()] = "drop: " + reason.label() + " - " + reason.meaning();
        }
    }

    private final CaptureSettings settings;
    private final FrameRing[] rings;
    private final boolean connected;
    private final PcapngWriter writer = new PcapngWriter(4096);
    private final long epochOffset;
    private final long start;

    /** By port: the interface's number is its place. */
    private final Map<String, Integer> interfaces = new LinkedHashMap<>();

    private final List<long[]> received = new ArrayList<>();
    private volatile long frames;
    private long lostWritten;
    private long lastNanos;
    private boolean complete;

    /**
     * @param subject name of the first interface, which is the port or the network
     * @param connected whether it goes over a connection, where something is to come now and then
     */
    CaptureFile(CaptureSettings settings, String application, String subject, FrameRing[] rings, boolean connected) {
        this.settings = settings;
        this.rings = rings;
        this.connected = connected;
        start = epochNanos();
        epochOffset = start - System.nanoTime();
        writer.section(application);
        interfaceOf(subject);
        lastNanos = System.nanoTime();
    }

    private static long epochNanos() {
        Instant now = Instant.now();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    /** @param last whether no more frames come, so that the file may end once those that are there were taken */
    byte[] next(boolean last) {
        boolean full = false;
        FrameRing oldest = oldest();
        while (oldest != null && !full && !isCounted()) {
            write(oldest);
            full = writer.size() >= PIECE;
            oldest = oldest();
        }
        if (isCounted() || last && oldest == null) {
            complete = true;
            writeStatistics();
        }
        keepAlive();
        return writer.take();
    }

    private void keepAlive() {
        long now = System.nanoTime();
        if (connected && writer.size() == 0 && now - lastNanos >= KEEP_ALIVE_NANOS) {
            writeStatistics();
        }
        if (writer.size() > 0) {
            lastNanos = now;
        }
    }

    private boolean isCounted() {
        return settings.count() != null && frames >= settings.count();
    }

    /** Null if there is no frame now. */
    private FrameRing oldest() {
        FrameRing oldest = null;
        for (FrameRing ring : rings) {
            if (ring.hasNext() && (oldest == null || ring.nanos() - oldest.nanos() < 0)) {
                oldest = ring;
            }
        }
        return oldest;
    }

    private void write(FrameRing ring) {
        int number = interfaceOf(ring.port());
        long lost = lost();
        DropReason reason = ring.reason();
        writer.packet(
                number,
                ring.nanos() + epochOffset,
                ring.bytes(),
                ring.length(),
                ring.isIngress() ? PcapngWriter.INBOUND : PcapngWriter.OUTBOUND,
                lost - lostWritten,
                reason == null ? null : COMMENTS[reason.ordinal()]);
        lostWritten = lost;
        received.get(number)[0]++;
        frames = frames + 1;
        ring.next();
    }

    private int interfaceOf(String port) {
        Integer known = interfaces.get(port);
        if (known != null) {
            return known;
        }
        String filter = settings.filter() == null ? "" : settings.filter().toString();
        writer.interfaceDescription(port, settings.snapLength(), filter);
        received.add(new long[1]);
        interfaces.put(port, interfaces.size());
        return interfaces.size() - 1;
    }

    /** Nobody knows any more which port a lost frame was of: all of them are the first one's. */
    private void writeStatistics() {
        long end = epochNanos();
        for (int number = 0; number < received.size(); number++) {
            long lost = number == 0 ? lost() : 0;
            writer.statistics(number, start, end, received.get(number)[0] + lost, lost);
        }
    }

    boolean isComplete() {
        return complete;
    }

    long frames() {
        return frames;
    }

    long lost() {
        long lost = 0;
        for (FrameRing ring : rings) {
            lost += ring.lost();
        }
        return lost;
    }
}
