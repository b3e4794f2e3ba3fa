package io.tapswitch.vxlan;

import io.tapswitch.config.HostAddress;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Segmentation;
import io.tapswitch.frame.TunnelEcn;
import io.tapswitch.port.Arrival;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;

/**
 * Why a {@link VxlanPort} would refuse a frame, for whoever traces one: asks what the frame path asks, in its order, and
 * sends and counts nothing. On the loop of the burst.
 */
final class VxlanForecast {
    private final VxlanPort port;
    private final VxlanEndpoint endpoint;
    private final VtepLink link;

    VxlanForecast(VxlanPort port, VxlanEndpoint endpoint, VtepLink link) {
        this.port = port;
        this.endpoint = endpoint;
        this.link = link;
    }

    /** As {@link VxlanPort#transmit(int, Frame, Burst)} would; null if it would send the frame. */
    DropReason egress(int vni, Frame frame, Burst burst) {
        if (port.isClosed()) {
            return DropReason.EGRESS_DOWN;
        }
        if (port.seals(vni) && link.keys() == null) {
            return DropReason.EGRESS_NO_KEY;
        }
        Segmentation segments = burst.segmentation();
        if (segments.prepare(frame, VxlanHeader.LENGTH) == Segmentation.REFUSED) {
            return DropReason.EGRESS_BAD_OFFLOAD;
        }
        return VxlanPort.isTooLong(segments, port.pathMtu()) ? DropReason.EGRESS_OVERSIZE : null;
    }

    /** As {@link VxlanPort#received} would; null if it would take the frame, which then is as the bridges would see it. */
    DropReason ingress(Arrival arrival, Frame frame, Burst burst) {
        if (isStranger(arrival.sender())) {
            return DropReason.UNKNOWN_VTEP;
        }
        long header = arrival.header() == null ? VxlanHeader.of(arrival.vni()) : arrival.header();
        DropReason refusal = arrivesSealed(arrival, (int) (header >>> 32))
                ? sealedRefusal()
                : plainRefusal((int) (header >>> 32), (int) header);
        if (refusal != null) {
            return refusal;
        }
        int trafficClass = arrival.congested() ? TunnelEcn.CE : 0;
        return port.unwrap(frame, trafficClass, burst.loop()) ? null : DropReason.BAD_ECN;
    }

    private boolean isStranger(String sender) {
        return sender != null && endpoint.vteps().find(HostAddress.parse("sender", sender)) == null;
    }

    private boolean arrivesSealed(Arrival arrival, int first) {
        if (arrival.header() != null) {
            return VxlanHeader.kind(first) == VxlanHeader.SEALED;
        }
        return arrival.encrypted() == null ? port.seals(arrival.vni()) : arrival.encrypted();
    }

    private DropReason sealedRefusal() {
        return link.isSealed() && link.keys() != null ? null : DropReason.NOT_AUTHENTIC;
    }

    private DropReason plainRefusal(int first, int second) {
        if (!VxlanHeader.hasVni(first)) {
            return DropReason.BAD_VXLAN_HEADER;
        }
        if (port.seals(VxlanHeader.vni(second))) {
            return DropReason.NOT_ENCRYPTED;
        }
        return port.isTooStrange(first, second) ? DropReason.BAD_VXLAN_HEADER : null;
    }
}
