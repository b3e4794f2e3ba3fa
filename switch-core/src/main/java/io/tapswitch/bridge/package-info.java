/**
 * The forwarding plane: which port a frame leaves by.
 *
 * <p>Start reading at {@link io.tapswitch.bridge.BridgePort#receive}, where a frame comes in, and
 * {@link io.tapswitch.bridge.Bridge}, which decides: learn the source, look up the destination, then forward, flood or
 * drop. The rules are those of IEEE 802.1Q clause 8 as the Linux bridge applies them; what differs is said where it
 * differs.
 *
 * <p>Requests of ARP and neighbour discovery are the one thing that a bridge may answer, or send where their destination
 * address does not say: {@link io.tapswitch.bridge.NeighbourTable}.
 *
 * <p><b>Telling.</b> {@link io.tapswitch.bridge.FrameTracer} says what would become of a frame. It asks the checks that the
 * frame path asks, which therefore are methods of their own without side effects; a new one has its place in both, and
 * {@code AccountingTest} fails where they differ.
 *
 * <p><b>Threads.</b> A frame stays on the event loop of the port that read it, until the last write. Several loops
 * share a bridge: the {@link io.tapswitch.bridge.ForwardingTable} is read without a lock, flood lists and port settings
 * are immutable and replaced as a whole by the control thread. A loop never waits, never allocates for a frame from a
 * known station, and never logs per frame. Trouble with a frame is a {@link io.tapswitch.port.DropReason} and a count.
 */
package io.tapswitch.bridge;
