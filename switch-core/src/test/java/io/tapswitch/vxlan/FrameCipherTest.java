package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Test cases 13 to 16 of McGrew and Viega's specification of GCM: AES-256 with a nonce of 12 bytes. */
class FrameCipherTest {
    private static final String ZEROS = "00".repeat(32 + 12);
    private static final String KEY_AND_NONCE =
            "feffe9928665731c6d6a8f9467308308".repeat(2) + "cafebabefacedbaddecaf888";
    private static final String PLAIN = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";
    private static final String SEALED = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
            + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad";

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static void assertSeals(String material, String header, String plain, String cipherAndTag) {
        byte[] input = hex(plain);
        byte[] expected = hex(header + cipherAndTag);
        int headerLength = header.length() / 2;

        byte[] datagram = Arrays.copyOf(hex(header), expected.length);
        new FrameCipher(hex(material)).seal(0, input, input.length, datagram, headerLength);
        assertThat(datagram).isEqualTo(expected);

        byte[] opened = new byte[input.length];
        int length = new FrameCipher(hex(material)).open(0, expected, headerLength, expected.length, opened);
        assertThat(length).isEqualTo(input.length);
        assertThat(opened).isEqualTo(input);
    }

    @Test
    void sealsTestCase13OfNothing() {
        assertSeals(ZEROS, "", "", "530f8afbc74536b9a963b4f1c4cb738b");
    }

    @Test
    void sealsTestCase14OfOneBlock() {
        assertSeals(ZEROS, "", "00".repeat(16), "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
    }

    @Test
    void sealsTestCase15OfFourBlocks() {
        assertSeals(KEY_AND_NONCE, "", PLAIN, SEALED + "b094dac5d93471bdec1a502270e3cc6c");
    }

    @Test
    void sealsTestCase16WithAHeaderAndABrokenBlock() {
        assertSeals(
                KEY_AND_NONCE,
                "feedfacedeadbeeffeedfacedeadbeefabaddad2",
                PLAIN.substring(0, 120),
                SEALED.substring(0, 120) + "76fc6ece0f4e1768cddf8853bb2d551b");
    }

    @Test
    void xorsTheSequenceIntoTheEndOfTheNonce() {
        int sequence = 0x8a55aa01;
        String nonce = String.format("cafebabefacedbad%08x", 0xdecaf888 ^ sequence);
        byte[] datagram = new byte[64 + 16];
        byte[] expected = new byte[64 + 16];
        new FrameCipher(hex(KEY_AND_NONCE)).seal(sequence, hex(PLAIN), 64, datagram, 0);
        new FrameCipher(hex("feffe9928665731c6d6a8f9467308308".repeat(2) + nonce)).seal(0, hex(PLAIN), 64, expected, 0);
        assertThat(datagram).isEqualTo(expected);
    }

    @Test
    void opensOnceMoreAfterAForgery() {
        byte[] datagram = hex(SEALED + "b094dac5d93471bdec1a502270e3cc6c");
        byte[] plain = new byte[64];
        FrameCipher cipher = new FrameCipher(hex(KEY_AND_NONCE));
        assertThat(cipher.open(1, datagram, 0, datagram.length, plain)).isNegative();
        assertThat(cipher.open(0, datagram, 0, datagram.length, plain)).isEqualTo(64);
        assertThat(plain).isEqualTo(hex(PLAIN));
    }

    /** The JDK's own check, on which nothing relies; it would show that a counter stands still. */
    @Test
    void refusesToSealTwiceWithOneNonce() {
        FrameCipher cipher = new FrameCipher(hex(KEY_AND_NONCE));
        byte[] datagram = new byte[64 + 16];
        cipher.seal(7, hex(PLAIN), 64, datagram, 0);
        assertThatThrownBy(() -> cipher.seal(7, hex(PLAIN), 64, datagram, 0)).isInstanceOf(IllegalStateException.class);
    }
}
