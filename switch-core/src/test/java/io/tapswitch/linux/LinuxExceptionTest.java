package io.tapswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LinuxExceptionTest {
    @Test
    void saysWhatWasDoneWhatTheKernelSaidAndWhatToDo() {
        LinuxException e = LinuxException.of(Errno.EBUSY, "attach to interface 'tap0'", "close the other one");
        assertThat(e.errno()).isEqualTo(Errno.EBUSY);
        assertThat(e.symbol()).isEqualTo("EBUSY");
        assertThat(e)
                .hasMessage("cannot attach to interface 'tap0': Device or resource busy (EBUSY); close the other one");
    }

    @Test
    void knowsWhatToDoAboutAMissingCapability() {
        assertThat(LinuxException.of(Errno.EPERM, "do it")).hasMessageContaining("AmbientCapabilities=CAP_NET_ADMIN");
    }

    @Test
    void namesEveryErrorNumber() {
        assertThat(Errno.symbol(1)).isEqualTo("EPERM");
        assertThat(Errno.symbol(77)).isEqualTo("EBADFD");
        assertThat(Errno.symbol(110)).isEqualTo("ETIMEDOUT");
        assertThat(Errno.symbol(133)).isEqualTo("EHWPOISON");
    }

    @Test
    void showsTheNumberWhereThereIsNoSymbol() {
        assertThat(Errno.symbol(0)).isEqualTo("errno 0");
        assertThat(Errno.symbol(41)).isEqualTo("errno 41");
        assertThat(Errno.symbol(134)).isEqualTo("errno 134");
        assertThat(Errno.symbol(-1)).isEqualTo("errno -1");
    }
}
