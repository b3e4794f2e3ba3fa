package io.tapswitch.cluster;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.netty.util.NetUtil;
import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.HostAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The section {@code cluster} of the configuration file. Without it a host is by itself.
 *
 * @param name of the cluster; the same on all hosts
 * @param secretFile the secret that all hosts share, see {@link io.tapswitch.vxlan.OverlaySecrets}
 * @param host the name of this host, unique in the cluster; default: the machine's, see {@link #on}
 * @param role {@code member} (default), {@code lite} or {@code client}
 * @param bind the address of this host that members talk to, in digits; needed unless the role is {@code client}
 * @param port TCP port of members; default 5701
 * @param apiPort TCP port at which this host answers the APIs of the others, see {@link #apiAddress}; default 7471
 * @param members some data members to join, each {@code ADDRESS[:PORT]}; a first member may name itself only
 * @param vtep the addresses of this host's VTEP, at most one of IPv4 and one of IPv6; default: {@code bind}
 * @param vtepPort UDP port of this host's VTEP; default 4789
 * @param namespace the network namespace of the underlay; default: the daemon's
 * @param encryption whether frames between hosts are encrypted; default true. A network may do without
 */
public record ClusterConfig(
        String name,
        String secretFile,
        String host,
        Role role,
        String bind,
        Integer port,
        Integer apiPort,
        List<String> members,
        List<String> vtep,
        Integer vtepPort,
        String namespace,
        Boolean encryption) {
    /** How a host takes part in carrying the directory. */
    public enum Role {
        /** Holds a part of the records. A few such hosts are enough for a large cluster. */
        MEMBER,
        /** A member that holds no records: it knows of the others at once, and costs each of them a connection. */
        LITE,
        /** Talks to members, and is none: for all other hosts of a large cluster. */
        CLIENT;

        /** Reads the word in the configuration file. */
        @JsonCreator
        static Role of(String label) {
            return Arrays.stream(values())
                    .filter(role -> role.label().equals(label))
                    .findFirst()
                    .orElseThrow(() ->
                            ConfigException.invalid("", "'" + label + "' is not a role: use member, lite or client"));
        }

        /** The word in the configuration file. */
        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int DEFAULT_PORT = 5701;
    private static final int DEFAULT_API_PORT = 7471;
    private static final int DEFAULT_VTEP_PORT = 4789;
    private static final int MAX_PORT = 65_535;

    /** What machines are called that nobody gave a name. */
    private static final Set<String> NO_NAMES = Set.of("localhost", "(none)");

    /** Fills in the defaults and checks each field; {@code host} may stay null. */
    public ClusterConfig {
        Checks.name("name", name);
        if (!Checks.required("secretFile", secretFile).startsWith("/") || secretFile.indexOf('\0') >= 0) {
            throw ConfigException.invalid("secretFile", "'" + secretFile + "' is not an absolute path");
        }
        if (host != null) {
            Checks.name("host", host);
        }
        role = Checks.orElse(role, Role.MEMBER);
        port = Checks.range("port", port, 1, MAX_PORT, DEFAULT_PORT);
        apiPort = Checks.range("apiPort", apiPort, 1, MAX_PORT, DEFAULT_API_PORT);
        vtepPort = Checks.range("vtepPort", vtepPort, 1, MAX_PORT, DEFAULT_VTEP_PORT);
        encryption = Checks.orElse(encryption, true);
        Checks.optionalNamespace("namespace", namespace);
        bind = address("bind", role == Role.CLIENT ? bind : Checks.required("bind", bind));
        members = members(members, port);
        vtep = vtep(vtep, bind);
    }

    /**
     * The same with a name of the host, if it has none: the machine's up to the first dot, in small letters, with
     * hyphens for what a name cannot have.
     *
     * @throws ConfigException if that makes no name, or one that other machines have as well
     */
    public ClusterConfig on(String machineName) {
        return host != null
                ? this
                : new ClusterConfig(
                        name,
                        secretFile,
                        hostName(machineName),
                        role,
                        bind,
                        port,
                        apiPort,
                        members,
                        vtep,
                        vtepPort,
                        namespace,
                        encryption);
    }

    /**
     * Where this host answers the APIs of the others: {@code bind}, or else its VTEP. Empty if the only address it has is in
     * another namespace than the daemon; it can ask others then, and they cannot ask it.
     */
    public Optional<InetSocketAddress> apiAddress() {
        String address = bind != null ? bind : namespace == null ? vtep.get(0) : null;
        return Optional.ofNullable(address)
                .map(text -> new InetSocketAddress(NetUtil.createInetAddressFromIpAddressString(text), apiPort));
    }

    private static String hostName(String machineName) {
        String label = machineName.strip().toLowerCase(Locale.ROOT).split("\\.", 2)[0];
        String fit = label.replaceAll("[^a-z0-9_-]", "-").replaceFirst("^[_-]+", "");
        if (fit.isEmpty() || NO_NAMES.contains(label)) {
            throw ConfigException.invalid(
                    "host",
                    "is missing, and the machine's name '" + machineName.strip() + "' does not tell it from others:"
                            + " give each host a name of its own");
        }
        return fit.substring(0, Math.min(fit.length(), Checks.MAX_NAME));
    }

    private static String address(String field, String text) {
        return text == null ? null : NetUtil.toAddressString(HostAddress.parse(field, text));
    }

    /** Each with its port, as {@code 192.0.2.1:5701} or {@code [2001:db8::1]:5701}. */
    private static List<String> members(List<String> given, int port) {
        List<String> listed = Checks.list("members", given);
        if (listed.isEmpty()) {
            throw ConfigException.invalid(
                    "members", "is empty: name some data members, ADDRESS or ADDRESS:PORT; the first may name itself");
        }
        List<String> complete = new ArrayList<>();
        for (int i = 0; i < listed.size(); i++) {
            complete.add(member("members[" + i + "]", listed.get(i), port));
        }
        return List.copyOf(complete);
    }

    private static String member(String field, String text, int defaultPort) {
        String host = text;
        int port = defaultPort;
        int colon = text.lastIndexOf(':');
        boolean bracketed = text.startsWith("[");
        if (colon > 0 && (bracketed ? text.charAt(colon - 1) == ']' : text.indexOf(':') == colon)) {
            host = text.substring(0, colon);
            port = port(field, text.substring(colon + 1));
        }
        String bare = bracketed && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        String address = address(field, bare);
        return (address.contains(":") ? "[" + address + "]" : address) + ":" + port;
    }

    private static int port(String field, String text) {
        if (!text.matches("[0-9]{1,9}")) {
            throw ConfigException.invalid(field, "'" + text + "' is no port: use 1 to " + MAX_PORT);
        }
        return Checks.range(field, Integer.parseInt(text), 1, MAX_PORT);
    }

    private static List<String> vtep(List<String> given, String bind) {
        List<String> listed = Checks.list("vtep", given);
        if (listed.isEmpty() && bind == null) {
            throw ConfigException.invalid("vtep", "is missing: without 'bind', name the address of this host's VTEP");
        }
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i < listed.size(); i++) {
            addresses.add(address("vtep[" + i + "]", listed.get(i)));
        }
        long ipv6 = addresses.stream().filter(text -> text.contains(":")).count();
        if (ipv6 > 1 || addresses.size() - ipv6 > 1) {
            throw ConfigException.invalid("vtep", "has two addresses of one version of IP: name one of each at most");
        }
        return addresses.isEmpty() ? List.of(bind) : List.copyOf(addresses);
    }
}
