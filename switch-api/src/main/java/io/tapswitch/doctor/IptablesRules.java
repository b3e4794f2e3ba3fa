package io.tapswitch.doctor;

import io.tapswitch.doctor.FilterChain.Action;
import io.tapswitch.doctor.FilterChain.Rule;
import io.tapswitch.doctor.Firewall.Match;
import io.tapswitch.doctor.Firewall.Packet;
import io.tapswitch.doctor.Firewall.Verdict;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The filter table as {@code iptables-save} has it (iptables-extensions(8)), for one packet. An option that is not known
 * here may hold or not.
 */
final class IptablesRules {
    /** Options that say nothing of the packet, with a value. */
    private static final Set<String> INDIFFERENT =
            Set.of("-m", "--match", "--comment", "--reject-with", "--log-prefix", "--log-level");

    private final Packet packet;
    private final String command;
    private final String base;
    private final Map<String, FilterChain> chains = new HashMap<>();

    private IptablesRules(Packet packet) {
        this.packet = packet;
        command = packet.isIpv6() ? "ip6tables" : "iptables";
        base = packet.isOutgoing() ? "OUTPUT" : "INPUT";
    }

    /** What becomes of a packet. @param saved of the packet's version of IP */
    static Verdict verdict(String saved, Packet packet) {
        IptablesRules rules = new IptablesRules(packet);
        boolean isFilter = false;
        for (String line : saved.split("\n")) {
            isFilter = line.startsWith("*") ? line.equals("*filter") : isFilter;
            if (isFilter && line.startsWith(":")) {
                rules.chain(line);
            } else if (isFilter && line.startsWith("-A ")) {
                rules.rule(line);
            }
        }
        FilterChain chain = rules.chains.get(rules.base);
        return chain == null ? Verdict.OPEN : chain.verdict(packet, rules.chains);
    }

    private void chain(String line) {
        String[] words = line.substring(1).split(" ");
        boolean drops = words.length > 1 && words[1].equals("DROP");
        String fix = command + " -I " + base + " -p udp --dport " + packet.udpPort() + " -j ACCEPT";
        chains.put(words[0], new FilterChain("chain " + words[0] + " of " + command, drops, fix));
    }

    private void rule(String line) {
        List<String> words = words(line);
        FilterChain chain = chains.get(words.get(1));
        Match match = Match.YES;
        boolean isNegated = false;
        for (int i = 2; i < words.size(); i++) {
            String option = words.get(i);
            String value = "";
            if (i + 1 < words.size() && !words.get(i + 1).startsWith("-") && !option.equals("!")) {
                i++;
                value = words.get(i);
            }
            if (isTarget(option)) {
                target(chain, match, option, value, line);
            } else if (option.startsWith("-")) {
                Match holds = holds(option, value);
                match = match.and(isNegated ? holds.not() : holds);
            }
            isNegated = option.equals("!");
        }
    }

    /** Words in quotation marks, as comments are, count as one. */
    private static List<String> words(String line) {
        return Stream.of(line.split(" (?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)"))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private static boolean isTarget(String option) {
        return Set.of("-j", "--jump", "-g", "--goto").contains(option);
    }

    private void target(FilterChain chain, Match match, String option, String value, String line) {
        Action action =
                switch (value) {
                    case "ACCEPT" -> Action.ACCEPT;
                    case "DROP", "REJECT" -> Action.DROP;
                    case "RETURN" -> Action.RETURN;
                    default -> option.contains("g") ? Action.GOTO : Action.JUMP;
                };
        if (chain != null) {
            chain.add(new Rule(match, action, value, "rule \"" + line + "\" of " + command));
        }
    }

    private Match holds(String option, String value) {
        try {
            return matches(option, value);
        } catch (NumberFormatException e) {
            return Match.PERHAPS;
        }
    }

    private Match matches(String option, String value) {
        String peer = packet.isOutgoing() ? "-d" : "-s";
        if (INDIFFERENT.contains(option)) {
            return Match.YES;
        }
        if (option.equals(peer)) {
            return address(value);
        }
        return switch (option) {
            case "-p", "--protocol" -> Match.of(Set.of("udp", "17", "all").contains(value));
            case "--dport", "--destination-port", "--dports", "--destination-ports" -> port(value);
            case "--ctstate", "--state" ->
                Match.of(Arrays.asList(value.split(",")).contains("NEW"));
            case "-i", "-o" -> value.equals("lo") ? Match.of(packet.peer().isLoopbackAddress()) : Match.PERHAPS;
            default -> Match.PERHAPS;
        };
    }

    private Match address(String value) {
        int slash = value.indexOf('/');
        return slash < 0
                ? Addresses.within(packet.peer(), value, Integer.MAX_VALUE)
                : Addresses.within(
                        packet.peer(), value.substring(0, slash), Integer.parseInt(value.substring(slash + 1)));
    }

    private Match port(String value) {
        Match match = Match.NO;
        for (String part : value.split(",")) {
            String[] ends = part.split(":", -1);
            int first = ends[0].isEmpty() ? 0 : Integer.parseInt(ends[0]);
            int last = ends.length == 1 ? first : ends[1].isEmpty() ? 0xffff : Integer.parseInt(ends[1]);
            match = match.or(Match.of(packet.udpPort() >= first && packet.udpPort() <= last));
        }
        return match;
    }
}
