package io.tapswitch.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tapswitch.linux.Shell;
import io.vertx.core.Promise;
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
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A daemon in a process of its own, with its state in a directory of the test's, and a client of its REST API. It may run in
 * a network namespace; signals reach the daemon itself.
 */
public final class TestDaemon implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;
    private static final Vertx CLIENT_VERTX =
            Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1));

    private final Path directory;
    private final HttpClient client = CLIENT_VERTX.createHttpClient();
    private final Process process;

    /** What the daemon answered. */
    public record Answer(int status, JsonNode body) {}

    private TestDaemon(Path directory, Process process) {
        this.directory = directory;
        this.process = process;
    }

    /** Starts a daemon on the directory's state, and waits until it is ready. */
    public static TestDaemon start(Path directory) throws Exception {
        TestDaemon daemon = launch(directory, null, Map.of(), List.of());
        daemon.awaitReady();
        return daemon;
    }

    /**
     * Starts a daemon on the directory's state, and does not wait for it.
     *
     * @param namespace by name; null for the test's own
     * @param environment variables besides the test's
     * @param options of {@code tapswitch run} besides those for the directory
     */
    public static TestDaemon launch(
            Path directory, String namespace, Map<String, String> environment, List<String> options)
            throws IOException {
        List<String> command = new ArrayList<>();
        if (namespace != null) {
            command.addAll(List.of("ip", "netns", "exec", namespace));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "io.tapswitch.cli.Main",
                "run",
                "--state-dir=" + directory.resolve("state"),
                "--api-socket=" + directory.resolve("api.sock"),
                "--api-listen=none"));
        command.addAll(options);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(directory).toFile()));
        builder.environment().putAll(environment);
        return new TestDaemon(directory, builder.start());
    }

    private static Path log(Path directory) {
        return directory.resolve("daemon.log");
    }

    /** Waits until it answers and is ready; fails with its log if that takes too long. */
    public void awaitReady() throws Exception {
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
        throw new AssertionError("the daemon did not become ready:\n" + Files.readString(log(directory)));
    }

    /** The Unix socket that the API listens on. */
    public Path socket() {
        return directory.resolve("api.sock");
    }

    /** Asks the daemon. @throws IOException if it does not answer, because it is not there or no more */
    public Answer request(String method, String path, String body) throws IOException, InterruptedException {
        RequestOptions options = new RequestOptions()
                .setServer(SocketAddress.domainSocketAddress(
                        directory.resolve("api.sock").toString()))
                .setHost("localhost")
                .setMethod(HttpMethod.valueOf(method))
                .setURI(path)
                .putHeader("content-type", "application/json");
        Promise<Answer> answer = Promise.promise();
        // All on one event loop: elsewhere the body may have gone by before somebody asks for it.
        CLIENT_VERTX.runOnContext(nothing -> client.request(options)
                .compose(request -> body == null ? request.send() : request.send(body))
                .compose(response -> response.body().map(buffer -> new Answer(response.statusCode(), json(buffer))))
                .onComplete(answer));
        try {
            return answer.future().toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
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
    public List<String> ports(String status) throws IOException, InterruptedException {
        List<String> names = new ArrayList<>();
        for (JsonNode port : request("GET", "/api/v1/ports", null).body()) {
            if (port.path("state").path("status").asText().equals(status)) {
                names.add(port.path("name").asText());
            }
        }
        return names;
    }

    public long pid() {
        return process.pid();
    }

    /** Stops all its threads where they are, until {@link #thaw}. */
    public void freeze() {
        Shell.run("kill -STOP " + pid());
    }

    /** Lets it go on. */
    public void thaw() {
        Shell.run("kill -CONT " + pid());
    }

    /** kill -9. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** kill -15, and the exit code. */
    public int terminate() throws InterruptedException {
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
