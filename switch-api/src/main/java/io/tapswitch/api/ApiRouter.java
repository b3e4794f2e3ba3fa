package io.tapswitch.api;

import io.tapswitch.api.Operation.Kind;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings each request to its {@link Operation} and its {@link Answer} back: access first, then what is wrong with the
 * request as such, then the body, then the operation on its own thread. Whatever goes wrong becomes a {@link Problem}.
 */
final class ApiRouter {
    private static final Logger LOG = LoggerFactory.getLogger(ApiRouter.class);
    private static final Pattern BROKEN_ESCAPE = Pattern.compile("%(?![0-9a-fA-F]{2})");
    private static final Set<String> JSON = Set.of("application/json");
    private static final Set<String> MERGE_PATCH = Set.of("application/merge-patch+json", "application/json");

    private final Vertx vertx;
    private final List<Operation> operations;
    private final WorkerExecutor reads;
    private final WorkerExecutor remoteReads;
    private final WorkerExecutor changes;

    /**
     * @param reads runs operations that change nothing
     * @param remoteReads runs those of them that may wait for other hosts
     * @param changes runs the others, one after the other
     */
    ApiRouter(
            Vertx vertx,
            List<Operation> operations,
            WorkerExecutor reads,
            WorkerExecutor remoteReads,
            WorkerExecutor changes) {
        this.vertx = vertx;
        this.operations = operations;
        this.reads = reads;
        this.remoteReads = remoteReads;
        this.changes = changes;
    }

    /** Takes every request of one listener. */
    Handler<HttpServerRequest> handler(Access access) {
        Router router = routes(access);
        return request -> {
            // Vert.x answers half an escape sequence, in the path or the query, by itself and with a stack trace in the
            // log.
            if (request.path() == null || BROKEN_ESCAPE.matcher(request.uri()).find()) {
                write(request, problem(400).answer(String.valueOf(request.path())));
            } else {
                router.handle(request);
            }
        };
    }

    private Router routes(Access access) {
        Router router = Router.router(vertx);
        router.route().failureHandler(ApiRouter::fail);
        router.route("/api/*").handler(context -> {
            access.check(context.request());
            context.next();
        });
        Map<String, Set<String>> methodsByPath = new LinkedHashMap<>();
        operations.forEach(operation -> methodsByPath
                .computeIfAbsent(operation.vertxPath(), path -> new TreeSet<>())
                .add(operation.method()));
        methodsByPath.forEach((path, methods) -> {
            operations.stream()
                    .filter(operation -> operation.vertxPath().equals(path))
                    .forEach(operation -> add(router, operation, access));
            refuseOthers(router.route(path), methods);
        });
        router.route().handler(context -> {
            throw Problem.of(
                    Problem.Kind.NOT_FOUND,
                    "there is nothing at " + context.request().path());
        });
        return router;
    }

    private void add(Router router, Operation operation, Access access) {
        HttpMethod method = HttpMethod.valueOf(operation.method());
        Route route = router.route(method, operation.vertxPath());
        if (operation.kind().isRead()) {
            route.method(HttpMethod.HEAD);
        } else {
            Set<String> mediaTypes = operation.kind() == Kind.PATCH ? MERGE_PATCH : JSON;
            route.handler(context -> {
                checkMediaType(context.request(), mediaTypes);
                context.next();
            });
            route = router.route(method, operation.vertxPath());
            route.handler(BodyHandler.create(false).setBodyLimit(operation.maxBodyLength()));
        }
        route.handler(context -> run(context, operation, access));
    }

    private static void refuseOthers(Route route, Set<String> methods) {
        Set<String> allowed = new TreeSet<>(methods);
        if (allowed.contains("GET")) {
            allowed.add("HEAD");
        }
        route.handler(context -> {
            throw Problem.of(Problem.Kind.METHOD_NOT_ALLOWED, "it has " + allowed)
                    .with("Allow", String.join(", ", allowed));
        });
    }

    private static void checkMediaType(HttpServerRequest request, Set<String> accepted) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        boolean hasBody =
                request.headers().contains(HttpHeaders.TRANSFER_ENCODING) || length != null && !length.equals("0");
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        String essence = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (hasBody && !accepted.contains(essence)) {
            throw Problem.of(
                            Problem.Kind.UNSUPPORTED_MEDIA_TYPE,
                            (type == null ? "the Content-Type is missing" : "'" + type + "' is not understood")
                                    + ": send " + String.join(" or ", new TreeSet<>(accepted)))
                    .with(
                            request.method() == HttpMethod.PATCH ? "Accept-Patch" : "Accept",
                            String.join(", ", accepted));
        }
    }

    private void run(RoutingContext context, Operation operation, Access access) {
        Call call = call(context);
        executor(operation.kind())
                .executeBlocking(() -> operation.action().perform(call), false)
                .onComplete(outcome -> {
                    if (outcome.failed()) {
                        write(
                                context,
                                Problem.from(outcome.cause())
                                        .answer(context.request().path()));
                        return;
                    }
                    if (outcome.result().done() != null) {
                        LOG.info("api: {} (by {})", outcome.result().done(), access.who());
                    }
                    write(context, outcome.result());
                });
    }

    private WorkerExecutor executor(Kind kind) {
        return switch (kind) {
            case READ -> reads;
            case REMOTE_READ -> remoteReads;
            case CHANGE, PATCH -> changes;
        };
    }

    private static Call call(RoutingContext context) {
        Map<String, List<String>> query = new HashMap<>();
        context.queryParams()
                .names()
                .forEach(name -> query.put(name, context.queryParams().getAll(name)));
        Buffer body = context.body().buffer();
        return new Call(Map.copyOf(context.pathParams()), query, body == null ? new byte[0] : body.getBytes());
    }

    private static void fail(RoutingContext context) {
        boolean isOurs = context.failure() != null && context.statusCode() == Problem.Kind.INTERNAL.status();
        Problem problem = isOurs ? Problem.from(context.failure()) : problem(context.statusCode());
        write(context, problem.answer(context.request().path()));
    }

    /** What Vert.x found wrong by itself. */
    static Problem problem(int status) {
        return switch (status) {
            case 413 -> Problem.of(Problem.Kind.TOO_LARGE, "the body is longer than this resource accepts");
            case 414 -> Problem.of(Problem.Kind.URI_TOO_LONG, "the request line is longer than the daemon accepts");
            case 431 ->
                Problem.of(Problem.Kind.HEADERS_TOO_LARGE, "the header fields are longer than the daemon accepts");
            default -> Problem.of(Problem.Kind.MALFORMED, "the request is not valid HTTP, or its URI not a valid one");
        };
    }

    private static void write(RoutingContext context, Answer answer) {
        write(context.request(), answer);
    }

    /** Sends an answer; without its body if the method is HEAD. Does nothing if the client is gone. Event loop. */
    static void write(HttpServerRequest request, Answer answer) {
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(answer.status());
        response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store").putHeader("X-Content-Type-Options", "nosniff");
        answer.headers().forEach(response::putHeader);
        if (answer.mediaType() != null) {
            response.putHeader(HttpHeaders.CONTENT_TYPE, answer.mediaType());
            response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(answer.body().length));
        }
        if (request.method() == HttpMethod.HEAD || answer.mediaType() == null) {
            response.end();
        } else {
            response.end(Buffer.buffer(answer.body()));
        }
    }
}
