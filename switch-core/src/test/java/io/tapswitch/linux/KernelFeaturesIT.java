package io.tapswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.linux.KernelFeatures.Feature;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class KernelFeaturesIT {
    @BeforeAll
    static void needsRoot() {
        Privileges.assumeRootAndTun();
    }

    @Test
    void findsWhatThisKernelHasAndLeavesNoTrace() {
        List<String> openBefore = Privileges.openFiles();
        String linksBefore = Shell.run("ip -br link");
        KernelFeatures features = KernelFeatures.probe();
        System.out.println(features);
        assertThat(features.release()).isEqualTo(Shell.run("uname -r").trim());
        assertThat(features.architecture()).isEqualTo(System.getProperty("os.arch"));
        assertThat(features.features())
                .extracting(Feature::name)
                .containsExactly(
                        KernelFeatures.NET_ADMIN,
                        KernelFeatures.NET_RAW,
                        KernelFeatures.SYS_ADMIN,
                        KernelFeatures.TUN,
                        KernelFeatures.VNET_HEADER,
                        KernelFeatures.MULTI_QUEUE,
                        KernelFeatures.TSO,
                        KernelFeatures.USO,
                        KernelFeatures.CARRIER,
                        KernelFeatures.PACKET_VNET_HEADER,
                        KernelFeatures.IGNORE_OUTGOING,
                        KernelFeatures.UDP_SEGMENT,
                        KernelFeatures.UDP_GRO);
        assertThat(features.has(KernelFeatures.UDP_SEGMENT)).isTrue();
        assertThat(features.has(KernelFeatures.UDP_GRO)).isTrue();
        assertThat(features.has(KernelFeatures.TUN)).isTrue();
        assertThat(features.has(KernelFeatures.VNET_HEADER)).isTrue();
        assertThat(features.has(KernelFeatures.TSO)).isTrue();
        assertThat(features.has(KernelFeatures.PACKET_VNET_HEADER)).isTrue();
        assertThat(features.has(KernelFeatures.IGNORE_OUTGOING)).isTrue();
        assertThat(Shell.run("ip -br link")).isEqualTo(linksBefore);
        assertThat(Privileges.openFiles()).isEqualTo(openBefore);
    }

    @Test
    void probesATapOfTheHostsIfItMayNotMakeNamespaces() throws Exception {
        String linksBefore = Shell.run("ip -br link");
        KernelFeatures features = Privileges.without(List.of(Privileges.CAP_SYS_ADMIN), KernelFeatures::probe);
        assertThat(features.has(KernelFeatures.SYS_ADMIN)).isFalse();
        assertThat(features.has(KernelFeatures.NET_ADMIN)).isTrue();
        assertThat(features.has(KernelFeatures.VNET_HEADER)).isTrue();
        assertThat(features.has(KernelFeatures.TSO)).isTrue();
        assertThat(features.has(KernelFeatures.CARRIER)).isTrue();
        assertThat(Shell.run("ip -br link")).isEqualTo(linksBefore);
    }

    @Test
    void saysThatNetAdminIsMissing() throws Exception {
        KernelFeatures features = Privileges.without(List.of(Privileges.CAP_NET_ADMIN), KernelFeatures::probe);
        assertThat(detail(features, KernelFeatures.NET_ADMIN)).contains("cannot make and configure TAPs");
        assertThat(detail(features, KernelFeatures.USO)).contains("not probed").contains("CAP_NET_ADMIN");
    }

    @Test
    void saysThatNetRawIsMissing() throws Exception {
        KernelFeatures features = Privileges.without(List.of(Privileges.CAP_NET_RAW), KernelFeatures::probe);
        assertThat(detail(features, KernelFeatures.PACKET_VNET_HEADER))
                .contains("no port of type interface opens")
                .contains("CAP_NET_RAW");
        assertThat(detail(features, KernelFeatures.IGNORE_OUTGOING)).contains("not probed");
        assertThat(features.has(KernelFeatures.TSO)).isTrue();
    }

    @Test
    void saysThatTheDriverIsMissing() throws Exception {
        KernelFeatures features = Privileges.withEmptyDevNet(KernelFeatures::probe);
        assertThat(detail(features, KernelFeatures.TUN)).contains("modprobe tun");
        assertThat(features.has(KernelFeatures.TSO)).isFalse();
    }

    @Test
    void readsAsWords() {
        assertThat(new Feature("USO", false, "kernel 6.1 has none")).hasToString("USO: no (kernel 6.1 has none)");
    }

    private static String detail(KernelFeatures features, String name) {
        Feature feature = features.features().stream()
                .filter(f -> f.name().equals(name))
                .findFirst()
                .orElseThrow();
        assertThat(feature.available()).isFalse();
        return feature.detail();
    }
}
