package io.tapswitch.api;

import io.tapswitch.overlay.HostApi;
import io.tapswitch.overlay.OverlayDirectory;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the daemons of the other hosts over TLS, each side known to the other by what the directory says of its certificate.
 * On the API's event loop, whoever asks; connections are kept for the next question.
 */
final class HostChannel implements OtherApis {
    private static final Logger LOG = LoggerFactory.getLogger(HostChannel.class);
    private static final int CONNECT_MILLIS = 3_000;

    /** To have a connection, with a handshake on a busy machine. */
    private static final int READY_MILLIS = 10_000;

    private static final int ANSWER_MILLIS = 15_000;
    private static final int SILENT_STREAM_MILLIS = 120_000;
    private static final int KEEP_ALIVE_SECONDS = 60;
    private static final int MOST_CONNECTIONS_TO_A_HOST = 72;
    private static final int MOST_WAITING = 64;
    private static final int LONGEST_ANSWER = 16 << 20;
    private static final int OK = 200;

    private final OverlayDirectory directory;
    private final HostTrust trust;
    private final HttpClient client;
    private final Context context;
    private final long answerMillis;

    /** @param vertx with one event loop; closes what this opens */
    HostChannel(Vertx vertx, HostIdentity identity, OverlayDirectory directory) {
        this(vertx, identity, directory, ANSWER_MILLIS);
    }

    /** @param answerMillis how long an answer may take, or the head of one that comes bit by bit */
    HostChannel(Vertx vertx, HostIdentity identity, OverlayDirectory directory, long answerMillis) {
        this.directory = directory;
        this.answerMillis = answerMillis;
        trust = new HostTrust(directory);
        HttpClientOptions options = new HttpClientOptions()
                .setSsl(true)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                .setKeyCertOptions(KeyCertOptions.wrap(identity.keyManagers()))
                .setTrustOptions(TrustOptions.wrap(trust))
                // Its digest says whose a certificate is; names and addresses say nothing.
                .setVerifyHost(false)
                .setConnectTimeout(CONNECT_MILLIS)
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS);
        client = vertx.httpClientBuilder()
                .with(options)
                .with(new PoolOptions()
                        .setHttp1MaxSize(MOST_CONNECTIONS_TO_A_HOST)
                        .setMaxWaitQueueSize(MOST_WAITING))
                .withConnectHandler(connection ->
                        connection.exceptionHandler(failure -> LOG.debug("api: a connection broke", failure)))
                .build();
        context = vertx.getOrCreateContext();
    }

    @Override
    public CompletionStage<RemoteAnswer> request(
            String host, String method, String target, byte[] body, Caller caller) {
        RequestOptions options = options(method, target, caller).setIdleTimeout(answerMillis);
        return onContext(host, () -> ask(host, options, body).compose(this::whole), unwanted -> {});
    }

    @Override
    public CompletionStage<ByteSource> stream(String host, String target, Caller caller) {
        RequestOptions options = options("GET", target, caller).setIdleTimeout(SILENT_STREAM_MILLIS);
        return onContext(
                host,
                () -> ask(host, options, null)
                        .compose(response -> response.statusCode() == OK
                                ? Future.<ByteSource>succeededFuture(new RemoteSource(host, response))
                                : whole(response).compose(answer -> Future.failedFuture(answer.failure()))),
                ByteSource::close);
    }

    private static RequestOptions options(String method, String target, Caller caller) {
        return new RequestOptions()
                .setMethod(HttpMethod.valueOf(method))
                .setURI(target)
                .setConnectTimeout(READY_MILLIS)
                .putHeader(HostAccess.HEADER, HostAccess.header(caller))
                .putHeader(
                        HttpHeaders.CONTENT_TYPE,
                        method.equals("PATCH") ? "application/merge-patch+json" : "application/json");
    }

    /** A question that is put on the event loop. */
    private interface Question<T> {
        Future<T> put();
    }

    /** @param unwanted takes what comes after whoever asked was told that nothing did */
    private <T> CompletionStage<T> onContext(String host, Question<T> question, Consumer<T> unwanted) {
        Promise<T> promise = Promise.promise();
        context.runOnContext(nothing -> {
            Future<T> answer = question.put();
            answer.timeout(answerMillis, TimeUnit.MILLISECONDS)
                    .recover(failure -> Future.failedFuture(inWords(host, failure)))
                    .onComplete(promise);
            answer.onSuccess(late -> {
                if (promise.future().failed()) {
                    unwanted.accept(late);
                }
            });
        });
        return promise.future().toCompletionStage();
    }

    private static Throwable inWords(String host, Throwable failure) {
        if (failure instanceof Problem) {
            return failure;
        }
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return new IOException("host '" + host + "' does not answer: " + why, failure);
    }

    private Future<HttpClientResponse> ask(String host, RequestOptions options, byte[] body) {
        Optional<HostApi> api = directory.apis().stream()
                .filter(known -> known.host().equals(host))
                .findFirst();
        if (api.isEmpty() || api.get().address() == null) {
            return Future.failedFuture(new IOException(
                    api.isEmpty() ? "it is not in the cluster" : "it has no address that this host could ask"));
        }
        SocketAddress address = SocketAddress.inetSocketAddress(api.get().address());
        options.setServer(address).setHost(address.hostAddress()).setPort(address.port());
        return client.request(options).compose(request -> send(host, request, body));
    }

    /** Nothing is said before it is clear to whom; a kept connection may be to a host that has become another. */
    private Future<HttpClientResponse> send(String host, HttpClientRequest request, byte[] body) {
        request.exceptionHandler(failure -> LOG.debug("api: a request broke off", failure));
        if (!trust.host(request.connection().sslSession()).equals(Optional.of(host))) {
            request.reset();
            request.connection().close();
            return Future.failedFuture(new IOException("whoever is at its address is another host"));
        }
        return body == null ? request.send() : request.send(Buffer.buffer(body));
    }

    /** Fails if that takes too long or is too much; the connection is free for others then. */
    private Future<RemoteAnswer> whole(HttpClientResponse response) {
        Promise<RemoteAnswer> promise = Promise.promise();
        Vertx vertx = context.owner();
        long timer = vertx.setTimer(
                answerMillis, id -> promise.tryFail(new IOException("the end of its answer does not come")));
        Buffer body = Buffer.buffer();
        response.handler(part -> {
            if (body.length() + part.length() > LONGEST_ANSWER) {
                promise.tryFail(new IOException("its answer is too long"));
            } else {
                body.appendBuffer(part);
            }
        });
        response.exceptionHandler(promise::tryFail);
        response.endHandler(nothing -> promise.tryComplete(new RemoteAnswer(
                response.statusCode(), response.getHeader(HttpHeaders.CONTENT_TYPE), body.getBytes())));
        return promise.future().onComplete(end -> {
            vertx.cancelTimer(timer);
            if (end.failed()) {
                response.request().reset();
            }
        });
    }
}
