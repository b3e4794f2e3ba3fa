package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** {@code /api/v1/tokens}: who may come over TCP, and do what. */
final class TokenResource implements Resource {
    private static final String ALL = "/api/v1/tokens";
    private static final String ONE = ALL + "/{token}";
    private static final int MOST_DAYS = 3650;

    private final Tokens tokens;

    TokenResource(Tokens tokens) {
        this.tokens = tokens;
    }

    /** What is asked for. */
    private record Wanted(String name, String role, Integer expiresDays) {
        Duration lifetime() {
            return expiresDays == null ? null : Duration.ofDays(Checks.range("expiresDays", expiresDays, 1, MOST_DAYS));
        }
    }

    @Override
    public List<Operation> operations() {
        return List.of(
                Operation.get(ALL, this::list).requires(Role.ADMIN),
                Operation.post(ALL, this::create).requires(Role.ADMIN),
                Operation.get(ONE, this::show).requires(Role.ADMIN),
                Operation.delete(ONE, this::revoke).requires(Role.ADMIN));
    }

    private Answer list(Call call) {
        return Answer.ok(Json.list(tokens.all(), this::json));
    }

    private Answer show(Call call) {
        String name = call.path("token");
        return Answer.ok(json(tokens.named(name)
                .orElseThrow(() -> ConfigException.notFound("", "token '" + name + "' does not exist"))));
    }

    private Answer create(Call call) throws IOException {
        Wanted wanted = ConfigReader.read(call.json(), Wanted.class, "");
        Role role = Role.of(Checks.required("role", wanted.role()));
        Tokens.Fresh fresh = tokens.create(Checks.name("name", wanted.name()), role, wanted.lifetime());
        return Answer.created(ALL + "/" + wanted.name(), json(fresh.token()).put("token", fresh.text()))
                .done("token " + wanted.name() + ": created, " + role.label());
    }

    private Answer revoke(Call call) throws IOException {
        Token token = tokens.revoke(call.path("token"));
        return Answer.noContent().done("token " + token.name() + ": revoked");
    }

    private ObjectNode json(Token token) {
        ObjectNode json = Json.object()
                .put("name", token.name())
                .put("role", token.role().label())
                .put("created", text(token.created()))
                .put("usable", tokens.isGood(token));
        putTime(json, "expires", token.expires());
        putTime(json, "lastUsed", tokens.lastUsed(token));
        return json;
    }

    private static void putTime(ObjectNode json, String field, Instant time) {
        if (time != null) {
            json.put(field, text(time));
        }
    }

    private static String text(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
