package io.tapswitch.it.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.it.Await;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A cluster for all tests of a class, with a guest on each host; each test begins with all hosts in order. */
abstract class FaultTest {
    /** What the issue asks for is half of it: others load the machine as well. */
    static final int DEAD_MILLIS = 10_000;

    static ClusterHarness cluster;
    static Guests guests;

    static void begin(ClusterHarness harness) throws Exception {
        cluster = harness;
        int[] all = IntStream.rangeClosed(1, harness.hosts().size()).toArray();
        guests = Guests.of(harness, 1, all);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
            cluster = null;
        }
    }

    @BeforeEach
    void awaitAllInOrder() throws Exception {
        for (ClusterHost host : cluster.hosts()) {
            awaitAllKnown(host);
        }
        ClusterHarness.awaitMesh(cluster.hosts().toArray(ClusterHost[]::new));
        guests.awaitPings();
    }

    @AfterEach
    void heal() {
        cluster.heal();
    }

    void print(String format, Object... values) {
        System.out.println(getClass().getSimpleName() + ": " + String.format(format, values));
    }

    static ClusterHost host(int number) {
        return cluster.host(number);
    }

    /** Waits until a host reaches the directory and has heard all others. */
    static void awaitAllKnown(ClusterHost host) throws Exception {
        Await.until(host + " knows all: " + host.get("hosts"), 2 * ClusterHarness.PATIENCE_SECONDS, () -> {
            for (JsonNode shown : host.get("hosts")) {
                if (!shown.path("state").asText().equals("up")) {
                    return false;
                }
            }
            return host.cluster().path("state").asText().equals("joined")
                    && host.get("hosts").size() == cluster.hosts().size();
        });
    }

    /** Whether frames go from one host to another one. */
    static boolean isUp(ClusterHost host, ClusterHost other) throws Exception {
        return host.portTo(other).path("state").path("status").asText().equals("up");
    }

    /** Milliseconds until a host sends floods to another one no more. */
    static long millisUntilOut(ClusterHost host, ClusterHost dead) throws Exception {
        return ClusterHarness.millisUntil(dead + " has left the flood list of " + host, () -> !isUp(host, dead));
    }

    static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    /** Starts daemons whose process is gone, and waits until all is as it was. */
    void restart(int... numbers) throws Exception {
        long begin = System.nanoTime();
        for (int number : numbers) {
            host(number).launch();
        }
        for (int number : numbers) {
            host(number).ready();
        }
        long ready = System.nanoTime();
        guests.awaitPings();
        long pings = millisSince(ready);
        for (ClusterHost host : cluster.hosts()) {
            awaitAllKnown(host);
        }
        print(
                "restart of %d host(s): ready after %d ms, then all pings after %d ms, all joined and known after %d ms",
                numbers.length, (ready - begin) / 1_000_000, pings, millisSince(ready));
    }
}
