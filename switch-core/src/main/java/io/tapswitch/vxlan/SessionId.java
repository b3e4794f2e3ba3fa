package io.tapswitch.vxlan;

import java.nio.ByteBuffer;

/** One life of an endpoint: 16 random bytes, drawn when it starts. */
record SessionId(long high, long low) {
    static final int LENGTH = 16;

    /** @throws IllegalArgumentException unless these are 16 bytes */
    static SessionId of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a session of " + bytes.length + " bytes, where " + LENGTH + " belong");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new SessionId(buffer.getLong(0), buffer.getLong(8));
    }

    static SessionId in(ByteBuffer message, int at) {
        return new SessionId(ControlMessage.sessionHigh(message, at), ControlMessage.sessionLow(message, at));
    }

    /** Whether a message comes from this session. Does not allocate. */
    boolean isIn(ByteBuffer message, int at) {
        return high == ControlMessage.sessionHigh(message, at) && low == ControlMessage.sessionLow(message, at);
    }

    byte[] bytes() {
        return ByteBuffer.allocate(LENGTH).putLong(high).putLong(low).array();
    }
}
