package io.tapswitch.it.cluster;

import io.tapswitch.it.TestHost;
import io.tapswitch.linux.Shell;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** ping(8), a request each {@value #PERIOD_MILLIS} ms, and when the answers came. */
final class PingFlow implements AutoCloseable {
    static final int PERIOD_MILLIS = 10;

    private static final Pattern ANSWER = Pattern.compile("^\\[([0-9]+)\\.([0-9]{6})].*icmp_seq=([0-9]+) ttl=");

    private final Process process;

    /** @param longestGapMillis between two answers */
    record Outcome(int sent, int answered, long longestGapMillis) {
        @Override
        public String toString() {
            return (sent - answered) + " of " + sent + " pings without an answer, longest gap " + longestGapMillis
                    + " ms";
        }
    }

    PingFlow(TestHost from, String address) throws IOException {
        process = new ProcessBuilder(
                        "ip",
                        "netns",
                        "exec",
                        from.namespace(),
                        "ping",
                        "-n",
                        "-D",
                        "-i",
                        "0.0" + PERIOD_MILLIS,
                        address)
                .redirectErrorStream(true)
                .start();
    }

    /** Ends it. */
    Outcome stop() throws IOException, InterruptedException {
        Shell.run("kill -INT " + process.pid());
        List<Long> micros = new ArrayList<>();
        int last = 0;
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher answer = ANSWER.matcher(line);
                if (answer.find()) {
                    micros.add(Long.parseLong(answer.group(1)) * 1_000_000 + Long.parseLong(answer.group(2)));
                    last = Integer.parseInt(answer.group(3));
                }
            }
        }
        process.waitFor();
        long longest = 0;
        for (int i = 1; i < micros.size(); i++) {
            longest = Math.max(longest, micros.get(i) - micros.get(i - 1));
        }
        return new Outcome(last, micros.size(), TimeUnit.MICROSECONDS.toMillis(longest));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
