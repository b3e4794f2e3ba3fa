package io.tapswitch.config;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.tapswitch.capture.CaptureSettings;
import io.tapswitch.capture.Direction;
import io.tapswitch.capture.FrameFilter;
import java.time.Instant;

/**
 * Copies of the frames of a port, or of those that come into a network on this host, for somebody to look at.
 *
 * @param name unique among mirrors
 * @param port whose frames are copied; null if a network's are
 * @param network whose frames are copied as they come in; null if a port's are
 * @param direction which of the port's: ingress, egress or both, which is the default; of a network always ingress
 * @param to where the copies go
 * @param snapLength bytes copied of each frame; null for all
 * @param filter as {@link FrameFilter} reads it; null for every frame
 * @param expires when the mirror is removed; null for never
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MirrorConfig(
        String name,
        String port,
        String network,
        String direction,
        Target to,
        Integer snapLength,
        String filter,
        String expires) {

    /**
     * Where copies go: one of a port, a port and a VNI, or a file.
     *
     * @param port the analysis port, which is in no network meanwhile; with a VNI, a port to a remote VTEP
     * @param vni that the copies have on their way to the remote VTEP: of no network here
     * @param file a name: pcapng in the directory {@code captures} of the state directory
     * @param fileMegabytes at which the file is full; default 100
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Target(String port, Integer vni, String file, Integer fileMegabytes) {
        /** The end of the name under which the file before is kept. */
        public static final String OLD = ".old";

        private static final int DEFAULT_MEGABYTES = 100;
        private static final int MAX_MEGABYTES = 100_000;

        /** Checks each field, and that they fit each other. */
        public Target {
            if ((port == null) == (file == null)) {
                throw ConfigException.invalid("", "needs either port or file");
            }
            if (port != null) {
                Checks.name("port", port);
                refuse("fileMegabytes", fileMegabytes, "is for files only");
            } else {
                Checks.name("file", file);
                if (file.endsWith(OLD)) {
                    throw ConfigException.invalid(
                            "file", "'" + file + "' ends with " + OLD + ", as the file before does; choose another");
                }
                refuse("vni", vni, "is for a port to a remote VTEP only");
                fileMegabytes = Checks.range("fileMegabytes", fileMegabytes, 1, MAX_MEGABYTES, DEFAULT_MEGABYTES);
            }
            Checks.optionalRange("vni", vni, 1, NetworkConfig.MAX_VNI);
        }

        private static void refuse(String field, Integer value, String why) {
            if (value != null) {
                throw ConfigException.invalid(field, why);
            }
        }
    }

    /** Fills in the defaults and checks each field. */
    public MirrorConfig {
        Checks.name("name", name);
        Checks.required("to", to);
        if ((port == null) == (network == null)) {
            throw ConfigException.invalid("", "needs either port or network, whose frames are to be copied");
        }
        Checks.name(port == null ? "network" : "port", port == null ? network : port);
        direction = Checks.orElse(direction, (port == null ? Direction.INGRESS : Direction.BOTH).label());
        if (port == null && Direction.of(direction) != Direction.INGRESS) {
            throw ConfigException.invalid("direction", "a network's frames are copied as they come in: use ingress");
        }
        Direction.of(direction);
        Checks.optionalRange("snapLength", snapLength, 14, CaptureSettings.MAX_SNAP_LENGTH);
        if (filter != null) {
            FrameFilter.parse(filter);
        }
        expires = Expiry.optional("expires", expires);
    }

    /** Whether its time is over. */
    public boolean isOver(Instant now) {
        return Expiry.isOver(expires, now);
    }

    /** The port that is in no network meanwhile; null if there is none. */
    @JsonIgnore
    public String analysisPort() {
        return to.vni() == null ? to.port() : null;
    }
}
