package io.tapswitch.vxlan;

import java.nio.ByteBuffer;

/** No authentication. */
final class ZeroTag implements ControlTag {
    @Override
    public void write(ByteBuffer datagram, int at, int length) {}

    @Override
    public boolean verify(ByteBuffer datagram, int at, int length) {
        return (datagram.getLong(at + OFFSET) | datagram.getLong(at + OFFSET + 8)) == 0;
    }
}
