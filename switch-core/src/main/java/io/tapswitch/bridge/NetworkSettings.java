package io.tapswitch.bridge;

/**
 * How a bridge forwards. Immutable: a change replaces it.
 *
 * @param vlan the 802.1Q VID on trunk ports, 1 to 4094; 0 if the network is on no trunk
 * @param vni the VXLAN network identifier on overlay ports, 1 to 16,777,215; 0 if the network is on none
 * @param mtu the largest payload of an Ethernet frame, bytes
 * @param ageingNanos how long a silent station stays in the FDB
 * @param maxLearned at most this many learned stations
 * @param forwardReserved whether 01:80:c2:00:00:00 and 02 to 0f are flooded; 01 (flow control) never is
 * @param encryption whether overlay ports that have a secret encrypt its frames
 * @param neighSuppress whether ARP and neighbour discovery are answered for stations that are known
 */
public record NetworkSettings(
        int vlan,
        int vni,
        int mtu,
        long ageingNanos,
        int maxLearned,
        boolean forwardReserved,
        boolean encryption,
        boolean neighSuppress) {}
