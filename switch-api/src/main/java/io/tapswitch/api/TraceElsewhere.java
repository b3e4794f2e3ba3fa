package io.tapswitch.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.api.OtherApis.RemoteAnswer;
import io.tapswitch.bridge.FrameTrace;
import io.tapswitch.config.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Goes on with a trace at the hosts that copies of the frame leave for. Each is asked at once, and none is waited for
 * longer than all of them together. One that does not answer leaves a word of why. Nothing goes further than one host: what
 * came by the overlay does not leave by it.
 */
final class TraceElsewhere {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int OK = 200;

    private final HostInfo host;
    private final OtherApis otherApis;

    TraceElsewhere(HostInfo host, OtherApis otherApis) {
        this.host = host;
        this.otherApis = otherApis;
    }

    /**
     * Adds to each copy that leaves for another host which one that is, and what becomes of it there.
     *
     * @param shown the copies, as they are to be answered
     * @param hosts by port
     */
    void goOn(ArrayNode shown, List<FrameTrace.Copy> copies, Map<String, String> hosts, Caller caller) {
        List<Asked> asked = new ArrayList<>();
        for (int i = 0; i < copies.size(); i++) {
            FrameTrace.Copy copy = copies.get(i);
            String to = hosts.get(copy.port());
            if (to != null) {
                ObjectNode json = (ObjectNode) shown.get(i);
                json.put("host", to);
                if (copy.reason() == null) {
                    asked.add(new Asked(json, ask(to, copy, caller)));
                }
            }
        }
        long end = System.nanoTime() + PATIENCE_NANOS;
        asked.forEach(each -> note(each.copy(), each.answer(), end - System.nanoTime()));
    }

    /** A copy, and what is still to be said of it. */
    private record Asked(ObjectNode copy, CompletableFuture<RemoteAnswer> answer) {}

    private CompletableFuture<RemoteAnswer> ask(String to, FrameTrace.Copy copy, Caller caller) {
        ObjectNode question =
                Json.object().put("vni", copy.vni()).put("hex", HexFormat.of().formatHex(copy.frame()));
        return otherApis
                .request(
                        to,
                        "POST",
                        "/api/v1/hosts/" + host.name() + "/trace",
                        question.toString().getBytes(StandardCharsets.UTF_8),
                        caller)
                .toCompletableFuture();
    }

    private static void note(ObjectNode json, CompletableFuture<RemoteAnswer> asked, long patienceNanos) {
        try {
            RemoteAnswer answer = asked.get(Math.max(0, patienceNanos), TimeUnit.NANOSECONDS);
            JsonNode body = answer.json();
            if (answer.status() == OK) {
                json.set("continued", body);
            } else {
                json.put("unknown", body.path("detail").asText("it answered with status " + answer.status()));
            }
        } catch (TimeoutException e) {
            json.put("unknown", "no answer within " + TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NANOS) + " seconds");
        } catch (ExecutionException e) {
            boolean inWords = e.getCause() instanceof IOException || e.getCause() instanceof Problem;
            json.put("unknown", inWords ? e.getCause().getMessage() : "it could not be asked: " + e.getCause());
        } catch (ConfigException e) {
            json.put("unknown", "its answer is not JSON");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            json.put("unknown", "the daemon is stopping");
        }
    }
}
