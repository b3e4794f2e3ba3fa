package io.tapswitch.bridge;

import io.tapswitch.frame.IpAddress;
import io.tapswitch.frame.MacAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongPredicate;
import java.util.function.Predicate;

/**
 * Which station of one network has which IP address, so that requests for it need not be flooded.
 *
 * <p><b>Local and remote.</b> A local binding is what a station of this host said of itself; a remote one is what a
 * directory says of a station behind another host. Both may claim an address. The one that was heard last has it: what a
 * local station says counts at once; what the directory says is a moment old when it comes, so a local station keeps the
 * address if it was heard within {@link #FRESH_NANOS}, and loses it after that unless it is heard again. It loses it at
 * once when it is no longer at this host. The directory's word is kept meanwhile: when the local binding goes, the remote
 * one is there.
 *
 * <p>A local binding goes after {@link #AGEING_NANOS} of silence, or when its station leaves the FDB or moves to the
 * overlay; a remote one only when the directory takes it back, or the network gets another VNI.
 *
 * <p><b>Threads.</b> Looking up, and hearing a station that is known, take no lock. Something new takes the table's lock
 * for a few steps; an event loop only <em>tries</em> it, and if the control plane has it, the station's next message
 * teaches the table.
 *
 * <p><b>Bounded.</b> At most {@link #MAX_BINDINGS}; then the kind of which there are more, local or remote, loses the one
 * heard longest ago, so neither pushes the other out. At most {@link #MAX_PER_STATION} of one station, which then loses
 * its own oldest. What is lost is flooded for again.
 *
 * <p>The table does no I/O and never reads a clock: the time is what event loops and {@link #age} say.
 */
public final class NeighbourTable {
    /** How many bindings there are at most. */
    static final int MAX_BINDINGS = 65_536;

    /** How many addresses a station has at most. */
    static final int MAX_PER_STATION = 64;

    /** How precisely a binding remembers when it was heard. */
    static final long REFRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** For how long what was heard here counts more than what comes from the directory. */
    static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** How long a silent station keeps an address. */
    static final long AGEING_NANOS = TimeUnit.MINUTES.toNanos(20);

    /** How many bindings a bulk operation looks at before it lets event loops have the lock. */
    private static final int BATCH = 256;

    private static final int LOCK_ATTEMPTS = 1000;

    private final NeighbourIndex index = new NeighbourIndex();
    private final ReentrantLock lock = new ReentrantLock();
    private final BindingList locals = new BindingList();
    private final BindingList remotes = new BindingList();
    private final Map<Long, List<Binding>> stations = new HashMap<>();
    private final LongPredicate isHere;
    private boolean timeKnown;
    private long toldNanos;
    private volatile long changes;

    /** @param isHere whether a station is on a port of this host; called from any thread */
    NeighbourTable(LongPredicate isHere) {
        this.isHere = isHere;
    }

    /** The binding of an IPv4 address, null if it has none. Any thread, no lock. */
    Binding find(int ipv4) {
        return find(0, IpAddress.ipv4(ipv4));
    }

    /** The same of an address as {@link IpAddress} defines. */
    Binding find(long high, long low) {
        return index.get(high, low);
    }

    /**
     * Notes that a station of this host said that it has an address. Any thread; never waits.
     *
     * @param high of an address that can be a host's
     * @param nowNanos the time of the burst
     */
    void learn(long high, long low, long mac, long nowNanos) {
        Binding binding = index.get(high, low);
        if (binding != null && binding.local && binding.mac == mac) {
            binding.answered();
            if (nowNanos - binding.heardNanos < REFRESH_NANOS) {
                return;
            }
        }
        if (tryLock()) {
            try {
                learnLocked(high, low, mac, nowNanos);
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean tryLock() {
        for (int attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
            if (lock.tryLock()) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    private void learnLocked(long high, long low, long mac, long nowNanos) {
        tell(nowNanos);
        Binding binding = index.get(high, low);
        if (binding == null) {
            insert(new Binding(high, low), mac, true, nowNanos);
            changes++;
        } else if (binding.local && binding.mac == mac) {
            binding.heardNanos = nowNanos;
            locals.remove(binding);
            locals.append(binding);
        } else {
            rebind(binding, mac, true, nowNanos);
            changes++;
        }
    }

    /** Notes the time. What the directory said before it was known counts from now. */
    private void tell(long nowNanos) {
        if (!timeKnown) {
            timeKnown = true;
            for (Binding binding : remotes.copy()) {
                binding.heardNanos = nowNanos;
                binding.remoteNanos = nowNanos;
            }
        } else if (nowNanos - toldNanos < 0) {
            return;
        }
        toldNanos = nowNanos;
    }

    private void insert(Binding binding, long mac, boolean local, long nowNanos) {
        index.add(binding);
        bind(binding, mac, local, nowNanos);
        if (locals.size + remotes.size > MAX_BINDINGS) {
            remove((locals.size > remotes.size ? locals : remotes).oldest());
        }
    }

    private void rebind(Binding binding, long mac, boolean local, long nowNanos) {
        unbind(binding);
        bind(binding, mac, local, nowNanos);
    }

    private void bind(Binding binding, long mac, boolean local, long nowNanos) {
        binding.mac = mac;
        binding.local = local;
        binding.heardNanos = nowNanos;
        binding.asked = false;
        (local ? locals : remotes).append(binding);
        List<Binding> station = stations.computeIfAbsent(mac, key -> new ArrayList<>(2));
        if (station.size() == MAX_PER_STATION) {
            remove(oldest(station, nowNanos));
        }
        station.add(binding);
    }

    private static Binding oldest(List<Binding> station, long nowNanos) {
        Binding oldest = station.get(0);
        for (Binding binding : station) {
            if (nowNanos - binding.heardNanos > nowNanos - oldest.heardNanos) {
                oldest = binding;
            }
        }
        return oldest;
    }

    private void unbind(Binding binding) {
        binding.list.remove(binding);
        List<Binding> station = stations.get(binding.mac);
        station.remove(binding);
        if (station.isEmpty()) {
            stations.remove(binding.mac);
        }
    }

    private void remove(Binding binding) {
        index.remove(binding);
        unbind(binding);
        if (binding.local) {
            changes++;
        }
    }

    /** A local station has the address no longer: the directory's word counts, if there is one. */
    private void leave(Binding binding) {
        if (binding.remoteMac == 0) {
            remove(binding);
        } else {
            rebind(binding, binding.remoteMac, false, binding.remoteNanos);
            changes++;
        }
    }

    /**
     * Notes what the directory says: a station behind another host has an address. Takes the place of what it said before
     * of this address; to say the same again changes nothing. Control thread.
     *
     * @param address 4 bytes, or 16
     * @return false if this is no address that a host can have, or no MAC address of a station
     */
    public boolean putRemote(byte[] address, long mac) {
        long high = high(address);
        long low = low(address);
        if (!isHost(address) || !MacAddress.isValidSource(mac)) {
            return false;
        }
        lock.lock();
        try {
            putLocked(high, low, mac);
        } finally {
            lock.unlock();
        }
        return true;
    }

    private void putLocked(long high, long low, long mac) {
        Binding before = index.get(high, low);
        Binding binding = before == null ? new Binding(high, low) : before;
        if (binding.remoteMac == mac) {
            return;
        }
        binding.remoteMac = mac;
        binding.remoteNanos = toldNanos;
        if (before == null) {
            insert(binding, mac, false, toldNanos);
        } else if (!binding.local) {
            rebind(binding, mac, false, toldNanos);
        } else if (isOver(binding)) {
            leave(binding);
        }
    }

    /** Takes back what the directory said, unless it has named another station since. Control thread. */
    public void removeRemote(byte[] address, long mac) {
        if (!isHost(address)) {
            return;
        }
        lock.lock();
        try {
            Binding binding = index.get(high(address), low(address));
            if (binding != null && binding.remoteMac == mac) {
                takeBack(binding);
            }
        } finally {
            lock.unlock();
        }
    }

    private void takeBack(Binding binding) {
        binding.remoteMac = 0;
        if (!binding.local) {
            remove(binding);
        }
    }

    /** Forgets all that the directory said. Control thread. */
    void forgetRemote() {
        for (int segment = 0; segment < NeighbourIndex.SEGMENTS; segment++) {
            lock.lock();
            try {
                List<Binding> bindings = new ArrayList<>();
                index.forEach(segment, bindings::add);
                bindings.forEach(this::takeBack);
            } finally {
                lock.unlock();
            }
        }
    }

    private static boolean isHost(byte[] address) {
        boolean ipv4 = address.length == IpAddress.IPV4_LENGTH;
        return (ipv4 || address.length == IpAddress.IPV6_LENGTH)
                && IpAddress.isHost(high(address), low(address))
                && IpAddress.isIpv4(high(address), low(address)) == ipv4;
    }

    private static long high(byte[] address) {
        return address.length == IpAddress.IPV6_LENGTH
                ? ByteBuffer.wrap(address).getLong(0)
                : 0;
    }

    private static long low(byte[] address) {
        return switch (address.length) {
            case IpAddress.IPV4_LENGTH ->
                IpAddress.ipv4(ByteBuffer.wrap(address).getInt(0));
            case IpAddress.IPV6_LENGTH -> ByteBuffer.wrap(address).getLong(8);
            default -> 0;
        };
    }

    /** Lets local bindings go whose time is over, as the class says. Control thread, about once a second. */
    void age(long nowNanos) {
        lock.lock();
        try {
            tell(nowNanos);
        } finally {
            lock.unlock();
        }
        leaveIf(this::isOver);
    }

    /** Whether a local station is to have its address no longer. Under the lock. */
    private boolean isOver(Binding binding) {
        long silentNanos = toldNanos - binding.heardNanos;
        boolean othersClaim = binding.remoteMac != 0 && binding.remoteNanos - binding.heardNanos >= 0;
        return silentNanos >= AGEING_NANOS + REFRESH_NANOS
                || othersClaim && silentNanos > FRESH_NANOS
                || !isHere.test(binding.mac);
    }

    /** Forgets what stations of this host said. Control thread. */
    void forgetLocal() {
        leaveIf(binding -> true);
    }

    private void leaveIf(Predicate<Binding> filter) {
        List<Binding> bindings = copyOfLocals();
        for (int from = 0; from < bindings.size(); from += BATCH) {
            lock.lock();
            try {
                for (Binding binding : bindings.subList(from, Math.min(bindings.size(), from + BATCH))) {
                    if (binding.list == locals && filter.test(binding)) {
                        leave(binding);
                    }
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private List<Binding> copyOfLocals() {
        lock.lock();
        try {
            return locals.copy();
        } finally {
            lock.unlock();
        }
    }

    /**
     * A copy of the bindings in no order; those that come or go meanwhile may be missed. Control thread; takes the lock for
     * one segment at a time.
     */
    public List<Neighbour> entries() {
        List<Neighbour> entries = new ArrayList<>();
        for (int segment = 0; segment < NeighbourIndex.SEGMENTS; segment++) {
            lock.lock();
            try {
                index.forEach(segment, binding -> entries.add(binding.neighbour()));
            } finally {
                lock.unlock();
            }
        }
        return entries;
    }

    /** Goes up whenever a local binding comes, changes or goes, and not when one is heard again. Any thread. */
    public long changes() {
        return changes;
    }

    /** How many bindings there are. Any thread; takes the lock for a moment. */
    public int size() {
        lock.lock();
        try {
            return locals.size + remotes.size;
        } finally {
            lock.unlock();
        }
    }
}
