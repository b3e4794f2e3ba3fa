/**
 * Linux system calls: TAP devices, network namespaces, rtnetlink and accounts. The only package that uses JNA.
 *
 * <p>Classes are named after the C header or the kernel interface that they speak. JNA direct mapping is used with
 * primitive arguments only; addresses are {@code long}. It costs about 0.1 microseconds more than JNI, so it serves
 * the control path and batched calls, and never a call per frame. All of it assumes a 64-bit kernel with asm-generic
 * numbers: x86-64, aarch64.
 *
 * <p>Everything here blocks for the length of a system call and belongs on a worker thread. File descriptors are plain
 * {@code int}s; the Javadoc of whatever returns one says who closes it. Errors are
 * {@link io.tapswitch.linux.LinuxException}s that say what was tried and what to do.
 */
package io.tapswitch.linux;
