package io.tapswitch.port;

import io.tapswitch.frame.Frame;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A port of the overlay whose far side is the test: frames go with their VNI both ways, and the test says what the way
 * to the VTEP is like.
 */
public final class OverlayPort extends Port {
    private final String vtep;
    private final List<VniFrame> sent = new ArrayList<>();
    private final List<List<Integer>> plain = new CopyOnWriteArrayList<>();
    private volatile FrameSink sink;
    private volatile PortOwner owner;
    private final AtomicInteger asked = new AtomicInteger();
    private volatile int pathMtu;
    private volatile boolean takesFloods;
    private volatile byte[] refusal;
    private volatile String defect;

    /** @param vtep the address of the remote VTEP */
    public OverlayPort(String name, PortCounters counters, String vtep, int pathMtu, boolean takesFloods) {
        super(name, counters);
        this.vtep = vtep;
        this.pathMtu = pathMtu;
        this.takesFloods = takesFloods;
    }

    @Override
    public void start(FrameSink frames, PortOwner whoOpened) {
        owner = whoOpened;
        sink = frames;
    }

    /** Where this port's frames go: to bring frames in, and to answer in its own name. */
    public FrameSink sink() {
        return sink;
    }

    /** Without a VNI nothing can leave by the overlay. */
    @Override
    public void transmit(Frame frame, Burst burst) {
        throw new IllegalStateException("a frame without a VNI");
    }

    @Override
    public synchronized void transmit(int vni, Frame frame, Burst burst) {
        if (refusal != null) {
            counters().dropped(burst.loop(), DropReason.EGRESS_OVERSIZE);
            Frame answer = new Frame();
            answer.set(refusal);
            sink.answer(vni, answer, burst);
            return;
        }
        sent.add(VniFrame.of(vni, frame.toByteArray()));
        counters().transmitted(burst.loop(), frame.length());
    }

    /** Takes every frame that the switch has sent since the last call, oldest first. */
    public synchronized List<VniFrame> take() {
        List<VniFrame> frames = List.copyOf(sent);
        sent.clear();
        return frames;
    }

    /** Has the port send nothing from now on, and answer each frame with this one. */
    public void refuseWith(byte[] answer) {
        refusal = answer;
    }

    /** How often the switch has asked for the MTU of the way. */
    public int asked() {
        return asked.get();
    }

    /** Lets flooded frames reach the far side from now on, or no more, and tells the owner. */
    public void takeFloods(boolean takes) {
        takesFloods = takes;
        owner.changed();
    }

    /** Gives the way to the far side another MTU, and tells the owner. */
    public void pathMtu(int mtu) {
        pathMtu = mtu;
        owner.changed();
    }

    @Override
    public void plainNetworks(int[] vnis) {
        plain.add(Arrays.stream(vnis).boxed().toList());
    }

    /** What the switch has said of plain networks since the last call, oldest first. */
    public List<List<Integer>> takePlainNetworks() {
        List<List<Integer>> said = List.copyOf(plain);
        plain.clear();
        return said;
    }

    /** Breaks the far side. */
    public void fail(Exception reason) {
        owner.failed(reason);
    }

    /** Has the next look at the far side find that it is another. */
    public void refuseChecks(String reason) {
        defect = reason;
    }

    @Override
    public void check() throws IOException {
        if (defect != null) {
            throw new IOException(defect);
        }
    }

    @Override
    public boolean isOverlay() {
        return true;
    }

    @Override
    public String vtep() {
        return vtep;
    }

    @Override
    public RemoteVtep remote() {
        return new RemoteVtep(vtep, "unknown", null, null, null, null, pathMtu, false, null);
    }

    @Override
    public int pathMtu() {
        asked.incrementAndGet();
        return pathMtu;
    }

    @Override
    public boolean takesFloods() {
        return takesFloods;
    }

    @Override
    public Info info() {
        return new Info("overlay", 1, List.of(), List.of());
    }

    @Override
    public void close() {
        sink = null;
    }
}
