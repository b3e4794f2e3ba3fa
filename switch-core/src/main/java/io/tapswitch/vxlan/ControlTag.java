package io.tapswitch.vxlan;

import java.nio.ByteBuffer;

/**
 * Authenticates the probes and acknowledgements between this VTEP and one peer. The tag is the {@value #LENGTH} bytes at
 * {@value #OFFSET} of the datagram; it covers the datagram from its first byte to the last of its padding, with zeros in
 * place of the tag.
 *
 * <p>Tags are compared by {@link Object#equals}: those with the same key are equal.
 *
 * <p>With a key that more than two hosts have, a tag that does not cover the addresses of both VTEPs lets somebody on the
 * path lead a probe to a third host, and that host's answer back.
 *
 * <p>Called under the lock of the {@link PeerMonitor}, on any thread, some hundred times a second at most; must not wait. Buffers are big endian,
 * direct or not; position, limit and the bytes outside of the tag stay as they are.
 */
public interface ControlTag {
    int OFFSET = ControlMessage.TAG;
    int LENGTH = 16;

    /** Of an overlay without encryption: zeros, and nothing else is taken, so that one encrypted end is noticed. */
    ControlTag NONE = new ZeroTag();

    /** Writes the tag of a message. Its field holds zeros. */
    void write(ByteBuffer datagram, int at, int length);

    /**
     * Whether the tag is right.
     *
     * @param length at least that of a message without padding
     */
    boolean verify(ByteBuffer datagram, int at, int length);
}
