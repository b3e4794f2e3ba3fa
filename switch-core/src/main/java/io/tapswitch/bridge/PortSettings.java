package io.tapswitch.bridge;

/**
 * How a bridge treats one port. Immutable: a change replaces it.
 *
 * @param enabled frames pass
 * @param learning sources are learned
 * @param floodUnknownUnicast takes frames to unknown stations
 * @param floodMulticast takes multicasts
 * @param floodBroadcast takes broadcasts
 * @param isolated exchanges no frames with other isolated ports
 * @param locked takes frames only from stations that the FDB has for this port
 * @param maxLearned at most this many learned stations, in each network
 * @param stormUnknownUnicast frames per second from this port, 0 for no limit
 * @param stormMulticast likewise
 * @param stormBroadcast likewise
 */
public record PortSettings(
        boolean enabled,
        boolean learning,
        boolean floodUnknownUnicast,
        boolean floodMulticast,
        boolean floodBroadcast,
        boolean isolated,
        boolean locked,
        int maxLearned,
        int stormUnknownUnicast,
        int stormMulticast,
        int stormBroadcast) {

    /** Everything passes, nothing is limited. */
    public static final PortSettings DEFAULTS =
            new PortSettings(true, true, true, true, true, false, false, Integer.MAX_VALUE, 0, 0, 0);

    /** The same for a port that is out of its networks, with an analysis port or as one: it takes and learns everything. */
    public PortSettings inAnalysis(boolean apart) {
        return new PortSettings(
                enabled,
                true,
                true,
                true,
                true,
                apart,
                false,
                maxLearned,
                stormUnknownUnicast,
                stormMulticast,
                stormBroadcast);
    }

    boolean floods(FloodClass kind) {
        return switch (kind) {
            case UNKNOWN_UNICAST -> floodUnknownUnicast;
            case MULTICAST -> floodMulticast;
            case BROADCAST -> floodBroadcast;
        };
    }

    int storm(FloodClass kind) {
        return switch (kind) {
            case UNKNOWN_UNICAST -> stormUnknownUnicast;
            case MULTICAST -> stormMulticast;
            case BROADCAST -> stormBroadcast;
        };
    }
}
