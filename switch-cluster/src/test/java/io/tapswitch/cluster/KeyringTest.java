package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.vxlan.OverlaySecret;
import io.tapswitch.vxlan.OverlaySecrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyringTest {
    private static final String ONE = "TapSwitch test secret, 32 bytes.";
    private static final String TWO = "TapSwitch test secret, the next.";
    private static final String THREE = "TapSwitch test secret, a third..";
    private static final String KEY = "l/h1";
    private static final byte[] CONTENT = new Lease("h1", 1, 2, 3, 4, 5, 1, new int[] {6}, 7).encode();

    @TempDir
    private Path directory;

    private Path file;
    private Path next;

    @BeforeEach
    void name() {
        file = directory.resolve("secret");
        next = directory.resolve("secret.next");
    }

    private long now;

    private static OverlaySecret secret(String text) {
        return OverlaySecret.of(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static Keyring of(String current, String next) {
        return Keyring.of(new OverlaySecrets(secret(current), next == null ? null : secret(next)));
    }

    /** The files are not read more than once a second. */
    private long later() {
        return now += TimeUnit.SECONDS.toNanos(2);
    }

    private static void write(Path path, String text) throws IOException {
        Path fresh = Files.createTempFile(path.getParent(), "fresh", null);
        Files.writeString(fresh, text);
        Files.move(fresh, path, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void assertForged(Keyring keyring, String key, byte[] record) {
        assertThatThrownBy(() -> keyring.open(key, record))
                .isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.refusal())
                        .isEqualTo(Refusal.FORGED));
    }

    @Test
    void putsTheTagOfEachSecretBehindTheRecordAndTheirNumber() throws RefusedException {
        byte[] one = of(ONE, null).seal(KEY, CONTENT);
        byte[] two = of(ONE, TWO).seal(KEY, CONTENT);

        // By hmac.new(hkdf_expand(prk, b"records"), len(key).to_bytes(4) + key + content, sha256).digest()[:16]
        String tag = "f7e51ddd697a888aa6efef0f3bc5f3d7";
        String nextTag = "22b4f5adfe719bc1a1663934e077e76e";
        assertThat(HexFormat.of().formatHex(one)).isEqualTo(HexFormat.of().formatHex(CONTENT) + tag + "01");
        assertThat(HexFormat.of().formatHex(two)).isEqualTo(HexFormat.of().formatHex(CONTENT) + tag + nextTag + "02");
        assertThat(of(ONE, null).open(KEY, one)).isEqualTo(CONTENT.length);
        assertThat(of(ONE, null).open(KEY, two)).isEqualTo(CONTENT.length);
        assertThat(of(TWO, null).open(KEY, two)).isEqualTo(CONTENT.length);
        assertThat(of(THREE, TWO).open(KEY, two)).isEqualTo(CONTENT.length);
        assertThat(of(THREE, ONE).open(KEY, one)).isEqualTo(CONTENT.length);
    }

    @Test
    void refusesWhatItHasNoSecretFor() {
        byte[] record = of(ONE, TWO).seal(KEY, CONTENT);

        assertForged(of(THREE, null), KEY, record);
        assertForged(of(ONE, TWO), "l/h2", record);
        assertForged(of(ONE, TWO), "", record);
    }

    @Test
    void refusesARecordOfWhichABitOrAByteIsMissing() {
        byte[] record = of(ONE, null).seal(KEY, CONTENT);

        for (int length = 0; length < record.length; length++) {
            assertForged(of(ONE, null), KEY, Arrays.copyOf(record, length));
        }
        for (int bit = 0; bit < 8 * record.length; bit++) {
            byte[] damaged = record.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertForged(of(ONE, null), KEY, damaged);
        }
    }

    @Test
    void refusesATagOnShortOrHugeContent() {
        Keyring keyring = of(ONE, null);

        assertForged(keyring, KEY, keyring.seal(KEY, new byte[RecordWriter.HEADER - 1]));
        assertForged(keyring, KEY, keyring.seal(KEY, new byte[4 << 20]));
    }

    @Test
    void refusesToStartWithoutASecret() throws IOException {
        assertThatThrownBy(() -> Keyring.read(file, later())).isInstanceOf(IOException.class);
    }

    @Test
    void followsTheFilesWhileTheSecretIsReplaced() throws IOException, RefusedException {
        write(file, ONE);
        Keyring keyring = Keyring.read(file, later());
        assertThat(keyring.refresh(later())).isFalse();

        write(next, TWO);
        assertThat(keyring.refresh(later())).isTrue();
        assertThat(keyring.refresh(later())).isFalse();
        assertThat(of(TWO, null).open(KEY, keyring.seal(KEY, CONTENT))).isEqualTo(CONTENT.length);
        keyring.open(KEY, of(TWO, null).seal(KEY, CONTENT));

        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(keyring.refresh(later())).isTrue();
        keyring.open(KEY, of(TWO, null).seal(KEY, CONTENT));
        assertForged(keyring, KEY, of(ONE, null).seal(KEY, CONTENT));
        assertForged(of(ONE, null), KEY, keyring.seal(KEY, CONTENT));
    }

    @Test
    void stopsToTakeASecretToFollowThatIsTakenBack() throws IOException {
        write(file, ONE);
        write(next, TWO);
        Keyring keyring = Keyring.read(file, later());

        Files.delete(next);

        assertThat(keyring.refresh(later())).isTrue();
        assertForged(keyring, KEY, of(TWO, null).seal(KEY, CONTENT));
    }

    @Test
    void keepsItsSecretsWhileTheFilesCannotBeRead() throws IOException, RefusedException {
        write(file, ONE);
        Keyring keyring = Keyring.read(file, later());
        byte[] old = of(ONE, null).seal(KEY, CONTENT);
        byte[] fresh = of(TWO, null).seal(KEY, CONTENT);

        Files.delete(file);
        assertThat(keyring.refresh(later())).isFalse();
        keyring.open(KEY, old);

        write(file, "short");
        assertThat(keyring.refresh(later())).isFalse();
        keyring.open(KEY, old);

        write(file, TWO);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(keyring.refresh(later())).isFalse();
        keyring.open(KEY, old);

        // What mends it changes neither the file's content nor its time.
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(keyring.refresh(later())).isTrue();
        keyring.open(KEY, fresh);
        assertForged(keyring, KEY, old);
    }

    @Test
    void keepsItsSecretsWhileTheOneToFollowIsWrong() throws IOException, RefusedException {
        write(file, ONE);
        Keyring keyring = Keyring.read(file, later());

        write(next, "short");

        assertThat(keyring.refresh(later())).isFalse();
        keyring.open(KEY, of(ONE, null).seal(KEY, CONTENT));
    }

    @Test
    void hasNoFilesToReadAgainIfItCameFromNone() {
        assertThat(of(ONE, null).refresh(later())).isFalse();
    }
}
