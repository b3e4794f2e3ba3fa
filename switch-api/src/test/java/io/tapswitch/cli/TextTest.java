package io.tapswitch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 KiB",
        "1536, 1.5 KiB",
        "1023948, 999.9 KiB",
        "1048575, 1.0 MiB",
        "987654321, 941.9 MiB",
        "9223372036854775807, 8.0 EiB"
    })
    void sizesInBinaryUnits(long bytes, String text) {
        assertThat(Text.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"-1, 0s", "0, 0s", "59, 59s", "60, 1m 0s", "3599, 59m 59s", "3600, 1h 0m", "90061, 1d 1h"})
    void agesInTheirTwoLargestUnits(long seconds, String text) {
        assertThat(Text.age(seconds)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0.000 ms", "412, 0.412 ms", "12345, 12.345 ms"})
    void shortTimesInMilliseconds(long micros, String text) {
        assertThat(Text.millis(micros)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"null | -", "\"\" | -", "[] | -", "[1,\"b\"] | 1,b", "\"a\" | a", "false | false", "0 | 0"})
    void valuesAsOneWord(String json, String text) throws Exception {
        assertThat(Text.of(new ObjectMapper().readTree(json))).isEqualTo(text);
    }

    @Test
    void keepsLettersOfAllLanguages() {
        assertThat(Text.clean("Brücke 网络 \uD83D\uDD0C")).isEqualTo("Brücke 网络 \uD83D\uDD0C");
    }
}
