package io.tapswitch.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a number from 1 to a largest one, checked before anything is sent. A class for each option says how far it goes. */
abstract class WholeNumber implements ITypeConverter<Integer> {
    private final int most;

    /** @param most the largest number, of nine digits at most */
    WholeNumber(int most) {
        this.most = most;
    }

    @Override
    public Integer convert(String text) {
        boolean isShort = text.length() <= Integer.toString(most).length();
        int value = isShort && text.matches("[0-9]+") ? Integer.parseInt(text) : 0;
        if (value < 1 || value > most) {
            throw new TypeConversionException("'" + text + "' is out of range: use 1 to " + most);
        }
        return value;
    }
}
