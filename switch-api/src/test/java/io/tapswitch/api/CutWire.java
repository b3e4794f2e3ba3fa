package io.tapswitch.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A way to a TCP port of loopback that can be cut and mended, and counts what is asked through it. */
final class CutWire implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicLong asked = new AtomicLong();
    private final int target;
    private volatile boolean isCut;

    CutWire(int target) throws IOException {
        this.target = target;
        start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** How many bytes went to the switch so far. */
    long asked() {
        return asked.get();
    }

    /** Ends every connection, and all that come. */
    void cut() {
        isCut = true;
        sockets.forEach(CutWire::end);
    }

    void mend() {
        isCut = false;
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "cut-wire");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket near = listener.accept();
                if (isCut) {
                    end(near);
                } else {
                    join(near, new Socket(InetAddress.getLoopbackAddress(), target));
                }
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void join(Socket near, Socket far) {
        sockets.add(near);
        sockets.add(far);
        start(() -> carry(near, far, asked));
        start(() -> carry(far, near, new AtomicLong()));
    }

    private void carry(Socket from, Socket to, AtomicLong count) {
        byte[] bytes = new byte[65_536];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
                count.addAndGet(length);
                out.write(bytes, 0, length);
            }
        } catch (IOException e) {
            // Cut: the other side is to see it as well.
        }
        end(from);
        end(to);
        sockets.remove(from);
        sockets.remove(to);
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }
}
