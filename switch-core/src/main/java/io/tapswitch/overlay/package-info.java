/**
 * The seam to the other hosts. {@link io.tapswitch.overlay.OverlayDirectory} is what REST and CLI show of them; what a
 * directory does with the switch, it does by {@link io.tapswitch.SwitchService}: one port for each host, {@code extern}
 * entries in the FDBs, networks in the desired state. A host by itself has
 * {@link io.tapswitch.overlay.StaticOverlayDirectory}.
 */
package io.tapswitch.overlay;
