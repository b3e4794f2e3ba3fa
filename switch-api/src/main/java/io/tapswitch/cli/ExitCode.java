package io.tapswitch.cli;

/** What a client command tells the shell. */
public final class ExitCode {
    /** Done. */
    public static final int OK = 0;

    /** The daemon refused, or the request failed on the way. */
    public static final int FAILED = 1;

    /** The command line is wrong; nothing was sent. */
    public static final int USAGE = 2;

    /** No daemon answers at the socket or URL. */
    public static final int UNREACHABLE = 3;

    private ExitCode() {}
}
