package io.tapswitch.vm;

import java.util.List;

/** QEMU for this machine's own architecture, by translation, so that a test is the same with and without KVM. */
enum Qemu {
    X86_64("qemu-system-x86_64", List.of("-M", "q35"), "ttyS0"),
    AARCH64("qemu-system-aarch64", List.of("-M", "virt", "-cpu", "cortex-a57"), "ttyAMA0");

    private final String program;
    private final List<String> machine;
    private final String console;

    Qemu(String program, List<String> machine, String console) {
        this.program = program;
        this.machine = machine;
        this.console = console;
    }

    /** That of the machine that runs the test. */
    static Qemu here() {
        return System.getProperty("os.arch").equals("aarch64") ? AARCH64 : X86_64;
    }

    String program() {
        return program;
    }

    /** The options that say which machine to emulate. */
    List<String> machine() {
        return machine;
    }

    /** What Linux calls the first serial port. */
    String console() {
        return console;
    }
}
