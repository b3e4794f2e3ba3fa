package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tapswitch token ...}: who may come over TCP, and do what. */
@Command(
        name = "token",
        description = "Give out and take back the tokens that callers over TCP need.",
        subcommands = {TokenCommand.Create.class, TokenCommand.ListAll.class, TokenCommand.Revoke.class},
        footer = {"", "Example:", "  tapswitch token create grafana --role read"})
public final class TokenCommand extends CommandGroup {
    private static final String TOKENS = "tokens";

    /** {@code tapswitch token create}. */
    @Command(
            name = "create",
            description = "Make a token and print it; it cannot be shown again.",
            footer = {"", "Example:", "  tapswitch token create alice --role operate --expires 90 > alice.token"})
    static final class Create extends ClientCommand {
        @Parameters(paramLabel = "NAME", converter = Names.Name.class, description = "Who or what uses it.")
        private String name;

        @Option(
                names = "--role",
                paramLabel = "ROLE",
                required = true,
                description = {
                    "What it allows: read (look at everything but frames and secrets), operate (also",
                    "change ports, networks and stations, and see frames) or admin (also tokens)."
                })
        private String role;

        @Option(
                names = "--expires",
                paramLabel = "DAYS",
                description = "After how many days it is of no use, 1 to 3650. Default: never")
        private Integer expires;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            ObjectNode wanted = Json.MAPPER.createObjectNode().put("name", name).put("role", role);
            if (expires != null) {
                wanted.put("expiresDays", expires);
            }
            JsonNode made = api.send("POST", ApiClient.path(TOKENS), wanted);
            if (out.isForPeople()) {
                out.line(made.path("token").asText());
            } else {
                out.document(made);
            }
        }
    }

    /** {@code tapswitch token list}. */
    @Command(
            name = "list",
            description = "List the tokens; what it takes to use them is not shown.",
            footer = {"", "Example:", "  tapswitch token list"})
    static final class ListAll extends ClientCommand {
        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            JsonNode tokens = api.get(ApiClient.path(TOKENS));
            if (!out.isForPeople()) {
                out.document(tokens);
                return;
            }
            Table table = new Table().left("NAME", "ROLE", "CREATED", "EXPIRES", "LAST USED");
            tokens.forEach(token -> table.row(
                    Text.of(token.path("name")),
                    Text.of(token.path("role")),
                    Text.of(token.path("created")),
                    token.path("usable").asBoolean(true) ? Text.of(token.path("expires")) : "expired",
                    Text.of(token.path("lastUsed"))));
            table.print(out.text());
        }
    }

    /** {@code tapswitch token revoke}. */
    @Command(
            name = "revoke",
            description = "Take tokens back: they are of no use from now on, nor are their sessions.",
            footer = {"", "Example:", "  tapswitch token revoke alice"})
    static final class Revoke extends ClientCommand {
        @Parameters(arity = "1..*", paramLabel = "NAME", converter = Names.Name.class, description = "The tokens.")
        private List<String> names;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            removeEach("token", TOKENS, names, api, out);
        }
    }
}
