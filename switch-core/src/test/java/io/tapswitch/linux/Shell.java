package io.tapswitch.linux;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Runs a program in the calling thread's namespaces, so that a test sees what the kernel did with eyes that are not
 * the code under test.
 */
public final class Shell {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Shell() {}

    /** Runs a command line; gives what it printed, and fails if the command fails. Words must not contain spaces. */
    public static String run(String commandLine) {
        try {
            Process process = new ProcessBuilder(commandLine.split(" "))
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(commandLine + " failed: " + output);
            }
            return output;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(commandLine, e);
        }
    }

    /** Runs a command line that prints a JSON array, and gives its first element. */
    public static JsonNode first(String commandLine) {
        try {
            return JSON.readTree(run(commandLine)).path(0);
        } catch (IOException e) {
            throw new AssertionError(commandLine, e);
        }
    }
}
