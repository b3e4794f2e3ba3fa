package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.core.LifecycleListener;
import io.tapswitch.cluster.ClusterConfig.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What must not be on, and what all members need the same. */
class HazelcastSettingsTest {
    private static final LifecycleListener NOBODY = event -> {};

    private static Config member(Role role) {
        return HazelcastSettings.member(HazelcastHosts.config(role, "192.0.2.1", 5801, "192.0.2.2"), NOBODY);
    }

    @Test
    void findsMembersByTheirListOnly() {
        JoinConfig join = member(Role.MEMBER).getNetworkConfig().getJoin();

        assertThat(join.getMulticastConfig().isEnabled()).isFalse();
        assertThat(join.getAutoDetectionConfig().isEnabled()).isFalse();
        assertThat(join.getTcpIpConfig().getMembers()).containsExactly("192.0.2.2:5801");
        assertThat(member(Role.MEMBER).getNetworkConfig().isPortAutoIncrement()).isFalse();
    }

    @Test
    void tellsNobodyAndRunsNothingElse() {
        Config config = member(Role.MEMBER);

        assertThat(config.getProperty("hazelcast.phone.home.enabled")).isEqualTo("false");
        assertThat(config.getProperty("hazelcast.socket.bind.any")).isEqualTo("false");
        assertThat(config.getProperty("hazelcast.jmx")).isEqualTo("false");
        assertThat(config.getMetricsConfig().isEnabled()).isFalse();
        assertThat(config.getJetConfig().isEnabled()).isFalse();
        assertThat(config.getManagementCenterConfig().isScriptingEnabled()).isFalse();
        assertThat(config.getManagementCenterConfig().isConsoleEnabled()).isFalse();
        assertThat(config.getNetworkConfig().getMemcacheProtocolConfig().isEnabled())
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource(RecordStore.Kind.class)
    void aRecordOutlivesOneMember(RecordStore.Kind kind) {
        MapConfig map = member(Role.MEMBER).getMapConfig(kind.mapName());

        assertThat(map.getName()).isEqualTo(kind.mapName());
        assertThat(map.getBackupCount()).isOne();
    }

    @Test
    void onlyALiteMemberHoldsNothing() {
        assertThat(member(Role.MEMBER).isLiteMember()).isFalse();
        assertThat(member(Role.LITE).isLiteMember()).isTrue();
    }

    @Test
    void aClientTriesForEver() {
        ClientConfig client =
                HazelcastSettings.client(HazelcastHosts.config(Role.CLIENT, "192.0.2.1", 5801, "192.0.2.2"), NOBODY);

        assertThat(client.getNetworkConfig().getAddresses()).containsExactly("192.0.2.2:5801");
        assertThat(client.getConnectionStrategyConfig().isAsyncStart()).isTrue();
        assertThat(client.getConnectionStrategyConfig()
                        .getConnectionRetryConfig()
                        .getClusterConnectTimeoutMillis())
                .isEqualTo(Long.MAX_VALUE);
    }
}
