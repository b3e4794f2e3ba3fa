package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalUsersTest {
    @TempDir
    private Path directory;

    @Test
    void namesTheUsersOfThisMachineAndGivesOthersANumber() throws IOException {
        Path file = Files.writeString(
                directory.resolve("passwd"),
                "root:x:0:0:root:/root:/bin/sh\n# broken\n::\nx:y\nalice:x:1000:1000::/home/alice:/bin/sh\nalias:x:1000:1::/:\n");
        LocalUsers users = new LocalUsers(file);
        assertThat(users.describe(0)).isEqualTo("uid 0 (root)");
        assertThat(users.describe(1000)).isEqualTo("uid 1000 (alice)");
        assertThat(users.describe(4_294_967_294L)).isEqualTo("uid 4294967294");

        Files.writeString(file, "bob:x:1000:1000::/home/bob:/bin/sh\n");
        Files.setLastModifiedTime(file, FileTime.fromMillis(1));
        assertThat(users.describe(1000)).isEqualTo("uid 1000 (bob)");
        Files.delete(file);
        assertThat(users.describe(1000)).isEqualTo("uid 1000");
    }
}
