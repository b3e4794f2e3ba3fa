package io.tapswitch.port.dgram;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class UnixDgramPortContractTest extends DgramPortContract {
    @TempDir
    Path directory;

    @Override
    String local() {
        return "unix:" + directory.resolve("switch");
    }

    @Override
    String remote() {
        return "unix:" + directory.resolve("vm");
    }

    @Override
    protected Loss loss() {
        return Loss.WAITS;
    }
}
