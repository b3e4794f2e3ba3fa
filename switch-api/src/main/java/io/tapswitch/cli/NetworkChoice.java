package io.tapswitch.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Parameters;

/** The network that a command is about, or all of them. A mixin. */
final class NetworkChoice {
    @Parameters(
            arity = "0..1",
            paramLabel = "NETWORK",
            converter = Names.Name.class,
            description = "Default: all networks")
    private String network;

    boolean isAll() {
        return network == null;
    }

    /** The names of the networks. @throws CliException if they cannot be asked for */
    List<String> names(ApiClient api) throws CliException {
        if (!isAll()) {
            return List.of(network);
        }
        List<String> all = new ArrayList<>();
        api.get(ApiClient.path("networks"))
                .forEach(each -> all.add(each.path("name").asText()));
        return all;
    }
}
