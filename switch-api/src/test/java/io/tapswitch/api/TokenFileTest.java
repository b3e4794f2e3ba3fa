package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFileTest {
    @TempDir
    private Path directory;

    @Test
    void makesAnotherTokenEachTimeButKeepsTheOneItHas() throws IOException {
        Path file = directory.resolve("token");
        String token = TokenFile.readOrCreate(file);
        assertThat(token).matches("[A-Za-z0-9_-]{43}");
        assertThat(TokenFile.readOrCreate(file)).isEqualTo(token);
        Files.delete(file);
        assertThat(TokenFile.readOrCreate(file)).isNotEqualTo(token);
    }

    @Test
    void takesAWordOfTheOperators() throws IOException {
        Path file = Files.writeString(directory.resolve("token"), "sixteen.or.more!\n");
        assertThat(TokenFile.readOrCreate(file)).isEqualTo("sixteen.or.more!");
    }

    @Test
    void refusesWhatIsNoToken() throws IOException {
        for (String text : new String[] {"", "\n", "short", "two words are not a token"}) {
            Path file = Files.writeString(directory.resolve("token"), text);
            assertThatThrownBy(() -> TokenFile.readOrCreate(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("at least 16 characters");
            assertThat(file).hasContent(text);
        }
    }

    @Test
    void saysWhatToDoWhenItCannotBeMade() {
        assertThatThrownBy(() -> TokenFile.readOrCreate(directory.resolve("none/token")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("--api-token-file");
    }
}
