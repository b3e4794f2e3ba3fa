package io.tapswitch.vxlan;

import java.nio.ByteBuffer;

/** The arrays that frames are sealed and opened in: 128 KiB for each thread that does so, an event loop as a rule. */
final class Scratch {
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    /** No UDP datagram is longer. */
    private static final int LONGEST = 65_536;

    final byte[] plain = new byte[LONGEST - Sealing.OVERHEAD];
    final byte[] datagram = new byte[LONGEST];

    /** The datagram's bytes, big endian. */
    final ByteBuffer header = ByteBuffer.wrap(datagram);

    private Scratch() {}

    /** The calling thread's. */
    static Scratch ofThread() {
        return OF_THREAD.get();
    }
}
