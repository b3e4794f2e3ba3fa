package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.overlay.HostEvent;
import io.tapswitch.overlay.OverlayDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /api/v1/events}, as a list and as a stream of server-sent events. */
class EventApiTest extends ApiFixture {
    private static final String EVENTS = "/api/v1/events";

    private final FakeDirectory others = new FakeDirectory();

    @Override
    OverlayDirectory overlay() {
        others.events = () -> CompletableFuture.completedFuture(List.of());
        return others;
    }

    /** A client of the stream; the fields of each event by name. */
    private final class Listener implements AutoCloseable {
        private final SocketChannel socket;
        private final BufferedReader input;

        Listener(String query, String... headers) throws IOException {
            socket = SocketChannel.open(UnixDomainSocketAddress.of(socket()));
            String head = "GET " + EVENTS + query + " HTTP/1.0\r\nHost: localhost\r\nAccept: text/event-stream\r\n";
            for (String header : headers) {
                head += header + "\r\n";
            }
            Channels.newOutputStream(socket).write((head + "\r\n").getBytes(StandardCharsets.US_ASCII));
            input = new BufferedReader(new InputStreamReader(Channels.newInputStream(socket), StandardCharsets.UTF_8));
            assertThat(input.readLine()).contains(" 200 ");
            List<String> answered = new ArrayList<>();
            for (String line = input.readLine(); !line.isEmpty(); line = input.readLine()) {
                answered.add(line.toLowerCase());
            }
            assertThat(answered).contains("content-type: text/event-stream");
        }

        /** The next event; one without data tells only where to go on. */
        Map<String, String> next() throws IOException {
            while (true) {
                Map<String, String> event = new LinkedHashMap<>();
                for (String line = input.readLine(); !line.isEmpty(); line = input.readLine()) {
                    String[] field = line.split(": ?", 2);
                    if (field.length == 2 && !field[0].isEmpty()) {
                        event.put(field[0], field[1]);
                    }
                }
                if (event.containsKey("data")) {
                    return event;
                }
            }
        }

        Map<String, String> next(String kind) throws IOException {
            Map<String, String> event = next();
            while (!event.get("event").equals(kind)) {
                event = next();
            }
            return event;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static JsonNode data(Map<String, String> event) throws IOException {
        return ConfigReader.JSON.readTree(event.get("data"));
    }

    @Test
    void tellsWhatBecomesOfPortsAndWhoDidIt() throws Exception {
        try (Listener listener = new Listener("")) {
            makePort("web1");
            assertThat(data(listener.next("port-added")).path("subject").asText())
                    .isEqualTo("web1");
            Map<String, String> up = listener.next("port-up");
            assertThat(data(up).path("id").asText()).isEqualTo(up.get("id"));
            JsonNode change = data(listener.next("config-changed"));
            assertThat(change.path("by").asText()).startsWith("uid ");
            assertThat(change.path("text").asText()).startsWith("port web1: created");
            memory.port("web1").fail(new IOException("cut"));
            assertThat(data(listener.next("port-failed")).path("text").asText()).isEqualTo("port web1: failed: cut");
            listener.next("port-up");
            patch(PORTS + "/web1", "{\"isolated\":true,\"maxLearned\":7}").expect(200);
            assertThat(data(listener.next("port-changed")).path("text").asText())
                    .isEqualTo("port web1: isolated, maxLearned changed");
            delete(PORTS + "/web1").expect(204);
            listener.next("port-removed");
            patch(NETWORKS + "/default", "{\"mtu\":9000}").expect(200);
            assertThat(data(listener.next("network-changed")).path("text").asText())
                    .isEqualTo("network default: mtu changed");
        }
    }

    @Test
    void tellsWhoComesAndGoesApartFromWhatIsChanged() throws Exception {
        try (Listener listener = new Listener("")) {
            String token = makeToken("alice", Role.OPERATE);
            JsonNode made = data(listener.next());
            assertThat(made.path("kind").asText()).isEqualTo("access");
            assertThat(made.path("subject").asText()).isEqualTo("tokens");
            assertThat(made.path("text").asText()).isEqualTo("token alice: created, operate");
            post("/api/v1/login-codes", null).expect(200);
            post("/api/v1/session", "{\"token\":\"" + token + "\"}").expect(201);
            delete("/api/v1/session").expect(204);
            delete("/api/v1/tokens/alice").expect(204);
            for (String end : List.of("made", "session of alice: opened", "closed", "token alice: revoked")) {
                JsonNode event = data(listener.next());
                assertThat(event.path("kind").asText()).isEqualTo("access");
                assertThat(event.path("text").asText()).endsWith(end);
            }
            makePort("web1");
            listener.next("config-changed");
            post("/api/v1/trace", "{\"port\":\"web1\",\"inject\":true,\"hex\":\"ffffffffffff02000000000988b50000\"}")
                    .expect(200);
            listener.next("frame-injected");
            makePort("trace");
            listener.next("config-changed");
            patch(PORTS + "/trace", "{\"isolated\":true}").expect(200);
            assertThat(data(listener.next("config-changed")).path("subject").asText())
                    .isEqualTo("ports/trace");
        }
    }

    @Test
    void goesOnWhereTheClientEnded() throws Exception {
        makePort("web1");
        String seen;
        try (Listener listener = new Listener("?kind=port-added")) {
            makePort("web2");
            seen = listener.next().get("id");
        }
        makePort("web3");
        makePort("web4");
        for (String[] resumed : new String[][] {
            {"?kind=port-added&after=" + seen},
            {"?kind=port-added&after=" + events.epoch() + "-0", "Last-Event-ID: " + seen}
        }) {
            String[] headers = resumed.length == 1 ? new String[0] : new String[] {resumed[1]};
            try (Listener listener = new Listener(resumed[0], headers)) {
                assertThat(data(listener.next()).path("subject").asText()).isEqualTo("web3");
                assertThat(data(listener.next()).path("subject").asText()).isEqualTo("web4");
            }
        }
        assertThat(get(EVENTS + "?kind=port-added&after=" + seen).body().findValuesAsText("subject"))
                .containsExactly("web3", "web4");
    }

    @Test
    void tellsThatEventsAreMissing() throws Exception {
        try (Listener listener = new Listener("?after=old-3")) {
            assertThat(listener.next().get("event")).isEqualTo("gap");
        }
        for (int i = 0; i < 5000; i++) {
            events.add("test", "" + i, "text");
        }
        try (Listener listener = new Listener("", "Last-Event-ID: " + events.epoch() + "-1")) {
            assertThat(listener.next().get("event")).isEqualTo("gap");
            assertThat(data(listener.next()).path("kind").asText()).isEqualTo("test");
        }
    }

    @Test
    void beginsWithTheNewestIfAsked() throws Exception {
        events.add("test", "a", "1");
        events.add("test", "b", "2");
        events.add("test", "c", "3");
        try (Listener listener = new Listener("?kind=test&limit=2")) {
            assertThat(data(listener.next()).path("subject").asText()).isEqualTo("b");
            assertThat(data(listener.next()).path("subject").asText()).isEqualTo("c");
            events.add("test", "d", "4");
            assertThat(data(listener.next()).path("subject").asText()).isEqualTo("d");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"?learn=true", "?kind=added"})
    void tellsOfStationsOnlyIfAsked(String query) throws Exception {
        makePort("web1");
        try (Listener all = new Listener(query);
                Listener others = new Listener("")) {
            service.putEntry("default", 0x0200_0000_0001L, "web1", FdbEntry.Type.STICKY);
            JsonNode added = data(all.next("added"));
            assertThat(added.path("subject").asText()).isEqualTo(MacAddress.format(0x0200_0000_0001L));
            events.add("test", "", "");
            assertThat(others.next().get("event")).isEqualTo("test");
        }
    }

    @Test
    void tellsWhatOtherHostsTellOnce() throws Exception {
        HostEvent old = new HostEvent(Instant.ofEpochSecond(1), "there", "test", "x", "old");
        HostEvent fresh = new HostEvent(Instant.ofEpochSecond(2), "there", "test", "x", "fresh\nevent: y");
        others.events = () -> CompletableFuture.completedFuture(List.of(old));
        try (Listener listener = new Listener("")) {
            others.events = () -> CompletableFuture.completedFuture(List.of(old, fresh));
            assertThat(data(listener.next()).path("text").asText()).isEqualTo("fresh\nevent: y");
        }
        others.events = () -> CompletableFuture.completedFuture(List.of());
        assertThat(get(EVENTS + "?host=there").body().findValuesAsText("text")).hasSize(2);
        others.events = () -> CompletableFuture.completedFuture(List.of(old, fresh));
        assertThat(get(EVENTS + "?host=there").body().findValuesAsText("text"))
                .containsExactly("old", "fresh\nevent: y");
    }

    @Test
    void followsThisHostAlsoWhileTheOthersCannotBeAsked() throws Exception {
        others.events = () -> CompletableFuture.failedFuture(new IOException("split"));
        try (Listener listener = new Listener("")) {
            events.add("test", "", "");
            listener.next("test");
        }
    }

    @Test
    void tellsOfWhoWasNotLetInButNotEachTime() throws Exception {
        try (Listener listener = new Listener("")) {
            for (int i = 0; i < 5; i++) {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), tcpPort())) {
                    socket.getOutputStream()
                            .write("GET /api/v1/ports HTTP/1.0\r\nHost: localhost\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                    assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                            .contains(" 401 ");
                }
            }
            events.add("test", "", "");
            assertThat(data(listener.next()).path("text").asText()).contains("GET /api/v1/ports");
            assertThat(listener.next().get("event")).isEqualTo("test");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"after=1", "after=A-1", "after=a-99999999999999999999", "learn=perhaps", "since=1"})
    void refusesWhatItDoesNotUnderstand(String query) {
        assertThat(get(EVENTS + "?" + query).expectProblem(400, "malformed").field())
                .isEqualTo(query.split("=")[0]);
    }
}
