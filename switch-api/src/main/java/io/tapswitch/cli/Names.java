package io.tapswitch.cli;

import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.frame.MacAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Words on the command line that become part of a path of the API, checked before anything is sent. */
final class Names {
    private Names() {}

    /** A name of a network, port or token. */
    static final class Name implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            try {
                return Checks.name("", text);
            } catch (ConfigException e) {
                throw new TypeConversionException(e.detail());
            }
        }
    }

    /** A name of a host: one by itself is called as its machine is, which need not be a name as others are. */
    static final class Host implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (text.isEmpty() || text.matches("\\.+|.*[/\\p{Cntrl}\\s].*")) {
                throw new TypeConversionException("'" + text + "' is not a name of a host");
            }
            return text;
        }
    }

    /** A MAC address, in whichever way it is written. */
    static final class Mac implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            try {
                return MacAddress.format(MacAddress.parse(text));
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
