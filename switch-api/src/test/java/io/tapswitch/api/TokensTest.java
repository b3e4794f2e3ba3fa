package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path directory;

    private Tokens tokens;

    @BeforeEach
    void open() throws IOException {
        tokens = at(START);
    }

    private Tokens at(Instant now) throws IOException {
        return new Tokens(directory, Clock.fixed(now, ZoneOffset.UTC));
    }

    private Path file() {
        return directory.resolve("tokens.json");
    }

    @Test
    void aTokenIsFoundByItsTextAndNothingElse() throws IOException {
        Tokens.Fresh alice = tokens.create("alice", Role.READ, null);
        Tokens.Fresh bob = tokens.create("bob", Role.ADMIN, null);
        assertThat(alice.text()).matches("ts_[0-9a-f]{12}_[A-Za-z0-9_-]{43}");
        assertThat(tokens.find(alice.text())).contains(alice.token());
        assertThat(tokens.find(bob.text())).contains(bob.token());
        String mixed = alice.text().substring(0, 16) + bob.text().substring(16);
        for (String wrong : new String[] {
            "",
            "ts_",
            mixed,
            alice.text() + "x",
            alice.text().substring(1),
            alice.token().sha256(),
            "ts_" + alice.token().id() + "_",
            "ts_000000000000_" + alice.text().substring(16)
        }) {
            assertThat(tokens.find(wrong)).as(wrong).isEmpty();
        }
    }

    @Test
    void theFileIsPrivateAndDoesNotHoldWhatItTakesToUseAToken() throws IOException {
        String text = tokens.create("alice", Role.READ, null).text();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(file()).content().contains("alice").doesNotContain(text.substring(16));
    }

    @Test
    void tokensOutliveTheDaemon() throws IOException {
        Tokens.Fresh alice = tokens.create("alice", Role.OPERATE, Duration.ofDays(90));
        assertThat(at(START).find(alice.text())).contains(alice.token());
        assertThat(at(START).all()).isEqualTo(tokens.all());
    }

    @Test
    void aTokenEndsWhenItExpires() throws IOException {
        Tokens.Fresh alice = tokens.create("alice", Role.READ, Duration.ofDays(1));
        Instant end = START.plus(Duration.ofDays(1));
        assertThat(at(end.minusNanos(1)).find(alice.text())).isPresent();
        Tokens later = at(end);
        assertThat(later.find(alice.text())).isEmpty();
        assertThat(later.all()).hasSize(1).noneMatch(later::isGood);
    }

    @Test
    void aRevokedTokenIsOfNoUseAndItsNameIsFree() throws IOException {
        Tokens.Fresh alice = tokens.create("alice", Role.READ, null);
        assertThatThrownBy(() -> tokens.create("alice", Role.READ, null))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("exists already");
        tokens.revoke("alice");
        assertThat(tokens.find(alice.text())).isEmpty();
        assertThat(at(START).find(alice.text())).isEmpty();
        assertThat(tokens.isGood(alice.token())).isFalse();
        Tokens.Fresh another = tokens.create("alice", Role.READ, null);
        assertThat(another.text()).isNotEqualTo(alice.text());
        assertThat(tokens.isGood(alice.token())).isFalse();
        assertThatThrownBy(() -> tokens.revoke("bob")).hasMessageContaining("'bob' does not exist");
    }

    @Test
    void saysWhenATokenWasUsedLast() throws IOException {
        Tokens.Fresh alice = tokens.create("alice", Role.READ, null);
        assertThat(tokens.lastUsed(alice.token())).isNull();
        tokens.find(alice.text());
        assertThat(tokens.lastUsed(alice.token())).isEqualTo(START);
    }

    @Test
    void aDamagedFileIsNotTakenForNone() throws IOException {
        for (String text : new String[] {
            "",
            "{",
            "[]",
            "{\"tokens\":[{}]}",
            "{\"tokens\":[{\"id\":\"1\",\"name\":\"a\",\"role\":\"god\"}]}",
            "{\"tokens\":7}"
        }) {
            Files.writeString(file(), text);
            assertThatThrownBy(() -> at(START))
                    .as(text)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("tokens.json is damaged");
            assertThat(file()).hasContent(text);
        }
    }
}
