package io.tapswitch.bridge;

import java.util.Collection;
import java.util.SplittableRandom;

/**
 * The networks of an overlay port by their VXLAN network identifiers. Immutable; a look-up costs the same for one network
 * and for thousands, and no more for an identifier that is not there.
 *
 * <p>Open addressing with linear probing, less than half full. The hash multiplies twice by random odd numbers of the
 * table's own: identifiers follow a plan, such as a tenant's number twice over, and a fixed hash crowds some plan.
 */
final class VniTable {
    private final Bridge[] bridges;
    private final int[] vnis;
    private final long multiplier;
    private final long secondMultiplier;

    /** @param members those without an identifier are left out */
    VniTable(Collection<Bridge> members) {
        this(members, new SplittableRandom());
    }

    VniTable(Collection<Bridge> members, SplittableRandom random) {
        multiplier = random.nextLong() | 1;
        secondMultiplier = random.nextLong() | 1;
        int length = Integer.highestOneBit(Math.max(1, members.size())) << 2;
        bridges = new Bridge[length];
        vnis = new int[length];
        for (Bridge bridge : members) {
            int vni = bridge.vni();
            if (vni != 0) {
                int at = slot(vni);
                bridges[at] = bridge;
                vnis[at] = vni;
            }
        }
    }

    /** The network with this identifier; null if there is none. */
    Bridge get(int vni) {
        return bridges[slot(vni)];
    }

    /** Where an identifier is, or the free slot where it would be. */
    private int slot(int vni) {
        int mask = vnis.length - 1;
        long product = vni * multiplier;
        long hash = (product ^ product >>> 32) * secondMultiplier;
        int at = (int) (hash >>> Long.numberOfLeadingZeros(mask));
        while (vnis[at] != vni && bridges[at] != null) {
            at = at + 1 & mask;
        }
        return at;
    }
}
