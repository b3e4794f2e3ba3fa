package io.tapswitch.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A daemon in a process of its own, with its state in a directory of the test's, and a client of its REST API. */
final class TestDaemon implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;
    private static final Vertx CLIENT_VERTX =
            Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1));

    private final Path directory;
    private final HttpClient client = CLIENT_VERTX.createHttpClient();
    private final Process process;

    /** What the daemon answered. */
    record Answer(int status, JsonNode body) {}

    private TestDaemon(Path directory, Process process) {
        this.directory = directory;
        this.process = process;
    }

    /** Starts a daemon on the directory's state, and waits until it is ready. */
    static TestDaemon start(Path directory) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.tapswitch.cli.Main",
                        "run",
                        "--state-dir=" + directory.resolve("state"),
                        "--api-socket=" + directory.resolve("api.sock"),
                        "--api-listen=none")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("daemon.log").toFile())
                .start();
        TestDaemon daemon = new TestDaemon(directory, process);
        daemon.awaitReady();
        return daemon;
    }

    private void awaitReady() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < deadline && process.isAlive()) {
            try {
                if (request("GET", "/health/ready", null).status() == 200) {
                    return;
                }
            } catch (IOException e) {
                // Not listening yet.
            }
            Thread.sleep(20);
        }
        throw new AssertionError(
                "the daemon did not become ready:\n" + Files.readString(directory.resolve("daemon.log")));
    }

    /** Asks the daemon. @throws IOException if it does not answer, because it is not there or no more */
    Answer request(String method, String path, String body) throws IOException, InterruptedException {
        RequestOptions options = new RequestOptions()
                .setServer(SocketAddress.domainSocketAddress(
                        directory.resolve("api.sock").toString()))
                .setHost("localhost")
                .setMethod(HttpMethod.valueOf(method))
                .setURI(path)
                .putHeader("content-type", "application/json");
        try {
            return client.request(options)
                    .compose(request -> body == null ? request.send() : request.send(body))
                    .compose(response -> response.body().map(buffer -> new Answer(response.statusCode(), json(buffer))))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(e);
        }
    }

    private static JsonNode json(Buffer buffer) {
        try {
            return new ObjectMapper().readTree(buffer.getBytes());
        } catch (IOException e) {
            throw new AssertionError(buffer.toString(), e);
        }
    }

    /** The names of the ports with a status. */
    List<String> ports(String status) throws IOException, InterruptedException {
        List<String> names = new ArrayList<>();
        for (JsonNode port : request("GET", "/api/v1/ports", null).body()) {
            if (port.path("state").path("status").asText().equals(status)) {
                names.add(port.path("name").asText());
            }
        }
        return names;
    }

    long pid() {
        return process.pid();
    }

    /** kill -9. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** kill -15, and the exit code. */
    int terminate() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the daemon does not stop");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        client.close();
        kill();
    }
}
