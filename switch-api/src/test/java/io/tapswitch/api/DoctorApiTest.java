package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.overlay.OverlayDirectory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The doctor on a real switch, and on the machine that the test runs on, whatever is wrong there. */
class DoctorApiTest extends ApiFixture {
    private static final String DOCTOR = "/api/v1/doctor";

    @Override
    OverlayDirectory overlay() {
        return new FakeDirectory();
    }

    private List<JsonNode> findings(String query) {
        List<JsonNode> findings = new ArrayList<>();
        get(DOCTOR + query).expect(200).body().forEach(findings::add);
        return findings;
    }

    private static List<JsonNode> of(String check, List<JsonNode> findings) {
        return findings.stream()
                .filter(finding -> finding.path("check").asText().equals(check))
                .toList();
    }

    @Test
    void looksAtTheSwitchAsItIs() {
        makePort("web1");
        patch(PORTS + "/web1", "{\"enabled\":false}").expect(200);

        List<JsonNode> findings = findings("");

        assertThat(of("port-state", findings)).singleElement().satisfies(off -> assertThat(
                        off.path("fix").asText())
                .isEqualTo("tapswitch port set web1 enabled=true"));
        assertThat(of("hosts", findings))
                .singleElement()
                .satisfies(lost -> assertThat(lost.path("subject").asText()).isEqualTo("host lost"));
        assertThat(of("versions", findings))
                .singleElement()
                .satisfies(other -> assertThat(other.path("text").asText()).contains("0.0.0", "0.0.1"));
        assertThat(of("clocks", findings))
                .singleElement()
                .satisfies(unread -> assertThat(unread.path("text").asText()).contains("this host is in no cluster"));
        assertThat(of("cluster", findings)).hasSize(2);
        assertThat(of("state-directory", findings)).hasSize(1);
    }

    @Test
    void looksAtOnePortForAWhile() {
        makePort("web1");
        makePort("web2");

        List<JsonNode> findings = findings("?port=web1&seconds=1");

        assertThat(findings)
                .noneMatch(finding -> finding.path("subject").asText().contains("web2"));
        assertThat(of("traffic", findings))
                .singleElement()
                .satisfies(quiet -> assertThat(quiet.path("text").asText()).startsWith("in 1 s 0 frames came in"));
        assertThat(of("tun-device", findings)).isEmpty();
    }

    @Test
    void refusesWhatItCannotLookAt() {
        assertThat(get(DOCTOR + "?port=nobody").expect(404).text()).contains("port 'nobody' does not exist");
        assertThat(get(DOCTOR + "?seconds=11").expect(400).text()).contains("seconds");
        assertThat(get(DOCTOR + "?seconds=soon").expect(400).text()).contains("seconds");
        assertThat(get(DOCTOR + "?ports=web1").expect(400).text()).contains("ports");
    }
}
