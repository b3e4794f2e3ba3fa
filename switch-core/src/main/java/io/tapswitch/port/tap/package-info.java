/**
 * TAP ports: a kernel network interface whose wire is the switch. The host, a namespace or a container has the
 * interface; the switch reads what it sends and writes what it shall receive, through one file descriptor per queue.
 *
 * <p>Frames cross with their virtio-net header, so that a 64 KiB TCP segment that one TAP leaves to be cut is handed to
 * another TAP as it is: neither checksummed, nor segmented, nor copied in user space.
 */
package io.tapswitch.port.tap;
