package io.tapswitch.doctor;

import java.io.IOException;

/**
 * Looks at one thing.
 *
 * @param name in findings: lower case with hyphens
 * @param scope what it looks at
 * @param look tells what it finds
 */
record Check(String name, Scope scope, Look look) {
    /** What a check looks at. */
    enum Scope {
        /** The machine, the process or the cluster: of no interest to who asks for one port. */
        HOST,
        /** Ports, or the networks that they are in. */
        PORT
    }

    /** Looks. */
    @FunctionalInterface
    interface Look {
        /** @throws IOException if something cannot be found out, in words; what was told before stands */
        void at(Examination examination) throws IOException;
    }

    static Check ofHost(String name, Look look) {
        return new Check(name, Scope.HOST, look);
    }

    static Check ofPorts(String name, Look look) {
        return new Check(name, Scope.PORT, look);
    }
}
