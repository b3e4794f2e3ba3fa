/**
 * Stream ports: Ethernet frames over a Unix or TCP connection, each behind its length (4 bytes, big endian). That is what
 * QEMU speaks with {@code -netdev stream} and {@code -netdev socket}, libvirt with {@code <interface type='client'>}, and
 * passt and gvproxy to a VM. There are no offloads in this protocol, so large frames are cut and checksums completed on
 * the way out; but unlike a TAP it lets many frames cross in one system call, both ways.
 *
 * <p>A {@link io.tapswitch.port.stream.StreamPort} has one peer at a time, from a {@link
 * io.tapswitch.port.stream.PeerSource}: it comes in by the {@link io.tapswitch.port.stream.Doorway}, or the {@link
 * io.tapswitch.port.stream.Dialer} goes to it. A {@link io.tapswitch.port.stream.StreamListener} makes a port for each
 * peer that comes.
 *
 * <p><b>Threads.</b> A port's connection belongs to one event loop. There the {@link
 * io.tapswitch.port.stream.FrameReader} finds frames in what was read and hands them to the switch where they lie. A frame
 * to the peer may come on any loop: it is copied to the {@link io.tapswitch.port.stream.Outbox} of that loop, which the
 * port's loop empties. Nobody waits: what finds no room is dropped and counted at the port that is slow.
 */
package io.tapswitch.port.stream;
