package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.overlay.OverlayDirectory;
import io.tapswitch.overlay.StaticOverlayDirectory;
import org.junit.jupiter.api.Test;

class OverlayDirectoriesTest {
    @Test
    void aHostWithoutClusterIsByItself() {
        try (OverlayDirectory directory = OverlayDirectories.open()) {
            assertThat(directory).isInstanceOf(StaticOverlayDirectory.class);
            assertThat(directory.description()).isEqualTo("single host");
        }
    }
}
