/**
 * The overlay: networks with a VNI span hosts, by VXLAN (RFC 7348).
 *
 * <p>A frame goes out by {@link io.tapswitch.vxlan.VxlanPort}, one for each remote VTEP, over a {@link
 * io.tapswitch.vxlan.VxlanSender} of the loop that carries it; it comes in by a {@link io.tapswitch.vxlan.VxlanReceiver} of
 * any loop. The sockets belong to a {@link io.tapswitch.vxlan.VxlanEndpoint}, which all ports with one local address share.
 * {@link io.tapswitch.vxlan.PeerMonitor} finds out whether a VTEP is alive and what its path takes.
 */
package io.tapswitch.vxlan;
