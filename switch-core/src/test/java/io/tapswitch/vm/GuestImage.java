package io.tapswitch.vm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The Linux that guests run, as {@code deploy/guest/build.sh} makes it. */
record GuestImage(Path kernel, Path initramfs) {
    private static final int PATIENCE_SECONDS = 300;

    private static GuestImage image;

    /** Why there is none, as a message. */
    static final class MissingException extends Exception {
        private static final long serialVersionUID = 1;

        private MissingException(String message) {
            super(message);
        }
    }

    /** Finds it, or builds it. */
    static synchronized GuestImage get() throws MissingException {
        if (image == null) {
            Path directory = build();
            image = new GuestImage(directory.resolve("vmlinuz"), directory.resolve("initramfs.gz"));
        }
        return image;
    }

    private static Path build() throws MissingException {
        Path script = script();
        try {
            Path messages = Files.createTempFile("tswi", ".log");
            try {
                Process process = new ProcessBuilder(script.toString())
                        .redirectError(messages.toFile())
                        .start();
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                    throw new MissingException(script + ": " + lastLine(messages));
                }
                return Path.of(output.strip());
            } finally {
                Files.delete(messages);
            }
        } catch (IOException e) {
            throw new MissingException(script + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MissingException("interrupted");
        }
    }

    private static String lastLine(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> !line.isBlank())
                .reduce("no message", (earlier, later) -> later);
    }

    private static Path script() throws MissingException {
        Path start = Path.of("").toAbsolutePath();
        for (Path directory = start; directory != null; directory = directory.getParent()) {
            Path script = directory.resolve("deploy/guest/build.sh");
            if (Files.isExecutable(script)) {
                return script;
            }
        }
        throw new MissingException("there is no deploy/guest/build.sh above " + start);
    }
}
