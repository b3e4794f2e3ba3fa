package io.tapswitch.port.tun;

import io.tapswitch.frame.Discovery;
import io.tapswitch.frame.EtherType;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.IpAddress;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.PortCounters;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * Resolves next hops: which MAC address a packet goes to. ARP and IPv6 neighbour discovery alike follow RFC 4861, 7.2 and
 * 7.3, with these simplifications: a stale neighbour that is used is asked at once, and one that no longer answers is
 * asked for by multicast before its packets are lost.
 *
 * <p>For one event loop; time comes with the burst.
 */
final class Neighbours {
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long REACHABLE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long UNUSED_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final int MAX_ASKED = 3;

    /** Questions between two ticks: a host that tries every address of a network does not flood the others. */
    private static final int QUESTIONS_PER_TICK = 50;

    /** Packets that wait, of all neighbours together. */
    private static final int MAX_WAITING = 64;

    private final Host host;
    private final PortCounters counters;
    private final FrameSink wire;
    private final NeighbourTable table = new NeighbourTable();
    private final Frame message;
    private final Deque<Frame> free = new ArrayDeque<>(MAX_WAITING);
    private int waitingFrames;
    private int questions = QUESTIONS_PER_TICK;

    /**
     * @param wire takes what is sent
     * @param message scratch, for questions
     */
    Neighbours(Host host, PortCounters counters, FrameSink wire, Frame message) {
        this.host = host;
        this.counters = counters;
        this.wire = wire;
        this.message = message;
    }

    /** Sends a packet to a next hop, or lets it wait. */
    void send(long high, long low, Frame packet, Burst burst) {
        long now = burst.nowNanos();
        Neighbour neighbour = table.find(high, low);
        if (neighbour == null) {
            neighbour = take(Neighbour.State.INCOMPLETE, high, low, burst);
        }
        neighbour.usedNanos = now;
        if (neighbour.state == Neighbour.State.REACHABLE && now - neighbour.confirmedNanos > REACHABLE_NANOS) {
            neighbour.state = Neighbour.State.STALE;
        }
        if (neighbour.state == Neighbour.State.INCOMPLETE) {
            await(neighbour, packet, burst);
        } else {
            forward(packet, neighbour, burst);
        }
        if (neighbour.state == Neighbour.State.STALE) {
            askFrom(neighbour, Neighbour.State.PROBE, burst);
        } else if (neighbour.asked == 0 && neighbour.state == Neighbour.State.INCOMPLETE) {
            ask(neighbour, burst);
        }
    }

    private Neighbour take(Neighbour.State first, long high, long low, Burst burst) {
        Neighbour neighbour = table.roomFor(high, low);
        giveUp(neighbour, burst);
        neighbour.start(first, high, low, burst.nowNanos());
        return neighbour;
    }

    private void forward(Frame packet, Neighbour neighbour, Burst burst) {
        boolean ipv4 = IpAddress.isIpv4(neighbour.high, neighbour.low);
        packet.pushEthernet(neighbour.mac, host.mac(), ipv4 ? EtherType.IPV4 : EtherType.IPV6);
        wire.receive(packet, burst);
    }

    private void await(Neighbour neighbour, Frame packet, Burst burst) {
        if (neighbour.waitingCount == Neighbour.MAX_WAITING) {
            drop(neighbour, burst);
        }
        Frame copy = free.poll();
        if (copy == null && waitingFrames == MAX_WAITING) {
            count(packet.length(), DropReason.UNRESOLVED, burst);
            return;
        }
        if (copy == null) {
            copy = new Frame();
            waitingFrames++;
        }
        copy.set(packet);
        neighbour.waiting[neighbour.waitingCount++] = copy;
    }

    /** Drops the packet that waits longest. */
    private void drop(Neighbour neighbour, Burst burst) {
        Frame oldest = first(neighbour);
        count(oldest.length(), DropReason.UNRESOLVED, burst);
        free.push(oldest);
    }

    private static Frame first(Neighbour neighbour) {
        Frame first = neighbour.waiting[0];
        neighbour.waitingCount--;
        System.arraycopy(neighbour.waiting, 1, neighbour.waiting, 0, neighbour.waitingCount);
        neighbour.waiting[neighbour.waitingCount] = null;
        return first;
    }

    private void count(int packet, DropReason reason, Burst burst) {
        counters.received(burst.loop(), Frame.ETHERNET_HEADER + packet);
        counters.dropped(burst.loop(), reason);
    }

    private void giveUp(Neighbour neighbour, Burst burst) {
        while (neighbour.waitingCount > 0) {
            drop(neighbour, burst);
        }
        neighbour.state = Neighbour.State.NONE;
    }

    private void askFrom(Neighbour neighbour, Neighbour.State state, Burst burst) {
        neighbour.state = state;
        neighbour.asked = 0;
        ask(neighbour, burst);
    }

    /** Asks now, or with the next tick if there were too many questions since the last one. */
    private void ask(Neighbour neighbour, Burst burst) {
        neighbour.askNanos = burst.nowNanos();
        IpPrefix source = host.sourceFor(neighbour.high, neighbour.low);
        boolean ipv4 = IpAddress.isIpv4(neighbour.high, neighbour.low);
        if (source == null && !ipv4) {
            // RFC 4861, 7.2.2: only who looks for a duplicate asks without an address.
            giveUp(neighbour, burst);
            return;
        }
        if (questions == 0) {
            return;
        }
        questions--;
        neighbour.asked++;
        neighbour.askNanos += RETRY_NANOS;
        long to = neighbour.state == Neighbour.State.PROBE ? neighbour.mac : 0;
        long sourceHigh = source == null ? 0 : source.high();
        long sourceLow = source == null ? 0 : source.low();
        Discovery.ask(message, host.mac(), to, sourceHigh, sourceLow, neighbour.high, neighbour.low);
        wire.receive(message, burst);
    }

    /**
     * Somebody has told his address by asking for another one.
     *
     * @param asksHere whether for one of this port: then it will want the answer to packets, so it is remembered
     */
    void heard(long high, long low, long mac, boolean asksHere, Burst burst) {
        Neighbour neighbour = table.find(high, low);
        if (neighbour == null && asksHere) {
            neighbour = take(Neighbour.State.STALE, high, low, burst);
            neighbour.mac = mac;
        } else if (neighbour != null && neighbour.mac != mac) {
            learn(neighbour, mac, Neighbour.State.STALE, burst);
        }
    }

    /** Somebody has told whose an address is: RFC 4861, 7.2.5. @param mac 0 if he did not say */
    void told(long high, long low, long mac, boolean solicited, boolean override, Burst burst) {
        Neighbour neighbour = table.find(high, low);
        if (neighbour == null) {
            return;
        }
        boolean incomplete = neighbour.state == Neighbour.State.INCOMPLETE;
        boolean differs = mac != 0 && mac != neighbour.mac;
        if (incomplete && mac == 0) {
            return;
        }
        if (!incomplete && differs && !override) {
            if (neighbour.state == Neighbour.State.REACHABLE) {
                neighbour.state = Neighbour.State.STALE;
            }
        } else if (solicited) {
            learn(neighbour, mac == 0 ? neighbour.mac : mac, Neighbour.State.REACHABLE, burst);
        } else if (differs) {
            learn(neighbour, mac, Neighbour.State.STALE, burst);
        }
    }

    private void learn(Neighbour neighbour, long mac, Neighbour.State state, Burst burst) {
        neighbour.mac = mac;
        neighbour.state = state;
        neighbour.confirmedNanos = burst.nowNanos();
        neighbour.asked = 0;
        while (neighbour.waitingCount > 0) {
            Frame packet = first(neighbour);
            forward(packet, neighbour, burst);
            free.push(packet);
        }
    }

    /** Asks again, gives up and forgets, as time goes by; several times a second. */
    void tick(Burst burst) {
        questions = QUESTIONS_PER_TICK;
        long now = burst.nowNanos();
        for (Neighbour neighbour : table.entries()) {
            switch (neighbour.state) {
                case INCOMPLETE, PROBE -> {
                    if (now - neighbour.askNanos >= 0) {
                        askAgain(neighbour, burst);
                    }
                }
                case STALE, REACHABLE -> {
                    if (now - neighbour.usedNanos > UNUSED_NANOS) {
                        neighbour.state = Neighbour.State.NONE;
                    }
                }
                default -> {}
            }
        }
    }

    private void askAgain(Neighbour neighbour, Burst burst) {
        if (neighbour.asked < MAX_ASKED) {
            ask(neighbour, burst);
        } else if (neighbour.state == Neighbour.State.PROBE) {
            neighbour.mac = 0;
            askFrom(neighbour, Neighbour.State.INCOMPLETE, burst);
        } else {
            giveUp(neighbour, burst);
        }
    }
}
