package io.tapswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InterfaceNameTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "tap0", "abcdefghijklmno", "br-0a1b2c3d4e5f", "eth0.100", "a@b", "-", "..."})
    void takesWhatTheKernelTakes(String name) {
        assertThat(InterfaceName.check(name)).isEqualTo(name);
        assertThat(InterfaceName.checkPattern(name)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "abcdefghijklmnop", "a/b", "a b", "a\tb", "a\n", ".", "..", "a:b", "é", "%s", "a%", "%d%d"})
    void refusesTheRest(String name) {
        assertThatThrownBy(() -> InterfaceName.check(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot name a network interface");
        assertThatThrownBy(() -> InterfaceName.checkPattern(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void takesOneNumberToFillInOnlyInAPattern() {
        assertThat(InterfaceName.checkPattern("tap%d")).isEqualTo("tap%d");
        assertThat(InterfaceName.checkPattern("%d")).isEqualTo("%d");
        assertThatThrownBy(() -> InterfaceName.check("tap%d")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> InterfaceName.checkPattern("abcdefghijklmn%d"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
