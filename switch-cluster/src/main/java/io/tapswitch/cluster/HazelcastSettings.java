package io.tapswitch.cluster;

import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.client.config.ClientConnectionStrategyConfig.ReconnectMode;
import com.hazelcast.client.config.RoutingMode;
import com.hazelcast.config.ClassFilter;
import com.hazelcast.config.Config;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.ListenerConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.config.SerializationConfig;
import java.util.EventListener;
import java.util.Map;

/**
 * How Hazelcast is set up: small, bound to one address, joining by a list of addresses, quick to notice who is gone, and
 * silent to anybody but the members. All members of a cluster need the same, so there is nothing to choose.
 */
final class HazelcastSettings {
    /** Copies of a record on other members. What is lost beyond that, its owner writes again. */
    static final int BACKUPS = 1;

    /** In how many parts the records are spread over the members: many more than members, few enough to be cheap. */
    private static final int PARTITIONS = 31;

    /** A member that says nothing for so long is gone. One whose process ends is noticed at once. */
    private static final int SILENCE_SECONDS = 8;

    private static final int CONNECT_SECONDS = 3;
    private static final int OPERATION_MILLIS = 10_000;
    private static final int LEAVE_SECONDS = 3;
    private static final int RETRY_FIRST_MILLIS = 500;
    private static final int RETRY_LAST_MILLIS = 5_000;

    private static final Map<String, Object> MEMBER = Map.ofEntries(
            // Listens at this address only, and connects from there.
            Map.entry("hazelcast.socket.bind.any", false),
            // Tells nobody of itself, and watches nothing that nobody reads.
            Map.entry("hazelcast.phone.home.enabled", false),
            Map.entry("hazelcast.jmx", false),
            Map.entry("hazelcast.metrics.enabled", false),
            Map.entry("hazelcast.health.monitoring.level", "OFF"),
            Map.entry("hazelcast.slow.operation.detector.enabled", false),
            // The daemon ends in an order of its own.
            Map.entry("hazelcast.shutdownhook.enabled", false),
            Map.entry("hazelcast.logging.type", "slf4j"),
            // Few threads: a directory of many hosts is some hundred operations a second.
            Map.entry("hazelcast.partition.count", PARTITIONS),
            Map.entry("hazelcast.operation.thread.count", 2),
            Map.entry("hazelcast.operation.generic.thread.count", 2),
            Map.entry("hazelcast.operation.response.thread.count", 1),
            Map.entry("hazelcast.io.thread.count", 1),
            Map.entry("hazelcast.event.thread.count", 1),
            Map.entry("hazelcast.event.queue.capacity", 100_000),
            // Made when needed. With one only, a client that waits for a member that is stuck would hold up all others.
            Map.entry("hazelcast.clientengine.thread.count", 4),
            Map.entry("hazelcast.clientengine.query.thread.count", 2),
            Map.entry("hazelcast.clientengine.blocking.thread.count", 8),
            // A join does not wait for others that may join as well, nor long for one that is silent.
            Map.entry("hazelcast.wait.seconds.before.join", 0),
            Map.entry("hazelcast.max.wait.seconds.before.join", 1),
            Map.entry("hazelcast.max.join.seconds", 10),
            Map.entry("hazelcast.connect.all.wait.seconds", 5),
            Map.entry("hazelcast.mastership.claim.timeout.seconds", 5),
            Map.entry("hazelcast.socket.connect.timeout.seconds", CONNECT_SECONDS),
            // Who is gone, and who is back.
            Map.entry("hazelcast.heartbeat.interval.seconds", 1),
            Map.entry("hazelcast.max.no.heartbeat.seconds", SILENCE_SECONDS),
            Map.entry("hazelcast.client.max.no.heartbeat.seconds", 2 * SILENCE_SECONDS),
            Map.entry("hazelcast.member.list.publish.interval.seconds", 10),
            Map.entry("hazelcast.merge.first.run.delay.seconds", 5),
            Map.entry("hazelcast.merge.next.run.delay.seconds", 5),
            Map.entry("hazelcast.operation.call.timeout.millis", OPERATION_MILLIS),
            Map.entry("hazelcast.operation.backup.timeout.millis", 3_000),
            Map.entry("hazelcast.graceful.shutdown.max.wait", LEAVE_SECONDS));

    private static final Map<String, Object> CLIENT = Map.ofEntries(
            Map.entry("hazelcast.logging.type", "slf4j"),
            Map.entry("hazelcast.client.metrics.enabled", false),
            Map.entry("hazelcast.client.statistics.enabled", false),
            Map.entry("hazelcast.client.io.input.thread.count", 1),
            Map.entry("hazelcast.client.io.output.thread.count", 1),
            Map.entry("hazelcast.client.response.thread.count", 1),
            Map.entry("hazelcast.client.event.thread.count", 1),
            Map.entry("hazelcast.client.event.queue.capacity", 100_000),
            Map.entry("hazelcast.client.heartbeat.interval", 1_000),
            Map.entry("hazelcast.client.heartbeat.timeout", SILENCE_SECONDS * 1_000),
            Map.entry("hazelcast.client.invocation.timeout.seconds", OPERATION_MILLIS / 1_000));

    static {
        // What Hazelcast says before it has read a configuration would go past our log.
        if (System.getProperty("hazelcast.logging.class") == null) {
            System.setProperty("hazelcast.logging.class", HazelcastLog.class.getName());
        }
    }

    private HazelcastSettings() {}

    /** Of a member, data or lite. @param events is told of all that happens, from the start on */
    static Config member(ClusterConfig cluster, EventListener events) {
        Config config = new Config().setClusterName(cluster.name());
        config.setLiteMember(cluster.role() == ClusterConfig.Role.LITE);
        MEMBER.forEach((name, value) -> config.setProperty(name, value.toString()));
        // Not "interfaces": they know only addresses that an interface lists, which not all of 127.0.0.0/8 are.
        config.setProperty("hazelcast.local.localAddress", cluster.bind());
        network(config.getNetworkConfig(), cluster);
        config.getJetConfig().setEnabled(false).setResourceUploadEnabled(false);
        config.getMetricsConfig().setEnabled(false);
        config.getManagementCenterConfig().setScriptingEnabled(false).setConsoleEnabled(false);
        config.setSerializationConfig(serialization());
        for (RecordStore.Kind kind : RecordStore.Kind.values()) {
            config.addMapConfig(map(kind));
        }
        return config.addListenerConfig(new ListenerConfig(events));
    }

    private static void network(NetworkConfig network, ClusterConfig cluster) {
        network.setPort(cluster.port()).setPortAutoIncrement(false).setReuseAddress(true);
        JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig()
                .setEnabled(true)
                .setConnectionTimeoutSeconds(CONNECT_SECONDS)
                .setMembers(cluster.members());
    }

    private static MapConfig map(RecordStore.Kind kind) {
        return new MapConfig(kind.mapName())
                .setInMemoryFormat(InMemoryFormat.BINARY)
                .setBackupCount(BACKUPS)
                .setStatisticsEnabled(false);
    }

    /** Of a client. @param events is told of all that happens, from the start on */
    static ClientConfig client(ClusterConfig cluster, EventListener events) {
        ClientConfig config = new ClientConfig().setClusterName(cluster.name());
        CLIENT.forEach((name, value) -> config.setProperty(name, value.toString()));
        config.getNetworkConfig().setAddresses(cluster.members()).setConnectionTimeout(CONNECT_SECONDS * 1_000);
        config.getNetworkConfig().getAutoDetectionConfig().setEnabled(false);
        // With a connection to each member, hints of a new member would be lost until there is one to it as well.
        config.getNetworkConfig().getClusterRoutingConfig().setRoutingMode(RoutingMode.SINGLE_MEMBER);
        config.getConnectionStrategyConfig().setAsyncStart(true).setReconnectMode(ReconnectMode.ASYNC);
        config.getConnectionStrategyConfig()
                .getConnectionRetryConfig()
                .setInitialBackoffMillis(RETRY_FIRST_MILLIS)
                .setMaxBackoffMillis(RETRY_LAST_MILLIS)
                .setMultiplier(2)
                .setJitter(0.2)
                .setClusterConnectTimeoutMillis(Long.MAX_VALUE);
        config.getMetricsConfig().setEnabled(false);
        config.setSerializationConfig(serialization());
        return config.addListenerConfig(new ListenerConfig(events));
    }

    /**
     * Members tell each other of failures by Java serialization, and retry by what class these have. Nothing else that
     * comes may become an object in this way, nor by reflection on its field names.
     */
    private static SerializationConfig serialization() {
        JavaSerializationFilterConfig failures = new JavaSerializationFilterConfig().setDefaultsDisabled(true);
        failures.getWhitelist()
                .addPackages(
                        "java.lang",
                        "com.hazelcast.core",
                        "com.hazelcast.partition",
                        "com.hazelcast.spi.exception",
                        "com.hazelcast.nio.serialization")
                .addClasses(
                        "com.hazelcast.internal.cluster.impl.ClusterTopologyChangedException",
                        "com.hazelcast.internal.cluster.impl.ConfigMismatchException",
                        "com.hazelcast.internal.cluster.impl.MasterNodeChangedException",
                        "com.hazelcast.internal.cluster.impl.VersionMismatchException",
                        "com.hazelcast.internal.partition.PartitionStateVersionMismatchException",
                        "[Ljava.lang.StackTraceElement;",
                        "[Ljava.lang.Throwable;",
                        "java.io.IOException",
                        "java.io.EOFException",
                        "java.util.ArrayList",
                        "java.util.Collections$EmptyList",
                        "java.util.Collections$UnmodifiableCollection",
                        "java.util.Collections$UnmodifiableList",
                        "java.util.Collections$UnmodifiableRandomAccessList",
                        "java.util.concurrent.CancellationException",
                        "java.util.concurrent.CompletionException",
                        "java.util.concurrent.ExecutionException",
                        "java.util.concurrent.RejectedExecutionException",
                        "java.util.concurrent.TimeoutException");
        SerializationConfig config = new SerializationConfig().setJavaSerializationFilterConfig(failures);
        config.getCompactSerializationConfig()
                .setZeroConfigFilter(new JavaSerializationFilterConfig()
                        .setDefaultsDisabled(true)
                        .setWhitelist(new ClassFilter()));
        return config;
    }
}
