package io.tapswitch.vm;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A virtual machine of a test: QEMU with a small Linux in memory, whose shell the test drives over the serial port.
 *
 * <pre>{@code
 * try (Guest guest = Guest.on("stream,server=off,addr.type=unix,addr.path=" + socket).ip("10.1.0.2/24").start()) {
 *     assertThat(guest.ping("10.1.0.1", 3)).isEqualTo(3);
 * }
 * }</pre>
 *
 * <p>It boots in a few seconds. {@link GuestOptions#start} does not wait for that, so that several guests can boot
 * side by side; what needs the guest's shell waits. Every wait is bounded, and its failure shows the last lines of the
 * console. For one thread.
 */
public final class Guest implements AutoCloseable {
    static final String NETDEV = "net0";
    static final String NIC = "nic0";

    private static final int BOOT_SECONDS = 60;
    private static final int COMMAND_SECONDS = 20;

    /** The longest line that a terminal of Linux takes, with its end. */
    private static final int LINE_BYTES = 4095;

    private static final Pattern BOOTED =
            Pattern.compile("tapswitch-guest (ready)\r?\n|tapswitch-guest failed: [^\n]*\n|Kernel panic - [^\n]*\n");

    private static final Pattern PING_RESULT = Pattern.compile("([0-9]+) packets received");

    /** ETX, which the terminal takes for an interrupt. */
    private static final String INTERRUPT = "\003";

    private final SocketDirectory directory = new SocketDirectory();
    private final String mac;
    private final Program qemu;
    private boolean ready;
    private int console;
    private int commands;
    private Qmp qmp;

    /** What a command did: its exit status, and all that it printed. */
    public record Result(int status, String output) {}

    Guest(GuestOptions options) {
        mac = options.mac();
        try {
            qemu = options.startQemu(GuestImage.get(), qmpSocket().toString());
        } catch (GuestImage.MissingException e) {
            directory.close();
            throw new AssertionError(e);
        } catch (RuntimeException | AssertionError e) {
            directory.close();
            throw e;
        }
    }

    /**
     * Describes a guest.
     *
     * @param netdev QEMU's option {@code -netdev} without the id
     */
    public static GuestOptions on(String netdev) {
        return new GuestOptions(netdev);
    }

    private Path qmpSocket() {
        return directory.path("qmp");
    }

    /** The address of its device. */
    public String mac() {
        return mac;
    }

    /** Waits until it has booted, with its addresses usable. */
    public Guest boot() {
        if (!ready) {
            MatchResult end = qemu.await("the guest boots", BOOTED, console, BOOT_SECONDS);
            if (end.group(1) == null) {
                throw qemu.failure("the guest does not boot");
            }
            ready = true;
        }
        return this;
    }

    /** Runs a command line of the shell, which must not take longer than 20 s. */
    public Result run(String command) {
        return run(command, COMMAND_SECONDS);
    }

    /**
     * Runs a command line of the shell, and fails if it takes too long; the shell is usable also then. Each command has
     * a shell of its own, with nothing to read; what it leaves in the background must not print.
     */
    public Result run(String command, int seconds) {
        boot();
        int number = ++commands;
        int from = qemu.printed();
        qemu.type(marked(command, number));
        Pattern marks = Pattern.compile("(?s)\036" + number + "\n(.*?)\036" + number + " ([0-9]+)\n");
        try {
            MatchResult result = qemu.await(command, marks, from, seconds);
            return new Result(Integer.parseInt(result.group(2)), result.group(1));
        } catch (AssertionError e) {
            if (qemu.isRunning()) {
                qemu.type(INTERRUPT);
            }
            throw e;
        }
    }

    /** The line to type: the begin and the end of the output are marked by a record separator and the number. */
    private static String marked(String command, int number) {
        String line = "printf '\\036%s\\n' " + number + "; sh -c '" + command.replace("'", "'\\''")
                + "' </dev/null 2>&1; printf '\\036%s %s\\n' " + number + " $?\n";
        if (line.getBytes(StandardCharsets.UTF_8).length > LINE_BYTES) {
            throw new IllegalArgumentException("longer than a line of the terminal: " + command);
        }
        return line;
    }

    /** Runs a command line of the shell; gives what it printed, and fails if it fails. */
    public String execute(String command) {
        Result result = run(command);
        if (result.status != 0) {
            throw new AssertionError("guest " + mac + ": " + command + " failed: " + result.output);
        }
        return result.output;
    }

    /**
     * Sends echo requests, five each second, by IPv4 or IPv6.
     *
     * @return how many answers there were, the last one within a second, or the only one within two
     */
    public int ping(String address, int count, String... options) {
        String command = "ping -q -i 0.2 -W 2 -c " + count + " " + String.join(" ", options) + " " + address;
        String output = run(command, COMMAND_SECONDS + count).output;
        Matcher received = PING_RESULT.matcher(output);
        if (!received.find()) {
            throw new AssertionError("guest " + mac + ": " + command + ": " + output);
        }
        return Integer.parseInt(received.group(1));
    }

    /** Starts Linux anew, in the same QEMU, and waits until it has booted. */
    public void reboot() {
        boot();
        ready = false;
        console = qemu.printed();
        qemu.type("reboot -f\n");
        boot();
    }

    /** Ends Linux, and with it QEMU, in order. */
    public void powerOff() {
        boot();
        qemu.type("poweroff -f\n");
        int status = qemu.awaitEnd();
        if (status != 0) {
            throw qemu.failure("the guest does not power off");
        }
    }

    /** Ends QEMU by SIGKILL, as a crash of it would. */
    public void kill() {
        qemu.kill();
    }

    /** Plugs or unplugs the cable, as the guest sees it. */
    public void setLink(boolean up) {
        qmp().execute("set_link", "'name': '" + NIC + "', 'up': " + up);
    }

    /** QEMU's machine protocol. */
    public Qmp qmp() {
        if (qmp == null) {
            qmp = new Qmp(qemu.connect(qmpSocket()));
        }
        return qmp;
    }

    @Override
    public void close() {
        try (directory;
                qemu) {
            if (qmp != null) {
                qmp.close();
            }
        }
    }
}
