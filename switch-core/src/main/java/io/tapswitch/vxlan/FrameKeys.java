package io.tapswitch.vxlan;

/** The keys of all streams from one session to another. Any thread. */
final class FrameKeys {
    private final OverlaySecret secret;
    private final byte[] sender;
    private final byte[] receiver;

    /** @param sender the session of the host that seals */
    FrameKeys(OverlaySecret secret, byte[] sender, byte[] receiver) {
        this.secret = secret;
        this.sender = sender.clone();
        this.receiver = receiver.clone();
    }

    /** Makes a cipher with the key of a stream's epoch; takes some microseconds. */
    FrameCipher cipher(int stream, int epoch) {
        int both = SealedHeader.streamAndEpoch(stream, epoch);
        return new FrameCipher(secret.frameKey(sender, receiver, both, FrameCipher.MATERIAL));
    }
}
