package io.tapswitch.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;

/** YAML as the client writes it. Loaded only when asked for. */
final class Yaml {
    /** Plain words stay without quotes. */
    static final ObjectMapper MAPPER = new YAMLMapper(YAMLFactory.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER, YAMLGenerator.Feature.SPLIT_LINES)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
            .stringQuotingChecker(new Cautious())
            .build());

    private Yaml() {}

    /** To other readers a MAC address of decimal digits is a number to base 60 (YAML 1.1), and 1e3 is one as well. */
    private static final class Cautious extends StringQuotingChecker.Default {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean needToQuoteName(String name) {
            return !isPlainWord(name) || super.needToQuoteName(name);
        }

        @Override
        public boolean needToQuoteValue(String value) {
            return !isPlainWord(value) || super.needToQuoteValue(value);
        }

        private static boolean isPlainWord(String text) {
            return text.matches("[A-Za-z/][A-Za-z0-9 _./()-]*") && !text.endsWith(" ");
        }
    }
}
