package io.tapswitch.it.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The time of day of one process, by libfaketime, while the machine's stays as it is. What counts up since the machine was
 * started is not touched, as by a clock that is set.
 */
final class Clock {
    private static final String LIBRARY = "faketime/libfaketimeMT.so.1";

    private final Path file;
    private final Path library;

    private Clock(Path file, Path library) {
        this.file = file;
        this.library = library;
    }

    /** A clock that is right until it is set; empty, having printed why, where the library is missing. */
    static Optional<Clock> of(Path directory) throws IOException {
        try (Stream<Path> architectures = Files.list(Path.of("/usr/lib"))) {
            Optional<Path> library = architectures
                    .map(path -> path.resolve(LIBRARY))
                    .filter(Files::exists)
                    .findFirst();
            if (library.isEmpty()) {
                System.out.println("SKIPPED: no " + LIBRARY + " (Debian: faketime)");
                return Optional.empty();
            }
            Clock clock = new Clock(directory.resolve("clock"), library.get());
            clock.set("+0");
            return Optional.of(clock);
        }
    }

    /** Sets it off by so much, as {@code +1h}; the process sees that within a second. */
    void set(String offset) throws IOException {
        Files.writeString(file, offset);
    }

    /** For the process. */
    Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD",
                library.toString(),
                "FAKETIME_TIMESTAMP_FILE",
                file.toString(),
                "FAKETIME_CACHE_DURATION",
                "1",
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1",
                // Else waits of the JVM end early.
                "FAKETIME_FORCE_MONOTONIC_FIX",
                "0");
    }
}
