/**
 * Interface ports: the switch attaches to a network interface that exists anyway, by a packet socket. Where a TAP port
 * is the wire of an interface that the host uses, an interface port is the host's side of a wire that somebody else
 * holds: QEMU the TAP, a container the other end of a veth, the world a NIC.
 *
 * <p>Frames cross with their virtio-net header, so that large ones stay whole; VLAN tags, which the kernel takes off on
 * the way in, are put back as they were. A batch of frames is one system call, each way.
 *
 * <p><b>The host sees the frames too.</b> A packet socket takes copies: what comes in by the interface also goes to the
 * host's own protocols, and to whatever else listens. So the interface should have no IP address: a NIC that becomes a
 * port gives its address to another interface, such as a TAP port of the same network. An interface that is a member of
 * a bridge or bond is refused, since every frame would be forwarded twice. A disabled port passes no frames, but the
 * interface does not show it: its state is its owner's.
 *
 * <p><b>TAPs for machines</b> that the switch itself makes are shut to the host: a filter drops what comes in once the
 * socket has its copy, so that a machine reaches only the network behind its port.
 *
 * <p><b>What the kernel drops.</b> A frame that finds the receive buffer full is counted as received, its bytes unknown,
 * and as dropped. Sending goes through the interface's queueing discipline, not past it (PACKET_QDISC_BYPASS): nothing
 * was gained past it on a veth, and the kernel drops there what it has to segment itself.
 *
 * <p><b>Tunnels.</b> The virtio-net header has no words for a large frame within a VXLAN or Geneve tunnel. Such frames
 * come where a container on a veth has the tunnel, and are dropped on the way out; the container's interface is to
 * segment them: {@code ethtool -K eth0 tx-udp_tnl-segmentation off tx-udp_tnl-csum-segmentation off}.
 */
package io.tapswitch.port.packet;
