package io.tapswitch.cluster;

import java.util.List;

/**
 * A station as the host that it is behind publishes it.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-----------------------------------------------+---------------+
 * |                      vni                      |               |
 * +-----------------------------------------------+               +
 * |                              mac                              |
 * +               +-----------------------------------------------+
 * |               |                   sequence                    |
 * +---------------+-----------+-+-+-------------------------------+
 * |  ... sequence |     0     |W|S|   port (index in the record)  |
 * +---------------+-----------+-+-+-------------------------------+
 * |   addresses   |   for each: 4 or 16 (8 bits), and its bytes   |
 * +---------------+-----------------------------------------------+
 *  W: withdrawn   S: static
 * </pre>
 *
 * @param vni of its network
 * @param sequence how often it has moved (RFC 7432, 7.7): the host that has published the highest is where it is
 * @param isStatic whether an operator nailed it to its port
 * @param isWithdrawn whether it is gone from there: kept for some time, so that its sequence is not used again
 * @param port of its host, by name
 * @param addresses its IP addresses
 */
record StationEntry(
        int vni, long mac, int sequence, boolean isStatic, boolean isWithdrawn, String port, List<byte[]> addresses) {
    /** Of how many addresses a host tells. */
    static final int MOST_ADDRESSES = 32;

    /** Bytes of an entry without addresses. */
    static final int SHORTEST = 17;

    private static final int STATIC = 1;
    private static final int WITHDRAWN = 2;

    /** @param ports the names that entries of the record have, by number */
    void encode(RecordWriter out, List<String> ports) {
        out.u24(vni)
                .mac(mac)
                .i32(sequence)
                .u8((isStatic ? STATIC : 0) | (isWithdrawn ? WITHDRAWN : 0))
                .u16(ports.indexOf(port))
                .u8(addresses.size());
        addresses.forEach(out::address);
    }

    static StationEntry decode(RecordReader in, List<String> ports) throws RefusedException {
        int vni = in.vni();
        long mac = in.mac();
        int sequence = in.i32();
        int flags = in.u8();
        int port = in.u16();
        int count = in.u8();
        if (port >= ports.size() || count > MOST_ADDRESSES || sequence < 0) {
            throw new RefusedException(Refusal.MALFORMED);
        }
        byte[][] addresses = new byte[count][];
        for (int i = 0; i < count; i++) {
            addresses[i] = in.address();
        }
        return new StationEntry(
                vni,
                mac,
                sequence,
                (flags & STATIC) != 0,
                (flags & WITHDRAWN) != 0,
                ports.get(port),
                List.of(addresses));
    }
}
