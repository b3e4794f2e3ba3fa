package io.tapswitch.api;

import io.tapswitch.capture.CaptureSession;
import io.tapswitch.capture.CaptureSettings;
import io.tapswitch.capture.Captures;
import io.tapswitch.capture.Direction;
import io.tapswitch.capture.FrameFilter;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * {@code /api/v1/ports/{port}/capture} and its like: the frames that pass, as pcapng, for as long as the client stays; of
 * another host's ports as well, whose API is asked.
 */
final class CaptureResource implements Resource {
    private static final String PORT = "/ports/{port}/capture";
    private static final String NETWORK = "/networks/{network}/capture";
    private static final String BASE = "/api/v1";
    private static final String HOST = BASE + "/hosts/{host}";
    private static final String MEDIA_TYPE = "application/x-pcapng";
    private static final String[] QUERY = {"snapLength", "filter", "seconds", "count", "direction", "dropped", "reason"
    };

    /** Longer than the channel's own, which leaves nothing open behind it. */
    private static final int PATIENCE_SECONDS = 20;

    private final Captures captures;
    private final HostInfo host;
    private final OtherApis otherApis;

    CaptureResource(Captures captures, HostInfo host, OtherApis otherApis) {
        this.captures = captures;
        this.host = host;
        this.otherApis = otherApis;
    }

    @Override
    public List<Operation> operations() {
        // What others say to each other is not for everybody who may look at counters.
        return List.of(
                Operation.get(BASE + PORT, this::ofPort).requires(Role.OPERATE),
                Operation.get(BASE + NETWORK, this::ofNetwork).requires(Role.OPERATE),
                Operation.remoteGet(HOST + PORT, call -> isHere(call) ? ofPort(call) : elsewhere(call, PORT))
                        .requires(Role.OPERATE),
                Operation.remoteGet(HOST + NETWORK, call -> isHere(call) ? ofNetwork(call) : elsewhere(call, NETWORK))
                        .requires(Role.OPERATE));
    }

    private boolean isHere(Call call) {
        return call.path("host").equals(host.name());
    }

    private Answer ofPort(Call call) {
        return answer(captures.ofPort(call.path("port"), settings(call)));
    }

    private Answer ofNetwork(Call call) {
        return answer(captures.ofNetwork(call.path("network"), settings(call)));
    }

    private static Answer answer(CaptureSession session) {
        return Answer.stream(MEDIA_TYPE, new ByteSource() {
            @Override
            public Buffer next() {
                byte[] bytes = session.next();
                return bytes == null ? null : Buffer.buffer(bytes);
            }

            @Override
            public void close() {
                session.close();
            }
        });
    }

    private Answer elsewhere(Call call, String resource) throws IOException {
        settings(call);
        String name = resource.equals(PORT) ? "port" : "network";
        String path = resource.replace("{" + name + "}", Query.encode(call.path(name)));
        String target = BASE + path + Query.of(call, QUERY);
        try {
            return Answer.stream(
                    MEDIA_TYPE,
                    otherApis.stream(call.path("host"), target, call.caller())
                            .toCompletableFuture()
                            .get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (TimeoutException e) {
            throw new IOException("host '" + call.path("host") + "' does not answer", e);
        } catch (ExecutionException e) {
            throw Problem.from(e.getCause());
        }
    }

    private static CaptureSettings settings(Call call) {
        call.allowQuery(QUERY);
        return new CaptureSettings(
                call.query("snapLength", null, number(Integer::valueOf)),
                call.query("filter", null, FrameFilter::parse),
                call.query("direction", null, Direction::of),
                call.query("dropped", null, CaptureResource::yesOrNo),
                call.query("reason", null, CaptureSettings::reason),
                call.query("seconds", null, number(Integer::valueOf)),
                call.query("count", null, number(Long::valueOf)));
    }

    private static <N> Function<String, N> number(Function<String, N> parser) {
        return text -> {
            try {
                return parser.apply(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("'" + text + "' is not a whole number in range", e);
            }
        };
    }

    private static Boolean yesOrNo(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        };
    }
}
