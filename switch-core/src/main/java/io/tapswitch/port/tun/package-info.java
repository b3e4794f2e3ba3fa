/**
 * TUN ports: a host, a namespace or a container that speaks IP without Ethernet. The switch is its Ethernet: the port has
 * a MAC address, by which the bridge knows the host like any other station.
 *
 * <p>Towards the host, the Ethernet header is taken off. It gets what any host would take from the wire: packets to the
 * port's MAC address, to everybody and to groups; not those that are flooded on their way to somebody else. ARP and the
 * five messages of IPv6 neighbour discovery concern the Ethernet and stay with the port: so router advertisements do not
 * reach the host, which would give itself addresses that the port does not answer for. The hop limit stays, since nothing
 * is routed here.
 *
 * <p>From the host, each packet gets a header for its next hop: the gateway for what is not on the link, or else the
 * destination itself. The port finds the MAC address as a host does, answers for the host's addresses and the prefixes
 * behind it, and says that they are here when it comes up. It answers whoever looks whether such an address is a
 * duplicate. Messages of discovery from the host itself are dropped.
 *
 * <p>The host's kernel has a route to the networks of its addresses; what lies behind a gateway needs one as well, to the
 * device alone: {@code ip route add default dev tun0}. Its link-local IPv6 addresses, which the kernel chooses, are
 * unknown to the port; one that is to be reached is listed among the addresses.
 */
package io.tapswitch.port.tun;
