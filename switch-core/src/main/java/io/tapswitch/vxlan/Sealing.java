package io.tapswitch.vxlan;

import java.nio.ByteBuffer;

/**
 * Encrypts what this host sends to one peer; {@link Opening} is the other end. Made by {@link Session#pair}.
 *
 * <h2>Format</h2>
 *
 * A sealed frame is the payload of a UDP datagram to the peer's VXLAN port. Big endian:
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+---------------+---------------+
 * |   flags = 0   |      'T'      |      'S'      |   kind = 3    |
 * +---------------+---+-----------+---------------+---------------+
 * |      stream       |                   epoch                   |
 * +-------------------+-------------------------------------------+
 * |                           sequence                            |
 * +---------------------------------------------------------------+
 * :      VXLAN header (8 bytes) and inner frame, encrypted        :
 * +---------------------------------------------------------------+
 * |                                                               |
 * |                       AES-GCM tag (16)                        |
 * |                                                               |
 * |                                                               |
 * +---------------------------------------------------------------+
 * </pre>
 *
 * The first 12 bytes are authenticated and in the clear. Where VXLAN has its flags (RFC 7348, 5) there is no I bit, so
 * Linux and Open vSwitch drop the datagram. A sealed frame is {@link #OVERHEAD} bytes longer than a plain one: over
 * Ethernet with an MTU of 1500, inner packets of 1422 bytes fit over IPv4, of 1402 over IPv6.
 *
 * <ul>
 *   <li><i>stream</i>: one sending socket of the host, 0 to 1023. One event loop writes it, so that it needs no lock.
 *   <li><i>epoch</i>: which key of the stream, from 0 on, one more with each {@link RekeyLimits rekeying}. It is there
 *       whole, so the receiver follows however many it missed.
 *   <li><i>sequence</i>: the frame's number under its key, from 0 on.
 * </ul>
 *
 * <h2>Keys</h2>
 *
 * HKDF is that of RFC 5869 with SHA-256; texts are ASCII. The sessions are 16 bytes each (see {@link Session}); the
 * word is the second one of the header.
 *
 * <pre>
 *  prk      = HKDF-Extract(salt "TapSwitch overlay", secret)
 *  key | iv = HKDF-Expand(prk, "frames" | sender's session | receiver's session | word, 32 + 12)
 *  nonce    = iv xor (8 zero bytes | sequence)
 *  sealed   = header | AES-256-GCM(key, nonce, plaintext, additional data = header)
 *
 *  tag of a probe or acknowledgement = first 16 bytes of HMAC-SHA256(HKDF-Expand(prk, "control", 32),
 *                                      datagram with zeros in place of the tag)
 *  id of a secret, for people = first 4 bytes of HKDF-Expand(prk, "id", 32)
 * </pre>
 *
 * Another secret gives other keys to the same sessions, streams and epochs, so nothing that was used under one is used
 * again under the other. While a secret is replaced (see {@link OverlaySecrets}), the receiver tries both.
 *
 * <p>AES-256, so that what is recorded today stays closed to a quantum computer as well: there is nothing but symmetric
 * keys. AES-128 would take a tenth less time, 0.62 us instead of 0.70 for 1450 bytes (JDK 17, AMD EPYC).
 *
 * <p>For the secret {@code TapSwitch test secret, 32 bytes.}, the sessions 00 01 .. 0f and 10 11 .. 1f, stream 5, epoch
 * 0 and sequence 1:
 *
 * <pre>
 *  key        e7cccba8d2314f4796f3c7e111a783eb161cfea6bba5a8e27f604e73d48cd750
 *  iv         461cbda2dba918af87fb3538
 *  plaintext  0800000000002a00 ffffffffffff02000000000188b5 546170537769746368
 *  datagram   005453030140000000000001
 *             72bdfc6f1fddbc1c551a326ae311c992baee077680350e70741a33b2430603
 *             ea2ede9f64131c9aff9ebb45f56e3043
 * </pre>
 *
 * There are more vectors in the tests, and the script that makes them.
 *
 * <h2>What it protects</h2>
 *
 * Who has not got the secret can neither read inner frames and their VNI, nor change or make them, nor have one taken
 * twice (the receiver remembers the last 4032 of each key), nor send one back, nor use what was recorded in an earlier
 * run.
 *
 * <p>What it does not:
 *
 * <ul>
 *   <li>Which hosts exchange frames, how many, how long and when, and on which sockets: outer headers, lengths and the
 *       header above are in the clear, and nothing is padded.
 *   <li>One host from another: it is a group's secret. Whoever has it can pass for any host and read all traffic.
 *   <li>Where frames go among these hosts: the sessions say nothing of addresses, so who is on the path can lead what
 *       is meant for one host to another that has the secret (see {@link SecretTag}).
 *   <li>The past: there is no forward secrecy. Sessions are sent in the clear, so who gets the secret later can read
 *       what was recorded before, also of runs that have ended.
 *   <li>Availability: frames can be held back, delayed and reordered, and forged ones cost the receiver time (see
 *       {@link Opening}).
 *   <li>Plain VXLAN: who receives has to drop that from a peer which is to seal.
 * </ul>
 *
 * <p>Each stream belongs to one thread at a time; different streams do not disturb each other. The JCA allocates about
 * a kilobyte for each frame, which is accepted; nothing else is allocated but with a new key.
 */
public final class Sealing {
    /** Bytes that a sealed frame is longer than the plaintext: header and tag. */
    public static final int OVERHEAD = SealedHeader.LENGTH + FrameCipher.TAG;

    private final SealingStream[] streams;

    Sealing(FrameKeys keys, int streams, RekeyLimits limits) {
        if (streams < 1 || streams > SealedHeader.STREAMS) {
            throw new IllegalArgumentException(
                    "there can be 1 to " + SealedHeader.STREAMS + " streams, not " + streams);
        }
        this.streams = new SealingStream[streams];
        for (int stream = 0; stream < streams; stream++) {
            this.streams[stream] = new SealingStream(keys, stream, 0, limits);
        }
    }

    /**
     * Seals a frame, whose plaintext comes in two pieces.
     *
     * @param stream the socket that the datagram is going to be sent by
     * @param head the first piece: VXLAN header, and headers of the frame
     * @param body what follows; not read if its length is 0
     * @param target takes the datagram, from {@code targetAt} on; it may be one of the others, and overlap
     * @param nowNanos the burst's time
     * @return bytes of the datagram: both pieces and {@link #OVERHEAD}
     * @throws IndexOutOfBoundsException if a buffer ends too early, if the datagram would be longer than 65,536 bytes,
     *     or if there is no such stream
     * @throws IllegalStateException if the stream has had all its 2<sup>22</sup> keys, of which one an hour is five
     *     centuries
     */
    public int seal(
            int stream,
            ByteBuffer head,
            int headAt,
            int headLength,
            ByteBuffer body,
            int bodyAt,
            int bodyLength,
            ByteBuffer target,
            int targetAt,
            long nowNanos) {
        Scratch scratch = Scratch.ofThread();
        head.get(headAt, scratch.plain, 0, headLength);
        if (bodyLength > 0) {
            body.get(bodyAt, scratch.plain, headLength, bodyLength);
        }
        int sealed = streams[stream].seal(scratch, headLength + bodyLength, nowNanos);
        target.put(targetAt, scratch.datagram, 0, sealed);
        return sealed;
    }
}
