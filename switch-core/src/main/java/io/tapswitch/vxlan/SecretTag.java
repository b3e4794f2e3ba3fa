package io.tapswitch.vxlan;

import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * Authenticates the probes of an encrypted overlay by the hosts' secret. It does not name the two hosts: this one may not
 * know the address that the other sees it by. Who is on the path can so lead a probe to a third host that has the secret,
 * which he could anyway pass for, had he the secret, and gains nothing by but what cutting the path would give him.
 */
record SecretTag(OverlaySecret secret) implements ControlTag {
    @Override
    public void write(ByteBuffer datagram, int at, int length) {
        datagram.put(at + OFFSET, secret.controlTag(datagram, at, length));
    }

    /** The message is hashed with zeros in place of its tag, which it has back afterwards. */
    @Override
    public boolean verify(ByteBuffer datagram, int at, int length) {
        byte[] tag = new byte[LENGTH];
        datagram.get(at + OFFSET, tag);
        datagram.put(at + OFFSET, new byte[LENGTH]);
        byte[] right = secret.controlTag(datagram, at, length);
        datagram.put(at + OFFSET, tag);
        return MessageDigest.isEqual(tag, right);
    }
}
