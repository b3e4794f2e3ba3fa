package io.tapswitch.cluster;

import io.tapswitch.config.ConfigException;
import io.tapswitch.config.NetworkConfig;
import java.util.Arrays;
import java.util.Objects;

/**
 * The definition of a network, which holds for the whole cluster. Of two the one with the higher version wins; of two with
 * the same version, which hosts made without knowing of each other, that of the writer whose name sorts first; of two that
 * one writer made, who had lost the first when its daemon died, the one whose bytes do.
 *
 * <pre>
 * +---------------------------------------------------------------+
 * |   header, see RecordWriter; epoch 0, its sequence: version    |
 * +---------------------------------------------------------------+
 * |   name (text)                                                 |
 * +---------------------------------------------------------------+
 * |   writer (text)                                               |
 * +-------+-+-+-+-+-------------------------------+---------------+
 * |   0   |N|E|F|D|    vlan, 0 if it has none     |      vni      |
 * +-------+-+-+-+-+---------------+---------------+---------------+
 * |           ... vni             |              mtu              |
 * +-------------------------------+-------------------------------+
 * |                        ageingSeconds                          |
 * +---------------------------------------------------------------+
 * |                         maxLearned                            |
 * +---------------------------------------------------------------+
 *  N: neighSuppress   E: encryption   F: forwardReserved   D: deleted, and nothing follows
 * </pre>
 *
 * @param name of the network
 * @param version how often it has been defined
 * @param writer the host where it was defined
 * @param definition null if the network was deleted
 */
record NetworkRecord(String name, long version, String writer, NetworkConfig definition)
        implements Comparable<NetworkRecord> {
    private static final int DELETED = 1;
    private static final int FORWARD_RESERVED = 2;
    private static final int ENCRYPTION = 4;
    private static final int NEIGH_SUPPRESS = 8;

    String key() {
        return RecordKind.NETWORK.key(name);
    }

    boolean isDeleted() {
        return definition == null;
    }

    /** Whether this one wins over another one of the same network. */
    boolean wins(NetworkRecord other) {
        return other == null || compareTo(other) > 0;
    }

    /** The greater one wins. */
    @Override
    public int compareTo(NetworkRecord other) {
        int byVersion = Long.compare(version, other.version);
        if (byVersion != 0) {
            return byVersion;
        }
        int byWriter = other.writer.compareTo(writer);
        return byWriter != 0 ? byWriter : Arrays.compareUnsigned(other.encode(), encode());
    }

    /** Whether both were made without knowing of each other, and say different things. */
    boolean conflictsWith(NetworkRecord other) {
        return version == other.version && !Objects.equals(definition, other.definition);
    }

    /** What it adds to a digest of all networks. */
    long digest() {
        long hash = 0;
        for (byte part : encode()) {
            hash = Lease.mix(hash + part + 1);
        }
        return hash;
    }

    byte[] encode() {
        RecordWriter out =
                new RecordWriter(RecordKind.NETWORK, 0, version).text(name).text(writer);
        if (definition == null) {
            return out.u8(DELETED).toBytes();
        }
        int flags = (definition.forwardReserved() ? FORWARD_RESERVED : 0)
                | (definition.encryption() ? ENCRYPTION : 0)
                | (definition.neighSuppress() ? NEIGH_SUPPRESS : 0);
        return out.u8(flags)
                .u16(definition.vlan() == null ? 0 : definition.vlan())
                .u24(definition.vni())
                .u16(definition.mtu())
                .i32(definition.ageingSeconds())
                .i32(definition.maxLearned())
                .toBytes();
    }

    static NetworkRecord decode(byte[] record, int length) throws RefusedException {
        RecordReader in = new RecordReader(RecordKind.NETWORK, record, length);
        String name = in.name();
        String writer = in.name();
        int flags = in.u8();
        NetworkConfig definition = (flags & DELETED) != 0 ? null : definition(in, name, flags);
        return new NetworkRecord(name, in.sequence(), writer, definition);
    }

    private static NetworkConfig definition(RecordReader in, String name, int flags) throws RefusedException {
        int vlan = in.u16();
        try {
            return new NetworkConfig(
                    name,
                    vlan == 0 ? null : vlan,
                    in.u24(),
                    in.u16(),
                    in.i32(),
                    in.i32(),
                    (flags & FORWARD_RESERVED) != 0,
                    (flags & ENCRYPTION) != 0,
                    (flags & NEIGH_SUPPRESS) != 0);
        } catch (ConfigException e) {
            throw new RefusedException(Refusal.MALFORMED);
        }
    }
}
