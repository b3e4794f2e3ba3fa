package io.tapswitch.cluster;

import io.tapswitch.config.NetworkConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * How a cluster grows, with real directories, a store in memory and a clock that goes as fast as it is computed. Prints a
 * table in Markdown; {@code deploy/bench/cluster-sim.sh} runs it.
 *
 * <p>Hosts are spread over networks of at most {@value #HOSTS_PER_NETWORK} hosts where there are many, as tenants are; every
 * host knows where all stations of all networks are.
 */
public final class ClusterSimulation {
    private static final int HOSTS_PER_NETWORK = 50;
    private static final long FIRST_MAC = 0x02_00_00_00_00_00L;

    private final VirtualTime time = new VirtualTime();
    private final VirtualStores stores = new VirtualStores(time, new SplittableRandom(1));
    private final List<VirtualHost> hosts = new ArrayList<>();
    private final int networks;
    private final int stationsPerHost;

    private ClusterSimulation(int hostCount, int stations) {
        networks = Math.max(1, hostCount / HOSTS_PER_NETWORK);
        stationsPerHost = stations / hostCount;
        for (int i = 0; i < hostCount; i++) {
            hosts.add(host(i));
        }
    }

    private VirtualHost host(int number) {
        FakeSwitch local = new FakeSwitch();
        if (number < networks) {
            local.with(new NetworkConfig(name(number), null, number + 1, null, null, null, null, null, null));
        }
        local.use(name(number % networks));
        return new VirtualHost("h" + number, number + 1, time, stores, local, VirtualHost.keyring(), null);
    }

    private static String name(int network) {
        return "n" + network;
    }

    /** What a step cost. */
    private record Cost(long writes, long hints, long hintBytes, long readBytes) {}

    private Cost cost() {
        long writes = 0;
        long readBytes = 0;
        for (VirtualHost host : hosts) {
            writes += host.directory().writes();
            readBytes += host.directory().readBytes();
        }
        return new Cost(writes, stores.hints(), stores.hintBytes(), readBytes);
    }

    private static Cost difference(Cost from, Cost to) {
        return new Cost(
                to.writes - from.writes,
                to.hints - from.hints,
                to.hintBytes - from.hintBytes,
                to.readBytes - from.readBytes);
    }

    private void learnAll() {
        for (int i = 0; i < hosts.size(); i++) {
            for (int station = 0; station < stationsPerHost; station++) {
                hosts.get(i).hear(name(i % networks), mac(i, station), "web1");
            }
        }
    }

    private static long mac(int host, int station) {
        return FIRST_MAC + host * 65_536L + station;
    }

    /** Until all hosts know a number of stations, by the directory. @return milliseconds; -1 if not within two minutes */
    private long untilAllKnow(int stations) {
        long begun = time.now();
        while (time.now() - begun < TimeUnit.MINUTES.toNanos(2)) {
            if (hosts.stream().allMatch(host -> host.directory().stations().elsewhere() >= stations)) {
                return TimeUnit.NANOSECONDS.toMillis(time.now() - begun);
            }
            time.pass(20, TimeUnit.MILLISECONDS);
        }
        return -1;
    }

    /** Until a station is known at a host by those that have a port in its network. */
    private long untilMoved(int network, long mac, String host) {
        long begun = time.now();
        while (time.now() - begun < TimeUnit.MINUTES.toNanos(2)) {
            boolean all = hosts.stream()
                    .filter(other -> other.local().networksInUse().contains(name(network)))
                    .filter(other -> !other.name().equals(host))
                    .allMatch(other -> host.equals(other.local().hostOf(name(network), mac)));
            if (all) {
                return TimeUnit.NANOSECONDS.toMillis(time.now() - begun);
            }
            time.pass(5, TimeUnit.MILLISECONDS);
        }
        return -1;
    }

    private static long usedBytes() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private void run() {
        int count = hosts.size();
        int all = stationsPerHost * (count - 1);
        time.pass(60, TimeUnit.SECONDS);
        Cost settled = cost();
        time.pass(60, TimeUnit.SECONDS);
        Cost idle = difference(settled, cost());
        long before = usedBytes();
        learnAll();
        long learned = untilAllKnow(all);
        time.pass(60, TimeUnit.SECONDS);
        long memory = usedBytes() - before;

        Cost beforeMove = cost();
        int mover = count > networks ? networks : 1;
        hosts.get(mover).hear(name(0), mac(0, 0), "web1");
        long moved = untilMoved(0, mac(0, 0), hosts.get(mover).name());
        Cost move = difference(beforeMove, cost());

        Cost beforeJoin = cost();
        hosts.add(host(count));
        long joined = untilAllKnow(all - 1);
        Cost join = difference(beforeJoin, cost());

        System.out.printf(
                Locale.ROOT,
                "| %d | %d | %.1f | %.1f | %d ms | %d ms | %d | %.1f | %d ms | %d | %.0f | %.1f |%n",
                count,
                stationsPerHost * count,
                idle.writes() / 60.0,
                (idle.hintBytes() + idle.readBytes()) / 60.0 / count / 1024,
                learned,
                moved,
                move.hints(),
                move.hintBytes() / 1024.0,
                joined,
                join.writes() + join.hints(),
                (join.hintBytes() + join.readBytes()) / 1024.0,
                memory / 1048576.0 / count);
    }

    /** @param args pairs of hosts and stations, as {@code 100x10000} */
    public static void main(String[] args) {
        System.out.println("| hosts | MACs | idle: writes/s in all | idle: KiB/s per host | all MACs known everywhere |"
                + " a move known | hints of a move | KiB of a move | a join complete | messages of a join |"
                + " KiB of a join | MiB per host |");
        System.out.println("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        List<String> cases = args.length == 0
                ? List.of("2x100", "2x100000", "10x100000", "100x10000", "300x9000", "1000x2000")
                : Arrays.asList(args);
        for (String each : cases) {
            String[] numbers = each.split("x");
            new ClusterSimulation(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1])).run();
        }
    }
}
