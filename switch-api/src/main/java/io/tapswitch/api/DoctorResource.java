package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.config.Checks;
import io.tapswitch.doctor.Doctor;
import io.tapswitch.doctor.Finding;
import io.tapswitch.doctor.LinuxMachine;
import io.tapswitch.doctor.Machine;
import io.tapswitch.doctor.MoveWatch;
import java.util.List;

/** {@code /api/v1/doctor}: what is wrong with the machine, the switch or one port, and what to do. */
final class DoctorResource implements Resource {
    private final ApiParts parts;
    private final OtherApis otherApis;
    private final Credentials credentials;
    private final Machine machine;
    private final MoveWatch moves = new MoveWatch(System::nanoTime);

    DoctorResource(ApiParts parts, OtherApis otherApis, Credentials credentials) {
        this.parts = parts;
        this.otherApis = otherApis;
        this.credentials = credentials;
        machine = new LinuxMachine(parts.host().kernel());
        parts.service().events().listen(moves);
    }

    @Override
    public List<Operation> operations() {
        // It watches counters for seconds and may ask other hosts: no other read is to wait for that.
        return List.of(Operation.remoteGet("/api/v1/doctor", this::examine));
    }

    private Answer examine(Call call) {
        call.allowQuery("port", "seconds");
        String port = call.query("port", null, text -> text);
        if (port != null) {
            parts.service().port(port);
        }
        int seconds = call.query("seconds", Doctor.DEFAULT_SECONDS, DoctorResource::seconds);
        ExaminedSwitch state = new ExaminedSwitch(parts, moves, otherApis, credentials, call.caller());
        List<Finding> findings = Doctor.examine(state, machine, port, seconds);
        return Answer.ok(Json.list(findings, DoctorResource::json));
    }

    private static int seconds(String text) {
        try {
            return Checks.range("", Integer.parseInt(text), 1, Doctor.MOST_SECONDS);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be a whole number", e);
        }
    }

    private static ObjectNode json(Finding finding) {
        return Json.present(finding).put("result", finding.result().label());
    }
}
