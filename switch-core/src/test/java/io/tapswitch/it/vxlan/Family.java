package io.tapswitch.it.vxlan;

/** The version of IP that an underlay speaks. */
public enum Family {
    V4(20, 0x0800),
    V6(40, 0x86dd);

    private static final int ETHERNET = 14;
    private static final int UDP = 8;
    private static final int VXLAN = 8;

    private final int ipHeader;
    private final int etherType;

    Family(int ipHeader, int etherType) {
        this.ipHeader = ipHeader;
        this.etherType = etherType;
    }

    /** Bytes of the IP header, without options. */
    int ipHeader() {
        return ipHeader;
    }

    int etherType() {
        return etherType;
    }

    /** How many bytes an inner packet is to be shorter than an outer one. */
    int overhead() {
        return ipHeader + UDP + VXLAN + ETHERNET;
    }
}
