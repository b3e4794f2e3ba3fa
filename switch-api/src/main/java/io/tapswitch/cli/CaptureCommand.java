package io.tapswitch.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tapswitch capture}: the frames of a port as they pass. */
@Command(
        name = "capture",
        description = {
            "Capture the frames that pass a port, or come into a network, with the reason of those that were dropped.",
            "Writes pcapng to standard output, for Wireshark and tcpdump, or to a file."
        },
        footer = {
            "",
            "Filters are as tcpdump's: host, net, port, portrange, ether host|src|dst|proto, src, dst, arp, ip, ip6,",
            "tcp, udp, sctp, icmp, icmp6, vlan [N], less, greater, and, or, not, ( ).",
            "",
            "Examples:",
            "  tapswitch capture web1 | wireshark -k -i -",
            "  tapswitch capture web1 -w web1.pcapng --seconds 60 --filter 'tcp port 80'",
            "  tapswitch capture web1 --print --dropped"
        })
public final class CaptureCommand extends ClientCommand {
    private static final String MEDIA_TYPE = "application/x-pcapng";
    private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "PORT", converter = Names.Name.class, description = "The port; with --network, a network.")
    private String name;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            converter = Names.Host.class,
            description = "A port of this host of the cluster. Default: the daemon's own")
    private String host;

    @Option(names = "--network", description = "Capture what comes into a network on the host. Default: a port")
    private boolean network;

    @Mixin
    private FrameSelection selection;

    @Option(names = "--count", paramLabel = "N", description = "End after so many frames. Default: go on")
    private Long count;

    @Option(names = "--seconds", paramLabel = "N", description = "End after a time, up to 86400. Default: 3600")
    private Integer seconds;

    @Option(names = "--dropped", description = "Only frames that were dropped. Default: all")
    private boolean dropped;

    @Option(
            names = "--reason",
            paramLabel = "REASON",
            description = "Only frames that were dropped for this, such as locked. Default: all")
    private String reason;

    @Option(
            names = {"-w", "--write"},
            paramLabel = "FILE",
            description = "Write to this file. Default: standard output")
    private Path file;

    @Option(names = "--print", description = "Print a line for each frame instead. Default: pcapng")
    private boolean print;

    @Override
    protected void run(ApiClient api, Output out) throws CliException {
        if (print) {
            print(api, out);
        } else if (file != null) {
            write(api);
        } else if (isTerminal()) {
            throw new CliException(
                    ExitCode.USAGE,
                    "a capture is not for a terminal: pipe it, such as into 'wireshark -k -i -', write it to a file"
                            + " with -w, or print it in words with --print");
        } else {
            copy(api, new FileOutputStream(FileDescriptor.out));
        }
    }

    private static boolean isTerminal() {
        try {
            String target = Files.readSymbolicLink(STANDARD_OUTPUT).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    private void write(ApiClient api) throws CliException {
        try (OutputFile target = new OutputFile(file)) {
            copy(api, target);
            target.check();
        } catch (IOException e) {
            throw new CliException(ExitCode.FAILED, "--write: cannot write " + file + ": " + Reasons.of(e), e);
        }
    }

    /** Only whole blocks are written, so that a capture that is interrupted is one that can be read. */
    private void copy(ApiClient api, OutputStream target) throws CliException {
        PcapngReader reader = new PcapngReader(packet -> {});
        try (Summary summary = new Summary(reader, spec.commandLine().getErr())) {
            api.stream(target(), MEDIA_TYPE, piece -> summary.locked(() -> isWritten(target, reader.take(piece))));
        }
    }

    /** Whoever read standard output may be gone, which is how a pipe ends; a file knows why it could not be written. */
    private static boolean isWritten(OutputStream target, byte[] blocks) {
        try {
            target.write(blocks);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void print(ApiClient api, Output out) throws CliException {
        PcapngReader reader = new PcapngReader(packet -> out.text().println(FrameText.of(packet)));
        try (Summary summary = new Summary(reader, spec.commandLine().getErr())) {
            api.stream(
                    target(),
                    MEDIA_TYPE,
                    piece -> summary.locked(() -> {
                        reader.take(piece);
                        return !out.text().checkError();
                    }));
        }
    }

    private String target() {
        String kind = network ? "networks" : "ports";
        String path = host == null
                ? ApiClient.path(kind, name, "capture")
                : ApiClient.path("hosts", host, kind, name, "capture");
        Map<String, Object> query = new LinkedHashMap<>();
        query.put("filter", selection.filter);
        query.put("snapLength", selection.snapLength);
        query.put("count", count);
        query.put("seconds", seconds);
        query.put("direction", selection.direction);
        query.put("dropped", dropped ? true : null);
        query.put("reason", reason);
        return ApiClient.withQuery(path, query);
    }

    /** Says on standard error how many frames there were, also when the command is interrupted. */
    private static final class Summary implements AutoCloseable {
        private final PcapngReader reader;
        private final PrintWriter err;
        private final Thread onInterrupt = new Thread(() -> locked(this::print));
        private boolean isGranted;

        Summary(PcapngReader reader, PrintWriter err) {
            this.reader = reader;
            this.err = err;
            Runtime.getRuntime().addShutdownHook(onInterrupt);
        }

        private interface Step {
            boolean take() throws IOException;
        }

        /** No block is cut in two by the end of the process. */
        synchronized boolean locked(Step step) throws IOException {
            isGranted = true;
            return step.take();
        }

        private synchronized void locked(Runnable step) {
            step.run();
        }

        private void print() {
            if (isGranted) {
                err.println(reader.frames() + " frames captured, " + reader.lost() + " lost");
                err.flush();
            }
        }

        @Override
        public void close() {
            try {
                Runtime.getRuntime().removeShutdownHook(onInterrupt);
                print();
            } catch (IllegalStateException e) {
                // The process ends already, and the hook speaks.
                return;
            }
        }
    }
}
