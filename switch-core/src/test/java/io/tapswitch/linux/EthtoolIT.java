package io.tapswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.linux.Ethtool.Offloads;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EthtoolIT {
    @BeforeAll
    static void needsRoot() {
        Privileges.assumeRootAndTun();
    }

    @Test
    void readsWhatEthtoolHasSet() throws Exception {
        try (TestNamespace namespace = new TestNamespace()) {
            namespace.ip("link add one type veth peer name two");
            assertThat(offloads(namespace, "one")).isEqualTo(new Offloads(true, true, true, true, false, false));

            Shell.run("ip netns exec " + namespace.name() + " ethtool -K one tx off gso off gro on");

            assertThat(offloads(namespace, "one")).isEqualTo(new Offloads(true, false, false, false, true, false));
            assertThat(offloads(namespace, "two").tso()).isTrue();
        }
    }

    @Test
    void saysThatThereIsNoSuchInterface() {
        assertThatThrownBy(() -> Ethtool.offloads("tswt-none"))
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV))
                .hasMessageContaining("tswt-none");
    }

    private static Offloads offloads(TestNamespace namespace, String name) throws Exception {
        return NetworkNamespace.call(namespace.name(), () -> Ethtool.offloads(name));
    }
}
