package io.tapswitch.cli;

/** A command that did not succeed: the exit code, and the line to print after {@code error: }. */
public final class CliException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    /** @param exitCode one of {@link ExitCode} */
    public CliException(int exitCode, String message) {
        this(exitCode, message, null);
    }

    /** @param exitCode one of {@link ExitCode} */
    public CliException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** One of {@link ExitCode}. */
    public int exitCode() {
        return exitCode;
    }
}
