package io.tapswitch.vm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * QEMU's machine protocol: JSON commands and their answers, one per line, with events in between. See
 * <a href="https://www.qemu.org/docs/master/interop/qmp-spec.html">the specification</a>.
 */
public final class Qmp implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 10;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SocketChannel channel;
    private final BlockingQueue<JsonNode> answers = new LinkedBlockingQueue<>();
    private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();

    /** Takes a connected channel over, and negotiates. */
    Qmp(SocketChannel channel) {
        this.channel = channel;
        Thread reader = new Thread(this::read, "QMP");
        reader.setDaemon(true);
        reader.start();
        execute("qmp_capabilities", "");
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode message = JSON.readTree(line);
                if (message.has("event")) {
                    events.add(message);
                } else if (!message.has("QMP")) {
                    answers.add(message);
                }
            }
        } catch (IOException e) {
            // QEMU has ended, or the test closes.
        }
    }

    /**
     * Executes a command; gives what it returns, and fails if it fails.
     *
     * @param arguments a JSON object's members, with single quotes for the double ones; may be empty
     */
    public JsonNode execute(String command, String arguments) {
        try {
            ObjectNode message = JSON.createObjectNode().put("execute", command);
            message.set("arguments", JSON.readTree("{" + arguments.replace('\'', '"') + "}"));
            channel.write(StandardCharsets.UTF_8.encode(message + "\n"));
            JsonNode answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (answer == null || !answer.has("return")) {
                throw new AssertionError("QEMU answered " + message + " by " + answer);
            }
            return answer.get("return");
        } catch (IOException e) {
            throw new AssertionError("QEMU does not take " + command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(command, e);
        }
    }

    /** Whether a netdev of type {@code stream} is connected: {@code info network} tells its address only then. */
    public boolean isConnected(String netdev) {
        String answer = execute("human-monitor-command", "'command-line': 'info network'")
                .asText();
        Matcher description =
                Pattern.compile(netdev + ": index=0,type=stream,(.*)").matcher(answer);
        if (!description.find()) {
            throw new AssertionError("QEMU has no stream " + netdev + ": " + answer);
        }
        return description.group(1).matches("(unix|tcp):.*");
    }

    /** Waits for the next event of a kind, such as {@code RESET}; gives its data. */
    public JsonNode await(String event) {
        try {
            while (true) {
                JsonNode next = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                if (next == null) {
                    throw new AssertionError("QEMU reports no " + event);
                }
                if (next.path("event").asText().equals(event)) {
                    return next.path("data");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(event, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
