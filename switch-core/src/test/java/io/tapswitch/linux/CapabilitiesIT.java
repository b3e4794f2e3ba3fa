package io.tapswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.linux.Capabilities.Capability;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CapabilitiesIT {
    @BeforeAll
    static void needsRoot() {
        Privileges.assumeRootAndTun();
    }

    @Test
    void aThreadHasThoseThatItKept() throws Exception {
        Capabilities kept = Privileges.without(
                List.of(Privileges.CAP_NET_RAW, Privileges.CAP_SYS_ADMIN), Capabilities::ofThisThread);

        assertThat(kept.has(Capability.CAP_NET_ADMIN)).isTrue();
        assertThat(kept.has(Capability.CAP_NET_RAW)).isFalse();
        assertThat(kept.has(Capability.CAP_SYS_ADMIN)).isFalse();
    }
}
