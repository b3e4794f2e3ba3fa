package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OverlaySecretTest {
    private static final String TEXT = "TapSwitch test secret, 32 bytes.";
    private static final ByteBuffer MESSAGE = ByteBuffer.allocate(64);

    @TempDir
    private Path directory;

    private Path file(String content, String permissions) throws IOException {
        Path file = directory.resolve("secret");
        Files.deleteIfExists(file);
        Files.writeString(file, content, StandardCharsets.ISO_8859_1);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        return file;
    }

    private static byte[] tagOf(OverlaySecret secret) {
        return secret.controlTag(MESSAGE, 0, 64);
    }

    private static OverlaySecret secret() {
        return OverlaySecret.of(TEXT.getBytes(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @ValueSource(strings = {"r--------", "rw-------", "r--r-----", "rw-r-----"})
    void readsAFileThatItsOwnerAndItsGroupMayRead(String permissions) throws IOException {
        assertThat(tagOf(OverlaySecret.read(file(TEXT, permissions)))).isEqualTo(tagOf(secret()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw----r--", "rw-----w-", "rw------x", "rw-rw----", "rw--w----"})
    void refusesAFileThatOthersCanGetAtAndSaysWhatToDo(String permissions) throws IOException {
        Path file = file(TEXT, permissions);
        assertThatIOException()
                .isThrownBy(() -> OverlaySecret.read(file))
                .withMessageContaining(file.toString())
                .withMessageContaining("chmod 0600 " + file);
    }

    @ParameterizedTest
    @ValueSource(strings = {TEXT + "\n", TEXT + "\r\n", "\t " + TEXT + " \f\n\n"})
    void takesNoNoticeOfWhiteSpaceAroundIt(String content) throws IOException {
        assertThat(tagOf(OverlaySecret.read(file(content, "rw-------")))).isEqualTo(tagOf(secret()));
    }

    @Test
    void takesEveryOtherByteAsItIs() throws IOException {
        String binary = "\u0000" + "\u00ff\u0080 \n".repeat(10) + "\u0008";
        OverlaySecret same = OverlaySecret.of(binary.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(tagOf(OverlaySecret.read(file(binary, "rw-------")))).isEqualTo(tagOf(same));
    }

    @Test
    void refusesWhatIsTooShortWithoutItsWhiteSpace() throws IOException {
        Path file = file(TEXT.substring(1) + " \n", "rw-------");
        assertThatIOException()
                .isThrownBy(() -> OverlaySecret.read(file))
                .withMessageContaining(file.toString())
                .withMessageContaining("31")
                .withMessageContaining("openssl rand -base64 32");
    }

    @Test
    void refusesAnEmptyFileAndOneOfWhiteSpace() throws IOException {
        Path empty = file("", "rw-------");
        assertThatIOException().isThrownBy(() -> OverlaySecret.read(empty)).withMessageContaining("not 0");
        Path blank = file(" ".repeat(100), "rw-------");
        assertThatIOException().isThrownBy(() -> OverlaySecret.read(blank)).withMessageContaining("not 0");
    }

    @Test
    void takes4096BytesAndNotOneMore() throws IOException {
        OverlaySecret.read(file("a".repeat(4096), "rw-------"));
        Path file = file("a".repeat(4096) + "\n", "rw-------");
        assertThatIOException()
                .isThrownBy(() -> OverlaySecret.read(file))
                .withMessageContaining(file.toString())
                .withMessageContaining("4096");
    }

    @Test
    void saysHowToMakeAFileThatIsNotThere() {
        Path file = directory.resolve("none");
        assertThatIOException()
                .isThrownBy(() -> OverlaySecret.read(file))
                .withMessageContaining(file + " is not there")
                .withMessageContaining("openssl rand -base64 32 > " + file);
    }

    @Test
    void refusesADirectory() throws IOException {
        Path folder = Files.createDirectory(
                directory.resolve("folder"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        assertThatIOException()
                .isThrownBy(() -> OverlaySecret.read(folder))
                .withMessageContaining(folder + " is not a file");
    }

    @Test
    void looksAtTheFileBehindALink() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), file(TEXT, "rw-------"));
        assertThat(tagOf(OverlaySecret.read(link))).isEqualTo(tagOf(secret()));
        file(TEXT, "rw-r--r--");
        assertThatIOException().isThrownBy(() -> OverlaySecret.read(link)).withMessageContaining("0644");
    }

    @Test
    void ofRefusesWhatIsTooShortOrTooLong() {
        assertThatThrownBy(() -> OverlaySecret.of(new byte[31])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> OverlaySecret.of(new byte[4097])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void tagsAMessageWithAnyBitChangedOtherwise() {
        ByteBuffer message = ByteBuffer.allocateDirect(100);
        for (int i = 0; i < 40; i++) {
            message.put(7 + i, (byte) i);
        }
        byte[] tag = secret().controlTag(message, 7, 40);
        for (int bit = 0; bit < 8 * 40; bit++) {
            message.put(7 + bit / 8, (byte) (message.get(7 + bit / 8) ^ 1 << bit % 8));
            assertThat(secret().controlTag(message, 7, 40)).as("bit %d", bit).isNotEqualTo(tag);
            message.put(7 + bit / 8, (byte) (message.get(7 + bit / 8) ^ 1 << bit % 8));
        }
        assertThat(secret().controlTag(message, 7, 39)).isNotEqualTo(tag);
        assertThat(secret().controlTag(message, 7, 40)).isEqualTo(tag);
    }

    @Test
    void readsNeitherPositionNorBytesAroundAMessage() {
        ByteBuffer message = ByteBuffer.allocate(100);
        byte[] tag = secret().controlTag(message, 30, 40);
        message.put(29, (byte) 1).put(70, (byte) 1).position(50);
        assertThat(secret().controlTag(message, 30, 40)).isEqualTo(tag);
        assertThat(message.position()).isEqualTo(50);
    }

    @Test
    void anotherSecretGivesAnotherTag() {
        OverlaySecret other = OverlaySecret.of((TEXT + "\n").getBytes(StandardCharsets.US_ASCII));
        assertThat(tagOf(other)).hasSize(OverlaySecret.TAG).isNotEqualTo(tagOf(secret()));
    }

    @Test
    void tellsNobodyWhatItIs() {
        assertThat(secret().toString()).doesNotContain(TEXT);
    }

    /** Made with Python's hmac: HKDF-Extract, then HKDF-Expand with the text {@code id}. */
    @Test
    void hasAnIdThatFollowsFromItAlone() {
        OverlaySecret other = OverlaySecret.of((TEXT + "\n").getBytes(StandardCharsets.US_ASCII));
        assertThat(secret().id()).isEqualTo("32bbb7a0").isNotEqualTo(other.id());
        assertThat(secret()).isEqualTo(secret()).hasSameHashCodeAs(secret()).isNotEqualTo(other);
    }
}
