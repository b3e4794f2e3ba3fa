package io.tapswitch.api;

import io.tapswitch.api.Operation.Kind;
import io.tapswitch.api.metrics.Metrics;
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
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings each request to its {@link Operation} and its {@link Answer} back: access first, then what is wrong with the
 * request as such, then the body, then the operation on its own thread. Whatever goes wrong becomes a {@link Problem}.
 */
final class ApiRouter {
    private static final Logger LOG = LoggerFactory.getLogger(ApiRouter.class);
    private static final Pattern BROKEN_ESCAPE = Pattern.compile("%(?![0-9a-fA-F]{2})");

    /** Possessive: what could be taken back would need a stack as deep as the path has parts. */
    private static final Pattern COLLECTION = Pattern.compile("(/api/v1/[a-z-]+)(?:/(?!\\.)[^/%]+)*+");

    private static final Set<String> JSON = Set.of("application/json");
    private static final String CALLER = "caller";
    private static final String BEGUN = "begun";
    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    private static final Set<String> MERGE_PATCH = Set.of("application/merge-patch+json", "application/json");

    private final Vertx vertx;
    private final List<Operation> operations;
    private final RequestBudget budget;
    private final Executors executors;
    private final StreamPump streams;
    private final Audit audit;
    private final Metrics metrics;

    /**
     * Where operations run.
     *
     * @param reads those that change nothing
     * @param remoteReads those of them that may wait for other hosts
     * @param changes the others, one after the other
     */
    record Executors(WorkerExecutor reads, WorkerExecutor remoteReads, WorkerExecutor changes) {
        WorkerExecutor of(Kind kind) {
            return switch (kind) {
                case READ, QUESTION -> reads;
                case REMOTE_READ, REMOTE_QUESTION -> remoteReads;
                case CHANGE, PATCH -> changes;
            };
        }
    }

    /**
     * @param budget of those who make requests
     * @param streams carries answers that come bit by bit
     * @param audit told of changes and of callers who were refused
     * @param metrics told of every request that means an operation
     */
    ApiRouter(
            Vertx vertx,
            List<Operation> operations,
            RequestBudget budget,
            Executors executors,
            StreamPump streams,
            Audit audit,
            Metrics metrics) {
        this.vertx = vertx;
        this.operations = operations;
        this.budget = budget;
        this.executors = executors;
        this.streams = streams;
        this.audit = audit;
        this.metrics = metrics;
    }

    /** Takes every request of one listener. */
    Handler<HttpServerRequest> handler(Access access) {
        PageFiles page = new PageFiles();
        Router whole = routes(operations, page, access);
        Map<String, Router> parts = new HashMap<>();
        operations.stream()
                .collect(Collectors.groupingBy(operation -> collection(operation.path())))
                .forEach((path, those) -> parts.put(path, routes(those, page, access)));
        parts.put("", whole);
        return request -> {
            // Vert.x answers half an escape sequence, in the path or the query, by itself and with a stack trace in the
            // log.
            if (request.path() == null || BROKEN_ESCAPE.matcher(request.uri()).find()) {
                write(request, problem(400).answer(String.valueOf(request.path())));
            } else {
                // A router tries its routes one after the other: those of one collection are few.
                parts.getOrDefault(collection(request.path()), whole).handle(request);
            }
        };
    }

    /** What a path begins with, if the router would take it as it is; empty if not, or if it is not of a collection. */
    private static String collection(String path) {
        Matcher plain = COLLECTION.matcher(path);
        return plain.matches() ? plain.group(1) : "";
    }

    private Router routes(List<Operation> operations, PageFiles page, Access access) {
        Router router = Router.router(vertx);
        router.route().failureHandler(this::fail);
        Map<String, Set<String>> methodsByPath = new LinkedHashMap<>();
        operations.forEach(operation -> methodsByPath
                .computeIfAbsent(operation.vertxPath(), path -> new TreeSet<>())
                .add(operation.method()));
        methodsByPath.forEach((path, methods) -> {
            operations.stream()
                    .filter(operation -> operation.vertxPath().equals(path))
                    .forEach(operation -> add(router, operation, access));
            refuseOthers(router.route(path), methods, access);
        });
        // What there is not is for those to know who may know what there is.
        router.route("/api/*").handler(context -> admit(context, access, Role.READ));
        router.route().handler(page);
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
        }
        route.handler(context -> {
            context.put(BEGUN, new Begun(operation, System.nanoTime()));
            admit(context, access, operation.role());
        });
        if (!operation.kind().isRead()) {
            Set<String> mediaTypes = operation.kind() == Kind.PATCH ? MERGE_PATCH : JSON;
            route.handler(context -> {
                checkMediaType(context.request(), mediaTypes);
                context.next();
            });
            route = router.route(method, operation.vertxPath());
            route.handler(BodyHandler.create(false).setBodyLimit(operation.maxBodyLength()));
            route.handler(context -> {
                requireStill(context, access, operation.role());
                context.next();
            });
        }
        route.handler(context -> run(context, operation, access));
    }

    /** Lets a request go on if whoever makes it may. @throws Problem if not */
    private void admit(RoutingContext context, Access access, Role needed) {
        if (needed == Role.ANYONE) {
            // Somebody else's page may see that the daemon lives, but not use up the tries to log in.
            if (!READING.contains(context.request().method())) {
                access.checkWay(context.request());
            }
        } else {
            context.put(CALLER, Caller.unknown(Access.address(context.request())));
            Caller caller = budget.take(access.check(context.request()));
            context.put(CALLER, caller);
            if (!caller.role().covers(needed)) {
                throw Problem.of(
                        Problem.Kind.FORBIDDEN,
                        "this needs the role '" + needed.label() + "', and " + caller.name() + " has '"
                                + caller.role().label() + "'");
            }
        }
        context.next();
    }

    /** Who took long to send a body may have lost the right to what it asks for. @throws Problem if so */
    private static void requireStill(RoutingContext context, Access access, Role needed) {
        if (needed != Role.ANYONE && !mayStill(context.request(), access, needed)) {
            throw Problem.of(
                    Problem.Kind.UNAUTHORIZED, "what showed who you are was taken back, or has expired, meanwhile");
        }
    }

    private static boolean mayStill(HttpServerRequest request, Access access, Role needed) {
        return access.checkAgain(request)
                .filter(caller -> caller.role().covers(needed))
                .isPresent();
    }

    private static Caller caller(RoutingContext context) {
        Caller caller = context.get(CALLER);
        return caller == null ? Caller.unknown(Access.address(context.request())) : caller;
    }

    private void refuseOthers(Route route, Set<String> methods, Access access) {
        Set<String> allowed = new TreeSet<>(methods);
        if (allowed.contains("GET")) {
            allowed.add("HEAD");
        }
        Role needed = route.getPath().startsWith("/api/") ? Role.READ : Role.ANYONE;
        route.handler(context -> admit(context, access, needed));
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
        executors
                .of(operation.kind())
                .executeBlocking(() -> operation.perform(call), false)
                .onComplete(outcome -> {
                    Problem problem = outcome.succeeded() ? null : Problem.from(outcome.cause());
                    Answer answer = problem == null
                            ? outcome.result()
                            : problem.answer(context.request().path());
                    if (answer.done() != null) {
                        LOG.info("api: {} (by {})", answer.done(), call.caller().name());
                    }
                    if (operation.kind().isChange() || isRefused(answer) || answer.done() != null) {
                        audit(context, call.caller(), answer, problem);
                    }
                    count(context, answer);
                    write(context, answer, () -> mayStill(context.request(), access, operation.role()));
                });
    }

    /** An operation that is under way. */
    private record Begun(Operation operation, long nanos) {}

    private void count(RoutingContext context, Answer answer) {
        Begun begun = context.get(BEGUN);
        if (begun != null && answer.stream() == null) {
            metrics.answered(
                    begun.operation().method(),
                    begun.operation().path(),
                    answer.status(),
                    System.nanoTime() - begun.nanos());
        }
    }

    /** For who asks, or for the way that it came. */
    private static boolean isRefused(Answer answer) {
        return answer.status() == UNAUTHORIZED || answer.status() == FORBIDDEN;
    }

    /** @param problem null if there was none */
    private void audit(RoutingContext context, Caller caller, Answer answer, Problem problem) {
        audit.record(new Audit.Entry(
                Instant.now(),
                caller,
                context.request().method().name(),
                context.request().path(),
                answer.status(),
                answer.done(),
                isRefused(answer) ? problem.inWords() : null));
    }

    private static Call call(RoutingContext context) {
        Map<String, List<String>> query = new HashMap<>();
        context.queryParams()
                .names()
                .forEach(name -> query.put(name, context.queryParams().getAll(name)));
        Map<String, String> headers = new HashMap<>();
        context.request().headers().forEach((name, value) -> headers.putIfAbsent(name.toLowerCase(Locale.ROOT), value));
        Buffer body = context.body().buffer();
        return new Call(
                caller(context),
                Access.cookie(context.request()),
                headers,
                Map.copyOf(context.pathParams()),
                query,
                body == null ? new byte[0] : body.getBytes());
    }

    private void fail(RoutingContext context) {
        boolean isOurs = context.failure() != null && context.statusCode() == Problem.Kind.INTERNAL.status();
        Problem problem = isOurs ? Problem.from(context.failure()) : problem(context.statusCode());
        Answer answer = problem.answer(context.request().path());
        if (isRefused(answer) && !isOnlyAsking(context.request(), answer)) {
            audit(context, caller(context), answer, problem);
        }
        count(context, answer);
        write(context.request(), answer);
    }

    /** The page asks who it is for before anybody had a chance to log in: nobody tried to get in by that. */
    private static boolean isOnlyAsking(HttpServerRequest request, Answer answer) {
        return answer.status() == UNAUTHORIZED
                && READING.contains(request.method())
                && request.path().equals(SessionResource.SESSION)
                && !request.headers().contains(HttpHeaders.AUTHORIZATION);
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

    /** @param mayGoOn whether the caller may still see more, if it comes bit by bit */
    private void write(RoutingContext context, Answer answer, BooleanSupplier mayGoOn) {
        HttpServerRequest request = context.request();
        if (answer.stream() == null) {
            write(request, answer);
        } else {
            writeHead(request, answer);
            try {
                streams.start(request, answer, caller(context).name(), mayGoOn);
            } catch (Problem full) {
                request.response().headers().clear();
                write(request, full.answer(request.path()));
            }
        }
    }

    /** Sends an answer; without its body if the method is HEAD. Does nothing if the client is gone. Event loop. */
    static void write(HttpServerRequest request, Answer answer) {
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        writeHead(request, answer);
        if (answer.mediaType() != null) {
            response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(answer.body().length));
        }
        if (request.method() == HttpMethod.HEAD || answer.mediaType() == null) {
            response.end();
        } else {
            response.end(Buffer.buffer(answer.body()));
        }
    }

    private static void writeHead(HttpServerRequest request, Answer answer) {
        HttpServerResponse response = request.response();
        response.setStatusCode(answer.status());
        response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        SecurityHeaders.put(request);
        answer.headers().forEach(response::putHeader);
        if (answer.mediaType() != null) {
            response.putHeader(HttpHeaders.CONTENT_TYPE, answer.mediaType());
        }
    }
}
