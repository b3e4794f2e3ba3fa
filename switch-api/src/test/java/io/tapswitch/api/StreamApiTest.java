package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Ports whose far side is a stream, as REST shows them. */
class StreamApiTest extends ApiFixture {
    private static final String VM = PORTS + "/vm";
    private static final String CHILD = PORTS + "/vm-1";

    private Path path() {
        return directory.resolve("vm.sock");
    }

    private HttpTestClient.Answer make(String fields) {
        return post(PORTS, "{\"name\":\"vm\",\"type\":\"stream\",\"stream\":{" + fields + "}}");
    }

    private String listen() {
        return "\"listen\":\"unix:" + path() + "\"";
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(path()));
        return channel;
    }

    private JsonNode await(String target, int status, String pointer, String value) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        HttpTestClient.Answer answer = get(target);
        while (System.nanoTime() < end
                && (answer.status() != status
                        || !answer.body().at(pointer).asText().equals(value))) {
            Thread.sleep(5);
            answer = get(target);
        }
        assertThat(answer.expect(status).body().at(pointer).asText()).isEqualTo(value);
        return answer.body();
    }

    @Test
    void waitsForAConnectionAndShowsWhoIsThere() throws Exception {
        JsonNode made = make(listen()).expect(201).body();
        assertThat(made.at("/stream/mode").asText()).isEqualTo("0660");
        assertThat(made.at("/stream/maxConnections").asInt()).isEqualTo(1);
        assertThat(made.at("/state/status").asText()).isEqualTo("waiting");
        assertThat(made.at("/state/reason").asText()).isEqualTo("waits for a connection to unix:" + path());
        try (SocketChannel peer = connect()) {
            JsonNode up = await(VM, 200, "/state/status", "up");
            assertThat(up.at("/state/device").asText())
                    .isEqualTo("unix:" + path() + " (process "
                            + ProcessHandle.current().pid() + ")");
            assertThat(up.at("/state").has("reason")).isFalse();
            assertThat(peer.isConnected()).isTrue();
        }
        JsonNode left = await(VM, 200, "/state/status", "waiting");
        assertThat(left.at("/state/reason").asText()).endsWith("the last one ended: it left");
    }

    @Test
    void aDocumentMayGoBackAsItCameAndChangeItsRole() {
        make(listen()).expect(201);
        patch(VM, get(VM).text()).expect(200);
        JsonNode dials = patch(VM, "{\"stream\":{\"listen\":null,\"connect\":\"tcp:[0:0::1]:9\"}}")
                .expect(200)
                .body();
        assertThat(dials.at("/stream").toString()).isEqualTo("{\"connect\":\"tcp:[::1]:9\",\"reconnectSeconds\":5}");
        assertThat(path()).doesNotExist();
        patch(VM, "{\"stream\":{\"listen\":\"tcp:127.0.0.1:0\",\"connect\":null}}")
                .expect(200);
    }

    @Test
    void namesTheFieldThatIsWrong() {
        assertWrong("", "stream.listen", "say where the far side is");
        assertWrong(listen() + ",\"connect\":\"unix:/x\"", "stream.connect", "leave one out");
        assertWrong("\"listen\":\"unix:vm.sock\"", "stream.listen", "absolute path");
        assertWrong("\"listen\":\"/vm.sock\"", "stream.listen", "write it like unix:/run/a.sock, tcp:127.0.0.1:9001");
        assertWrong("\"connect\":\"tcp:host:9000\"", "stream.connect", "not a name");
        assertWrong("\"connect\":\"tcp:127.0.0.1:0\"", "stream.connect", "has no port");
        assertWrong(listen() + ",\"mode\":\"rw\"", "stream.mode", "octal");
        assertWrong(listen() + ",\"maxConnections\":0", "stream.maxConnections", "1 to 4096");
        assertWrong(listen() + ",\"reconnectSeconds\":9", "stream.reconnectSeconds", "applies only to connect");
        assertWrong("\"connect\":\"unix:/x\",\"group\":\"kvm\"", "stream.group", "applies only to a Unix socket");
        assertWrong(listen() + ",\"interface\":\"tap0\"", "stream.interface", "known are [connect, group, listen");
    }

    private void assertWrong(String fields, String field, String advice) {
        HttpTestClient.Answer answer = make(fields).expectProblem(422, "invalid");
        assertThat(answer.field()).as(fields).isEqualTo(field);
        assertThat(answer.detail()).as(fields).contains(advice);
    }

    @Test
    void refusesWhatTheSystemRefuses() throws IOException {
        assertThat(make(listen() + ",\"group\":\"no-such-group\"")
                        .expectProblem(409, "refused")
                        .detail())
                .startsWith("stream.group: group 'no-such-group' does not exist");
        Files.writeString(path(), "precious");
        assertThat(make(listen()).expectProblem(409, "refused").detail()).contains("is not a socket");
        assertThat(path()).hasContent("precious");
    }

    @Test
    void twoPortsCannotListenAtOneAddress() {
        make(listen()).expect(201);
        assertThat(post(PORTS, "{\"name\":\"vm2\",\"type\":\"stream\",\"stream\":{" + listen() + "}}")
                        .expectProblem(409, "conflict")
                        .detail())
                .contains("is used by both port 'vm' and port 'vm2'");
    }

    @Test
    void aConnectionOfAListenerIsAPortThatBelongsToIt() throws Exception {
        make(listen() + ",\"maxConnections\":2").expect(201);
        try (SocketChannel peer = connect()) {
            JsonNode child = await(CHILD, 200, "/state/listener", "vm");
            assertThat(peer.isConnected()).isTrue();
            assertThat(child.at("/state/status").asText()).isEqualTo("up");
            assertThat(child.at("/stream/listen").asText()).isEqualTo("unix:" + path());
            assertThat(get(VM).body().at("/state/device").asText()).endsWith("(1 of 2 connections)");
            assertThat(get(VM).body().at("/state").has("listener")).isFalse();
            assertThat(delete(CHILD).expectProblem(409, "conflict").detail())
                    .contains("is a connection of port 'vm'")
                    .contains("change or delete port 'vm'");
            patch(CHILD, "{\"isolated\":true}").expectProblem(409, "conflict");
            HttpTestClient.Answer taken =
                    post(PORTS, "{\"name\":\"vm-1\",\"type\":\"memory\"}").expectProblem(409, "conflict");
            assertThat(taken.field()).isEqualTo("name");
            HttpTestClient.Answer nailed =
                    put(FDB + "/02:00:00:00:00:01", "{\"port\":\"vm-1\"}").expectProblem(409, "conflict");
            assertThat(nailed.field()).isEqualTo("port");
            assertThat(nailed.detail()).contains("sticky");
            put(FDB + "/02:00:00:00:00:01", "{\"port\":\"vm-1\",\"type\":\"sticky\"}")
                    .expect(201);
            post(FDB + "/flush", "{\"port\":\"vm-1\"}").expect(200);
            assertThat(get(CONFIG).text()).doesNotContain("vm-1");
        }
        await(CHILD, 404, "/title", get(CHILD + "x").body().at("/title").asText());
        delete(CHILD).expectProblem(404, "not-found");
    }
}
