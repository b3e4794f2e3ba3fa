package io.tapswitch.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a span of time such as {@code 10m} in seconds: a number and one of s, m, h and d; seconds without one. */
final class TimeSpan implements ITypeConverter<Long> {
    private static final Pattern SPAN = Pattern.compile("([1-9][0-9]{0,7})([smhd]?)");

    @Override
    public Long convert(String text) {
        Matcher span = SPAN.matcher(text);
        if (!span.matches()) {
            throw new TypeConversionException("'" + text + "' is no time: write one such as 90s, 10m, 2h or 1d");
        }
        long number = Long.parseLong(span.group(1));
        return switch (span.group(2)) {
            case "m" -> number * 60;
            case "h" -> number * 3600;
            case "d" -> number * 86_400;
            default -> number;
        };
    }
}
