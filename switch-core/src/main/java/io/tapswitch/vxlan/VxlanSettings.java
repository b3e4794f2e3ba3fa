package io.tapswitch.vxlan;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.netty.util.NetUtil;
import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.HostAddress;
import io.tapswitch.config.OverlaySettings;
import java.net.InetAddress;

/**
 * The section {@code vxlan} of a port: a remote VTEP, and how packets get there.
 *
 * @param remote the remote VTEP's IPv4 or IPv6 address, in digits
 * @param local the address of this host that packets leave from and are taken at; default: any
 * @param port the UDP port of both VTEPs; default 4789
 * @param namespace the network namespace of the underlay; default: the daemon's
 * @param ttl of outer packets, 1 to 255; default 64
 * @param inheritTtl whether outer packets of IP have the inner packet's TTL instead; default false
 * @param dscp of outer packets, 0 to 63; default 0
 * @param inheritDscp whether outer packets of IP have the inner packet's DSCP instead; default false
 * @param strict whether packets with reserved bits are dropped, as Linux does; default false, as RFC 7348 says
 * @param keepalive whether the remote VTEP is probed: it leaves the flood lists while it does not answer, and its path
 *     MTU is found out; default true. One that never answered, such as Linux's or Open vSwitch's, is left alone
 * @param mssClamp whether TCP connections through the overlay are told to fit the path; default false
 * @param secretFile a file that both VTEPs have, by which frames are encrypted, see {@link OverlaySecrets}; default: none,
 *     and plain RFC 7348
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record VxlanSettings(
        String remote,
        String local,
        Integer port,
        String namespace,
        Integer ttl,
        Boolean inheritTtl,
        Integer dscp,
        Boolean inheritDscp,
        Boolean strict,
        Boolean keepalive,
        Boolean mssClamp,
        String secretFile)
        implements OverlaySettings {
    /** As assigned by IANA. Linux's own default without {@code dstport} is 8472. */
    public static final int DEFAULT_PORT = 4789;

    private static final int MAX_PORT = 65535;
    private static final int MAX_TTL = 255;
    private static final int MAX_DSCP = 63;
    private static final int DEFAULT_TTL = 64;

    /** Fills in the defaults and checks each field. */
    public VxlanSettings {
        InetAddress far = HostAddress.parse("remote", Checks.required("remote", remote));
        remote = NetUtil.toAddressString(far);
        if (local != null) {
            InetAddress own = HostAddress.parse("local", local);
            if (own.getClass() != far.getClass()) {
                throw ConfigException.invalid(
                        "local", "'" + local + "' and '" + remote + "' are not of the same version of IP");
            }
            if (own.equals(far)) {
                throw ConfigException.invalid("remote", "'" + remote + "' is the local address; name the far VTEP's");
            }
            local = NetUtil.toAddressString(own);
        }
        port = Checks.range("port", port, 1, MAX_PORT, DEFAULT_PORT);
        Checks.optionalNamespace("namespace", namespace);
        ttl = Checks.range("ttl", ttl, 1, MAX_TTL, DEFAULT_TTL);
        inheritTtl = Checks.orElse(inheritTtl, false);
        dscp = Checks.range("dscp", dscp, 0, MAX_DSCP, 0);
        inheritDscp = Checks.orElse(inheritDscp, false);
        strict = Checks.orElse(strict, false);
        keepalive = Checks.orElse(keepalive, true);
        mssClamp = Checks.orElse(mssClamp, false);
        if (secretFile != null && (!secretFile.startsWith("/") || secretFile.indexOf('\0') >= 0)) {
            throw ConfigException.invalid("secretFile", "'" + secretFile + "' is not an absolute path");
        }
        if (secretFile != null && !keepalive) {
            throw ConfigException.invalid(
                    "keepalive", "has to be on with a secretFile: keys are agreed on by the same messages");
        }
    }

    InetAddress remoteAddress() {
        return HostAddress.of(NetUtil.createByteArrayFromIpAddressString(remote));
    }

    /** The address that packets leave from, or the one that stands for any of the same version of IP. */
    InetAddress localAddress() {
        byte[] any = new byte[remoteAddress().getAddress().length];
        return local == null ? HostAddress.of(any) : HostAddress.of(NetUtil.createByteArrayFromIpAddressString(local));
    }

    /** Bytes of the outer headers: those of the inner Ethernet frame, VXLAN, UDP and IP. */
    int overhead() {
        int ip = remoteAddress().getAddress().length == 4 ? 20 : 40;
        return 14 + 8 + 8 + ip;
    }
}
