package io.tapswitch.linux;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A named network namespace of a test's own, removed on closing. */
public final class TestNamespace implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String name = "tswt" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();

    public TestNamespace() {
        Shell.run("ip netns add " + name);
    }

    public String name() {
        return name;
    }

    /** Runs {@code ip} inside. */
    public String ip(String arguments) {
        return Shell.run("ip -n " + name + " " + arguments);
    }

    /** What {@code ip} says about an interface; throws an AssertionError if there is none. */
    public JsonNode link(String interfaceName) {
        return Shell.first("ip -n " + name + " -d -j link show dev " + interfaceName);
    }

    /** The names of all interfaces. */
    public List<String> links() {
        return ip("-br link show").lines().map(line -> line.split("[ @]")[0]).toList();
    }

    /** The addresses of an interface, as {@code 10.0.0.1/24}, in the order in which {@code ip} shows them. */
    public List<String> addresses(String interfaceName) {
        List<String> addresses = new ArrayList<>();
        for (JsonNode address : Shell.first("ip -n " + name + " -j address show dev " + interfaceName)
                .path("addr_info")) {
            addresses.add(address.path("local").asText() + "/"
                    + address.path("prefixlen").asInt());
        }
        return addresses;
    }

    @Override
    public void close() {
        Shell.run("ip netns del " + name);
    }
}
