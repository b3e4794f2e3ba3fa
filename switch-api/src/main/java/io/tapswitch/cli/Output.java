package io.tapswitch.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Where a command's result goes, and in which form. */
public final class Output {
    /** The forms. */
    public enum Format {
        /** For people. */
        TABLE,
        /** The API's document, indented. */
        JSON,
        /** The same as YAML. */
        YAML;

        /** As it is written on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Reads the form from the command line. */
    static final class FormatConverter implements ITypeConverter<Format> {
        @Override
        public Format convert(String text) {
            return Arrays.stream(Format.values())
                    .filter(format -> format.toString().equals(text))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("'" + text + "' is not one of "
                            + Arrays.toString(Format.values()).replaceAll("[\\[\\]]", "")));
        }
    }

    private final PrintWriter out;
    private final Format format;

    /** Prints there, in that form. */
    Output(PrintWriter out, Format format) {
        this.out = out;
        this.format = format;
    }

    /** Whether the result is for people. */
    boolean isForPeople() {
        return format == Format.TABLE;
    }

    /** Where text for people goes. */
    PrintWriter text() {
        return out;
    }

    /** Prints a line for people. */
    void line(String line) {
        out.println(Text.clean(line));
    }

    /** Prints one more of a series without an end: a JSON document, or an item of a YAML list. */
    void item(JsonNode json) throws CliException {
        document(format == Format.JSON ? json : Json.MAPPER.createArrayNode().add(json));
    }

    /** A document in the making. */
    interface Document {
        /** Writes all of it. */
        void writeTo(JsonGenerator generator) throws IOException, CliException;
    }

    /** Prints the API's document; for people, which a document is not, as YAML. */
    void document(JsonNode json) throws CliException {
        document(generator -> generator.writeTree(json));
    }

    /** Prints a document that is too long to be held. */
    void document(Document document) throws CliException {
        ObjectMapper mapper = format == Format.JSON ? Json.MAPPER : Yaml.MAPPER;
        try (JsonGenerator generator = mapper.createGenerator(out)) {
            generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            // A document that was cut short must not look whole.
            generator.disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);
            document.writeTo(
                    format == Format.JSON ? generator.setPrettyPrinter(new DefaultPrettyPrinter()) : generator);
        } catch (IOException e) {
            throw new CliException(ExitCode.FAILED, "cannot write the result: " + Reasons.of(e), e);
        }
        if (format == Format.JSON) {
            out.println();
        }
    }
}
