package io.tapswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetStatisticsTest {
    private static final List<String> LINES = List.of(
            "TcpExt: SyncookiesSent IPReversePathFilter TCPTimeWaitOverflow",
            "TcpExt: 1 12 3",
            "IpExt: InNoRoutes InOctets",
            "IpExt: 4 5");

    @Test
    void findsAValueBelowItsName() {
        assertThat(NetStatistics.find(LINES, "TcpExt:", "IPReversePathFilter")).hasValue(12);
        assertThat(NetStatistics.find(LINES, "IpExt:", "InOctets")).hasValue(5);
    }

    @Test
    void whatAKernelDoesNotCountIsNothing() {
        assertThat(NetStatistics.find(LINES, "IpExt:", "IPReversePathFilter")).isEmpty();
        assertThat(NetStatistics.find(
                        List.of("TcpExt: IPReversePathFilter", "TcpExt:"), "TcpExt:", "IPReversePathFilter"))
                .isEmpty();
        assertThat(NetStatistics.find(List.of("TcpExt: IPReversePathFilter"), "TcpExt:", "IPReversePathFilter"))
                .isEmpty();
    }

    @Test
    void readsThoseOfTheMachine() throws IOException {
        assertThat(NetStatistics.reversePathDrops().orElse(0)).isNotNegative();
    }
}
