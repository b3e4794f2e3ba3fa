package io.tapswitch.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tapswitch.linux.NetworkNamespace;
import io.tapswitch.linux.RawSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A host of a test: a network namespace of its own, removed on closing. It has no IPv6 unless that is {@linkplain
 * #enableIpv6 asked for}, so that nothing but the test sends frames.
 */
public final class TestHost implements AutoCloseable {
    /** What every namespace of these tests begins with. */
    public static final String PREFIX = "tswi";

    private static final Pattern OURS = Pattern.compile(PREFIX + "([0-9]+)-[0-9]+");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final long PATIENCE_SECONDS = 60;

    static {
        removeLeftovers();
    }

    private final String namespace = PREFIX + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();

    /** Makes the namespace, with its loopback interface up. */
    public TestHost() {
        execute("ip", "netns", "add", namespace);
        disableIpv6("1");
        execute("ip", "-n", namespace, "link", "set", "lo", "up");
    }

    /** A test run that was killed could not clean up after itself. */
    private static void removeLeftovers() {
        try (Stream<Path> names = Files.list(Path.of("/run/netns"))) {
            names.map(path -> OURS.matcher(path.getFileName().toString()))
                    .filter(Matcher::matches)
                    .filter(name ->
                            ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty())
                    .forEach(name -> execute("ip", "netns", "del", name.group()));
        } catch (IOException e) {
            // There is no directory before the first namespace.
        }
    }

    private void disableIpv6(String value) {
        inside(() -> {
            Path conf = Path.of("/proc/sys/net/ipv6/conf");
            if (Files.exists(conf)) {
                Files.writeString(conf.resolve("all/disable_ipv6"), value);
                Files.writeString(conf.resolve("default/disable_ipv6"), value);
            }
            return null;
        });
    }

    /** Lets interfaces that are made from now on have IPv6. */
    public TestHost enableIpv6() {
        disableIpv6("0");
        return this;
    }

    /** The namespace's name. */
    public String namespace() {
        return namespace;
    }

    /** Runs an action inside: what it opens stays there. */
    public <T> T inside(Callable<T> action) {
        try {
            return NetworkNamespace.call(namespace, action);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a command inside; gives what it printed, and fails if it fails. */
    public String run(String... command) {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        words.addAll(List.of(command));
        return execute(words.toArray(String[]::new));
    }

    /** Runs {@code ip} inside, the arguments separated by spaces. */
    public String ip(String arguments) {
        return execute(("ip -n " + namespace + " " + arguments).split(" "));
    }

    /** What {@code ip} says about an interface, with details and counters. */
    public JsonNode link(String interfaceName) {
        try {
            return JSON.readTree(ip("-d -s -j link show dev " + interfaceName)).path(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The flags of an interface, such as {@code UP} and {@code LOWER_UP}, which is the carrier. */
    public List<String> flags(String interfaceName) {
        List<String> flags = new ArrayList<>();
        link(interfaceName).path("flags").forEach(flag -> flags.add(flag.asText()));
        return flags;
    }

    /** The names of all interfaces but the loopback. */
    public List<String> interfaces() {
        return ip("-br link show")
                .lines()
                .map(line -> line.split("[ @]")[0])
                .filter(name -> !name.equals("lo"))
                .toList();
    }

    /** Joins interfaces by a plain Linux bridge, which passes VLAN tags unread and sends nothing itself. */
    public void bridge(String... interfaces) {
        ip("link add br0 type bridge stp_state 0 mcast_snooping 0");
        for (String member : interfaces) {
            ip("link set " + member + " master br0");
        }
        ip("link set br0 up");
    }

    /** Skips the test, printing why, where the kernel has no VLAN interfaces. */
    public void assumeVlanInterfaces() {
        boolean known =
                outcome(("ip -n " + namespace + " link add link lo name probe0 type vlan id 1").split(" ")).status == 0;
        if (!known) {
            System.out.println("SKIPPED: this kernel has no VLAN interfaces (CONFIG_VLAN_8021Q)");
        }
        Assumptions.assumeTrue(known, "needs CONFIG_VLAN_8021Q");
        ip("link del probe0");
    }

    /**
     * Sends echo requests by IPv4.
     *
     * @return how many answers this host received: after the last request, ping itself waits for twice the longest time
     *     that an answer took, which on a busy machine is not long enough
     */
    public int ping(String address, int count, String... options) {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", namespace, "ping", "-q"));
        words.addAll(List.of("-c", String.valueOf(count), "-i", "0.02", "-W", "2"));
        words.addAll(List.of(options));
        words.add(address);
        int before = echoReplies();
        Outcome outcome = outcome(words.toArray(String[]::new));
        Matcher received = Pattern.compile("([0-9]+) received").matcher(outcome.output);
        if (!received.find()) {
            throw new AssertionError(String.join(" ", words) + ": " + outcome.output);
        }
        long deadline =
                System.nanoTime() + TimeUnit.SECONDS.toNanos(received.group(1).equals("0") ? 0 : 2);
        while (echoReplies() - before < count && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        return echoReplies() - before;
    }

    private int echoReplies() {
        return inside(() -> {
            List<String[]> icmp = Files.readAllLines(Path.of("/proc/thread-self/net/snmp")).stream()
                    .filter(line -> line.startsWith("Icmp:"))
                    .map(line -> line.split(" "))
                    .toList();
            return Integer.valueOf(icmp.get(1)[List.of(icmp.get(0)).indexOf("InEchoReps")]);
        });
    }

    /** A packet socket on an interface. */
    public RawSocket socket(String interfaceName) {
        try {
            return new RawSocket(namespace, interfaceName);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Outcome(int status, String output) {}

    /** Runs a command where this process is; gives what it printed, and fails if it fails. */
    public static String execute(String... command) {
        Outcome outcome = outcome(command);
        if (outcome.status != 0) {
            throw new AssertionError(String.join(" ", command) + " failed: " + outcome.output);
        }
        return outcome.output;
    }

    private static Outcome outcome(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(String.join(" ", command) + " does not end");
            }
            return new Outcome(process.exitValue(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(String.join(" ", command), e);
        }
    }

    @Override
    public void close() {
        execute("ip", "netns", "del", namespace);
    }

    @Override
    public String toString() {
        return namespace;
    }
}
