package io.tapswitch.vm;

import io.tapswitch.it.Await;
import java.util.ArrayList;
import java.util.List;

/**
 * QEMU without a machine: its netdev is that of a guest, but the frames are the test's. It runs within milliseconds, so
 * it suits what a netdev does when its other end comes and goes.
 *
 * <p>QEMU's own hub joins the netdev with a stream socket, which {@link #frames} is the other end of: what the test
 * sends there leaves by the netdev as it is, neither padded nor cut, up to 69000 bytes, and what arrives at the netdev
 * comes out there. What QEMU 7.2, that of Debian 12, does with the netdevs themselves:
 *
 * <ul>
 *   <li>{@code stream,server=off} connects once, when QEMU starts. If nobody listens, or the other end closes, QEMU
 *       runs on without it and does not try again ({@code reconnect} came with 8.0): start another one.
 *   <li>{@code stream,server=on} serves one connection; the next one waits, unread, until that has ended.
 *   <li>{@code dgram} replaces what is left at its own path, so it can start again at once after a crash.
 *   <li>{@code info network} and the events {@code NETDEV_STREAM_CONNECTED} and {@code NETDEV_STREAM_DISCONNECTED}
 *       tell whether a stream is connected; of {@code dgram} and the older {@code socket} nothing does.
 *   <li>QEMU warns that its hub has no NIC, which does no harm.
 * </ul>
 *
 * <p>For one thread.
 */
public final class QemuClient implements AutoCloseable {
    private static final String NETDEV = "net0";
    private static final String FRAMES = "frames";
    private static final String QMP = "qmp";
    private static final int PATIENCE_SECONDS = 10;

    private final SocketDirectory directory = new SocketDirectory();
    private final Program qemu;
    private FrameStream frames;
    private Qmp qmp;

    /**
     * Starts QEMU.
     *
     * @param netdev QEMU's option {@code -netdev} without the id
     */
    public QemuClient(String netdev) {
        List<String> command = new ArrayList<>(List.of(Qemu.here().program(), "-M", "none", "-nodefaults"));
        command.addAll(List.of("-display", "none"));
        command.addAll(List.of("-qmp", "unix:" + directory.path(QMP) + ",server=on,wait=off"));
        command.addAll(inHub(NETDEV, netdev));
        command.addAll(inHub(FRAMES, "stream,server=on,addr.type=unix,addr.path=" + directory.path(FRAMES)));
        qemu = Program.start("QEMU", command);
    }

    private static List<String> inHub(String id, String netdev) {
        return List.of("-netdev", netdev + ",id=" + id, "-netdev", "hubport,hubid=0,id=" + id + "port,netdev=" + id);
    }

    /** The frames of the netdev, in both directions. */
    public FrameStream frames() {
        if (frames == null) {
            frames = new FrameStream(qemu.connect(directory.path(FRAMES)));
        }
        return frames;
    }

    /** QEMU's machine protocol. */
    public Qmp qmp() {
        if (qmp == null) {
            qmp = new Qmp(qemu.connect(directory.path(QMP)));
        }
        return qmp;
    }

    /** Waits until the netdev, a stream, is connected, or no longer connected. */
    public QemuClient awaitConnected(boolean connected) throws Exception {
        String what = "QEMU's netdev is " + (connected ? "connected" : "disconnected");
        Await.until(what, PATIENCE_SECONDS, () -> qmp().isConnected(NETDEV) == connected);
        return this;
    }

    /** Whether QEMU runs. */
    public boolean isRunning() {
        return qemu.isRunning();
    }

    /** Ends QEMU by SIGKILL, as a crash of it would. */
    public void kill() {
        qemu.kill();
    }

    @Override
    public void close() {
        try (directory;
                qemu) {
            if (frames != null) {
                frames.close();
            }
            if (qmp != null) {
                qmp.close();
            }
        }
    }
}
