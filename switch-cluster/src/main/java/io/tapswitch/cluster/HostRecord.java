package io.tapswitch.cluster;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How a host describes itself.
 *
 * <pre>
 * +---------------------------------------------------------------+
 * |   header, see RecordWriter                                    |
 * +---------------------------------------------------------------+
 * |   name (text)                                                 |
 * +---------------------------------------------------------------+
 * |                          instance                             |
 * |                          (64 bits)                            |
 * +-----------+-+-+-------------------------------+---------------+
 * |     0     |E|L|           vtepPort            |      mtu      |
 * +-----------+-+-+---------------+---------------+---------------+
 * |    ... mtu    |          eventLoops           | version (text)|
 * +---------------+-------------------------------+---------------+
 * |     vteps     |   for each: 4 or 16 (8 bits), and its bytes   |
 * +---------------+---------------+-------------------------------+
 * |           networks            |   for each:                   |
 * +-------------------------------+---------------+---------------+
 * |                      vni                      |  name (text)  |
 * +---------------+-------------------------------+---------------+
 * |   0 or 32     |   certificate, and if there is one:           |
 * +---------------+---------------+---------------+---------------+
 * |            apiPort            |   0, 4 or 16 (8 bits), address|
 * +-------------------------------+-------------------------------+
 *  E: encrypts   L: left
 * </pre>
 *
 * @param name unique in the cluster
 * @param epoch higher each time its daemon starts
 * @param sequence higher with each change of any of its records
 * @param instance random for each start, so that two hosts of one name are told apart
 * @param left whether it has left in order
 * @param encrypts whether frames to and from it are encrypted
 * @param vtepPort UDP
 * @param mtu of its underlay, bytes; 0 if it does not say
 * @param version of its TapSwitch
 * @param vteps IP addresses of its VTEP
 * @param networks those in which it has ports
 * @param api where and by what its daemon is known to the others'
 */
record HostRecord(
        String name,
        long epoch,
        long sequence,
        long instance,
        boolean left,
        boolean encrypts,
        int vtepPort,
        int mtu,
        int eventLoops,
        String version,
        List<byte[]> vteps,
        List<HostNetwork> networks,
        Api api) {
    /** In how many networks a host can have ports. */
    static final int MOST_NETWORKS = 4096;

    private static final int MOST_VTEPS = 16;
    private static final int SHORTEST_NETWORK = 4;
    private static final byte[] LIMITED_BROADCAST = {-1, -1, -1, -1};
    private static final int LEFT = 1;
    private static final int ENCRYPTS = 2;

    /** A network by its name and number: both have to be the same on two hosts for frames to go from one to the other. */
    record HostNetwork(int vni, String name) {}

    /**
     * The API for other hosts.
     *
     * @param certificate SHA-256 digest of the certificate that the daemon shows, also where it asks; empty if it has none
     * @param port TCP; 0 if it cannot be asked
     * @param address empty if it cannot be asked
     */
    record Api(byte[] certificate, int port, byte[] address) {
        static final Api NONE = new Api(new byte[0], 0, new byte[0]);
        private static final int DIGEST = 32;

        void encode(RecordWriter out) {
            out.u8(certificate.length).raw(certificate);
            if (certificate.length > 0) {
                out.u16(port).address(address);
            }
        }

        static Api decode(RecordReader in) throws RefusedException {
            int length = in.u8();
            if (length == 0) {
                return NONE;
            }
            if (length != DIGEST) {
                throw new RefusedException(Refusal.MALFORMED);
            }
            byte[] certificate = in.raw(DIGEST);
            int port = in.u16();
            byte[] address = port == 0 ? in.raw(0) : in.address();
            if (port == 0 ? in.u8() != 0 : !isVtep(address)) {
                throw new RefusedException(Refusal.MALFORMED);
            }
            return new Api(certificate, port, address);
        }
    }

    HostRecord {
        vteps = List.copyOf(vteps);
        networks = List.copyOf(networks);
    }

    String key() {
        return RecordKind.HOST.key(name);
    }

    byte[] encode() {
        RecordWriter out = new RecordWriter(RecordKind.HOST, epoch, sequence)
                .text(name)
                .i64(instance)
                .u8((left ? LEFT : 0) | (encrypts ? ENCRYPTS : 0))
                .u16(vtepPort)
                .u16(mtu)
                .u16(eventLoops)
                .text(version)
                .u8(vteps.size());
        vteps.forEach(out::address);
        out.count(networks.size());
        networks.forEach(network -> out.u24(network.vni()).text(network.name()));
        api.encode(out);
        return out.toBytes();
    }

    static HostRecord decode(byte[] record, int length) throws RefusedException {
        RecordReader in = new RecordReader(RecordKind.HOST, record, length);
        String name = in.name();
        long instance = in.i64();
        int flags = in.u8();
        int vtepPort = in.u16();
        int mtu = in.u16();
        int eventLoops = in.u16();
        String version = in.text();
        List<byte[]> vteps = vteps(in);
        List<HostNetwork> networks = networks(in);
        Api api = Api.decode(in);
        return new HostRecord(
                name,
                in.epoch(),
                in.sequence(),
                instance,
                (flags & LEFT) != 0,
                (flags & ENCRYPTS) != 0,
                vtepPort,
                mtu,
                eventLoops,
                version,
                vteps,
                networks,
                api);
    }

    private static List<byte[]> vteps(RecordReader in) throws RefusedException {
        int count = in.u8();
        if (count > MOST_VTEPS) {
            throw new RefusedException(Refusal.TOO_MANY);
        }
        List<byte[]> vteps = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] address = in.address();
            if (!isVtep(address)) {
                throw new RefusedException(Refusal.MALFORMED);
            }
            vteps.add(address);
        }
        return vteps;
    }

    /** Whether an address means one host, and the same wherever it is used. @param address 4 or 16 bytes */
    static boolean isVtep(byte[] address) {
        try {
            InetAddress parsed = InetAddress.getByAddress(address);
            return parsed.getAddress().length == address.length
                    && !parsed.isAnyLocalAddress()
                    && !parsed.isMulticastAddress()
                    && !Arrays.equals(address, LIMITED_BROADCAST)
                    && (address.length == 4 || !parsed.isLinkLocalAddress());
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static List<HostNetwork> networks(RecordReader in) throws RefusedException {
        int count = in.count(SHORTEST_NETWORK);
        if (count > MOST_NETWORKS) {
            throw new RefusedException(Refusal.TOO_MANY);
        }
        List<HostNetwork> networks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            networks.add(new HostNetwork(in.vni(), in.name()));
        }
        return networks;
    }

    /** Whether the other differs by no more than its sequence; addresses are those of the configuration, and stay. */
    boolean saysTheSame(HostRecord other) {
        return other != null
                && name.equals(other.name)
                && epoch == other.epoch
                && instance == other.instance
                && left == other.left
                && encrypts == other.encrypts
                && vtepPort == other.vtepPort
                && mtu == other.mtu
                && eventLoops == other.eventLoops
                && version.equals(other.version)
                && networks.equals(other.networks);
    }
}
