package io.tapswitch.it;

import io.tapswitch.PortView;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.linux.RawSocket;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A port of a {@link TestSwitch}: a TAP, or a veth, in a host of its own, and a packet socket on it that plays the station. The
 * station's address is not the interface's.
 */
public final class TestPort implements AutoCloseable {
    /** The name of each host's TAP. */
    public static final String TAP = "tap0";

    private final TestSwitch owner;
    private final String name;
    private final TestHost host;
    private final String device;
    private final long mac;
    private RawSocket socket;

    TestPort(TestSwitch owner, String name, TestHost host, String device, long mac) {
        this.owner = owner;
        this.name = name;
        this.host = host;
        this.device = device;
        this.mac = mac;
        this.socket = host.socket(device);
    }

    /** The port's name. */
    public String name() {
        return name;
    }

    /** Where its TAP is, or the station's end of its veth. */
    public TestHost host() {
        return host;
    }

    /** The address of the station behind it. */
    public long mac() {
        return mac;
    }

    /** The address of the station behind it, as text. */
    public String macText() {
        return MacAddress.format(mac);
    }

    /** A frame from this station to another. */
    public TestFrame to(TestPort other) {
        return TestFrame.of(other.mac, mac);
    }

    /** A frame from this station to any address. */
    public TestFrame to(String destination) {
        return TestFrame.of(MacAddress.parse(destination), mac);
    }

    /** A frame from this station to everybody. */
    public TestFrame broadcast() {
        return TestFrame.of(MacAddress.BROADCAST, mac);
    }

    /** Sends a frame into the switch. */
    public TestFrame send(TestFrame frame) {
        try {
            socket.send(frame.bytes());
            return frame;
        } catch (IOException e) {
            throw new AssertionError("port " + name, e);
        }
    }

    /**
     * The frames of tests that came out of the switch since the last call, each as often as it came. Whatever any port
     * has sent before this call has been carried to its end.
     */
    public List<TestFrame> received() {
        owner.settle();
        return drain();
    }

    /** The frames of tests that have come out already. */
    public List<TestFrame> drain() {
        List<TestFrame> frames = new ArrayList<>();
        try {
            for (byte[] bytes = socket.receive(); bytes != null; bytes = socket.receive()) {
                TestFrame frame = TestFrame.received(bytes);
                if (frame.isOfATest()) {
                    frames.add(frame);
                }
            }
        } catch (IOException e) {
            throw new AssertionError("port " + name, e);
        }
        return frames;
    }

    /** Opens the packet socket anew, as is needed after its interface was gone or down. */
    public void reopen() {
        socket.close();
        socket = host.socket(device);
    }

    /** The packet socket itself. */
    public RawSocket socket() {
        return socket;
    }

    /** How the port is. */
    public PortView view() {
        return owner.service().port(name);
    }

    /** What the port has counted. */
    public PortCounters counters() {
        return view().counters();
    }

    /** How many frames, or copies, a reason ended at this port. */
    public long drops(DropReason reason) {
        return counters().drops(reason);
    }

    @Override
    public void close() {
        socket.close();
        host.close();
    }
}
