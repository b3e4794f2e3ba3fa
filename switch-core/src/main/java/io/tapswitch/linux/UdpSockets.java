package io.tapswitch.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The UDP sockets of a network namespace, those of other programs among them, as {@code /proc/net/udp} lists them:
 *
 * <pre>
 *   sl  local_address rem_address   st tx_queue rx_queue tr tm-&gt;when retrnsmt   uid  timeout inode ref pointer drops
 *  215: 0100007F:12B5 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 31337 2 0000000000000000 0
 * </pre>
 *
 * <p>An address is in words of 32 bits, each in the machine's own order; IPv6 has four.
 */
public final class UdpSockets {
    private static final Path IPV4 = Path.of("/proc/thread-self/net/udp");
    private static final Path IPV6 = Path.of("/proc/thread-self/net/udp6");
    private static final Path OPEN = Path.of("/proc/self/fd");
    private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");
    private static final int LOCAL = 1;
    private static final int USER = 7;
    private static final int INODE = 9;
    private static final int FIELDS = 10;

    private UdpSockets() {}

    /**
     * One socket.
     *
     * @param address that it is bound to
     * @param port likewise
     * @param user the number of the user who opened it
     * @param inode what tells it from all others
     */
    public record Entry(InetAddress address, int port, long user, long inode) {}

    /**
     * The sockets in the calling thread's network namespace, those of the kernel itself among them.
     *
     * @throws IOException if the kernel does not say, or says it in another form
     */
    public static List<Entry> list() throws IOException {
        List<Entry> entries = new ArrayList<>(parse(Files.readAllLines(IPV4)));
        try {
            entries.addAll(parse(Files.readAllLines(IPV6)));
        } catch (NoSuchFileException e) {
            // A kernel without IPv6.
            return entries;
        }
        return entries;
    }

    static List<Entry> parse(List<String> lines) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
            String[] fields = line.trim().split("\\s+");
            try {
                entries.add(entry(fields));
            } catch (IllegalArgumentException | UnknownHostException e) {
                throw new IOException("a line of " + IPV4 + " cannot be read: " + line, e);
            }
        }
        return entries;
    }

    private static Entry entry(String[] fields) throws UnknownHostException {
        if (fields.length < FIELDS) {
            throw new IllegalArgumentException("too few fields");
        }
        int colon = fields[LOCAL].indexOf(':');
        return new Entry(
                address(HexFormat.of().parseHex(fields[LOCAL].substring(0, Math.max(0, colon)))),
                Integer.parseInt(fields[LOCAL].substring(colon + 1), 16),
                Long.parseLong(fields[USER]),
                Long.parseUnsignedLong(fields[INODE]));
    }

    private static InetAddress address(byte[] words) throws UnknownHostException {
        ByteBuffer given = ByteBuffer.wrap(words);
        ByteBuffer address = ByteBuffer.allocate(words.length).order(ByteOrder.nativeOrder());
        while (given.remaining() >= Integer.BYTES) {
            address.putInt(given.getInt());
        }
        return InetAddress.getByAddress(address.array());
    }

    /** The inodes of the sockets that this process has open. @throws IOException if the kernel does not say */
    public static Set<Long> own() throws IOException {
        Set<Long> inodes = new HashSet<>();
        try (Stream<Path> open = Files.list(OPEN)) {
            for (Path file : (Iterable<Path>) open::iterator) {
                Matcher socket = SOCKET.matcher(target(file));
                if (socket.matches()) {
                    inodes.add(Long.parseUnsignedLong(socket.group(1)));
                }
            }
        }
        return inodes;
    }

    private static String target(Path file) {
        try {
            return Files.readSymbolicLink(file).toString();
        } catch (IOException e) {
            // Closed meanwhile.
            return "";
        }
    }
}
