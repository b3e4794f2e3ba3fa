package io.tapswitch.it.vxlan;

import io.tapswitch.it.Await;
import java.util.ArrayList;
import java.util.List;

/** VTEPs on one underlay, each with all others as its remotes; the first is on the site with the number 1. */
final class Overlay implements AutoCloseable {
    private final Family family;
    private final Underlay underlay;
    private final List<Site> sites = new ArrayList<>();
    private final List<Vtep> vteps = new ArrayList<>();

    Overlay(Family family, int underlayMtu, List<Integer> vnis, Vtep.Make... makes) {
        this.family = family;
        underlay = new Underlay(underlayMtu);
        try {
            for (int number = 1; number <= makes.length; number++) {
                sites.add(underlay.site(number));
            }
            for (int i = 0; i < makes.length; i++) {
                Site own = sites.get(i);
                List<Site> remotes = sites.stream().filter(site -> site != own).toList();
                vteps.add(makes[i].start(new Vtep.Plan(own, family, remotes, vnis)));
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    Family family() {
        return family;
    }

    Underlay underlay() {
        return underlay;
    }

    /** The host with a number. */
    Site site(int number) {
        return sites.get(number - 1);
    }

    /** The VTEP on the host with a number. */
    Vtep vtep(int number) {
        return vteps.get(number - 1);
    }

    /** A capture of what the VTEP with a number sends. */
    Capture capture(int number) {
        return new Capture(underlay.sentBy(site(number)));
    }

    /** Waits until every station of a network reaches every other one. */
    Overlay joined(int vni) throws Exception {
        for (Vtep from : vteps) {
            for (Vtep to : vteps) {
                String address = to.station(vni).v4();
                Await.until(
                        from.station(vni) + " reaches " + address + ": " + this,
                        10,
                        () -> from == to || from.station(vni).host().ping(address, 1, "-W", "1") == 1);
            }
        }
        return this;
    }

    @Override
    public void close() {
        vteps.forEach(Vtep::close);
        underlay.close();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        vteps.forEach(vtep -> text.append(vtep.describe()).append('\n'));
        return text.toString();
    }
}
