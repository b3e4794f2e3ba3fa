/**
 * What every port has in common, whatever is on its far side.
 *
 * <p>A {@link io.tapswitch.port.Port} moves frames between the switch and one far side: a TAP device, a test. It is
 * opened by the {@link io.tapswitch.port.PortDriver} of its type from that type's own settings. A new type is one
 * package below this one and one line in {@link io.tapswitch.port.PortDrivers}; neither the bridge nor REST changes.
 *
 * <p><b>Threads.</b> A port reads on the {@link io.tapswitch.port.PortLoop}s it was given, and hands each frame to its
 * {@link io.tapswitch.port.FrameSink} there. {@code transmit} is called from any loop. Opening and closing happen on the
 * control thread.
 */
package io.tapswitch.port;
