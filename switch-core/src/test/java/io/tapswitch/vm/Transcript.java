package io.tapswitch.vm;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** All that a program has printed. A thread of its own reads it, so that the program never waits for a reader. */
final class Transcript {
    private static final int LAST_LINES = 20;

    private final StringBuilder text = new StringBuilder();
    private boolean ended;

    /** Reads until the end of the stream, and closes it. */
    Transcript(InputStream output, String name) {
        Thread thread = new Thread(() -> read(output), name);
        thread.setDaemon(true);
        thread.start();
    }

    private void read(InputStream output) {
        try (Reader reader = new InputStreamReader(output, StandardCharsets.UTF_8)) {
            char[] characters = new char[8192];
            for (int length = reader.read(characters); length >= 0; length = reader.read(characters)) {
                append(characters, length);
            }
        } catch (IOException e) {
            // The stream is closed under the reader when the program is killed.
        } finally {
            end();
        }
    }

    private synchronized void append(char[] characters, int length) {
        text.append(characters, 0, length);
        notifyAll();
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** How many characters there are so far. */
    synchronized int length() {
        return text.length();
    }

    /**
     * Waits until something is printed.
     *
     * @param from from which character on
     * @return empty if it is not printed within the time, or never will be since the program has ended
     */
    synchronized Optional<MatchResult> await(Pattern pattern, int from, int seconds) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (true) {
            Matcher matcher = pattern.matcher(text);
            if (matcher.find(from)) {
                return Optional.of(matcher.toMatchResult());
            }
            long left = deadline - System.nanoTime();
            if (ended || left <= 0) {
                return Optional.empty();
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** The last lines, for a message. */
    synchronized String lastLines() {
        List<String> lines = text.toString().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }
}
