/**
 * Datagram ports: each datagram is one Ethernet frame, as QEMU's {@code -netdev dgram} and vfkit send them, over a Unix or
 * a UDP socket.
 *
 * <p>The far side takes wire frames only, so large frames are cut and checksums completed here. The socket is connected
 * to the one address that frames may come from: the kernel refuses everybody else. Of a Unix peer that is not there yet,
 * that left, or that was made anew, the port finds out by itself within a second.
 *
 * <p>A Unix datagram socket lets only {@code net.unix.max_dgram_qlen} datagrams wait, 10 on most systems, and what does
 * not fit is dropped as {@code egress-full}. TCP wants more: {@code sysctl -w net.unix.max_dgram_qlen=512}, before either
 * socket is made.
 */
package io.tapswitch.port.dgram;
