package io.tapswitch.doctor;

import io.tapswitch.PortView;
import io.tapswitch.PortView.Status;
import io.tapswitch.doctor.Examination.Sample;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.SharedEndpoint;
import io.tapswitch.port.stream.StreamSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What passes, and what does not, while one looks. The last ones, since the others take some of the time. */
final class TrafficChecks {
    static final List<Check> ALL =
            List.of(Check.ofPorts("drops", TrafficChecks::drops), Check.ofPorts("traffic", TrafficChecks::traffic));

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);
    private static final int FEW = 10;

    private TrafficChecks() {}

    private static void drops(Examination look) throws IOException {
        for (PortView port : look.ports()) {
            Sample counted = look.counted(port.config().name(), port.counters());
            String network = port.config().network();
            counted.drops().forEach((reason, frames) -> drop(look, Examination.subject(port), network, reason, frames));
        }
        if (!look.isOfOnePort()) {
            for (SharedEndpoint endpoint : look.state().endpoints()) {
                Sample counted = look.counted(endpoint.device(), endpoint.counters());
                counted.drops()
                        .forEach(
                                (reason, frames) -> drop(look, "VTEP " + endpoint.device(), "NETWORK", reason, frames));
            }
        }
        if (look.isQuiet()) {
            look.ok("ports", "none drops frames now that it should not" + earlier(look));
        }
    }

    private static void drop(Examination look, String subject, String network, DropReason reason, long frames) {
        DropAdvice advice = DropAdvice.of(reason);
        String port = subject.substring(subject.indexOf(' ') + 1);
        String text = Words.count(frames) + " frames dropped as " + reason.label() + " in " + look.seconds() + " s ("
                + reason.meaning() + "): " + advice.text();
        String fix = advice.fix().replace("PORT", port).replace("NETWORK", network);
        if (advice.result() == Result.OK) {
            look.ok(subject, text);
        } else if (advice.result() == Result.PROBLEM) {
            look.problem(subject, text, fix);
        } else {
            look.warning(subject, text, fix);
        }
    }

    /** Of one port, what was dropped before: it may have been what brought somebody here. */
    private static String earlier(Examination look) {
        Map<DropReason, Long> drops = look.isOfOnePort() && !look.ports().isEmpty()
                ? look.ports().get(0).counters().drops()
                : Map.of();
        String all = drops.entrySet().stream()
                .sorted(Map.Entry.<DropReason, Long>comparingByValue().reversed())
                .map(drop -> Words.count(drop.getValue()) + " " + drop.getKey().label())
                .collect(Collectors.joining(", "));
        return all.isEmpty() ? "" : "; since the start: " + all;
    }

    private static void traffic(Examination look) throws IOException {
        for (PortView port : look.ports()) {
            boolean isToSend = !isListener(port) && !look.isAnalysis(port);
            if (port.status() == Status.UP && port.remote() == null && isToSend) {
                traffic(look, port);
            }
        }
        if (look.isQuiet() && !look.isOfOnePort()) {
            look.ok("ports", "frames have come from each that is up, or are not yet to be expected");
        }
    }

    private static void traffic(Examination look, PortView port) throws IOException {
        Sample counted = look.counted(port.config().name(), port.counters());
        long received = port.counters().sum(PortCounters.RX_FRAMES);
        long sent = port.counters().sum(PortCounters.TX_FRAMES);
        boolean isSettled = Duration.between(port.since(), look.machine().now()).compareTo(LONG_ENOUGH) > 0;
        if (received == 0 && sent >= FEW && isSettled) {
            look.warning(
                    Examination.subject(port),
                    Words.count(sent) + " frames went out by it, and none has ever come in: who is behind it hears and"
                            + " does not answer",
                    "is the interface up and has it an address in the machine behind it: ip addr; for a VM, is this its"
                            + " network card (its MAC address should be in tapswitch fdb list); see what goes out:"
                            + " tapswitch capture " + port.config().name() + " --print");
        } else if (look.isOfOnePort()) {
            look.ok(
                    Examination.subject(port),
                    "in " + look.seconds() + " s " + Words.count(counted.rxFrames()) + " frames came in and "
                            + Words.count(counted.txFrames()) + " went out");
        }
    }

    /** It carries no frames itself; each of its connections is a port. */
    private static boolean isListener(PortView port) {
        Object settings = port.config().settings();
        return settings instanceof StreamSettings stream && stream.listen() != null && stream.maxConnections() > 1;
    }
}
