package io.tapswitch.vxlan;

/**
 * Finds the largest packet that the path to a peer carries, in the spirit of RFC 8899: by probes of a size, without
 * trust in ICMP. Sizes are bytes of the outer IP packet.
 *
 * <p>What the kernel believes is the upper end, and mostly right: it is tested first, and one acknowledgement confirms
 * it. If it is not acknowledged, the search goes on between the least that any path carries and there: halving, with few
 * probes for each step, and in the end with many for the smallest size that seemed not to pass. So a lost probe costs a
 * step and not the result. Every few seconds the result is tested, which finds a black hole that came up later; less
 * often, whether more than that passes by now.
 *
 * <p>A probe of a size counts as missing only if a small one, sent right behind it, was acknowledged: else the path was
 * down or busy, and nothing was learned about the size.
 *
 * <p><b>In use</b> while a search runs is what was in use before, or what the kernel believes if that is less: a result
 * that is about to be replaced is better than steps up and down for everybody who follows it. The kernel's value binds at
 * once when it shrinks, since the kernel sends nothing larger. When it grows, it is tested first.
 *
 * <p>For one thread at a time.
 */
final class PathMtuSearch {
    /** What a host must take (RFC 1122, 3.3.2), and so what is taken for granted; a link may have less, RFC 791: 68. */
    static final int FLOOR_IPV4 = 576;
    /** What every link carries (RFC 8200, 5). */
    static final int FLOOR_IPV6 = 1280;

    /** Steps of two bytes: MTUs are even. */
    private static final int STEP = 2;

    private static final int QUICK_MISSES = 2;

    private final int floor;
    private final long confirmNanos;
    private final long raiseNanos;
    private int kernel;
    private int inUse;
    /** Whether the peer acknowledges probes; if it does not, nothing is searched. */
    private boolean active;
    /** Whether it ever did. */
    private boolean used;
    /** Whether the search has come to a result. */
    private boolean settled;

    /** The largest size known to pass. */
    private int low;
    /** The smallest size that seems not to pass; more than the kernel's if there is none. */
    private int high;
    /** The smallest size that certainly does not pass; more than the kernel's if there is none. */
    private int ceiling;

    /** The size that is tested; 0 if none is. */
    private int candidate;
    /** Whether chance must be ruled out. */
    private boolean thorough;

    private int misses;
    /** Whether a probe of the candidate is on its way. */
    private boolean asked;

    private boolean controlPassed;
    private long askedNanos;
    private long confirmDue;
    private long raiseDue;

    PathMtuSearch(int floor, KeepaliveSettings settings) {
        this.floor = floor;
        confirmNanos = settings.confirmInterval().toNanos();
        raiseNanos = settings.raiseInterval().toNanos();
    }

    /** The largest packet to be sent; 0 until the kernel's value is known. */
    int inUse() {
        return inUse;
    }

    /** Takes note of what the kernel believes. */
    void kernel(int mtu, long nowNanos) {
        if (mtu == kernel) {
            return;
        }
        boolean grew = mtu > kernel;
        kernel = mtu;
        inUse = used && inUse > 0 ? Math.min(inUse, mtu) : mtu;
        if (!active) {
            return;
        }
        if (!grew) {
            ceiling = Math.min(ceiling, mtu + 1);
            high = Math.min(high, ceiling);
            low = Math.min(low, Math.max(floor, mtu));
            choose(nowNanos);
        } else if (settled) {
            raise(nowNanos);
        } else {
            begin(nowNanos);
        }
    }

    /** Searches anew: the peer came alive, maybe by another path. */
    void begin(long nowNanos) {
        active = true;
        used = true;
        confirmDue = nowNanos + confirmNanos;
        low = floor;
        ceiling = kernel + 1;
        high = ceiling;
        choose(nowNanos);
    }

    /** Stops: the peer is dead. What is in use stays. */
    void pause() {
        active = false;
    }

    /** Sets the next size to be tested, or the result if there is nothing left to be asked. */
    private void choose(long nowNanos) {
        settled = false;
        asked = false;
        misses = 0;
        thorough = false;
        if (low >= kernel) {
            settle(nowNanos);
        } else if (high > kernel) {
            candidate = kernel;
        } else if (high - low > STEP) {
            candidate = low + Math.max(STEP, (high - low) / 2 & -STEP);
        } else if (high < ceiling) {
            candidate = high;
            thorough = true;
        } else {
            settle(nowNanos);
        }
    }

    private void settle(long nowNanos) {
        settled = true;
        candidate = 0;
        raiseDue = nowNanos + raiseNanos;
        int result = Math.min(low, kernel);
        // To have asked in vain for more confirms nothing.
        confirmDue = result == inUse ? confirmDue : nowNanos + confirmNanos;
        inUse = result;
    }

    /** Asks whether the next larger size passes by now, before anything is said about the largest. */
    private void raise(long nowNanos) {
        ceiling = kernel + 1;
        high = Math.min(low + STEP, kernel);
        choose(nowNanos);
    }

    /**
     * The size to be tested now, by one probe of the size and then one without padding.
     *
     * @param patienceNanos how long acknowledgements may take
     * @param missesNeeded how many missing ones rule chance out
     * @return 0 if nothing is to be tested now
     */
    int next(long nowNanos, long patienceNanos, int missesNeeded) {
        if (!active || asked && nowNanos - askedNanos < patienceNanos) {
            return 0;
        }
        if (asked) {
            judge(nowNanos, missesNeeded);
        }
        if (candidate == 0) {
            resume(nowNanos);
        }
        asked = candidate != 0;
        controlPassed = false;
        askedNanos = nowNanos;
        return candidate;
    }

    private void judge(long nowNanos, int missesNeeded) {
        asked = false;
        misses += controlPassed ? 1 : 0;
        if (misses >= (thorough ? missesNeeded : QUICK_MISSES)) {
            failed(nowNanos);
        }
    }

    private void failed(long nowNanos) {
        high = candidate;
        ceiling = thorough ? candidate : ceiling;
        low = candidate <= low ? floor : low;
        choose(nowNanos);
    }

    private void resume(long nowNanos) {
        if (inUse < kernel && nowNanos - raiseDue >= 0) {
            raise(nowNanos);
        } else if (inUse > floor && nowNanos - confirmDue >= 0) {
            candidate = inUse;
            thorough = false;
        }
    }

    /** The kernel refused to send a packet of the size that {@link #next} told, as too large for the path. */
    void tooLarge(long nowNanos) {
        thorough = true;
        failed(nowNanos);
    }

    /** The probe that {@link #next} told was not sent, for another reason. */
    void unsent() {
        asked = false;
    }

    /** The small probe behind the last one of a size was acknowledged. */
    void controlPassed() {
        controlPassed = true;
    }

    /** A probe of a size was acknowledged, maybe one that was given up: a proof in any case. */
    void passed(int size, long nowNanos) {
        if (!active || size > kernel) {
            return;
        }
        if (settled && size == inUse) {
            asked = false;
            misses = 0;
            candidate = 0;
            confirmDue = nowNanos + confirmNanos;
        } else if (size > low) {
            low = size;
            ceiling = size >= ceiling ? kernel + 1 : ceiling;
            high = size >= high ? ceiling : high;
            choose(nowNanos);
        }
    }
}
