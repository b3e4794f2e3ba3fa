package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.overlay.OverlayDirectory;
import io.tapswitch.overlay.StaticOverlayDirectory;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class OverlayDirectoriesTest {
    @Test
    void aHostWithoutClusterIsByItself() throws IOException {
        try (OverlayDirectory directory = OverlayDirectories.open(null, null, null, "0.1.0", 1, new byte[0])) {
            assertThat(directory).isInstanceOf(StaticOverlayDirectory.class);
            assertThat(directory.description()).isEqualTo("single host");
        }
    }
}
