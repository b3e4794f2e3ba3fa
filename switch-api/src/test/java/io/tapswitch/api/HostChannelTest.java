package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.api.OtherApis.RemoteAnswer;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.overlay.HostApi;
import io.tapswitch.overlay.OverlayDirectory;
import io.tapswitch.overlay.RemoteHost;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The daemon of the fixture is {@code here}; {@code there} asks it, and others try to. */
@Timeout(120)
class HostChannelTest extends ApiFixture {
    private static final Caller ALICE = new Caller("alice", Role.OPERATE, "192.0.2.7:5000");
    private static final Caller BOB = new Caller("Bob <b>, \u00e4\n", Role.READ, "unix");
    private static final String PORT = "{\"name\":\"web1\",\"type\":\"memory\"}";

    private final InetSocketAddress address = freeAddress();
    private final HostIdentity here = HostIdentity.create("here", Optional.of(address));
    private final HostIdentity there = HostIdentity.create("there", Optional.empty());
    private final FakeDirectory knownHere = new FakeDirectory();
    private final FakeDirectory knownThere = new FakeDirectory();
    private Vertx vertx;

    private static InetSocketAddress freeAddress() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), free.getLocalPort());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static HostApi api(String name, HostIdentity identity) {
        return new HostApi(name, identity.address().orElse(null), HexFormat.of().formatHex(identity.digest()));
    }

    @Override
    OverlayDirectory overlay() {
        return knownHere;
    }

    @Override
    HostIdentity identity() {
        return here;
    }

    /** It listens to hosts as soon as it can, and has started before that. */
    @BeforeEach
    void awaitListener() throws IOException, InterruptedException {
        for (boolean listens = false; !listens; Thread.sleep(5)) {
            try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
                listens = socket.isConnected();
            } catch (ConnectException e) {
                listens = false;
            }
        }
    }

    @BeforeEach
    void introduce() {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        knownHere.apis = List.of(api("there", there));
        knownThere.apis = List.of(api("here", here));
    }

    @AfterEach
    void closeClient() {
        HttpTestClient.await(vertx.close());
    }

    private HostChannel channel(HostIdentity identity) {
        return new HostChannel(vertx, identity, knownThere);
    }

    private static RemoteAnswer ask(OtherApis apis, Caller caller, String method, String target, String body)
            throws Exception {
        return apis.request("here", method, target, body == null ? null : body.getBytes(StandardCharsets.UTF_8), caller)
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    private static void assertRefused(OtherApis apis, String why) {
        assertThatThrownBy(() -> ask(apis, ALICE, "GET", PORTS, null))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("host 'here' does not answer: ")
                .hasMessageContaining(why);
    }

    private static JsonNode json(RemoteAnswer answer) {
        return ConfigReader.parseJson("{\"body\":" + new String(answer.body(), StandardCharsets.UTF_8) + "}")
                .path("body");
    }

    @Test
    void aHostIsAskedInTheNameAndWithTheRoleOfACaller() throws Exception {
        HostChannel apis = channel(there);
        assertThat(ask(apis, ALICE, "POST", PORTS, PORT).status()).isEqualTo(201);
        RemoteAnswer ports = ask(apis, BOB, "GET", PORTS, null);
        assertThat(ports.mediaType()).isEqualTo("application/json");
        assertThat(json(ports).findValuesAsText("name")).containsExactly("web1");
        RemoteAnswer refused = ask(apis, BOB, "DELETE", PORTS + "/web1", null);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(json(refused).path("detail").asText())
                .isEqualTo("this needs the role 'operate', and Bob <b>, \u00e4?@there has 'read'");
        assertThat(ask(apis, ALICE, "PATCH", PORTS + "/web1", "{\"isolated\":true}")
                        .status())
                .isEqualTo(200);
        assertThat(ask(apis, ALICE, "DELETE", PORTS + "/web1", null).status()).isEqualTo(204);
    }

    @Test
    void aStrangerGetsNowhere() {
        HostIdentity stranger = HostIdentity.create("there", Optional.empty());
        assertRefused(channel(stranger), "certificate_unknown");
        assertThat(get(PORTS).body()).isEmpty();
    }

    @Test
    void aHostThatHasLeftIsRefusedOnTheConnectionThatItHas() throws Exception {
        HostChannel apis = channel(there);
        assertThat(ask(apis, ALICE, "GET", PORTS, null).status()).isEqualTo(200);
        knownHere.apis = List.of();
        assertThat(ask(apis, ALICE, "GET", PORTS, null).status()).isEqualTo(403);
    }

    @Test
    void nothingIsSaidToWhoeverIsNotTheHostThatIsMeant() {
        HostIdentity another = HostIdentity.create("here", Optional.of(address));
        knownThere.apis = List.of(api("here", another));
        assertRefused(channel(there), "no host of the cluster is known by this certificate");
        // Of the cluster, but another one.
        knownThere.apis = List.of(api("here", another), api("other", here));
        assertRefused(channel(there), "is another host");
    }

    @Test
    void whoCannotBeAskedIsNamed() {
        knownThere.apis = List.of();
        assertRefused(channel(there), "it is not in the cluster");
        knownThere.apis = List.of(api("here", there));
        assertRefused(channel(there), "no address");
        knownThere.apis = List.of(new HostApi("here", freeAddress(), "00"));
        assertRefused(channel(there), "refused");
    }

    @Test
    void theListenerForHostsTakesNothingWithoutTls() throws IOException {
        try (Socket plain = new Socket(address.getAddress(), address.getPort())) {
            plain.getOutputStream()
                    .write("GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(plain.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answer).doesNotContain("HTTP");
        }
    }

    @Test
    void aRefusedStreamIsAProblem() {
        assertThatThrownBy(() -> channel(there).stream("here", "/api/v1/ports/none", ALICE)
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.answer("/").status()).isEqualTo(404);
                    assertThat(problem).hasMessageContaining("'none'");
                });
    }

    @Test
    void aStreamComesAsItWasSent() throws Exception {
        ByteSource source = channel(there).stream("here", "/api/v1/openapi.yaml", ALICE)
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        StringBuilder text = new StringBuilder();
        CompletableFuture<Void> end = new CompletableFuture<>();
        vertx.setPeriodic(1, timer -> {
            Buffer bytes = source.next();
            if (bytes == null) {
                vertx.cancelTimer(timer);
                end.complete(null);
            } else {
                text.append(bytes);
            }
        });
        end.get(20, TimeUnit.SECONDS);
        assertThat(text.toString()).isEqualTo(get("/api/v1/openapi.yaml").text());
    }

    /** A host of the cluster whose daemon answers as a test likes. */
    private void odd(Handler<HttpServerRequest> answers) {
        HttpServerOptions options = new HttpServerOptions()
                .setSsl(true)
                .setKeyCertOptions(KeyCertOptions.wrap(here.keyManagers()))
                .setTrustOptions(TrustOptions.wrap(new HostTrust(knownHere)))
                .setClientAuth(ClientAuth.REQUIRED);
        HttpServer odd = vertx.createHttpServer(options).requestHandler(answers);
        int port = HttpTestClient.await(odd.listen(0, "127.0.0.1")).actualPort();
        InetSocketAddress there = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        String certificate = HexFormat.of().formatHex(here.digest());
        knownThere.apis = List.of(new HostApi("here", there, certificate));
    }

    @Test
    void anAnswerThatNeverEndsIsGivenUpOnBothSides() throws Exception {
        CompletableFuture<Void> end = new CompletableFuture<>();
        odd(request -> {
            HttpServerResponse response = request.response().setChunked(true);
            long timer = vertx.setPeriodic(50, id -> response.write("x"));
            response.closeHandler(nothing -> {
                vertx.cancelTimer(timer);
                end.complete(null);
            });
        });
        HostChannel apis = new HostChannel(vertx, there, knownThere, 500);
        assertThatThrownBy(() -> ask(apis, ALICE, "GET", PORTS, null)).hasMessageContaining("does not answer");
        end.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aStreamThatComesTooLateIsClosed() throws Exception {
        CompletableFuture<Void> end = new CompletableFuture<>();
        odd(request -> {
            HttpServerResponse response = request.response().setChunked(true);
            response.closeHandler(nothing -> end.complete(null));
            vertx.setTimer(1000, id -> response.write("late"));
        });
        HostChannel apis = new HostChannel(vertx, there, knownThere, 500);
        assertThatThrownBy(() ->
                        apis.stream("here", PORTS, ALICE).toCompletableFuture().get(20, TimeUnit.SECONDS))
                .hasMessageContaining("does not answer");
        end.get(20, TimeUnit.SECONDS);
    }

    @Test
    void nothingButADocumentIsPassedOn() {
        odd(request -> request.response().putHeader("Content-Type", "text/html").end("<script src=x></script>"));
        OtherHosts others = new OtherHosts(known("here"), channel(there));
        assertThatThrownBy(() -> others.ask("here", "/api/v1/status", ALICE))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("is not JSON");
        odd(request -> request.response().putHeader("Content-Type", "text/html").end("{\"name\":\"here\"}"));
        assertThat(others.ask("here", "/api/v1/status", ALICE).mediaType()).isEqualTo("application/json");
        odd(request -> request.response()
                .setStatusCode(401)
                .end("{\"type\":\"urn:tapswitch:error:unauthorized\",\"detail\":\"no\"}"));
        assertThatThrownBy(() -> others.ask("here", "/api/v1/status", ALICE))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.answer("/").status()).isEqualTo(503));
    }

    private static FakeDirectory known(String host) {
        FakeDirectory directory = new FakeDirectory();
        RemoteHost there = directory.hosts.get(0);
        directory.hosts = List.of(new RemoteHost(
                host,
                there.version(),
                there.state(),
                null,
                null,
                there.vteps(),
                there.vtepPort(),
                null,
                there.mtu(),
                1,
                List.of(),
                0,
                null));
        return directory;
    }

    @Test
    void aHostSaysHowItIs() throws Exception {
        RemoteAnswer status = ask(channel(there), BOB, "GET", "/api/v1/hosts/here/status", null);
        assertThat(json(status).path("name").asText()).isEqualTo("here");
        get("/api/v1/hosts/nowhere/status").expectProblem(404, "not-found");
        assertThat(get("/api/v1/hosts/there/status")
                        .expectProblem(503, "unavailable")
                        .detail())
                .contains("host 'there' does not answer: it has no address that this host could ask");
    }
}
