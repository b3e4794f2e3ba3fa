package io.tapswitch;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.MacAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StableMacTest {
    @TempDir
    private Path temp;

    private Path seed() {
        return temp.resolve("mac.seed");
    }

    @Test
    void isTheSameAfterEachStart() {
        long mac = StableMac.in(temp).of("web");
        assertThat(StableMac.in(temp).of("web")).isEqualTo(mac);
    }

    /** {@code (head -c 32 /dev/zero; printf web) | sha256sum} prints 0343562eabb9 first. */
    @Test
    void isTheBeginningOfTheDigestOfSeedAndNameAsALocalStation() throws IOException {
        Files.write(seed(), new byte[32]);
        assertThat(MacAddress.format(StableMac.in(temp).of("web"))).isEqualTo("02:43:56:2e:ab:b9");
    }

    @Test
    void isAnotherForEachPortAndForEachHost(@TempDir Path other) {
        StableMac macs = StableMac.in(temp);
        assertThat(List.of(macs.of("web"), macs.of("web2"), StableMac.in(other).of("web")))
                .doesNotHaveDuplicates();
    }

    @Test
    void isALocallyAdministeredStation() {
        StableMac macs = StableMac.in(temp);
        for (int i = 0; i < 1000; i++) {
            long mac = macs.of("p" + i);
            assertThat(MacAddress.isValidSource(mac)).isTrue();
            assertThat(mac >>> 41 & 1).as("locally administered").isOne();
            assertThat(mac >>> 48).isZero();
        }
    }

    @Test
    void keepsTheSeedForItsOwnerAlone() throws IOException {
        StableMac.in(temp);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(seed())))
                .isEqualTo("rw-------");
        assertThat(Files.size(seed())).isEqualTo(32);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00112233", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"})
    void replacesASeedThatIsDamaged(String hex) throws IOException {
        Files.write(seed(), HexFormat.of().parseHex(hex));
        long mac = StableMac.in(temp).of("web");
        assertThat(Files.size(seed())).isEqualTo(32);
        assertThat(StableMac.in(temp).of("web")).isEqualTo(mac);
    }

    @Test
    void doesWithoutASeedThatCannotBeKept() {
        Path missing = temp.resolve("missing");
        StableMac macs = StableMac.in(missing);
        assertThat(macs.of("web")).isEqualTo(macs.of("web"));
        assertThat(StableMac.in(missing).of("web")).isNotEqualTo(macs.of("web"));
    }

    @Test
    void leavesASeedThatItCannotReadAlone() throws IOException {
        Files.createDirectory(seed());
        assertThat(StableMac.in(temp).of("web")).isNotEqualTo(StableMac.in(temp).of("web"));
        assertThat(seed()).isDirectory();
    }
}
