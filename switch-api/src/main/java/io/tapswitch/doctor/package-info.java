/**
 * Names in words what is wrong with the switch, one of its ports or the machine, and what to do: {@code GET
 * /api/v1/doctor} and {@code tapswitch doctor}.
 *
 * <p>A {@link io.tapswitch.doctor.Check} looks at one thing and tells its {@link io.tapswitch.doctor.Finding}s; {@link
 * io.tapswitch.doctor.Doctor} has all of them in order. A new check is one line in the list of its class. What it needs to
 * know of the switch it asks {@link io.tapswitch.doctor.SwitchState}, and of the machine {@link
 * io.tapswitch.doctor.Machine}, so that a test can make every fault. Findings are read at night by somebody who has never
 * seen TapSwitch: the text says what is wrong and how it shows, the fix says what to type.
 *
 * <p>Checks may take seconds, as they ask the kernel, other programs and other hosts; they run on threads that may wait, and
 * never on an event loop. They change nothing.
 */
package io.tapswitch.doctor;
