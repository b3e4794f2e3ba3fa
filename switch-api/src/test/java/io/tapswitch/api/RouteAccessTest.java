package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every operation that there is, with no, wrong, too weak and sufficient credentials. */
class RouteAccessTest extends ApiFixture {
    private static final String WRONG = "ts_000000000000_" + "A".repeat(43);

    /** Who tries, from nobody to the most powerful. */
    private Map<Role, String> tokens() {
        Map<Role, String> tokens = new LinkedHashMap<>();
        for (Role role : new Role[] {Role.READ, Role.OPERATE, Role.ADMIN}) {
            tokens.put(role, makeToken(role.label(), role));
        }
        return tokens;
    }

    @Test
    void everyRouteWantsTheRoleThatItSays() throws IOException {
        Map<Role, String> tokens = tokens();
        int tried = 0;
        for (Operation operation : operations()) {
            if (++tried % (Failures.MOST_A_MINUTE - 1) == 0) {
                // Otherwise what is wrong is not looked at any more for a minute.
                restart();
            }
            boolean isOpen = operation.role() == Role.ANYONE;
            expect(operation, "", isOpen ? 0 : 401);
            expect(operation, WRONG, isOpen ? 0 : 401);
            tokens.forEach((role, token) -> expect(operation, token, role.covers(operation.role()) ? 0 : 403));
        }
    }

    /** @param refusal the status that is expected; 0 for neither 401 nor 403 */
    private void expect(Operation operation, String token, int refusal) {
        String target = operation.path().replace("{mac}", "02:00:00:00:00:99").replaceAll("\\{\\w+}", "no-such");
        String body = operation.kind().isRead() || operation.method().equals("DELETE") ? null : "{}";
        Map<String, String> headers = token.isEmpty() ? Map.of() : Map.of("Authorization", "Bearer " + token);
        try (HttpTestClient client = HttpTestClient.tcp(tcpPort(), "127.0.0.1", headers)) {
            int status = client.send(operation.method(), target, body).status();
            String what = operation.method() + " " + target + " with " + (token.isEmpty() ? "nothing" : token);
            if (refusal == 0) {
                assertThat(status).as(what).isNotIn(401, 403);
            } else {
                assertThat(status).as(what).isEqualTo(refusal);
            }
        }
    }

    @Test
    void onlyWhatMustBeIsOpenToAnyone() throws IOException {
        assertThat(operations())
                .filteredOn(operation -> operation.role() == Role.ANYONE)
                .extracting(Operation::path)
                .containsExactlyInAnyOrder("/health/live", "/health/ready", "/api/v1/session");
    }

    @Test
    void changesNeedMoreThanReading() throws IOException {
        assertThat(operations())
                .filteredOn(operation -> operation.kind().isChange())
                // What these change is only the caller's own.
                .filteredOn(operation -> !operation.path().matches("/api/v1/(session|login-codes)"))
                .allMatch(operation -> operation.role().covers(Role.OPERATE));
        assertThat(operations())
                .filteredOn(operation -> operation.path().startsWith("/api/v1/tokens"))
                .isNotEmpty()
                .allMatch(operation -> operation.role() == Role.ADMIN);
    }
}
