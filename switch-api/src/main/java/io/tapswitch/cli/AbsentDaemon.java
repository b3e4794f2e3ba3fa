package io.tapswitch.cli;

import io.tapswitch.api.ApiConfig;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.daemon.DaemonConfig;
import io.tapswitch.doctor.Finding;
import io.tapswitch.doctor.Machine;
import io.tapswitch.doctor.Result;
import io.tapswitch.port.PortDrivers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * What a client can find out about a daemon that does not answer: whether it runs, and what may keep it from starting. It
 * sees what its user may see.
 */
final class AbsentDaemon {
    private static final int PATIENCE_SECONDS = 5;
    private static final String DAEMON = "the daemon";

    private final Path configFile;
    private final Machine machine;
    private final Function<List<String>, Optional<String>> commands;
    private final List<Finding> findings = new ArrayList<>();

    /**
     * @param configFile that the daemon reads
     * @param commands runs one and gives what it printed, nothing if it is not there
     */
    AbsentDaemon(Path configFile, Machine machine, Function<List<String>, Optional<String>> commands) {
        this.configFile = configFile;
        this.machine = machine;
        this.commands = commands;
    }

    /** With the usual places. */
    static AbsentDaemon here(Machine machine) {
        return new AbsentDaemon(DaemonConfig.DEFAULT_FILE, machine, AbsentDaemon::output);
    }

    /**
     * Looks for reasons.
     *
     * @param endpoint where nobody answers
     * @param refusal how that showed
     * @return the worst first
     */
    List<Finding> examine(Endpoint endpoint, CliException refusal) {
        String message = refusal.getMessage();
        int semicolon = message.indexOf("; ");
        String reason = semicolon < 0 ? message : message.substring(0, semicolon);
        problem(
                "daemon",
                DAEMON,
                reason,
                "look at what is below; start it with: systemctl start tapswitch, or: tapswitch run");
        if (endpoint.isLocal()) {
            processes(endpoint);
            service();
            configuration();
            tunDevice();
        }
        ok("java", "this program", "it runs on Java " + System.getProperty("java.version"));
        return findings.stream().sorted(Comparator.comparing(Finding::result)).toList();
    }

    private void problem(String check, String subject, String text, String fix) {
        findings.add(new Finding(check, Result.PROBLEM, subject, text, fix));
    }

    private void unknown(String check, String subject, String text, String fix) {
        findings.add(new Finding(check, Result.UNKNOWN, subject, text, fix));
    }

    private void ok(String check, String subject, String text) {
        findings.add(new Finding(check, Result.OK, subject, text, null));
    }

    private void processes(Endpoint endpoint) {
        List<ProcessHandle> daemons =
                ProcessHandle.allProcesses().filter(AbsentDaemon::isDaemon).toList();
        for (ProcessHandle daemon : daemons) {
            problem(
                    "process",
                    DAEMON,
                    "one runs as process " + daemon.pid() + ", and does not answer at " + endpoint.text()
                            + ": it listens elsewhere, is still starting, or hangs",
                    "see with which options: ps -p " + daemon.pid()
                            + " -o args=; name its address: tapswitch --socket PATH"
                            + " status; what it says: journalctl -u tapswitch -n 50");
        }
        if (daemons.isEmpty()) {
            ok("process", DAEMON, "no process of it is seen, as far as this user sees processes");
        }
    }

    private static boolean isDaemon(ProcessHandle process) {
        List<String> words = process.info().arguments().map(List::of).orElse(List.of());
        int main = words.indexOf("io.tapswitch.cli.Main");
        return main >= 0 && main + 1 < words.size() && words.get(main + 1).equals("run");
    }

    private void service() {
        Optional<String> shown = commands.apply(
                List.of("systemctl", "show", "tapswitch", "-p", "LoadState,ActiveState,Result", "--value"));
        List<String> values = shown.map(text -> text.lines().toList()).orElse(List.of());
        if (values.size() < 3 || !values.contains("loaded")) {
            ok("service", "the service", "systemd knows no service tapswitch here; it is started in another way");
        } else if (!values.contains("active")) {
            problem(
                    "service",
                    "the service",
                    "systemd has it as "
                            + String.join(
                                    ", ",
                                    values.stream()
                                            .filter(v -> !v.equals("loaded"))
                                            .toList()) + lastError(),
                    "what it said: journalctl -u tapswitch -n 50; then: systemctl start tapswitch");
        } else {
            ok("service", "the service", "systemd has it as active");
        }
    }

    /** The daemon says in one line why it does not run. */
    private String lastError() {
        String log = commands.apply(List.of("journalctl", "-u", "tapswitch", "-n", "200", "-o", "cat", "--no-pager"))
                .orElse("");
        return log.lines()
                .filter(line -> line.startsWith("error: "))
                .reduce((earlier, later) -> later)
                .map(line -> "; the last that it said is: " + line)
                .orElse("");
    }

    private void configuration() {
        String subject = "configuration file " + configFile;
        try {
            DaemonConfig config = read();
            ok("configuration", subject, Files.exists(configFile) ? "it is valid" : "there is none; defaults hold");
            stateDirectory(config.stateDir());
            tcpPort(config.api());
        } catch (ConfigException e) {
            problem(
                    "configuration",
                    subject,
                    "the daemon does not start with it: " + e.getMessage(),
                    "correct that field, then: systemctl restart tapswitch");
        } catch (IOException e) {
            unknown(
                    "configuration",
                    subject,
                    "it cannot be read: " + Reasons.of(e),
                    "ask again as root: sudo tapswitch doctor");
        }
    }

    private DaemonConfig read() throws IOException {
        ConfigReader reader = new ConfigReader(PortDrivers.all());
        String text = Files.exists(configFile) ? Files.readString(configFile) : "";
        return DaemonConfig.of(ConfigReader.parseYaml(text), ConfigReader.parseYaml(""), reader);
    }

    private void stateDirectory(Path directory) {
        String subject = "state directory " + directory;
        if (!Files.exists(directory)) {
            ok("state-directory", subject, "it is not there yet; the daemon makes it");
            return;
        }
        try {
            machine.write(directory);
            ok("state-directory", subject, "it can be written");
        } catch (IOException e) {
            unknown(
                    "state-directory",
                    subject,
                    "this user cannot write there; whether the daemon can: " + Reasons.of(e),
                    "ask again as root: sudo tapswitch doctor; ls -ld " + directory + "; df -h " + directory);
        }
    }

    private void tcpPort(ApiConfig api) {
        InetSocketAddress address = api.listenAddress().orElse(null);
        if (address == null || address.getPort() == 0) {
            return;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(address);
            ok("api-port", "TCP port " + address.getPort(), "nobody has it");
        } catch (IOException e) {
            problem(
                    "api-port",
                    "TCP port " + address.getPort(),
                    "another program has it, and the daemon does not start without: " + Reasons.of(e),
                    "who: ss -ltnp 'sport = :" + address.getPort() + "'; end it, or choose another: api.listen in "
                            + configFile);
        }
    }

    private void tunDevice() {
        try {
            machine.openTun();
            ok("tun-device", "this machine", "/dev/net/tun opens");
        } catch (IOException e) {
            String[] parts = Reasons.of(e).split("; ", 2);
            problem(
                    "tun-device",
                    "this machine",
                    "no TAP can be made, at least not by this user: " + parts[0],
                    parts.length > 1 ? parts[1] : "modprobe tun");
        }
    }

    private static Optional<String> output(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0
                    ? Optional.of(text)
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
