package io.tapswitch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class HttpExchangeTest {
    @TempDir
    private Path directory;

    /** Sends a request over a Unix socket to a server that says exactly this, and then closes. */
    private HttpExchange.Answer ask(String answer, byte[] body, CompletableFuture<String> request) throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            try (Connection connection = Connection.open(address, null, Duration.ofMillis(500));
                    SocketChannel accepted = server.accept()) {
                accepted.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.ISO_8859_1)));
                if (!answer.isEmpty()) {
                    accepted.shutdownOutput();
                }
                HttpExchange.Answer result =
                        HttpExchange.send(connection, "PUT", "/x?y=1", Map.of("Host", "localhost"), body);
                ByteBuffer received = ByteBuffer.allocate(10_000);
                accepted.read(received);
                request.complete(new String(received.array(), 0, received.position(), StandardCharsets.UTF_8));
                return result;
            }
        }
    }

    private HttpExchange.Answer ask(String answer) throws IOException {
        return ask(answer, null, new CompletableFuture<>());
    }

    private static String text(HttpExchange.Answer answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    @Test
    void sendsTheRequestWithItsLength() throws Exception {
        CompletableFuture<String> request = new CompletableFuture<>();
        ask("HTTP/1.1 204 No Content\r\n\r\n", "{}".getBytes(StandardCharsets.UTF_8), request);

        assertThat(request.get())
                .isEqualTo(
                        "PUT /x?y=1 HTTP/1.1\r\nConnection: close\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}");
    }

    @Test
    void readsAsManyBytesAsTheLengthSays() throws IOException {
        HttpExchange.Answer answer =
                ask("HTTP/1.1 404 Not Found\r\ncontent-length: 3\r\nContent-Type:text/plain\r\n\r\nabcd");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.phrase()).isEqualTo("Not Found");
        assertThat(answer.header("content-type")).isEqualTo("text/plain");
        assertThat(text(answer)).isEqualTo("abc");
    }

    @Test
    void joinsChunks() throws IOException {
        assertThat(text(ask("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n")))
                .isEqualTo("abc0123456789");
    }

    @Test
    void withoutLengthReadsUpToTheEnd() throws IOException {
        assertThat(text(ask("HTTP/1.1 200\r\n\r\nabc"))).isEqualTo("abc");
    }

    @Test
    void passesOverInterimAnswers() throws IOException {
        assertThat(ask("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")
                        .status())
                .isEqualTo(204);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.2\r\n",
                "HTTP/1.1\r\n\r\n",
                "HTTP/1.1 999 x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n",
                "HTTP/1.1 200 OK\r\nContent-",
            })
    void whatIsNotHttpIsAnError(String answer) {
        assertThatThrownBy(() -> ask(answer))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void anEndlessLineIsAnError() {
        assertThatThrownBy(() -> ask("x".repeat(50_000))).hasMessage("the answer is not HTTP");
    }

    @Test
    void doesNotWaitForEver() {
        assertThatThrownBy(() -> ask("")).isInstanceOf(SocketTimeoutException.class);
    }
}
