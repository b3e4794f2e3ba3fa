package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFileTest {
    @TempDir
    Path temp;

    private Path path;
    private Path next;
    private SecretFile file;
    private long now;

    @BeforeEach
    void write() throws IOException {
        path = VtepPair.secret(temp.resolve("secret"), "old");
        next = temp.resolve("secret.next");
        file = new SecretFile(path);
    }

    private static OverlaySecret of(String content) {
        return OverlaySecret.of(content.repeat(40).getBytes());
    }

    private static final OverlaySecrets OLD = new OverlaySecrets(of("old"), null);
    private static final OverlaySecrets BOTH = new OverlaySecrets(of("old"), of("new"));

    private OverlaySecrets later() throws IOException {
        now += TimeUnit.SECONDS.toNanos(1);
        return file.inForce(now);
    }

    @Test
    void followsBothFilesThroughAReplacement() throws IOException {
        assertThat(later()).isEqualTo(OLD);
        VtepPair.secret(next, "new");
        assertThat(later()).isEqualTo(BOTH);
        Files.move(next, path, StandardCopyOption.REPLACE_EXISTING);
        assertThat(later()).isEqualTo(new OverlaySecrets(of("new"), null));
    }

    @Test
    void givesTheSameObjectWhileNothingChanges() throws IOException {
        VtepPair.secret(next, "new");
        OverlaySecrets first = later();
        assertThat(later()).isSameAs(first);
        Files.delete(next);
        assertThat(file.inForce(now)).as("read once a second").isSameAs(first);
        assertThat(later()).isEqualTo(OLD);
    }

    @Test
    void seesAnotherContentOfTheSameTimeAndSize() throws IOException {
        FileTime time = Files.getLastModifiedTime(path);
        assertThat(later()).isEqualTo(OLD);
        Files.writeString(path, "new".repeat(40));
        Files.setLastModifiedTime(path, time);
        assertThat(later().current()).isEqualTo(of("new"));
    }

    @Test
    void keepsWhatIsInForceWhileAFileIsNotFit() throws IOException {
        VtepPair.secret(next, "new");
        assertThat(later()).isEqualTo(BOTH);
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(later()).isEqualTo(BOTH);
        Files.delete(path);
        assertThat(later()).isEqualTo(BOTH);
        Files.delete(next);
        assertThat(later()).isEqualTo(BOTH);
        VtepPair.secret(path, "x");
        Files.writeString(path, "too short");
        assertThat(later()).isEqualTo(BOTH);
        Files.writeString(path, "new".repeat(40));
        assertThat(later()).isEqualTo(new OverlaySecrets(of("new"), null));
    }

    @Test
    void beginsWithoutASecretToFollowThatIsNotFit() throws IOException {
        Files.writeString(VtepPair.secret(next, "x"), "too short");
        assertThat(file.read(now)).isEqualTo(OLD);
    }

    @Test
    void beginsNotWithoutTheSecretInForce() throws IOException {
        VtepPair.secret(next, "new");
        Files.delete(path);
        assertThatIOException().isThrownBy(() -> file.read(now)).withMessageContaining("openssl rand");
        assertThatIOException().isThrownBy(this::later).withMessageContaining(path.toString());
    }

    @Test
    void aSecretDoesNotFollowItself() throws IOException {
        VtepPair.secret(next, "old");
        assertThat(later()).isEqualTo(OLD);
        assertThat(later().next()).isNull();
    }

    @Test
    void tellsTheIdsOfBothAndNoMore() {
        assertThat(OLD).hasToString(of("old").id());
        assertThat(BOTH)
                .hasToString(of("old").id() + ", to be followed by " + of("new").id());
    }
}
