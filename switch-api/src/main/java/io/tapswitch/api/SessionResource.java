package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.api.Problem.Kind;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * {@code /api/v1/session} and {@code /api/v1/login-codes}: how a browser logs in. The secret that it has then is in a cookie
 * that no script can read; what is typed or opened for it never stands in a URL that is sent.
 */
final class SessionResource implements Resource {
    static final String SESSION = "/api/v1/session";
    private static final String CODES = "/api/v1/login-codes";
    private static final long LONGEST_BODY = 4096;

    private final Credentials credentials;
    private final Sessions sessions;

    SessionResource(Credentials credentials) {
        this.credentials = credentials;
        this.sessions = credentials.sessions();
    }

    /** By what somebody logs in. */
    private record Login(String token, String code) {}

    /** Who somebody is who logs in. */
    private record Person(String name, Role role) {}

    @Override
    public List<Operation> operations() {
        return List.of(
                Operation.post(SESSION, this::open).requires(Role.ANYONE).withMaxBodyLength(LONGEST_BODY),
                Operation.get(SESSION, this::show),
                Operation.delete(SESSION, this::close).requires(Role.READ),
                Operation.post(CODES, this::makeCode).requires(Role.READ).withMaxBodyLength(LONGEST_BODY));
    }

    private Answer open(Call call) {
        Login login = ConfigReader.read(call.json(), Login.class, "");
        if ((login.token() == null) == (login.code() == null)) {
            throw ConfigException.invalid("", "needs either 'token' or 'code'");
        }
        credentials.failures().check(call.caller().address());
        Person person = person(login).orElseThrow(() -> {
            credentials.failures().add(call.caller().address());
            return Problem.of(
                    Kind.UNAUTHORIZED,
                    login.code() == null
                            ? "the token is not one of the daemon's, or it has expired"
                            : "the code is not known, was used or has expired: 'tapswitch login' makes a new one");
        });
        String secret = sessions.open(person.name(), person.role());
        Instant expires = sessions.find(secret).orElseThrow().expires();
        return Answer.created(SESSION, json(person.name(), person.role(), expires))
                .with("Set-Cookie", call.cookie().set(secret))
                .done("session of " + person.name() + ": opened");
    }

    private Optional<Person> person(Login login) {
        return login.code() == null
                ? credentials.holder(login.token()).map(caller -> new Person(caller.name(), caller.role()))
                : sessions.redeem(login.code()).map(session -> new Person(session.name(), session.role()));
    }

    private Answer show(Call call) {
        Instant expires = call.cookie()
                .value(call.header("cookie"))
                .flatMap(sessions::find)
                .map(Sessions.Session::expires)
                .orElse(null);
        return Answer.ok(json(call.caller().name(), call.caller().role(), expires));
    }

    private Answer close(Call call) {
        call.cookie().value(call.header("cookie")).ifPresent(sessions::close);
        return Answer.noContent()
                .with("Set-Cookie", call.cookie().clear())
                .done("session of " + call.caller().name() + ": closed");
    }

    private Answer makeCode(Call call) {
        if (call.caller().name().contains("@")) {
            throw Problem.of(Kind.FORBIDDEN, "a code is made on the host where somebody logs in");
        }
        if (call.caller().isBySession()) {
            throw Problem.of(
                    Kind.FORBIDDEN,
                    "a session makes no codes, so that it cannot outlast its time: use a token, or 'tapswitch login' on"
                            + " the host");
        }
        String url = call.pageUrl()
                .or(credentials::pageUrl)
                .orElseThrow(() -> Problem.of(
                        Kind.CONFLICT, "there is no page to log in to: the daemon runs with api.listen none"));
        String code = sessions.code(call.caller().name(), call.caller().role());
        ObjectNode json = Json.object()
                .put("url", url + "/#code=" + code)
                .put("code", code)
                .put("expires", text(Instant.now().plus(Sessions.CODE_LIFETIME)));
        return Answer.ok(json).done("login code for " + call.caller().name() + ": made");
    }

    private static ObjectNode json(String name, Role role, Instant expires) {
        ObjectNode json = Json.object().put("name", name).put("role", role.label());
        return expires == null ? json : json.put("expires", text(expires));
    }

    private static String text(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
