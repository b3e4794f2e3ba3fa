package io.tapswitch.cli;

import io.tapswitch.DurableFile;
import io.tapswitch.api.SelfSigned;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tapswitch tls ...}: what TLS needs. */
@Command(
        name = "tls",
        description = "Make what TLS needs.",
        subcommands = TlsCommand.Create.class,
        footer = {"", "Example:", "  tapswitch tls create --name host1.example"})
public final class TlsCommand extends CommandGroup {
    /** {@code tapswitch tls create}. Needs no daemon. */
    @Command(
            name = "create",
            abbreviateSynopsis = true,
            description = {
                "Make a key and a certificate that it signed itself, for a start: api-key.pem and api-cert.pem.",
                "Clients take the certificate with --ca-file. Needs no daemon."
            },
            footer = {
                "",
                "Example:",
                "  tapswitch tls create --name host1.example --name 192.0.2.1",
                "  tapswitch run --api-listen 192.0.2.1:7470 --api-tls-cert-file /etc/tapswitch/api-cert.pem \\",
                "      --api-tls-key-file /etc/tapswitch/api-key.pem"
            })
    static final class Create implements Callable<Integer> {
        private static final String NAME = "[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9a-fA-F:]*:[0-9a-fA-F:.]*";

        @Spec
        private CommandSpec spec;

        @Mixin
        private HelpOption help;

        @Option(
                names = "--name",
                required = true,
                paramLabel = "NAME",
                description = "DNS name or IP address by which the daemon is reached; may be repeated.")
        private List<String> names;

        @Option(names = "--dir", paramLabel = "DIR", description = "Where the files go. Default: /etc/tapswitch")
        private Path directory = Path.of("/etc/tapswitch");

        @Option(names = "--days", paramLabel = "N", description = "How long it is good, 1 to 3650. Default: 825")
        private int days = 825;

        @Override
        public Integer call() {
            names.stream().filter(name -> !name.matches(NAME)).findFirst().ifPresent(name -> {
                throw new ParameterException(
                        spec.commandLine(), "--name: '" + name + "' is neither a DNS name nor an IP address");
            });
            if (days < 1 || days > 3650) {
                throw new ParameterException(spec.commandLine(), "--days: " + days + " is out of range: use 1 to 3650");
            }
            try {
                create();
                return ExitCode.OK;
            } catch (IOException e) {
                spec.commandLine().getErr().println("error: cannot make the files: " + Reasons.of(e));
                return ExitCode.FAILED;
            }
        }

        private void create() throws IOException {
            Path key = directory.resolve("api-key.pem");
            Path certificate = directory.resolve("api-cert.pem");
            if (!Files.isDirectory(directory)) {
                throw new IOException(directory + " is no directory; make it, or choose another --dir");
            }
            for (Path file : List.of(key, certificate)) {
                if (Files.exists(file)) {
                    throw new IOException(file + " is there already; move it away, or choose another --dir");
                }
            }
            SelfSigned pair = SelfSigned.create(names, Duration.ofDays(days));
            DurableFile.writePrivate(key, pair.keyPem().getBytes(StandardCharsets.US_ASCII));
            Files.writeString(certificate, pair.certificatePem());
            spec.commandLine().getOut().println(key);
            spec.commandLine().getOut().println(certificate);
        }
    }
}
