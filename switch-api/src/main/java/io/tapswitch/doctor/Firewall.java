package io.tapswitch.doctor;

import java.net.InetAddress;

/** What the kernel's packet filters make of the overlay's packets. */
public final class Firewall {
    private Firewall() {}

    /** How it ends. */
    public enum Outcome {
        /** No filter drops them. */
        OPEN,
        /** A rule drops them if something holds that cannot be told from here. */
        PERHAPS,
        /** They are dropped. */
        DROPPED,
        /** The filters cannot be read. */
        UNREADABLE
    }

    /**
     * What became of a packet.
     *
     * @param isOutgoing whether it is one that this host sends
     * @param text which rule it was, or why the filters cannot be read
     * @param fix the command that lets it through, or has the filters read; null if it passes
     */
    public record Verdict(Outcome outcome, boolean isOutgoing, String text, String fix) {
        static final Verdict OPEN = new Verdict(Outcome.OPEN, false, "", null);

        /** Whichever is worse; what cannot be read is worse than what is open. */
        Verdict or(Verdict other) {
            return other.weight() > weight() ? other : this;
        }

        private int weight() {
            return switch (outcome) {
                case OPEN -> 0;
                case UNREADABLE -> 1;
                case PERHAPS -> 2;
                case DROPPED -> 3;
            };
        }
    }

    /**
     * A UDP packet of the overlay. It opens a connection, as far as the kernel can tell: the answer to it comes from, and
     * goes to, another port.
     *
     * @param peer the address of the other host
     * @param udpPort that it is sent to
     * @param isOutgoing whether this host sends it
     */
    record Packet(InetAddress peer, int udpPort, boolean isOutgoing) {
        boolean isIpv6() {
            return peer.getAddress().length > 4;
        }
    }

    /** Whether a rule takes a packet. */
    enum Match {
        YES,
        NO,
        /** That depends on what cannot be told from here, such as the interface that it comes by. */
        PERHAPS;

        static Match of(boolean matches) {
            return matches ? YES : NO;
        }

        Match and(Match other) {
            return this == NO || other == NO ? NO : this == YES && other == YES ? YES : PERHAPS;
        }

        Match or(Match other) {
            return this == YES || other == YES ? YES : this == NO && other == NO ? NO : PERHAPS;
        }

        Match not() {
            return this == YES ? NO : this == NO ? YES : PERHAPS;
        }
    }
}
