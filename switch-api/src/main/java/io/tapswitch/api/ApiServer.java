package io.tapswitch.api;

import io.tapswitch.SwitchService;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.linux.Accounts;
import io.tapswitch.linux.ThreadPriority;
import io.tapswitch.linux.UnixSocketFile;
import io.tapswitch.overlay.OverlayDirectory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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

    /** They wait, and use no processor while they do: for seconds, where another host does not answer. */
    private static final int REMOTE_READERS = 8;

    private static final int MAX_CHANGE_MINUTES = 10;
    private static final int LISTEN_SECONDS = 10;
    private static final int CLOSE_SECONDS = 10;

    private final Vertx vertx;
    private final StreamPump streams;
    private final Credentials credentials;
    private final ApiRouter router;
    private final List<HttpListener> listeners = new ArrayList<>();
    private final List<String> addresses = new ArrayList<>();
    private AuditLog auditLog;
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
            auditLog = new AuditLog(parts.stateDir(), AuditLog.MOST_BYTES, System::nanoTime);
            credentials = new Credentials(parts.stateDir(), Clock.systemUTC());
            credentials.tls(config.tls());
            HostIdentity identity = parts.identity();
            OtherApis otherApis =
                    identity == null ? OtherApis.NONE : new HostChannel(vertx, identity, parts.directory());
            List<Operation> operations = operations(parts, otherApis, credentials);
            WorkerExecutor reads = vertx.createSharedWorkerExecutor("api-read", READERS);
            WorkerExecutor remoteReads = vertx.createSharedWorkerExecutor("api-remote", REMOTE_READERS);
            WorkerExecutor changes =
                    vertx.createSharedWorkerExecutor("api-change", 1, MAX_CHANGE_MINUTES, TimeUnit.MINUTES);
            router = new ApiRouter(
                    vertx,
                    operations,
                    new RequestBudget(config.requestsPerSecond(), System::nanoTime),
                    new ApiRouter.Executors(reads, remoteReads, changes),
                    streams,
                    auditLog.and(new AuditEvents(parts.events(), System::nanoTime)),
                    parts.metrics());
            if (config.socketPath().isPresent()) {
                listenOnSocket(config, config.socketPath().get());
            }
            if (config.listenAddress().isPresent()) {
                listenOnTcp(config, config.listenAddress().get());
            }
            if (identity != null && identity.address().isPresent()) {
                listenToHosts(
                        identity,
                        new HostTrust(parts.directory()),
                        identity.address().get());
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
     * @param credentials by what callers are known
     */
    static List<Operation> operations(ApiParts parts, OtherApis otherApis, Credentials credentials) {
        SwitchService service = parts.service();
        OverlayDirectory directory = parts.directory();
        ConfigReader reader = parts.reader();
        HostInfo host = parts.host();
        OtherHosts others = new OtherHosts(directory, otherApis);
        List<Resource> resources = List.of(
                new HealthResource(parts.ready()),
                new StatusResource(host, service, directory, others),
                new NetworkResource(service, reader, others),
                new FdbResource(service, directory),
                new NeighbourResource(host, service, directory),
                new PortResource(service, reader),
                new TraceResource(service, host, others, otherApis),
                new MirrorResource(service),
                new CaptureResource(parts.captures(), host, otherApis),
                new ConfigResource(service, reader, others),
                new HostResource(host, service, others),
                new EventResource(host.name(), parts.events(), others, directory),
                new TokenResource(credentials.tokens()),
                new DoctorResource(parts, otherApis, credentials),
                new DropReasonResource(),
                new AuditResource(parts.stateDir()),
                new MetricsResource(parts.metrics()),
                new SessionResource(credentials),
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
        Vertx vertx = Vertx.builder()
                .with(options)
                .withTransport(new BoundedTransport(HttpListener.MOST_CONNECTIONS))
                .build();
        // The only event loop, and it makes the threads of the pools.
        vertx.runOnContext(nothing -> ThreadPriority.background());
        return vertx;
    }

    private void listenOnSocket(ApiConfig config, Path path) throws IOException {
        Long group = socketGroup(config);
        socketFile = UnixSocketFile.prepare(path, SOCKET);
        listen(
                listener(new SocketAccess(new LocalUsers(Path.of("/etc/passwd")))),
                SocketAddress.domainSocketAddress(socketFile.bindPath().toString()),
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
        credentials.accept(Path.of(config.tokenFile()));
        HttpListener listener = listener(new TokenAccess(credentials));
        if (config.tls() != null) {
            listener.encrypt(new TlsFiles(config.tls()));
        }
        int port = listen(listener, SocketAddress.inetSocketAddress(address), config.listen());
        String scheme = config.tls() == null ? "http://" : "https://";
        addresses.add(scheme + inUrl(address.getAddress().getHostAddress()) + ":" + port);
        boolean isEverywhere = address.getAddress().isAnyLocalAddress();
        credentials.pageAt(
                isEverywhere ? scheme + HostInfo.localName() + ":" + port : addresses.get(addresses.size() - 1));
    }

    private static String inUrl(String address) {
        return address.contains(":") ? "[" + address + "]" : address;
    }

    private HttpListener listener(Access access) {
        HttpListener listener = new HttpListener(vertx, HttpListener.options(), router.handler(access));
        listeners.add(listener);
        return listener;
    }

    /** Where the daemons of other hosts ask this one. */
    private void listenToHosts(HostIdentity identity, HostTrust trust, InetSocketAddress address) {
        HttpServerOptions options = HttpListener.options()
                .setSsl(true)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                .setKeyCertOptions(KeyCertOptions.wrap(identity.keyManagers()))
                .setTrustOptions(TrustOptions.wrap(trust))
                .setClientAuth(ClientAuth.REQUIRED);
        HttpListener listener = new HttpListener(vertx, options, router.handler(new HostAccess(trust)));
        listeners.add(listener);
        listener.listenWhenPossible(
                SocketAddress.inetSocketAddress(address),
                "until it can, other hosts cannot ask this one; cluster.apiPort says which port it is");
    }

    private static int listen(HttpListener listener, SocketAddress address, String name) throws IOException {
        try {
            return await(listener.listen(address), LISTEN_SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            String why =
                    e.getCause() == null ? "it took too long" : e.getCause().getMessage();
            String advice =
                    "; ss -ltnp 'sport = :" + address.port() + "' says who has it; choose another by --api-listen";
            throw new IOException("cannot listen on " + name + ": " + why + advice, e);
        }
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
        for (HttpListener listener : listeners) {
            step(() -> await(listener.close(), CLOSE_SECONDS + 1));
        }
        step(() -> await(vertx.close(), CLOSE_SECONDS));
        if (auditLog != null) {
            step(auditLog::close);
        }
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
