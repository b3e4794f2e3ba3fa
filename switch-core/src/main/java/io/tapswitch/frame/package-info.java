/**
 * Ethernet frames as bytes.
 *
 * <p>A {@link io.tapswitch.frame.Frame} is a reused view over a direct buffer: it is filled by a port, read by the
 * bridge and written by other ports, all within one call on one event loop. A port whose far side takes wire frames only
 * sends what {@link io.tapswitch.frame.Segmentation} makes of it. A tunnel keeps the packets in its frames informed of
 * congestion by {@link io.tapswitch.frame.TunnelEcn}, and their senders of its size by {@link
 * io.tapswitch.frame.PacketTooBig} and {@link io.tapswitch.frame.MssClamp}. Nothing here allocates per frame and
 * nothing uses Unsafe: every access goes through a bounds-checked {@code ByteBuffer}.
 */
package io.tapswitch.frame;
