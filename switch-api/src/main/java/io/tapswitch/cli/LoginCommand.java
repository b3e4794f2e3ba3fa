package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;

/** {@code tapswitch login}. */
@Command(
        name = "login",
        description = "Print a URL that logs a browser in, as who you are here; it works once, within a minute.",
        footer = {"", "Example:", "  tapswitch login", "  xdg-open \"$(tapswitch login)\""})
public final class LoginCommand extends ClientCommand {
    @Override
    protected void run(ApiClient api, Output out) throws CliException {
        JsonNode code = api.send("POST", ApiClient.path("login-codes"), null);
        if (out.isForPeople()) {
            out.line(code.path("url").asText());
        } else {
            out.document(code);
        }
    }
}
