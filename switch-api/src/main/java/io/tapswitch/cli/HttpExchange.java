package io.tapswitch.cli;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One HTTP/1.1 request and its answer on a connection of their own: as much of RFC 9112 as a client of one known server
 * needs, namely a fixed-length request, and an answer with {@code Content-Length}, with chunks, or up to the end.
 *
 * <p>Why not a library: start-up time. {@code java.net.http} has no Unix sockets. A command of one GET took, with the
 * launcher's options and class data archive, on a busy machine with 2 cores and JDK 17, best and median of 11 runs: this
 * way 0.31 and 0.44 s; with the Vert.x client 0.75 and 0.99 s; with Netty's epoll channel and codec 0.73 and 1.08 s; with
 * only Netty's codec over a {@link ChannelConnection} 0.57 and 0.68 s. Without any request it was 0.30 and 0.40 s.
 */
final class HttpExchange {
    private static final int MAX_LINE = 16_384;
    private static final int MAX_HEADERS = 200;
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;

    /**
     * What the server said.
     *
     * @param phrase after the status, such as {@code Not Found}; may be empty
     * @param headers by name in lower case
     */
    record Answer(int status, String phrase, Map<String, String> headers, byte[] body) {
        /** The header, or an empty text. */
        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        private boolean isInterim() {
            return status < 200;
        }
    }

    private final Connection connection;
    private final InputStream input;

    private HttpExchange(Connection connection) throws IOException {
        this.connection = connection;
        this.input = connection.input();
    }

    /**
     * Sends a request and reads the whole answer.
     *
     * @param headers without {@code Content-Length} and {@code Connection}
     * @param body null for none
     * @throws IOException if the connection fails, or if the answer is not HTTP
     */
    static Answer send(Connection connection, String method, String target, Map<String, String> headers, byte[] body)
            throws IOException {
        connection.write(request(method, target, headers, body));
        HttpExchange exchange = new HttpExchange(connection);
        Answer answer = exchange.answer();
        while (answer.isInterim()) {
            answer = exchange.answer();
        }
        return answer;
    }

    /** Takes what comes of an answer's body, piece by piece. */
    @FunctionalInterface
    interface Sink {
        /** @return whether more is wanted */
        boolean take(byte[] piece) throws IOException;
    }

    /**
     * Sends a request without a body, and gives the answer's body on as it comes if the status is 200.
     *
     * @return the answer, with its body only if the status is another
     * @throws IOException also if the answer ends early
     */
    static Answer stream(Connection connection, String target, Map<String, String> headers, Sink sink)
            throws IOException {
        connection.write(request("GET", target, headers, null));
        HttpExchange exchange = new HttpExchange(connection);
        Answer head = exchange.head();
        while (head.isInterim()) {
            head = exchange.head();
        }
        if (head.status() != OK || !isChunked(head.headers())) {
            return exchange.whole(head);
        }
        boolean more = true;
        for (int size = exchange.chunkSize(); size > 0 && more; size = more ? exchange.chunkSize() : 0) {
            more = sink.take(exchange.exactly(size));
            exchange.line();
        }
        return head;
    }

    private static byte[] request(String method, String target, Map<String, String> headers, byte[] body) {
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nConnection: close\r\n");
        headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
        byte[] content = body == null ? new byte[0] : body;
        if (body != null) {
            head.append("Content-Length: " + content.length + "\r\n");
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
        all.writeBytes(content);
        return all.toByteArray();
    }

    private Answer answer() throws IOException {
        return whole(head());
    }

    private Answer whole(Answer head) throws IOException {
        boolean empty = head.isInterim() || head.status() == NO_CONTENT;
        return new Answer(head.status(), head.phrase(), head.headers(), empty ? new byte[0] : body(head.headers()));
    }

    private Answer head() throws IOException {
        String[] status = line().split(" ", 3);
        if (status.length < 2 || !status[0].startsWith("HTTP/1.") || !status[1].matches("[1-5][0-9]{2}")) {
            throw new IOException("the answer is not HTTP");
        }
        int code = Integer.parseInt(status[1]);
        return new Answer(code, status.length == 3 ? status[2] : "", headers(), new byte[0]);
    }

    private Map<String, String> headers() throws IOException {
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon < 1 || headers.size() == MAX_HEADERS) {
                throw new IOException("the answer has malformed headers");
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return headers;
    }

    private byte[] body(Map<String, String> headers) throws IOException {
        if (isChunked(headers)) {
            return chunks();
        }
        String length = headers.get("content-length");
        return length == null ? input.readAllBytes() : exactly(number(length, 10));
    }

    private static boolean isChunked(Map<String, String> headers) {
        return headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked");
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = chunkSize(); size > 0; size = chunkSize()) {
            body.writeBytes(exactly(size));
            line();
        }
        headers();
        return body.toByteArray();
    }

    private int chunkSize() throws IOException {
        return number(line().split(";", 2)[0].strip(), 16);
    }

    private static int number(String digits, int radix) throws IOException {
        try {
            int number = Integer.parseInt(digits, radix);
            if (number >= 0) {
                return number;
            }
            throw new IOException("the answer has a negative length");
        } catch (NumberFormatException e) {
            throw new IOException("the answer has a malformed length", e);
        }
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = input.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the answer ended early");
        }
        return bytes;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = input.read(); octet != '\n'; octet = input.read()) {
            if (octet < 0) {
                throw new EOFException(line.isEmpty() ? "the connection was closed" : "the answer ended early");
            }
            if (line.length() == MAX_LINE) {
                throw new IOException("the answer is not HTTP");
            }
            line.append((char) octet);
        }
        return line.toString().stripTrailing();
    }
}
