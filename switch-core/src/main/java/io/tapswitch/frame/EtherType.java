package io.tapswitch.frame;

/** The EtherType values that the switch itself looks at (IEEE registration authority). */
public final class EtherType {
    /** IPv4, RFC 894. */
    public static final int IPV4 = 0x0800;

    /** ARP, RFC 826. */
    public static final int ARP = 0x0806;

    /** The customer VLAN tag of IEEE 802.1Q, the only TPID that TapSwitch reads as a tag. */
    public static final int VLAN = 0x8100;

    /** IPv6, RFC 2464. */
    public static final int IPV6 = 0x86dd;

    private EtherType() {}
}
