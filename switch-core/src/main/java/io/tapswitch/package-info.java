/**
 * The switch as a whole: {@link io.tapswitch.SwitchService} keeps the desired state, the ports and the bridges in step;
 * {@link io.tapswitch.EventLoops} are the threads that carry frames; {@link io.tapswitch.StateStore} is the disk.
 *
 * <p>Frames never pass through this package: see {@code io.tapswitch.bridge}.
 */
package io.tapswitch;
