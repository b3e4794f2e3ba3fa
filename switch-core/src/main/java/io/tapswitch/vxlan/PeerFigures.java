package io.tapswitch.vxlan;

import java.util.Map;

/**
 * What one peer's monitor knows at one moment.
 *
 * @param pathMtu bytes of the largest outer IP packet; 0 before the first tick
 * @param roundTripNanos smoothed as in RFC 6298; -1 if there is none yet
 * @param lastRoundTripNanos of the last acknowledgement of a probe without padding; -1 if there is none yet
 * @param loss share of the last 64 keepalive probes that was not acknowledged in time, 0 to 1; -1 of a peer
 *     that never acknowledged one
 * @param heardNanosAgo since the last acknowledgement; -1 if there was none
 * @param probedNanosAgo since the peer's last probe, which unlike an acknowledgement may be a recording; -1 if there was
 *     none. Recent, of a {@link PeerState#DEAD} peer: only the direction towards it is cut
 * @param sent probes of any kind
 * @param received how many messages came to which outcome
 */
public record PeerFigures(
        PeerState state,
        int pathMtu,
        long roundTripNanos,
        long lastRoundTripNanos,
        double loss,
        long heardNanosAgo,
        long probedNanosAgo,
        long sent,
        Map<ControlOutcome, Long> received) {}
