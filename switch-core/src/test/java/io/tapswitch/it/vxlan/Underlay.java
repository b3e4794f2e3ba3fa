package io.tapswitch.it.vxlan;

import io.tapswitch.it.TestHost;
import io.tapswitch.linux.RawSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * What joins the hosts of an overlay: a Linux bridge in a namespace of its own, with a wire to each host. The wires carry
 * each datagram by itself, as real ones do: veths would else hand whole trains of them on, of any length.
 */
public final class Underlay implements AutoCloseable {
    private final TestHost middle = new TestHost();
    private final int mtu;
    private final List<Site> sites = new ArrayList<>();

    /** An underlay that carries IP packets of {@code mtu} bytes. */
    public Underlay(int mtu) {
        this.mtu = mtu;
        middle.ip("link add br0 type bridge stp_state 0 mcast_snooping 0");
        middle.ip("link set br0 up");
    }

    /** Adds a host with the addresses 192.0.2.{@code number} and 2001:db8::{@code number}. */
    public Site site(int number) {
        Site site = new Site(number);
        sites.add(site);
        middle.ip("link add " + wire(site) + " mtu " + mtu + " gso_max_segs 1 type veth peer name " + Site.DEVICE
                + " mtu " + mtu + " gso_max_segs 1 address " + site.macText() + " netns " + site.namespace());
        middle.ip("link set " + wire(site) + " master br0 up");
        site.configure();
        return site;
    }

    private static String wire(Site site) {
        return "wire" + site.number();
    }

    /** What a host sends into the underlay, as it leaves the host. */
    public RawSocket sentBy(Site site) {
        return middle.socket(wire(site));
    }

    /** Takes a host's wire out; both ends see it. */
    public void unplug(Site site) {
        middle.ip("link set " + wire(site) + " down");
    }

    /** Puts a host's wire in again. */
    public void plug(Site site) {
        middle.ip("link set " + wire(site) + " up");
    }

    /**
     * Lets a host's wire lose IP packets that are longer than {@code mtu} bytes, in both directions and without a word.
     * The kernel is generous by the length of a VLAN tag.
     */
    void narrow(Site site, int mtu) {
        middle.ip("link set " + wire(site) + " mtu " + mtu);
    }

    @Override
    public void close() {
        sites.forEach(Site::close);
        middle.close();
    }
}
