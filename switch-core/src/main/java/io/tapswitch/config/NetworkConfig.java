package io.tapswitch.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tapswitch.bridge.NetworkSettings;
import java.util.concurrent.TimeUnit;

/**
 * A network: a named broadcast domain.
 *
 * @param name unique in the switch
 * @param vlan its 802.1Q VID on trunk ports, 1 to 4094, unique; null if it is on no trunk
 * @param vni its VXLAN network identifier, 1 to 16,777,215, unique; null if it is on no overlay port
 * @param mtu the largest payload of an Ethernet frame, bytes; default 1500. On an overlay it is less where the path is
 * @param ageingSeconds how long a silent station stays in the FDB; default 300
 * @param maxLearned at most this many learned stations; default 65,536
 * @param forwardReserved whether link-local group addresses cross (not flow control); default false
 * @param encryption whether overlay ports that have a secret encrypt its frames, and take no others; without, they send
 *     them in plain and take them either way. On overlay ports without a secret nothing is; default true
 * @param neighSuppress whether ARP and neighbour discovery are answered for stations that are known, instead of flooded to
 *     other hosts; of no effect without a {@code vni}; default true
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NetworkConfig(
        String name,
        Integer vlan,
        Integer vni,
        Integer mtu,
        Integer ageingSeconds,
        Integer maxLearned,
        Boolean forwardReserved,
        Boolean encryption,
        Boolean neighSuppress) {

    /** The network that always exists. */
    public static final String DEFAULT = "default";

    private static final int MAX_VLAN = 4094;
    static final int MAX_VNI = 0xff_ffff;
    private static final int MIN_MTU = 68;
    private static final int MAX_MTU = 65521;

    /** Fills in the defaults and checks each field. */
    public NetworkConfig {
        Checks.name("name", name);
        Checks.optionalRange("vlan", vlan, 1, MAX_VLAN);
        Checks.optionalRange("vni", vni, 1, MAX_VNI);
        mtu = Checks.range("mtu", mtu, MIN_MTU, MAX_MTU, 1500);
        ageingSeconds = Checks.range("ageingSeconds", ageingSeconds, 1, 1_000_000, 300);
        maxLearned = Checks.range("maxLearned", maxLearned, 1, 16_777_216, 65_536);
        forwardReserved = Checks.orElse(forwardReserved, false);
        encryption = Checks.orElse(encryption, true);
        neighSuppress = Checks.orElse(neighSuppress, true);
    }

    /** A network with all defaults. */
    public static NetworkConfig named(String name) {
        return new NetworkConfig(name, null, null, null, null, null, null, null, null);
    }

    /** What the bridge needs of it. */
    public NetworkSettings settings() {
        return new NetworkSettings(
                vlan == null ? 0 : vlan,
                vni == null ? 0 : vni,
                mtu,
                TimeUnit.SECONDS.toNanos(ageingSeconds),
                maxLearned,
                forwardReserved,
                encryption,
                neighSuppress && vni != null);
    }
}
