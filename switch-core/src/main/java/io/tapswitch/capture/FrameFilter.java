package io.tapswitch.capture;

import io.tapswitch.config.ConfigException;
import io.tapswitch.frame.Frame;

/**
 * Which frames somebody wants to see, in the words of pcap-filter(7):
 *
 * <pre>
 *  host 10.0.0.1    net 10.0.0.0/8    port 80    portrange 5000-5010    each after src or dst, or "src or dst"
 *  ether host|src|dst 02:00:00:00:00:01    ether proto 0x88cc    ether broadcast|multicast
 *  arp  ip  ip6  tcp  udp  sctp  icmp  icmp6    ip proto 47    tcp port 80    arp host 10.0.0.1
 *  vlan [10]    less 64    greater 1500    and &amp;&amp;  or ||  not !  ( )    port 80 or 443
 * </pre>
 *
 * <p>As there, {@code and} and {@code or} bind alike, from left to right. Unlike there, names are asked of no name service,
 * tags are looked through wherever {@code vlan} stands, and IPv6 extension headers are as well.
 *
 * <p>Immutable, and for any thread; evaluating it allocates nothing and reads no byte outside the frame.
 */
public final class FrameFilter {
    /** One condition, or several joined. */
    interface Condition {
        boolean holds(Packet packet);
    }

    /** Where a thread keeps what it reads of a frame: make one, and reuse it. */
    public static final class Scratch {
        private final Packet packet = new Packet();
    }

    private final String text;
    private final Condition condition;

    private FrameFilter(String text, Condition condition) {
        this.text = text;
        this.condition = condition;
    }

    /**
     * Reads a filter; one of spaces alone takes every frame.
     *
     * @throws ConfigException of the field {@code filter}, naming the word that does not fit and where it stands
     */
    public static FrameFilter parse(String text) {
        return new FrameFilter(text, FilterParser.parse(text));
    }

    /** Whether the frame is one of those. */
    public boolean matches(Frame frame, Scratch scratch) {
        scratch.packet.read(frame);
        return condition.holds(scratch.packet);
    }

    /** The filter as it was written. */
    @Override
    public String toString() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FrameFilter filter && filter.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }
}
