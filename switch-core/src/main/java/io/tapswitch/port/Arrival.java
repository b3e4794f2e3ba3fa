package io.tapswitch.port;

/**
 * How a frame would come to a port, for whoever asks what would become of it. What is not said is as the far side does it
 * when all is well.
 *
 * @param sender where the datagram would come from: the address of a VTEP, or of a {@code dgram} port's far side; null for
 *     the far side itself
 * @param vni that the frame would have, for a port of the overlay; 0 for other ports
 * @param encrypted whether it would be; null for as the port has it
 * @param congested whether the underlay would have marked congestion on the packet (RFC 3168)
 * @param header the first eight bytes of the datagram in place of the VXLAN header that belongs there; null for that one
 */
public record Arrival(String sender, int vni, Boolean encrypted, boolean congested, Long header) {
    /** As the far side sends it. @param vni for a port of the overlay; 0 for other ports */
    public static Arrival usual(int vni) {
        return new Arrival(null, vni, null, false, null);
    }

    /** Whether nothing is out of the usual, so that the frame may just as well be brought in. */
    public boolean isUsual() {
        return sender == null && encrypted == null && !congested && header == null;
    }
}
