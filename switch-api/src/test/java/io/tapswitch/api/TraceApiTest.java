package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.api.OtherApis.RemoteAnswer;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.frame.EtherType;
import io.tapswitch.overlay.OverlayDirectory;
import io.tapswitch.port.DropReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the API tells of a frame. */
class TraceApiTest extends ApiFixture {
    private static final String TRACE = "/api/v1/trace";
    private static final String A = "02:00:00:00:00:0a";
    private static final String B = "02:00:00:00:00:0b";

    @Override
    OverlayDirectory overlay() {
        return new FakeDirectory();
    }

    private JsonNode trace(String fields) {
        return post(TRACE, "{" + fields.replace('\'', '"') + "}").expect(200).body();
    }

    private static String to(String destination) {
        return "'frame':{'destination':'" + destination + "','source':'" + A + "'}";
    }

    private static List<String> steps(JsonNode trace) {
        return trace.path("steps").findValuesAsText("step");
    }

    private JsonNode counters(String port) {
        return get(PORTS + "/" + port).expect(200).body().path("counters");
    }

    @Test
    void tellsEachStepOfAFrameThatNobodyHasSeen() {
        makePort("web1");
        makePort("web2");
        JsonNode trace = trace("'port':'web1'," + to(B));
        assertThat(trace.path("outcome").asText()).isEqualTo("flooded");
        assertThat(trace.path("host").asText()).isEqualTo("here");
        assertThat(trace.path("network").asText()).isEqualTo("default");
        assertThat(steps(trace)).containsExactly("ingress", "checks", "learning", "lookup", "flooding", "egress");
        assertThat(trace.at("/copies/0/port").asText()).isEqualTo("web2");
        assertThat(trace.at("/steps/2/text").asText()).contains(A, "is learned");
        assertThat(trace.path("injected").asBoolean()).isFalse();

        assertThat(counters("web1").path("rxFrames").asInt()).isZero();
        assertThat(memory.port("web2").take()).isEmpty();
        assertThat(get(FDB).expect(200).body().path("entries")).isEmpty();
    }

    @Test
    void bringsAFrameInAndTellsWhatWasCounted() {
        makePort("web1");
        makePort("web2");
        JsonNode trace = trace("'port':'web1','inject':true," + to(B));
        assertThat(trace.path("outcome").asText()).isEqualTo("flooded");
        assertThat(steps(trace)).endsWith("egress", "counted");
        assertThat(counters("web1").path("rxFrames").asInt()).isOne();
        assertThat(counters("web1").path("flooded").asInt()).isOne();
        assertThat(HexFormat.of().formatHex(memory.port("web2").take().get(0)))
                .isEqualTo(trace.path("frame").asText());
        assertThat(get(FDB + "/" + A).expect(200).body().path("port").asText()).isEqualTo("web1");

        patch(PORTS + "/web1", "{\"locked\":true}").expect(200);
        JsonNode dropped =
                trace("'port':'web1','inject':true,'frame':{'destination':'" + A + "','source':'" + B + "'}");
        assertThat(dropped.path("reason").asText()).isEqualTo("locked");
        assertThat(counters("web1").path("drops").path("locked").asInt()).isOne();
    }

    @Test
    void tellsWhyAFrameIsDroppedInTheWordsOfTheCounters() {
        makePort("web1");
        JsonNode trace = trace("'port':'web1'," + to(B));
        assertThat(trace.path("outcome").asText()).isEqualTo("dropped");
        assertThat(trace.path("reason").asText()).isEqualTo("no-egress");
        assertThat(trace.path("meaning").asText()).isEqualTo(DropReason.NO_EGRESS.meaning());
        JsonNode last = trace.path("steps").path(trace.path("steps").size() - 1);
        assertThat(last.path("result").asText()).isEqualTo("dropped");
        assertThat(last.path("reason").asText()).isEqualTo("no-egress");
        assertThat(trace("'port':'web1','hex':'0102'").path("reason").asText()).isEqualTo("runt");
    }

    @Test
    void takesTheStationThatWasHeardLastForTheSource() {
        makePort("web1");
        makePort("web2");
        put(FDB + "/" + B, "{\"port\":\"web1\"}").expect(200 + 1);
        assertThat(trace("'port':'web1','frame':{'destination':'" + A + "'}")
                        .path("frame")
                        .asText())
                .startsWith("02000000000a" + "02000000000b" + "0800" + "45");
        post(TRACE, "{\"port\":\"web2\",\"inject\":true,\"frame\":{\"destination\":\"" + A + "\"}}")
                .expectProblem(422, "invalid");
    }

    @Test
    void makesFramesOfFields() {
        makePort("web1");
        JsonNode trace = trace("'port':'web1','frame':{'destination':'ff:ff:ff:ff:ff:ff','source':'" + A
                + "','etherType':'arp','vlan':5,'length':22,'payload':'0a 0b'}");
        assertThat(trace.path("frame").asText())
                .isEqualTo("ffffffffffff" + "02000000000a" + "8100" + "0005" + String.format("%04x", EtherType.ARP)
                        + "0a0b" + "0000");
        assertThat(trace("'port':'web1','frame':{'destination':'" + B + "','etherType':'0x88b5'}")
                        .path("frame")
                        .asText())
                .hasSize(120)
                .contains("88b50000");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'hex':'00' | port",
                "'port':'web1' | frame",
                "'port':'web1','hex':'00','frame':{'destination':'02:00:00:00:00:0b'} | frame",
                "'port':'web1','hex':'0' | hex",
                "'port':'web1','hex':'' | frame",
                "'port':'web1','hex':'00','offload':'00' | offload",
                "'port':'web1','frame':{} | frame.destination",
                "'port':'web1','frame':{'destination':'x'} | frame.destination",
                "'port':'web1','frame':{'destination':'02:00:00:00:00:0b','etherType':'0x10000'} | frame.etherType",
                "'port':'web1','frame':{'destination':'02:00:00:00:00:0b','etherType':'x'} | frame.etherType",
                "'port':'web1','frame':{'destination':'02:00:00:00:00:0b','vlan':4095} | frame.vlan",
                "'port':'web1','frame':{'destination':'02:00:00:00:00:0b','length':65555} | frame.length",
                "'port':'web1','frame':{'destination':'02:00:00:00:00:0b','length':15,'payload':'0000'} | frame.length",
                "'port':'web1','hex':'00','vni':7 | vni",
                "'port':'web1','hex':'00','arrival':{'congested':true} | arrival",
                "'port':'web1','hex':'00','arrival':{'header':'00'} | arrival.header",
                "'port':'web1','hex':'00','more':1 | more",
            })
    void namesTheFieldThatIsWrong(String fields, String field) {
        makePort("web1");
        assertThat(post(TRACE, "{" + fields.replace('\'', '"') + "}")
                        .expectProblem(422, "invalid")
                        .field())
                .isEqualTo(field);
    }

    @Test
    void aPortThatIsNotThereOrNotOpenIsNamed() {
        post(TRACE, "{\"port\":\"web9\",\"hex\":\"00\"}").expectProblem(404, "not-found");
    }

    @Test
    void goesOnAtTheHostThatACopyLeavesFor() throws IOException {
        post(NETWORKS, "{\"name\":\"blue\",\"vni\":100}").expect(201);
        makeLink();
        post(PORTS, "{\"name\":\"b1\",\"type\":\"memory\",\"network\":\"blue\"}")
                .expect(201);
        JsonNode alone = trace("'port':'b1'," + to(B));
        assertThat(alone.at("/copies/0/host").asText()).isEqualTo("there");
        assertThat(alone.at("/copies/0/vni").asInt()).isEqualTo(100);
        assertThat(alone.at("/copies/0/unknown").asText()).contains("in no cluster");

        JsonNode arrives = post(
                        "/api/v1/hosts/there/trace",
                        "{\"vni\":100,\"hex\":\"" + alone.path("frame").asText() + "\"}")
                .expect(200)
                .body();
        assertThat(arrives.path("outcome").asText()).isEqualTo("flooded");
        assertThat(arrives.at("/copies/0/port").asText()).isEqualTo("b1");
        assertThat(arrives.at("/steps/0/port").asText()).isEqualTo("vtep-there");
        post("/api/v1/hosts/lost/trace", "{\"vni\":100,\"hex\":\"00\"}").expectProblem(404, "not-found");
    }

    /** Another host that answers with what it was asked. */
    private static final class Echo implements OtherApis {
        private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
        private volatile RemoteAnswer answer = new RemoteAnswer(
                200, "application/json", "{\"outcome\":\"forwarded\"}".getBytes(StandardCharsets.UTF_8));

        @Override
        public CompletionStage<RemoteAnswer> request(
                String host, String method, String target, byte[] body, Caller caller) {
            asked.add(host + " " + method + " " + target + " " + new String(body, StandardCharsets.UTF_8) + " "
                    + caller.name());
            return CompletableFuture.completedFuture(answer);
        }

        @Override
        public CompletionStage<ByteSource> stream(String host, String target, Caller caller) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void asksTheOtherHostInTheNameOfTheCallerAndNestsItsAnswer() throws IOException {
        post(NETWORKS, "{\"name\":\"blue\",\"vni\":100}").expect(201);
        makeLink();
        post(PORTS, "{\"name\":\"b1\",\"type\":\"memory\",\"network\":\"blue\"}")
                .expect(201);
        Echo echo = new Echo();
        Operation operation = operations(echo).stream()
                .filter(each -> each.path().equals(TRACE))
                .findFirst()
                .orElseThrow();
        String hex = "02000000000b02000000000a88b50000";
        JsonNode trace = perform(operation, hex, Role.READ);
        assertThat(trace.at("/copies/0/continued/outcome").asText()).isEqualTo("forwarded");
        assertThat(echo.asked)
                .containsExactly("there POST /api/v1/hosts/here/trace {\"vni\":100,\"hex\":\"" + hex + "\"} alice");

        echo.answer = new RemoteAnswer(
                404, Problem.MEDIA_TYPE, "{\"detail\":\"no port leads there\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(perform(operation, hex, Role.READ).at("/copies/0/unknown").asText())
                .isEqualTo("no port leads there");
        echo.answer = new RemoteAnswer(200, "text/html", "<html>".getBytes(StandardCharsets.UTF_8));
        assertThat(perform(operation, hex, Role.READ).at("/copies/0/unknown").asText())
                .contains("not JSON");
    }

    private static JsonNode perform(Operation operation, String hex, Role role) throws IOException {
        String body = "{\"port\":\"b1\",\"hex\":\"" + hex + "\"}";
        Answer answer = operation.action().perform(call(role, body));
        return ConfigReader.parseJson(new String(answer.body(), StandardCharsets.UTF_8));
    }

    private static Call call(Role role, String body) {
        return new Call(
                new Caller("alice", role, "unix"),
                null,
                Map.of(),
                Map.of(),
                Map.of(),
                body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whoMayOnlyReadMaySimulateOnly() throws IOException {
        makePort("web1");
        Operation operation = operations().stream()
                .filter(each -> each.path().equals(TRACE))
                .findFirst()
                .orElseThrow();
        assertThat(operation.role()).isEqualTo(Role.READ);
        operation.action().perform(call(Role.READ, "{\"port\":\"web1\",\"hex\":\"00\"}"));
        String inject = "{\"port\":\"web1\",\"hex\":\"00\",\"inject\":true}";
        assertThatThrownBy(() -> operation.action().perform(call(Role.READ, inject)))
                .hasMessageContaining("needs the role 'operate'");
        assertThat(counters("web1").path("rxFrames").asInt()).isZero();
        assertThat(operation.action().perform(call(Role.OPERATE, inject)).done())
                .contains("web1", "brought in a frame of 1 bytes", "dropped");
    }

    @Test
    void tellsOfAFrameThatIsMeantForTheOverlayHowItArrives() throws Exception {
        makeOverlay();
        encrypt("east", directory);
        String east = "'port':'east'," + to(B) + ",'arrival':";
        assertThat(trace(east + "{'encrypted':false}").path("reason").asText()).isEqualTo("not-encrypted");
        assertThat(trace(east + "{'sender':'192.0.2.77'}").path("reason").asText())
                .isEqualTo("unknown-vtep");
        assertThat(trace(east + "{'header':'0000000000006400'}").path("reason").asText())
                .isEqualTo("bad-vxlan-header");
        assertThat(trace(east + "{'encrypted':true}").path("reason").asText()).isEqualTo("not-authentic");
        String west = "'port':'west'," + to(B);
        assertThat(trace(west + ",'arrival':{'congested':true}").path("reason").asText())
                .isEqualTo("bad-ecn");
        assertThat(trace(west + ",'vni':7").path("reason").asText()).isEqualTo("unknown-vni");
        post(PORTS, "{\"name\":\"b1\",\"type\":\"memory\",\"network\":\"blue\"}")
                .expect(201);
        assertThat(trace(west).path("outcome").asText()).isEqualTo("flooded");
        JsonNode out = trace("'port':'b1'," + to(B));
        assertThat(out.path("copies").findValuesAsText("reason")).isEmpty();
    }
}
