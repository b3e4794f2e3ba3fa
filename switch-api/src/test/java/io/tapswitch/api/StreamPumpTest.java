package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StreamPumpTest {
    private final AtomicInteger closed = new AtomicInteger();
    private volatile int limit = Integer.MAX_VALUE;
    private volatile int given;
    private volatile boolean mayGoOn = true;
    private Vertx vertx;
    private StreamPump pump;
    private HttpServer server;

    /** Kilobytes, as many as there may be. */
    private final class Endless implements ByteSource {
        @Override
        public Buffer next() {
            return given++ < limit ? Buffer.buffer(new byte[1024]) : null;
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    @BeforeEach
    void listen() throws Exception {
        vertx = Vertx.vertx();
        pump = new StreamPump(vertx);
        server = vertx.createHttpServer().requestHandler(request -> {
            try {
                pump.start(request, Answer.stream("text/plain", new Endless()), request.path(), () -> mayGoOn);
            } catch (Problem full) {
                ApiRouter.write(request, full.answer("/"));
            }
        });
        server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private Socket ask(String method) throws IOException {
        return ask(method, "/alice");
    }

    private Socket ask(String method, String caller) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
        socket.getOutputStream()
                .write((method + " " + caller + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private void awaitClosed(int count) throws InterruptedException {
        while (closed.get() < count) {
            Thread.sleep(5);
        }
        assertThat(closed.get()).isEqualTo(count);
    }

    @Test
    void carriesEverythingAndEnds() throws Exception {
        limit = 100;
        try (Socket socket = ask("GET")) {
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answer).startsWith("HTTP/1.1 200").endsWith("0\r\n\r\n");
            assertThat(answer.chars().filter(c -> c == 0).count()).isEqualTo(100 * 1024);
        }
        awaitClosed(1);
    }

    @Test
    void takesNoMoreThanTheClientDoes() throws Exception {
        try (Socket socket = ask("GET")) {
            InputStream input = socket.getInputStream();
            assertThat(input.read()).isEqualTo('H');
            int before = -1;
            while (before != given) {
                before = given;
                Thread.sleep(200);
            }
            input.readNBytes(8 * 1024 * 1024);
            assertThat(given).isGreaterThan(before);
        }
        awaitClosed(1);
    }

    @Test
    void closesTheSourceWhenTheClientLeaves() throws Exception {
        ask("GET").close();
        awaitClosed(1);
    }

    @Test
    void opensNothingForHead() throws Exception {
        try (Socket socket = ask("HEAD")) {
            socket.getInputStream().readAllBytes();
        }
        awaitClosed(1);
        assertThat(given).isZero();
    }

    @Test
    void refusesMoreThanItHasRoomFor() throws Exception {
        Socket[] sockets = new Socket[StreamPump.MAX_STREAMS];
        for (int i = 0; i < sockets.length; i++) {
            sockets[i] = ask("GET", "/" + i / StreamPump.MAX_OF_ONE_CALLER);
            assertThat(sockets[i].getInputStream().read()).isEqualTo('H');
        }
        try (Socket socket = ask("GET")) {
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 503")
                    .contains("Retry-After");
        }
        for (Socket socket : sockets) {
            socket.close();
        }
        awaitClosed(sockets.length + 1);
    }

    @Test
    void leavesRoomForOthersWhateverOneCallerOpens() throws Exception {
        Socket[] sockets = new Socket[StreamPump.MAX_OF_ONE_CALLER];
        for (int i = 0; i < sockets.length; i++) {
            sockets[i] = ask("GET");
            assertThat(sockets[i].getInputStream().read()).isEqualTo('H');
        }
        try (Socket oneMore = ask("GET");
                Socket other = ask("GET", "/bob")) {
            assertThat(new String(oneMore.getInputStream().readNBytes(2000), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 429")
                    .contains("Retry-After", "/alice has 8 captures and event streams open", "end one of them");
            assertThat(other.getInputStream().readNBytes(12)).endsWith('2', '0', '0');
        }
        awaitClosed(2);
        sockets[0].close();
        awaitClosed(3);
        sockets[0] = ask("GET");
        assertThat(sockets[0].getInputStream().readNBytes(12)).endsWith('2', '0', '0');
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Test
    void endsWhatItsCallerMayNotSeeAnyMore() throws Exception {
        try (Socket socket = ask("GET")) {
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            mayGoOn = false;
            String rest = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(rest).endsWith("0\r\n\r\n");
        }
        awaitClosed(1);
    }

    @Test
    void beginsNothingAfterItIsClosed() throws Exception {
        pump.close();
        try (Socket socket = ask("GET")) {
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 503");
        }
        awaitClosed(1);
    }

    @Test
    void endsEverythingWhenItCloses() throws Exception {
        try (Socket socket = ask("GET")) {
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            pump.close();
            awaitClosed(1);
        }
    }
}
