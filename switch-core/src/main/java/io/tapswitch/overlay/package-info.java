/**
 * The seam to the other hosts: {@link io.tapswitch.overlay.OverlayDirectory} is told which stations are here, and will
 * tell which are elsewhere. A host by itself has {@link io.tapswitch.overlay.StaticOverlayDirectory}.
 */
package io.tapswitch.overlay;
