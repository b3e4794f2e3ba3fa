package io.tapswitch.vxlan;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;

/** A VTEP of a test: a UDP socket of Java's, which knows of VXLAN what this class says. */
final class VtepPeer implements AutoCloseable {
    private final DatagramSocket socket;
    private final InetSocketAddress far;

    /** @param own the address that it has @param far that of the endpoint under test @param port of both */
    VtepPeer(String own, String far, int port) throws IOException {
        this.far = new InetSocketAddress(InetAddress.getByName(far), port);
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getByName(own), port));
        socket.setReceiveBufferSize(4 << 20);
    }

    /** A UDP port that nobody has now. */
    static int freePort() throws IOException {
        try (DatagramSocket any = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            return any.getLocalPort();
        }
    }

    void send(int vni, byte[] frame) throws IOException {
        sendBytes(encapsulated(0x0800_0000, vni << 8, frame));
    }

    /** A VXLAN header of these two words, and a frame. */
    static byte[] encapsulated(int first, int second, byte[] frame) {
        return ByteBuffer.allocate(8 + frame.length)
                .putInt(first)
                .putInt(second)
                .put(frame)
                .array();
    }

    void sendBytes(byte[] datagram) throws IOException {
        socket.send(new DatagramPacket(datagram, datagram.length, far));
    }

    /** The next VXLAN datagram, without probes; null if none comes in time. */
    DatagramPacket receive(Duration patience) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        DatagramPacket packet = new DatagramPacket(new byte[1 << 16], 1 << 16);
        do {
            try {
                socket.setSoTimeout((int) Math.max(1, (end - System.nanoTime()) / 1_000_000));
                packet.setLength(1 << 16);
                socket.receive(packet);
            } catch (SocketTimeoutException e) {
                return null;
            }
        } while ((packet.getData()[0] & 0x08) == 0);
        return packet;
    }

    /** The frame of the next VXLAN datagram, which has to have this VNI and an unblemished header. */
    byte[] receiveFrame(int vni, Duration patience) throws IOException {
        DatagramPacket packet = receive(patience);
        if (packet == null) {
            return null;
        }
        ByteBuffer header = ByteBuffer.wrap(packet.getData());
        if (header.getInt() != 0x0800_0000 || header.getInt() != vni << 8) {
            throw new AssertionError("another header than that of VNI " + vni);
        }
        return Arrays.copyOfRange(packet.getData(), 8, packet.getLength());
    }

    @Override
    public void close() {
        socket.close();
    }
}
