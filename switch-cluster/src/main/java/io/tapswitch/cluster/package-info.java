/**
 * The coordination of several hosts. So far this is only the place where it will be: every host is by itself, and
 * {@link io.tapswitch.cluster.OverlayDirectories} says so. A directory that tells hosts of each other's VTEPs and
 * stations will be an {@link io.tapswitch.overlay.OverlayDirectory} of this package, chosen there and nowhere else.
 *
 * <p>Only this package will import Hazelcast. Nothing here is on the frame path: a directory that is slow or gone costs
 * no frame.
 */
package io.tapswitch.cluster;
