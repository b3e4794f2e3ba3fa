package io.tapswitch.vxlan;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA-256, cut to 16 bytes. */
final class TestTag implements ControlTag {
    private final byte[] key;

    TestTag(String key) {
        this.key = key.getBytes();
    }

    private byte[] of(ByteBuffer datagram, int at, int length) {
        byte[] bytes = new byte[length];
        datagram.get(at, bytes);
        Arrays.fill(bytes, OFFSET, OFFSET + LENGTH, (byte) 0);
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return Arrays.copyOf(mac.doFinal(bytes), LENGTH);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void write(ByteBuffer datagram, int at, int length) {
        datagram.put(at + OFFSET, of(datagram, at, length));
    }

    @Override
    public boolean verify(ByteBuffer datagram, int at, int length) {
        byte[] tag = new byte[LENGTH];
        datagram.get(at + OFFSET, tag);
        return Arrays.equals(tag, of(datagram, at, length));
    }
}
