package io.tapswitch.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.api.SelfSigned;
import io.tapswitch.it.Await;
import io.tapswitch.it.NeedsTap;
import io.tapswitch.linux.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The daemons of two hosts ask each other, and answer nobody else. */
@NeedsTap
class ChannelIT {
    private static final int PORT = 7471;
    private static final char[] NO_PASSWORD = {};

    private static ClusterHarness cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = new ClusterHarness(List.of(1), "--cluster-no-encryption").start("member", 1);
        cluster.start("client", 1);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static ClusterHost host(int number) {
        return cluster.host(number);
    }

    private static void awaitAnswer(ClusterHost from, ClusterHost of) throws Exception {
        String path = "hosts/" + of.name() + "/status";
        Await.until(
                from + " is answered by " + of + ": " + from.daemon().request("GET", "/api/v1/" + path, null),
                ClusterHarness.PATIENCE_SECONDS,
                () -> from.find(path).path("name").asText().equals(of.name()));
    }

    @Test
    void eachAnswersTheOtherAlsoAfterItHasARestartBehindIt() throws Exception {
        awaitAnswer(host(1), host(2));
        awaitAnswer(host(2), host(1));
        JsonNode shown = host(1).host(host(2).name());
        assertThat(shown.path("api").asText()).isEqualTo(host(2).address() + ":" + PORT);
        long pid = host(1).get("hosts/h2/status").path("pid").asLong();

        host(2).daemon().terminate();
        host(2).launch().ready();

        awaitAnswer(host(1), host(2));
        awaitAnswer(host(2), host(1));
        assertThat(host(1).get("hosts/h2/status").path("pid").asLong()).isNotEqualTo(pid);
    }

    @Test
    void aFrameIsTracedAndCapturedAtTheOtherHost() throws Exception {
        Guests guests = Guests.of(cluster, 1, 1, 2);
        guests.awaitPings();
        awaitAnswer(host(1), host(2));

        JsonNode trace =
                host(1).request(200, "POST", "trace", "{'port':'g1','frame':{'destination':'" + Guests.mac(2) + "'}}");
        assertThat(trace.path("outcome").asText()).isEqualTo("forwarded");
        JsonNode copy = trace.at("/copies/0");
        assertThat(copy.path("host").asText()).isEqualTo("h2");
        assertThat(copy.at("/continued/host").asText()).isEqualTo("h2");
        assertThat(copy.at("/continued/outcome").asText()).isEqualTo("forwarded");
        assertThat(copy.at("/continued/copies/0/port").asText()).isEqualTo(Guests.port(2));

        Process capture = new ProcessBuilder(
                        "curl",
                        "-sSf",
                        "--unix-socket",
                        host(1).daemon().socket().toString(),
                        "http://localhost/api/v1/hosts/h2/ports/g2/capture?count=2&seconds=30&filter=icmp")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            CompletableFuture<byte[]> captured = CompletableFuture.supplyAsync(() -> allOf(capture));
            Await.until(
                    "the capture has seen an echo",
                    ClusterHarness.PATIENCE_SECONDS,
                    () -> guests.get(1).ping(Guests.address(2), 1, "-W", "1") == 1 && captured.isDone());
            String bytes = HexFormat.of().formatHex(captured.get());
            assertThat(bytes).startsWith("0a0d0d0a").contains(Guests.mac(2).replace(":", ""));
            assertThat(capture.waitFor()).isZero();
        } finally {
            capture.destroyForcibly();
        }
    }

    private static byte[] allOf(Process process) {
        try {
            return process.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aStrangerWithACertificateOfItsOwnIsNotAnswered() throws Exception {
        awaitAnswer(host(2), host(1));
        SelfSigned own = SelfSigned.create(List.of("h2"), Duration.ofDays(1));
        assertThatThrownBy(() -> ask(host(1), own)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ask(host(1), null)).isInstanceOf(IOException.class);
    }

    /** With TLS 1.3 a client takes the handshake for done before the server has looked at its certificate. */
    private static String ask(ClusterHost host, SelfSigned own) throws Exception {
        try (SSLSocket socket = connect(host, own)) {
            String request = "GET /api/v1/status HTTP/1.1\r\nHost: h1\r\nConnection: close\r\n"
                    + "Tapswitch-Caller: admin root\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (answer.isEmpty()) {
                throw new IOException("closed without a word");
            }
            return answer;
        }
    }

    private static SSLSocket connect(ClusterHost host, SelfSigned own) throws Exception {
        Socket plain = NetworkNamespace.call(host(2).site().namespace(), () -> new Socket(host.address(), PORT));
        return (SSLSocket) context(own).getSocketFactory().createSocket(plain, host.address(), PORT, true);
    }

    private static SSLContext context(SelfSigned own) throws GeneralSecurityException, IOException {
        KeyManager[] keys = {};
        if (own != null) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("own", own.key(), NO_PASSWORD, new Certificate[] {own.certificate()});
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, NO_PASSWORD);
            keys = factory.getKeyManagers();
        }
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(keys, new TrustManager[] {new Gullible()}, null);
        return context;
    }

    /** Trusts everybody. */
    private static final class Gullible implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
