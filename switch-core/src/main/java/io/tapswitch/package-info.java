/**
 * The switch as a whole: {@link io.tapswitch.SwitchService} keeps the desired state, the ports and the bridges in step;
 * {@link io.tapswitch.EventLoops} are the threads that carry frames; {@link io.tapswitch.StateStore} is the disk.
 *
 * <p>What the service does, it does under its lock by way of these: {@code PortSlots} finds every port by name, {@code
 * FarSides} opens them and tries them again, {@code Bridges} says where each belongs, {@code Onlookers} has mirrors and
 * captures see their frames, {@code Deadlines} ends what has an end, and {@code Transition} leads from one desired state to
 * the next. {@code ControlThread} is the way in for whoever must not wait.
 *
 * <p>Frames never pass through this package: see {@code io.tapswitch.bridge}.
 */
package io.tapswitch;
