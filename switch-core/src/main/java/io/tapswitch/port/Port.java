package io.tapswitch.port;

import io.tapswitch.frame.Frame;
import java.io.IOException;
import java.util.List;

/**
 * One attachment point of the switch: it brings frames in from a far side and takes frames out to it.
 *
 * <p>Life cycle, on the control thread: {@link PortDriver#open} makes a port that holds its device; {@link #start} lets
 * frames flow; {@link #close} gives everything back. {@link #transmit} may be called between the two from any loop.
 */
public abstract class Port implements AutoCloseable {
    private final String name;
    private final PortCounters counters;

    /**
     * @param name unique in the switch
     * @param counters of this name; they outlive a device that is lost and opened again
     */
    protected Port(String name, PortCounters counters) {
        this.name = name;
        this.counters = counters;
    }

    /** The port's name, unique in the switch. */
    public final String name() {
        return name;
    }

    /** What the port has counted. */
    public final PortCounters counters() {
        return counters;
    }

    /**
     * Lets frames in. Returns once the port reads.
     *
     * @param sink takes each frame, on one of the port's loops
     * @param owner told what becomes of the far side
     */
    public abstract void start(FrameSink sink, PortOwner owner);

    /**
     * Takes one frame out to the far side, and counts it as sent or as dropped with the reason. Never waits, never
     * throws, keeps no reference to the frame. A port that gains from it may keep a copy back until the {@linkplain
     * Burst#touch burst ends}. Any loop.
     */
    public abstract void transmit(Frame frame, Burst burst);

    /**
     * The same for a port of the overlay, where each frame leaves with the VXLAN network identifier of its network.
     *
     * @param vni 1 to 16,777,215
     */
    public void transmit(int vni, Frame frame, Burst burst) {
        transmit(frame, burst);
    }

    /**
     * Why {@link #transmit} would drop a frame now, as far as that can be told without sending it; null if nothing is known
     * to be in its way. Sends, counts and changes nothing. On the loop of the burst; may make a system call.
     *
     * @param vni for a port of the overlay; 0 for other ports
     * @param frame as it would be sent, with its tag if it has one
     */
    public DropReason egressRefusal(int vni, Frame frame, Burst burst) {
        return null;
    }

    /**
     * Why a frame would not get from the far side to the switch, as far as that can be told beforehand; null if it would.
     * Counts nothing, and changes nothing but what the way in changes of the frame. On one of the port's loops.
     *
     * @param frame as the bridges would see it, so of a host without Ethernet with the header that the port would give it
     */
    public DropReason ingressRefusal(Arrival arrival, Frame frame, Burst burst) {
        return null;
    }

    /**
     * Whether the far side is a remote VTEP. Frames of several networks are then told apart by a VXLAN network identifier
     * and not by a tag, and what comes in by one such port never leaves by another. Never changes.
     */
    public boolean isOverlay() {
        return false;
    }

    /** The address of the remote VTEP on the far side; null if that is something else. Any thread. */
    public String vtep() {
        return null;
    }

    /** What is known of the remote VTEP; null if the far side is something else. Any thread. */
    public RemoteVtep remote() {
        return null;
    }

    /**
     * The longest payload of an Ethernet frame that the way to the far side takes, if that is for the switch to find out;
     * the network's interfaces follow the least of them. Any thread; a change is {@linkplain PortOwner#changed told}.
     */
    public int pathMtu() {
        return Integer.MAX_VALUE;
    }

    /** Whether flooded frames reach the far side. Any thread; a change is {@linkplain PortOwner#changed told}. */
    public boolean takesFloods() {
        return true;
    }

    /**
     * Says which networks' frames cross the overlay in plain, also where the port encrypts those of all others. Control
     * thread, before any frame of theirs comes, and again whenever it changes.
     *
     * @param vnis ascending; not changed by either side
     */
    public void plainNetworks(int[] vnis) {}

    /** Shows the far side whether the port is usable, as a cable does. */
    public void carrier(boolean on) {}

    /** Follows a change of the network's MTU, where the far side leaves it to the switch. */
    public void networkMtu(int mtu) throws IOException {}

    /**
     * What the port waits for, in words, while nobody is on its far side, or nobody who takes frames: {@code "a connection
     * to /run/vm1.sock"}. Null while somebody is, and always for a far side that is there as long as the port is open. Any
     * thread.
     */
    public String waitsFor() {
        return null;
    }

    /** Whether the port carries no frames itself, and only brings {@linkplain PortOwner#joined newcomers}. */
    public boolean isListener() {
        return false;
    }

    /** What is on the far side, for people and tools. */
    public abstract Info info();

    /**
     * Says that the port's configuration is on disk: what must outlive the process may be made so now, and what must
     * not outlive a crash before this point could not.
     */
    public void commit() throws IOException {}

    /** Removes what {@link #commit} made to outlive the process; to be followed by {@link #close}. */
    public void withdraw() throws IOException {}

    /**
     * Looks whether the far side is still the one that was opened, where no error would tell. Control thread, every few
     * seconds; quick.
     *
     * @throws IOException if it is not, saying what happened; the owner then closes the port and opens it anew
     */
    public void check() throws IOException {}

    /** Returns once every frame that a loop had begun to bring in before the call is done with. */
    public void quiesce() {}

    /** Stops reading and frees every resource. Once it returns, no loop calls the sink any more. */
    @Override
    public abstract void close();

    /**
     * The far side of a port.
     *
     * @param device the name of the network interface or socket
     * @param queues how many queues feed the switch
     * @param loops the indices of the event loops that read them
     * @param offloads what the far side leaves to the switch's other ports, in words
     */
    public record Info(String device, int queues, List<Integer> loops, List<String> offloads) {}
}
