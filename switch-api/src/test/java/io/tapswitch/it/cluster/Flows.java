package io.tapswitch.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Flows each way between guests that nothing happens to, none of whose datagrams may be lost. */
final class Flows implements AutoCloseable {
    private static final int PERIOD_MILLIS = 10;

    private final List<Flow> flows = new ArrayList<>();

    /** Starts a flow each way between each two of some guests. */
    Flows(Guests guests, int... among) throws Exception {
        try {
            for (int from : among) {
                for (int to : among) {
                    if (from != to) {
                        flows.add(guests.flow(from, to, PERIOD_MILLIS));
                    }
                }
            }
        } catch (Exception | Error e) {
            close();
            throw e;
        }
    }

    /** Ends them. @return all of them together */
    Flow.Outcome stop() throws InterruptedException {
        int sent = 0;
        int lost = 0;
        int refused = 0;
        long longest = 0;
        List<Flow.Outcome> outcomes = new ArrayList<>();
        flows.forEach(Flow::end);
        for (Flow flow : flows) {
            outcomes.add(flow.stop());
        }
        for (Flow.Outcome outcome : outcomes) {
            sent += outcome.sent();
            lost += outcome.lost();
            refused += outcome.refused();
            longest = Math.max(longest, outcome.longestGapMillis());
        }
        return new Flow.Outcome(flows.size() + " flows", sent, lost, refused, longest);
    }

    /** Ends them, and asserts that every datagram arrived. @return words for a print */
    String nothingLost() throws InterruptedException {
        Flow.Outcome outcome = stop();
        assertThat(outcome.sent()).isPositive();
        assertThat(outcome.lost() + outcome.refused()).as(outcome.toString()).isZero();
        return outcome.toString();
    }

    @Override
    public void close() throws IOException {
        for (Flow flow : flows) {
            flow.close();
        }
    }
}
