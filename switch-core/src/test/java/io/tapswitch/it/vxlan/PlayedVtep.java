package io.tapswitch.it.vxlan;

import io.tapswitch.frame.MacAddress;
import io.tapswitch.it.TestFrame;
import io.tapswitch.linux.RawSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;

/** A VTEP that a test plays, datagram by datagram, towards one other. */
final class PlayedVtep implements AutoCloseable {
    private static final int TTL = 64;
    private static final int SOURCE_PORT = 50_000;

    private final Site own;
    private final Site far;
    private final RawSocket socket;
    private final Capture capture;

    /** Takes what comes, as no VTEP does that refuses it. */
    private final DatagramChannel listener;

    PlayedVtep(Site own, Site far) {
        this.own = own;
        this.far = far;
        socket = own.socket();
        capture = new Capture(socket);
        listener = own.host().inside(() -> DatagramChannel.open().bind(new InetSocketAddress(Outer.VXLAN_PORT)));
    }

    Site site() {
        return own;
    }

    /** What comes here. */
    Capture capture() {
        return capture;
    }

    /** The address of the n-th station that is played behind it. */
    long station(int n) {
        return 0x0200_0000_7000L + 0x100 * own.number() + n;
    }

    /** A frame of the n-th station that is played behind it to everybody. */
    TestFrame broadcast(int n) {
        return TestFrame.of(MacAddress.BROADCAST, station(n));
    }

    /** A datagram to the other VTEP. */
    Outer datagram(Family family, byte[] payload) {
        return new Outer(own.address(family), far.address(family), TTL, 0, SOURCE_PORT, Outer.VXLAN_PORT, payload);
    }

    void send(Outer datagram) {
        sendFrame(frame(datagram));
    }

    /** The frame that takes a datagram to the other VTEP's host. */
    byte[] frame(Outer datagram) {
        return datagram.frame(far.mac(), own.mac());
    }

    /** Sends any frame into the underlay. */
    void sendFrame(byte[] frame) {
        try {
            socket.send(frame);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    TestFrame send(Family family, int vni, TestFrame frame) {
        send(datagram(family, Outer.vxlan(vni, frame.bytes())));
        return frame;
    }

    @Override
    public void close() {
        socket.close();
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
