package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The vectors of RFC 5869, appendix A, that use SHA-256, and the bounds of section 2.3. */
class HkdfTest {
    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static byte[] range(int from, int to) {
        byte[] bytes = new byte[to - from];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (from + i);
        }
        return bytes;
    }

    private static byte[] elevens() {
        byte[] bytes = new byte[22];
        Arrays.fill(bytes, (byte) 0x0b);
        return bytes;
    }

    private static void assertDerives(byte[] secret, byte[] salt, byte[] info, String key, String material) {
        assertThat(Hkdf.extract(salt, secret)).asHexString().isEqualToIgnoringCase(key);
        assertThat(Hkdf.expand(hex(key), info, material.length() / 2))
                .asHexString()
                .isEqualToIgnoringCase(material);
    }

    @Test
    void derivesTestCase1() {
        assertDerives(
                elevens(),
                range(0x00, 0x0d),
                range(0xf0, 0xfa),
                "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    }

    @Test
    void derivesTestCase2WithLongerInputs() {
        assertDerives(
                range(0x00, 0x50),
                range(0x60, 0xb0),
                range(0xb0, 0x100),
                "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
                "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
                        + "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
    }

    @Test
    void derivesTestCase3WithoutSaltAndInfo() {
        assertDerives(
                elevens(),
                new byte[0],
                new byte[0],
                "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
    }

    @Test
    void givesAsMuchAs255Hashes() {
        byte[] key = new byte[32];
        assertThat(Hkdf.expand(key, new byte[0], 0)).isEmpty();
        assertThat(Hkdf.expand(key, new byte[0], 255 * 32))
                .hasSize(8160)
                .startsWith(Hkdf.expand(key, new byte[0], 8159));
        assertThatThrownBy(() -> Hkdf.expand(key, new byte[0], 8161)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Hkdf.expand(key, new byte[0], -1)).isInstanceOf(IllegalArgumentException.class);
    }
}
