package io.tapswitch.api;

import io.tapswitch.SwitchService;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.linux.Accounts;
import io.tapswitch.linux.UnixSocketFile;
import io.tapswitch.overlay.OverlayDirectory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The REST API, listening. It has an event loop of its own, so that HTTP and frames do not get into each other's way.
 * Owns its listeners and threads; {@link #close} lets requests that are being answered finish.
 */
public final class ApiServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);
    private static final UnixSocketFile.Purpose SOCKET =
            new UnixSocketFile.Purpose("the API socket", "choose another with --api-socket");
    private static final int READERS = 2;
    private static final int IDLE_SECONDS = 300;
    private static final int MAX_CHANGE_MINUTES = 10;
    private static final int LINGER_MILLIS = 500;
    private static final int LISTEN_SECONDS = 10;
    private static final int CLOSE_SECONDS = 10;

    private final Vertx vertx;
    private final StreamPump streams;
    private final ApiRouter router;
    private final List<HttpServer> servers = new ArrayList<>();
    private final List<String> addresses = new ArrayList<>();
    private UnixSocketFile socketFile;

    /**
     * Listens on every address of the configuration.
     *
     * @throws IOException if an address cannot be used, with what to do; nothing stays behind
     */
    public ApiServer(ApiConfig config, ApiParts parts) throws IOException {
        vertx = vertx();
        streams = new StreamPump(vertx);
        try {
            List<Operation> operations = operations(parts, OtherApis.NONE);
            WorkerExecutor reads = vertx.createSharedWorkerExecutor("api-read", READERS);
            WorkerExecutor remoteReads = vertx.createSharedWorkerExecutor("api-remote", READERS);
            WorkerExecutor changes =
                    vertx.createSharedWorkerExecutor("api-change", 1, MAX_CHANGE_MINUTES, TimeUnit.MINUTES);
            router = new ApiRouter(
                    vertx, operations, new ApiRouter.Executors(reads, remoteReads, changes), streams, Audit.NONE);
            if (config.socketPath().isPresent()) {
                listenOnSocket(config, config.socketPath().get());
            }
            if (config.listenAddress().isPresent()) {
                listenOnTcp(config, config.listenAddress().get());
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Every operation of the API: a new resource is one line here.
     *
     * @param otherApis for what only another host can do or tell
     */
    static List<Operation> operations(ApiParts parts, OtherApis otherApis) {
        SwitchService service = parts.service();
        OverlayDirectory directory = parts.directory();
        ConfigReader reader = parts.reader();
        HostInfo host = parts.host();
        OtherHosts others = new OtherHosts(directory);
        List<Resource> resources = List.of(
                new HealthResource(parts.ready()),
                new StatusResource(host, service, directory),
                new NetworkResource(service, reader, others),
                new FdbResource(service, directory),
                new NeighbourResource(host, service, directory),
                new PortResource(service, reader),
                new ConfigResource(service, reader, others),
                new HostResource(host, service, others),
                new EventResource(others),
                new OpenApiResource());
        return resources.stream()
                .flatMap(resource -> resource.operations().stream())
                .toList();
    }

    private static Vertx vertx() {
        VertxOptions options = new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
        return Vertx.builder().with(options).withTransport(Transport.EPOLL).build();
    }

    private void listenOnSocket(ApiConfig config, Path path) throws IOException {
        Long group = socketGroup(config);
        socketFile = UnixSocketFile.prepare(path, SOCKET);
        listen(
                SocketAddress.domainSocketAddress(socketFile.bindPath().toString()),
                Access.BY_FILE_PERMISSION,
                "the API socket " + path);
        socketFile.publish(new UnixSocketFile.Access(config.socketPermissions(), null, group));
        addresses.add("unix:" + path);
    }

    private static Long socketGroup(ApiConfig config) throws IOException {
        try {
            return config.socketGroup() == null ? null : Long.valueOf(Accounts.groupId(config.socketGroup()));
        } catch (IOException e) {
            throw new IOException("api.socketGroup: " + e.getMessage(), e);
        }
    }

    private void listenOnTcp(ApiConfig config, InetSocketAddress address) throws IOException {
        Access access = new TokenAccess(TokenFile.readOrCreate(Path.of(config.tokenFile())));
        String host = address.getAddress().getHostAddress();
        HttpServer server = listen(SocketAddress.inetSocketAddress(address), access, config.listen());
        addresses.add("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + server.actualPort());
    }

    private HttpServer listen(SocketAddress address, Access access, String name) throws IOException {
        HttpServerOptions options = new HttpServerOptions()
                .setHttp2ClearTextEnabled(false)
                .setHandle100ContinueAutomatically(true)
                .setIdleTimeout(IDLE_SECONDS);
        HttpServer server = vertx.createHttpServer(options)
                .requestHandler(router.handler(access))
                .invalidRequestHandler(this::refuseInvalid);
        servers.add(server);
        try {
            return await(server.listen(address), LISTEN_SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            String why =
                    e.getCause() == null ? "it took too long" : e.getCause().getMessage();
            throw new IOException("cannot listen on " + name + ": " + why, e);
        }
    }

    private void refuseInvalid(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        String kind = cause == null ? "" : cause.getClass().getSimpleName();
        int status =
                switch (kind) {
                    case "TooLongHttpLineException" -> 414;
                    case "TooLongHttpHeaderException" -> 431;
                    default -> 400;
                };
        ApiRouter.write(request, ApiRouter.problem(status).answer(String.valueOf(request.path())));
        // Closing at once would throw away the answer together with what the client still sends.
        vertx.setTimer(LINGER_MILLIS, timer -> request.connection().close());
    }

    private static <T> T await(Future<T> future, int seconds) throws ExecutionException, TimeoutException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Where it listens, as URLs. */
    public List<String> addresses() {
        return List.copyOf(addresses);
    }

    /** Stops listening, waits for requests that are being answered, and frees everything. */
    @Override
    public void close() {
        streams.close();
        for (HttpServer server : servers) {
            step(() -> await(server.shutdown(CLOSE_SECONDS, TimeUnit.SECONDS), CLOSE_SECONDS + 1));
        }
        step(() -> await(vertx.close(), CLOSE_SECONDS));
        if (socketFile != null) {
            step(socketFile::close);
        }
    }

    private interface Step {
        void take() throws ExecutionException, TimeoutException, IOException;
    }

    /** One step of closing; the others follow, whatever happens. */
    private static void step(Step step) {
        try {
            step.take();
        } catch (ExecutionException | TimeoutException | IOException | RuntimeException e) {
            LOG.warn("api: did not stop in order", e);
        }
    }
}
