package io.tapswitch.it.vxlan;

import java.util.List;

/** A VTEP of any make, on a {@link Site}, with a station behind it in each of its networks. */
interface Vtep extends AutoCloseable {
    /**
     * Where a VTEP is, and what it joins.
     *
     * @param family of the underlay
     * @param remotes the other VTEPs
     * @param vnis of its networks; the station in the n-th has the number 10 n + that of the site
     */
    record Plan(Site site, Family family, List<Site> remotes, List<Integer> vnis) {
        /** A station's number. */
        int station(int vni) {
            return 10 * vnis.indexOf(vni) + site.number();
        }
    }

    /** Who made it. */
    enum Make {
        TAPSWITCH {
            @Override
            Vtep start(Plan plan) {
                return new TapSwitchVtep(plan, "");
            }
        },
        KERNEL {
            @Override
            Vtep start(Plan plan) {
                return new KernelVtep(plan, "");
            }
        },
        /** With its data path in user space, which needs no kernel module. */
        OPEN_VSWITCH {
            @Override
            Vtep start(Plan plan) {
                return new OvsVtep(plan);
            }
        };

        abstract Vtep start(Plan plan);
    }

    /** The station in the network with this VNI. */
    Station station(int vni);

    /** What it says of itself, for whoever reads of a failure. */
    default String describe() {
        return "";
    }

    @Override
    void close();
}
