package io.tapswitch.port.tap;

import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.linux.InterfaceAddress;
import io.tapswitch.linux.InterfaceName;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The checks of fields that the settings of network interfaces share. Null is a field that was left out. */
public final class DeviceFields {
    private static final int MIN_MTU = 68;
    private static final int MAX_MTU = 65521;

    private DeviceFields() {}

    /** A field that a parser understands. @throws ConfigException naming the field, with the parser's reason */
    public static <T> T parsed(String field, String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw ConfigException.invalid(field, e.getMessage());
        }
    }

    /** Refuses what cannot name an interface. */
    public static void checkInterface(String field, String name) {
        if (name != null) {
            parsed(field, name, InterfaceName::check);
        }
    }

    /** Refuses an MTU that no device has. */
    public static void checkMtu(Integer mtu) {
        Checks.optionalRange("mtu", mtu, MIN_MTU, MAX_MTU);
    }

    /** A station's MAC address in the form of the configuration. */
    public static String mac(String text) {
        if (text == null) {
            return null;
        }
        long mac = parsed("mac", text, MacAddress::parse);
        if (!MacAddress.isValidSource(mac)) {
            throw ConfigException.invalid("mac", "'" + text + "' is a group address or zero");
        }
        return MacAddress.format(mac);
    }

    /** Addresses with prefix lengths, each in its canonical form. */
    public static List<String> addresses(String field, List<String> texts) {
        List<String> present = Checks.list(field, texts);
        return IntStream.range(0, present.size())
                .mapToObj(i -> parsed(field + "[" + i + "]", present.get(i), InterfaceAddress::parse)
                        .toString())
                .toList();
    }

    /**
     * The interface's name for a port: the one that was given, or else the port's.
     *
     * @param field with its section, for the error
     * @throws ConfigException if the port's name cannot serve and none was given
     */
    public static String interfaceFor(String field, String given, String portName) {
        if (given != null) {
            return given;
        }
        try {
            return InterfaceName.check(portName);
        } catch (IllegalArgumentException e) {
            throw ConfigException.invalid(field, "is missing, and the port's name cannot serve: " + e.getMessage());
        }
    }
}
