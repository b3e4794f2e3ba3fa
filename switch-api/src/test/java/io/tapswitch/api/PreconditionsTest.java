package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreconditionsTest {
    private static final Revision PRESENT = new Revision("0123456789abcdef");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // If-Match | there | not there
                "*                                    | yes | no",
                "\"0123456789abcdef\"                   | yes | no",
                "\"0123456789abcdef-fedcba9876543210\"  | yes | no",
                "\"x\" , \"0123456789abcdef\"           | yes | no",
                "\"a,b\",  \"0123456789abcdef\"          | yes | no",
                "\"fedcba9876543210-0123456789abcdef\"  | no  | no",
                "\"0123456789abcde\"                    | no  | no",
                "\"\"                                   | no  | no",
                "W/\"0123456789abcdef\"                 | no  | no"
            })
    void matchesByRevision(String header, String whenThere, String whenNot) {
        expect(Preconditions.of(header, null), PRESENT, whenThere);
        expect(Preconditions.of(header, null), null, whenNot);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // If-None-Match | there | not there
                "*                        | no  | yes",
                "\"0123456789abcdef\"       | no  | yes",
                "W/\"0123456789abcdef-1\"   | no  | yes",
                "\"fedcba9876543210\"       | yes | yes"
            })
    void matchesNone(String header, String whenThere, String whenNot) {
        expect(Preconditions.of(null, header), PRESENT, whenThere);
        expect(Preconditions.of(null, header), null, whenNot);
    }

    private static void expect(Preconditions preconditions, Revision present, String granted) {
        if (granted.equals("yes")) {
            assertThatCode(() -> preconditions.check(() -> present)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> preconditions.check(() -> present)).isInstanceOf(Problem.class);
        }
    }

    @Test
    void withoutAnyNothingIsAskedFor() {
        Preconditions none = Preconditions.of(null, null);
        assertThat(none.isEmpty()).isTrue();
        assertThat(none.has(PRESENT.tag())).isFalse();
        assertThatCode(() -> none.check(() -> {
                    throw new AssertionError("not needed");
                }))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "abc",
                "\"abc",
                "abc\"",
                "w/\"abc\"",
                "\"a\" \"b\"",
                "\"a\",",
                ",\"a\"",
                "*,\"a\"",
                "\"a\u0007\""
            })
    void refusesWhatIsNoTag(String header) {
        assertThatThrownBy(() -> Preconditions.of(header, null))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("ETag");
        assertThatThrownBy(() -> Preconditions.of(null, header)).isInstanceOf(Problem.class);
    }

    @Test
    void anAnswerIsKnownOnlyByItsWholeTag() {
        Preconditions known = Preconditions.of(null, "W/\"a-1\", \"b\"");
        assertThat(known.has("\"a-1\"")).isTrue();
        assertThat(known.has("\"b\"")).isTrue();
        assertThat(known.has("\"a-2\"")).isFalse();
        assertThat(known.has("\"a\"")).isFalse();
        assertThat(Preconditions.of(null, "*").has("\"a\"")).isTrue();
        assertThat(Preconditions.of("\"a\"", null).has("\"a\"")).isFalse();
    }
}
