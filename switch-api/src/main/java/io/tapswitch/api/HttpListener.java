package io.tapswitch.api;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One address where requests come in. */
final class HttpListener {
    private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);
    private static final int IDLE_SECONDS = 300;
    private static final int HANDSHAKE_SECONDS = 5;
    private static final int LINGER_MILLIS = 500;
    private static final long RETRY_MILLIS = 5_000;
    private static final int CLOSE_SECONDS = 10;
    private static final long RELOAD_MILLIS = 5_000;

    /** Each costs a descriptor and some memory, from the moment that it is accepted. */
    static final int MOST_CONNECTIONS = 512;

    private final Vertx vertx;
    private final HttpServerOptions options;
    private final Handler<HttpServerRequest> requests;
    private volatile HttpServer server;
    private volatile boolean isClosed;
    private TlsFiles tls;

    /** @param options as {@link #options} gives them, perhaps with TLS */
    HttpListener(Vertx vertx, HttpServerOptions options, Handler<HttpServerRequest> requests) {
        this.vertx = vertx;
        this.options = options;
        this.requests = requests;
    }

    /** What holds for every listener. */
    static HttpServerOptions options() {
        return new HttpServerOptions()
                .setHttp2ClearTextEnabled(false)
                .setHandle100ContinueAutomatically(true)
                .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                .setIdleTimeout(IDLE_SECONDS);
    }

    /** Speaks TLS with the certificate of some files, also when they change. @throws IOException if they cannot be read */
    void encrypt(TlsFiles files) throws IOException {
        ServerSSLOptions now = files.read();
        options.setSsl(true)
                .setKeyCertOptions(now.getKeyCertOptions())
                .setTrustOptions(now.getTrustOptions())
                .setClientAuth(now.getClientAuth())
                .setEnabledSecureTransportProtocols(now.getEnabledSecureTransportProtocols());
        tls = files;
        vertx.setPeriodic(RELOAD_MILLIS, timer -> reload());
    }

    /** Takes the files as they are now; if they do not fit each other, what was there stays. */
    private void reload() {
        if (isClosed || !tls.hasChanged()) {
            return;
        }
        try {
            ServerSSLOptions now =
                    tls.read().setSslHandshakeTimeout(HANDSHAKE_SECONDS).setSslHandshakeTimeoutUnit(TimeUnit.SECONDS);
            server.updateSSLOptions(now)
                    .onSuccess(isNew -> LOG.info("api: the certificate was read anew"))
                    .onFailure(failure -> LOG.warn("api: the new certificate cannot be used: {}", failure.toString()));
        } catch (IOException e) {
            LOG.warn("api: {}", e.getMessage());
        }
    }

    /** Begins to listen. @return the port that it is, fails if the address cannot be used */
    Future<Integer> listen(SocketAddress address) {
        server = vertx.createHttpServer(options)
                .requestHandler(requests)
                .invalidRequestHandler(this::refuseInvalid)
                .exceptionHandler(failure -> LOG.debug("api: a connection came to nothing", failure));
        return server.listen(address).map(HttpServer::actualPort);
    }

    /** Begins to listen as soon as the address can be used. @param advice what to do if that takes long */
    void listenWhenPossible(SocketAddress address, String advice) {
        tryToListen(address, advice, true);
    }

    private void tryToListen(SocketAddress address, String advice, boolean isFirst) {
        listen(address).onFailure(failure -> {
            if (isFirst) {
                LOG.warn("api: cannot listen on {} ({}); {}", address, failure.getMessage(), advice);
            }
            vertx.setTimer(RETRY_MILLIS, timer -> {
                if (!isClosed) {
                    tryToListen(address, advice, false);
                }
            });
        });
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

    /** Stops listening, and waits for requests that are being answered. */
    Future<Void> close() {
        isClosed = true;
        return server == null ? Future.succeededFuture() : server.shutdown(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
}
