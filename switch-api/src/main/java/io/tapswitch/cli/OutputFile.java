package io.tapswitch.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The file that a capture is written to. It is opened by the first bytes: the daemon may refuse the capture, and what the
 * file held before is not to be lost for that.
 */
final class OutputFile extends OutputStream {
    private final Path path;
    private OutputStream file;
    private IOException failure;

    /** Opens nothing yet. */
    OutputFile(Path path) {
        this.path = path;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet});
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            if (file == null) {
                file = Files.newOutputStream(path);
            }
            file.write(bytes, offset, length);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /** @throws CliException if something could not be written */
    void check() throws CliException {
        if (failure != null) {
            String where = failure instanceof FileSystemException ? "" : path + ": ";
            throw new CliException(ExitCode.FAILED, "--write: cannot write " + where + Reasons.of(failure), failure);
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
