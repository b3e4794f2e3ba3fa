package io.tapswitch.doctor;

import io.tapswitch.doctor.Firewall.Match;
import io.tapswitch.doctor.Firewall.Outcome;
import io.tapswitch.doctor.Firewall.Packet;
import io.tapswitch.doctor.Firewall.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A chain of rules of a packet filter, as netfilter has them, for one packet. What a rule makes of it is known already;
 * where that depends on something else, both ways are followed.
 */
final class FilterChain {
    /** What a rule has done with a packet that it takes. */
    enum Action {
        ACCEPT,
        DROP,
        RETURN,
        JUMP,
        GOTO
    }

    /**
     * A rule.
     *
     * @param target the chain that {@code JUMP} and {@code GOTO} go to
     * @param text for people: how it is found
     */
    record Rule(Match match, Action action, String target, String text) {}

    private static final int DEEPEST = 16;

    private final String name;
    private final boolean drops;
    private final String fix;
    private final List<Rule> rules = new ArrayList<>();

    /**
     * @param name for people
     * @param drops whether it drops what reaches its end
     * @param fix the command that lets the packet through first; null of a chain that is only jumped to
     */
    FilterChain(String name, boolean drops, String fix) {
        this.name = name;
        this.drops = drops;
        this.fix = fix;
    }

    void add(Rule rule) {
        rules.add(rule);
    }

    /** Follows a packet from the beginning of a chain that the kernel calls. @param all by name */
    Verdict verdict(Packet packet, Map<String, FilterChain> all) {
        Walk walk = new Walk(all);
        boolean isDone = walk.through(this, Match.YES, 0);
        if (!isDone && drops) {
            walk.dropped(Match.YES, "the policy of " + name + " is drop, and no rule accepts them");
        }
        return walk.outcome == Outcome.OPEN
                ? Verdict.OPEN
                : new Verdict(walk.outcome, packet.isOutgoing(), walk.text, fix);
    }

    /** One packet on its way; it is where it is for sure, or perhaps. */
    private static final class Walk {
        private final Map<String, FilterChain> chains;
        private Outcome outcome = Outcome.OPEN;
        private String text = "";
        private boolean perhapsAccepted;

        Walk(Map<String, FilterChain> chains) {
            this.chains = chains;
        }

        /** @return whether the packet's fate is settled, as far as it is this chain's */
        boolean through(FilterChain chain, Match reached, int depth) {
            Match here = reached;
            for (Rule rule : chain.rules) {
                Match taken = here.and(rule.match());
                if (taken == Match.NO) {
                    continue;
                }
                if (apply(rule, taken, depth)) {
                    return true;
                }
                if (rule.action() == Action.RETURN || rule.action() == Action.GOTO) {
                    if (taken == Match.YES) {
                        return false;
                    }
                    here = Match.PERHAPS;
                }
            }
            return false;
        }

        private boolean apply(Rule rule, Match taken, int depth) {
            switch (rule.action()) {
                case ACCEPT -> {
                    perhapsAccepted |= taken == Match.PERHAPS;
                    return taken == Match.YES;
                }
                case DROP -> {
                    dropped(taken, rule.text());
                    return taken == Match.YES;
                }
                case JUMP, GOTO -> {
                    FilterChain target = chains.get(rule.target());
                    return target != null && depth < DEEPEST && through(target, taken, depth + 1);
                }
                default -> {
                    return false;
                }
            }
        }

        void dropped(Match taken, String where) {
            boolean isSure = taken == Match.YES && !perhapsAccepted && outcome == Outcome.OPEN;
            if (isSure) {
                outcome = Outcome.DROPPED;
                text = where;
            } else if (outcome == Outcome.OPEN) {
                outcome = Outcome.PERHAPS;
                text = where;
            }
        }
    }
}
