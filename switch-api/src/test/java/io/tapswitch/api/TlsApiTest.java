package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.doctor.SwitchState.Credential;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The API on all addresses, with TLS; clients have a certificate of their own. */
class TlsApiTest extends ApiFixture {
    private static final SelfSigned CLIENT = SelfSigned.create(List.of("client.example"), Duration.ofDays(1));

    private SelfSigned own;

    @Override
    @BeforeEach
    void start() throws IOException {
        own = SelfSigned.create(List.of("switch.example", "127.0.0.1"), Duration.ofDays(1));
        write();
        Files.writeString(directory.resolve("clients.pem"), CLIENT.certificatePem());
        super.start();
    }

    private void write() throws IOException {
        Files.writeString(directory.resolve("key.pem"), own.keyPem());
        Files.writeString(directory.resolve("cert.pem"), own.certificatePem());
    }

    @Override
    TlsConfig tls() {
        return new TlsConfig(path("cert.pem"), path("key.pem"), path("clients.pem"));
    }

    @Override
    String listenAddress() {
        return "0.0.0.0:0";
    }

    private String path(String file) {
        return directory.resolve(file).toString();
    }

    private HttpTestClient client(SelfSigned certificate, String token) {
        HttpClientOptions options = new HttpClientOptions()
                .setSsl(true)
                .setVerifyHost(true)
                .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(own.certificatePem())));
        if (certificate != null) {
            options.setKeyCertOptions(new PemKeyCertOptions()
                    .addCertValue(Buffer.buffer(certificate.certificatePem()))
                    .addKeyValue(Buffer.buffer(certificate.keyPem())));
        }
        return HttpTestClient.tcp(tcpPort(), "127.0.0.1", Map.of("Authorization", "Bearer " + token), options);
    }

    @Test
    void aClientNeedsACertificateAndAToken() {
        String token = makeToken("alice", Role.READ);
        try (HttpTestClient right = client(CLIENT, token);
                HttpTestClient wrongToken = client(CLIENT, "wrong");
                HttpTestClient none = client(null, token);
                HttpTestClient stranger = client(own, token)) {
            HttpTestClient.Answer answer = right.send("GET", PORTS, null).expect(200);
            assertThat(answer.headers().get("Strict-Transport-Security")).startsWith("max-age=");
            assertThat(right.send("POST", "/api/v1/session", "{\"token\":\"" + token + "\"}")
                            .expect(201)
                            .headers()
                            .get("Set-Cookie"))
                    .endsWith("; Secure");
            wrongToken.send("GET", PORTS, null).expectProblem(401, "unauthorized");
            assertThatThrownBy(() -> none.send("GET", PORTS, null)).isInstanceOf(AssertionError.class);
            assertThatThrownBy(() -> stranger.send("GET", PORTS, null)).isInstanceOf(AssertionError.class);
        }
        assertThat(server.addresses().get(1)).startsWith("https://0.0.0.0:");
    }

    @Test
    void theDoctorKnowsWhenCertificateAndTokensExpire() throws IOException {
        Instant now = Instant.now();
        post("/api/v1/tokens", "{\"name\":\"ci\",\"role\":\"operate\",\"expiresDays\":3}")
                .expect(201);
        makeToken("alice", Role.READ);
        Credentials credentials = new Credentials(stateDir(), Clock.systemUTC());
        credentials.tls(apiConfig().tls());
        List<Credential> expiring = Expiring.of(credentials);
        assertThat(expiring)
                .extracting(Credential::subject)
                .containsExactly("token ci", "certificate " + apiConfig().tls().certFile());
        assertThat(expiring.get(0).expires()).isBetween(now.plus(Duration.ofDays(3)), now.plus(Duration.ofDays(4)));
        assertThat(expiring.get(0).renewal()).endsWith("tapswitch token create ci --role operate");
        assertThat(expiring.get(1).expires()).isAfter(now);
        assertThat(get("/api/v1/doctor").expect(200).text()).contains("token ci", "it expires in");
    }

    @Test
    void nothingIsSaidWithoutTls() throws IOException {
        try (Socket plain = new Socket("127.0.0.1", tcpPort())) {
            plain.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(plain.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .doesNotContain("HTTP");
        }
    }

    /** Each such peer has a descriptor of the daemon, which its ports need as well. */
    @Test
    void whoDoesNotFinishTheHandshakeIsBoundedInNumberAndTime() throws IOException {
        String token = makeToken("alice", Role.READ);
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < HttpListener.MOST_CONNECTIONS; i++) {
                silent.add(new Socket("127.0.0.1", tcpPort()));
            }
            // The head of a record that does not come.
            silent.get(0).getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1});
            try (Socket oneMore = new Socket("127.0.0.1", tcpPort())) {
                assertThat(endsWithin(4000, oneMore)).isTrue();
            }
            assertThat(endsWithin(1, silent.get(silent.size() - 1))).isFalse();
            for (Socket socket : silent) {
                assertThat(endsWithin(20_000, socket)).isTrue();
            }
            try (HttpTestClient client = client(CLIENT, token)) {
                client.send("GET", PORTS, null).expect(200);
            }
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    private static boolean endsWithin(int millis, Socket socket) throws IOException {
        socket.setSoTimeout(millis);
        try {
            socket.getInputStream().readAllBytes();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Test
    void aNewCertificateIsTakenWithoutARestart() throws Exception {
        String token = makeToken("alice", Role.READ);
        own = SelfSigned.create(List.of("switch.example", "127.0.0.1"), Duration.ofDays(1));
        write();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
        boolean isNew = false;
        while (!isNew && System.nanoTime() < end) {
            Thread.sleep(200);
            try (HttpTestClient now = client(CLIENT, token)) {
                isNew = now.send("GET", PORTS, null).status() == 200;
            } catch (AssertionError e) {
                // It still shows the old one.
            }
        }
        assertThat(isNew).isTrue();
    }

    @Test
    void aFileThatIsMissingIsNamed() {
        TlsConfig wrong = new TlsConfig(path("none.pem"), path("key.pem"), null);
        assertThatThrownBy(() -> new TlsFiles(wrong).read())
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("api.tls.certFile: cannot read " + Path.of(path("none.pem")))
                .hasMessageContaining("tapswitch tls create");
    }
}
