package io.tapswitch.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options of {@code tapswitch run} for the keys of the section {@code cluster}. */
final class ClusterOptions {
    private static final String SECTION = "cluster.";

    @ArgGroup(exclusive = false, validate = false, heading = "%nCluster, if there is one:%n")
    private Given given = new Given();

    private static final class Given {
        @Option(
                names = "--cluster-name",
                paramLabel = "NAME",
                description = "Of the cluster, the same on all hosts. Default: none, the host is by itself")
        private String name;

        @Option(
                names = "--cluster-secret-file",
                paramLabel = "FILE",
                description = "Holds the secret that all hosts share. No default: a cluster needs it")
        private String secretFile;

        @Option(
                names = "--cluster-host",
                paramLabel = "NAME",
                description = "Of this host, unique in the cluster. Default: the machine's name")
        private String host;

        @Option(names = "--cluster-role", paramLabel = "ROLE", description = "member, lite or client. Default: member")
        private String role;

        @Option(
                names = "--cluster-bind",
                paramLabel = "ADDRESS",
                description = "Of this host, where members reach it. No default: all but clients need it")
        private String bind;

        @Option(names = "--cluster-port", paramLabel = "PORT", description = "TCP port of members. Default: 5701")
        private Integer port;

        @Option(
                names = "--cluster-api-port",
                paramLabel = "PORT",
                description = "TCP port where this host answers the daemons of the others. Default: 7471")
        private Integer apiPort;

        @Option(
                names = "--cluster-members",
                paramLabel = "ADDRESS[:PORT]",
                split = ",",
                description = {
                    "Some data members to join, with commas or repeated; the first may name itself.",
                    "No default: a cluster needs them"
                })
        private List<String> members;

        @Option(
                names = "--cluster-vtep",
                paramLabel = "ADDRESS",
                split = ",",
                description = "Of this host's VTEP, one of IPv4, one of IPv6, or both. Default: --cluster-bind")
        private List<String> vtep;

        @Option(
                names = "--cluster-vtep-port",
                paramLabel = "PORT",
                description = "UDP port of this host's VTEP. Default: 4789")
        private Integer vtepPort;

        @Option(
                names = "--cluster-namespace",
                paramLabel = "NS",
                description = "Network namespace of the underlay. Default: the daemon's")
        private String namespace;

        @Option(
                names = "--cluster-no-encryption",
                description = "Send frames between hosts in the clear. Default: encrypted")
        private boolean plain;
    }

    /** Adds those that were given, and nulls for the others, by the path of their key in the configuration file. */
    void addTo(Map<String, Object> options) {
        options.put(SECTION + "name", given.name);
        options.put(SECTION + "secretFile", given.secretFile);
        options.put(SECTION + "host", given.host);
        options.put(SECTION + "role", given.role);
        options.put(SECTION + "bind", given.bind);
        options.put(SECTION + "port", given.port);
        options.put(SECTION + "apiPort", given.apiPort);
        options.put(SECTION + "members", given.members);
        options.put(SECTION + "vtep", given.vtep);
        options.put(SECTION + "vtepPort", given.vtepPort);
        options.put(SECTION + "namespace", given.namespace);
        options.put(SECTION + "encryption", given.plain ? Boolean.FALSE : null);
    }
}
