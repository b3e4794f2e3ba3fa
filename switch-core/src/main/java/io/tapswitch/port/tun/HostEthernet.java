package io.tapswitch.port.tun;

import io.tapswitch.frame.Discovery;
import io.tapswitch.frame.EtherType;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.IpAddress;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.PortCounters;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * The Ethernet of a host that speaks IP only: gives its packets an Ethernet header, and speaks ARP and IPv6 neighbour
 * discovery for it. No I/O. For one event loop; time comes with the burst.
 */
final class HostEthernet {
    private static final long IPV4_GROUP = 0x0100_5e00_0000L;
    private static final long IPV6_GROUP = 0x3333_0000_0000L;

    /** RFC 5227, 2.3: twice, in case that one is lost. */
    private static final int ANNOUNCEMENTS = 2;

    private static final long ANNOUNCEMENT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Host host;
    private final PortCounters counters;
    private final FrameSink wire;
    private final Frame message = new Frame();
    private final Neighbours neighbours;
    private final Discovery discovery = new Discovery();
    private int announcements;
    private long announceNanos;

    /** @param wire takes the frames of the host */
    HostEthernet(Host host, PortCounters counters, FrameSink wire) {
        this.host = host;
        this.counters = counters;
        this.wire = wire;
        neighbours = new Neighbours(host, counters, wire, message);
    }

    /** Takes a packet of the host; its frame has none but the virtio-net header in front of it. */
    void send(Frame packet, Burst burst) {
        ByteBuffer buffer = packet.buffer();
        int at = packet.start();
        switch (IpHeader.version(buffer, at, packet.length())) {
            case 4 -> sendIpv4(packet, buffer.getInt(at + 16), burst);
            case 6 -> {
                if (IpHeader.isDiscovery(buffer, at, packet.length())) {
                    drop(packet, DropReason.HOST_DISCOVERY, burst);
                } else {
                    sendIpv6(packet, buffer.getLong(at + 24), buffer.getLong(at + 32), burst);
                }
            }
            default -> drop(packet, DropReason.NOT_IP, burst);
        }
    }

    /** RFC 1112, 6.4. */
    private void sendIpv4(Frame packet, int destination, Burst burst) {
        long low = IpAddress.ipv4(destination);
        if (destination >>> 28 == 0xe) {
            sendToGroup(packet, IPV4_GROUP | destination & 0x7f_ffff, EtherType.IPV4, burst);
        } else if (destination == -1 || host.isBroadcast(0, low)) {
            sendToGroup(packet, MacAddress.BROADCAST, EtherType.IPV4, burst);
        } else {
            sendToHost(packet, 0, low, burst);
        }
    }

    /** RFC 2464, 7. */
    private void sendIpv6(Frame packet, long high, long low, Burst burst) {
        if (IpAddress.isMulticast(high)) {
            sendToGroup(packet, IPV6_GROUP | low & 0xffff_ffffL, EtherType.IPV6, burst);
        } else if (IpAddress.isIpv4(high, low)) {
            drop(packet, DropReason.NOT_IP, burst);
        } else {
            sendToHost(packet, high, low, burst);
        }
    }

    private void sendToGroup(Frame packet, long mac, int etherType, Burst burst) {
        packet.pushEthernet(mac, host.mac(), etherType);
        wire.receive(packet, burst);
    }

    private void sendToHost(Frame packet, long high, long low, Burst burst) {
        IpPrefix gateway = host.gatewayTo(high, low);
        if (gateway == null) {
            neighbours.send(high, low, packet, burst);
        } else {
            neighbours.send(gateway.high(), gateway.low(), packet, burst);
        }
    }

    private void drop(Frame packet, DropReason reason, Burst burst) {
        counters.received(burst.loop(), Frame.ETHERNET_HEADER + packet.length());
        counters.dropped(burst.loop(), reason);
        // For whoever watches; it never gets a destination.
        int version = packet.length() == 0 ? 0 : packet.buffer().get(packet.start()) >>> 4 & 0xf;
        packet.pushEthernet(0, host.mac(), version == 4 ? EtherType.IPV4 : version == 6 ? EtherType.IPV6 : 0);
        wire.refused(packet, reason, burst);
    }

    /**
     * Takes a message of ARP or neighbour discovery from the Ethernet.
     *
     * @param buffer the frame, from index 0
     * @param checked whether its checksum is there to be checked
     */
    void receive(ByteBuffer buffer, int length, boolean checked, Burst burst) {
        if (!discovery.read(buffer, 0, length, checked) || discovery.frameSource() == host.mac()) {
            return;
        }
        boolean here = host.isBehind(discovery.targetHigh(), discovery.targetLow());
        if (discovery.asks()) {
            hear(here, burst);
            if (here) {
                discovery.answer(message, host.mac(), host.isOwn(discovery.targetHigh(), discovery.targetLow()));
                wire.receive(message, burst);
            }
        } else if (!here) {
            neighbours.told(
                    discovery.targetHigh(),
                    discovery.targetLow(),
                    discovery.mac(),
                    discovery.solicited(),
                    discovery.override(),
                    burst);
        }
    }

    private void hear(boolean asksHere, Burst burst) {
        boolean told = discovery.hasSource() && discovery.mac() != 0;
        if (told && !host.isBehind(discovery.sourceHigh(), discovery.sourceLow())) {
            neighbours.heard(discovery.sourceHigh(), discovery.sourceLow(), discovery.mac(), asksHere, burst);
        }
    }

    /** Tells everybody, now and once more, that the host's addresses are here. */
    void comeUp(Burst burst) {
        announcements = ANNOUNCEMENTS;
        announceNanos = burst.nowNanos();
        tick(burst);
    }

    /** Does what is due; several times a second. */
    void tick(Burst burst) {
        neighbours.tick(burst);
        if (announcements == 0 || burst.nowNanos() - announceNanos < 0) {
            return;
        }
        announcements--;
        announceNanos += ANNOUNCEMENT_NANOS;
        for (IpPrefix address : host.own()) {
            Discovery.announce(message, host.mac(), address.high(), address.low());
            wire.receive(message, burst);
        }
    }
}
