package io.tapswitch.bridge;

import io.tapswitch.bridge.FrameTrace.Copy;
import io.tapswitch.bridge.FrameTrace.Outcome;
import io.tapswitch.bridge.FrameTrace.Stage;
import io.tapswitch.bridge.FrameTrace.Step;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.VirtioNetHeader;
import io.tapswitch.port.Arrival;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.DropReason.Side;
import io.tapswitch.port.PortCounters;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells what becomes of a frame: of one that would come, or of one that it brings in. For one event loop, between bursts.
 */
public final class FrameTracer {
    private static final byte[] NOTHING_LEFT_OPEN = new byte[VirtioNetHeader.LENGTH];

    private final Frame frame = new Frame();

    /**
     * Tells what would become of a frame, and does nothing else: nothing is counted, learned, sent or taken from a budget.
     *
     * @param ingress on whose loop this is
     * @param header the virtio-net header, of 12 bytes; null for a wire frame
     * @param bytes at most {@link Frame#MAX_LENGTH}
     * @param burst begun
     */
    public FrameTrace simulate(BridgePort ingress, Arrival arrival, byte[] header, byte[] bytes, Burst burst) {
        return simulation(ingress, header, bytes, burst).run(arrival);
    }

    private Simulation simulation(BridgePort ingress, byte[] header, byte[] bytes, Burst burst) {
        fill(header, bytes);
        return new Simulation(ingress, frame, burst);
    }

    private void fill(byte[] header, byte[] bytes) {
        frame.set(header == null ? NOTHING_LEFT_OPEN : header, bytes);
    }

    /**
     * Brings a frame in as if it had been received, and tells what was counted; the steps are those of a simulation just
     * before.
     *
     * @param vni for a port of the overlay; 0 for other ports
     * @param burst begun; ended here, so that what ports kept back is counted too
     */
    public FrameTrace inject(BridgePort ingress, int vni, byte[] header, byte[] bytes, Burst burst) {
        Simulation simulation = simulation(ingress, header, bytes, burst);
        FrameTrace expected = simulation.run(Arrival.usual(vni));
        Counts before = new Counts(ingress, simulation.takers(), burst.loop());
        fill(header, bytes);
        if (ingress.isOverlay()) {
            ingress.receive(vni, frame, burst);
        } else {
            ingress.receive(frame, burst);
        }
        burst.end();
        return new Counts(ingress, simulation.takers(), burst.loop()).since(before, expected);
    }

    /** What one loop has counted at the ports of a frame: nobody else writes its rows, so a difference is the frame's. */
    private static final class Counts {
        private static final DropReason[] REASONS = DropReason.values();
        private static final int FIRST_OUTCOME = PortCounters.FORWARDED;

        private final BridgePort ingress;
        private final int loop;
        private final long[] outcomes = new long[3];
        private final long[] drops;
        private final List<long[]> refusals = new ArrayList<>();

        Counts(BridgePort ingress, List<BridgePort> takers, int loop) {
            this.ingress = ingress;
            this.loop = loop;
            for (int i = 0; i < outcomes.length; i++) {
                outcomes[i] = ingress.port().counters().of(loop, FIRST_OUTCOME + i);
            }
            drops = drops(ingress);
            takers.forEach(taker -> refusals.add(drops(taker)));
        }

        private long[] drops(BridgePort port) {
            long[] counts = new long[REASONS.length];
            for (DropReason reason : REASONS) {
                counts[reason.ordinal()] = port.port().counters().drops(loop, reason);
            }
            return counts;
        }

        FrameTrace since(Counts before, FrameTrace expected) {
            Outcome outcome = outcome(before);
            DropReason reason = outcome == Outcome.DROPPED ? risen(before.drops, drops, Side.INGRESS) : null;
            List<Copy> copies = outcome == expected.outcome() ? copies(before, expected) : List.of();
            List<Step> steps = new ArrayList<>(expected.steps());
            boolean asExpected = outcome == expected.outcome() && reason == expected.reason();
            steps.add(new Step(Stage.COUNTED, ingress.name(), reason, text(outcome, reason, asExpected)));
            return new FrameTrace(expected.network(), outcome, reason, steps, copies);
        }

        private List<Copy> copies(Counts before, FrameTrace expected) {
            List<Copy> copies = new ArrayList<>();
            for (int i = 0; i < expected.copies().size(); i++) {
                DropReason refusal = risen(before.refusals.get(i), refusals.get(i), Side.EGRESS);
                Copy copy = expected.copies().get(i);
                copies.add(new Copy(copy.port(), copy.vlan(), copy.vni(), refusal, copy.frame()));
            }
            return copies;
        }

        private Outcome outcome(Counts before) {
            for (int i = 0; i < outcomes.length; i++) {
                if (outcomes[i] != before.outcomes[i]) {
                    return Outcome.values()[i];
                }
            }
            return Outcome.DROPPED;
        }

        private static DropReason risen(long[] before, long[] after, Side side) {
            for (DropReason reason : REASONS) {
                if (reason.side() == side && after[reason.ordinal()] != before[reason.ordinal()]) {
                    return reason;
                }
            }
            return null;
        }

        private static String text(Outcome outcome, DropReason reason, boolean asExpected) {
            String counted = "was brought in, and is counted as " + outcome.label()
                    + (reason == null ? "" : ", " + reason.label() + ": " + reason.meaning());
            return asExpected ? counted : counted + "; something changed since the steps above were told";
        }
    }
}
