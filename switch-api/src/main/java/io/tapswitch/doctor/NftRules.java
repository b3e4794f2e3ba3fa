package io.tapswitch.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.doctor.FilterChain.Action;
import io.tapswitch.doctor.FilterChain.Rule;
import io.tapswitch.doctor.Firewall.Match;
import io.tapswitch.doctor.Firewall.Packet;
import io.tapswitch.doctor.Firewall.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The rules of nftables, as {@code nft -j list ruleset} has them (libnftables-json(5)), for one packet. */
final class NftRules {
    private static final Set<String> INCOMING = Set.of("prerouting", "input");
    private static final Set<String> OUTGOING = Set.of("output", "postrouting");
    private static final Set<String> OTHER_PROTOCOLS =
            Set.of("tcp", "icmp", "icmpv6", "sctp", "dccp", "esp", "ah", "comp", "igmp");

    private final Packet packet;
    private final boolean skipsIptables;
    private final Map<String, FilterChain> chains = new HashMap<>();
    private final List<FilterChain> bases = new ArrayList<>();
    private final Map<String, JsonNode> sets = new HashMap<>();

    private NftRules(Packet packet, boolean skipsIptables) {
        this.packet = packet;
        this.skipsIptables = skipsIptables;
    }

    /**
     * What becomes of a packet.
     *
     * @param skipsIptables whether rules that iptables made are left out: iptables-save says them better
     */
    static Verdict verdict(JsonNode ruleset, Packet packet, boolean skipsIptables) {
        NftRules rules = new NftRules(packet, skipsIptables);
        for (JsonNode item : ruleset.path("nftables")) {
            rules.note(item);
        }
        for (JsonNode item : ruleset.path("nftables")) {
            rules.rule(item.path("rule"));
        }
        return rules.bases.stream()
                .map(base -> base.verdict(packet, rules.chains))
                .reduce(Verdict.OPEN, Verdict::or);
    }

    private static String name(JsonNode item, String chain) {
        return item.path("family").asText() + " " + item.path("table").asText() + " " + chain;
    }

    private void note(JsonNode item) {
        JsonNode set = item.has("set") ? item.path("set") : item.path("map");
        if (set.has("elem")) {
            sets.put(name(set, "@" + set.path("name").asText()), set.path("elem"));
        }
        JsonNode chain = item.path("chain");
        if (!chain.isMissingNode() && concerns(chain.path("family").asText())) {
            String name = name(chain, chain.path("name").asText());
            String fix = "nft insert rule " + name + " udp dport " + packet.udpPort() + " accept";
            FilterChain made = new FilterChain(
                    "chain " + name, chain.path("policy").asText().equals("drop"), fix);
            chains.put(name, made);
            if (isOnTheWay(chain)) {
                bases.add(made);
            }
        }
    }

    private boolean concerns(String family) {
        return family.equals("inet") || family.equals(packet.isIpv6() ? "ip6" : "ip");
    }

    private boolean isOnTheWay(JsonNode chain) {
        boolean isOfIptables = Set.of("INPUT", "OUTPUT", "PREROUTING", "POSTROUTING")
                .contains(chain.path("name").asText());
        return (packet.isOutgoing() ? OUTGOING : INCOMING)
                        .contains(chain.path("hook").asText())
                && chain.path("type").asText().equals("filter")
                && !(skipsIptables && isOfIptables);
    }

    private void rule(JsonNode rule) {
        FilterChain chain = chains.get(name(rule, rule.path("chain").asText()));
        if (chain == null) {
            return;
        }
        Match match = Match.YES;
        for (JsonNode statement : rule.path("expr")) {
            if (statement.has("match")) {
                match = match.and(match(statement.path("match"), rule));
            } else if (statement.has("limit") || statement.has("xt") || statement.has("quota")) {
                match = match.and(Match.PERHAPS);
            } else if (statement.has("vmap")) {
                map(statement.path("vmap"), rule, chain, match);
            } else {
                act(statement, rule, chain, match);
            }
        }
    }

    private void act(JsonNode statement, JsonNode rule, FilterChain chain, Match match) {
        String text = "rule " + rule.path("handle").asInt() + comment(rule) + " of chain "
                + name(rule, rule.path("chain").asText()) + " (nft -a list chain "
                + name(rule, rule.path("chain").asText()) + ")";
        Action action = action(statement);
        if (action != null) {
            JsonNode target = statement.has("jump") ? statement.path("jump") : statement.path("goto");
            chain.add(new Rule(match, action, name(rule, target.path("target").asText()), text));
        }
    }

    private static String comment(JsonNode rule) {
        return rule.has("comment") ? " '" + rule.path("comment").asText() + "'" : "";
    }

    private static Action action(JsonNode statement) {
        if (statement.has("accept")) {
            return Action.ACCEPT;
        }
        if (statement.has("drop") || statement.has("reject")) {
            return Action.DROP;
        }
        if (statement.has("return")) {
            return Action.RETURN;
        }
        return statement.has("jump") ? Action.JUMP : statement.has("goto") ? Action.GOTO : null;
    }

    /** A table of verdicts: a rule for each line. */
    private void map(JsonNode map, JsonNode rule, FilterChain chain, Match match) {
        JsonNode data = elements(map.path("data"), rule);
        Function<JsonNode, Match> key = value(map.path("key"));
        for (JsonNode line : data) {
            act(line.path(1), rule, chain, match.and(key.apply(line.path(0))));
        }
    }

    private Match match(JsonNode match, JsonNode rule) {
        Function<JsonNode, Match> left = value(match.path("left"));
        Match equal = any(left, match.path("right"), rule);
        return switch (match.path("op").asText()) {
            case "==", "in" -> equal;
            case "!=" -> equal.not();
            default -> Match.PERHAPS;
        };
    }

    private Match any(Function<JsonNode, Match> left, JsonNode right, JsonNode rule) {
        JsonNode elements = elements(right, rule);
        if (!elements.isArray()) {
            return left.apply(elements);
        }
        Match match = Match.NO;
        for (JsonNode element : elements) {
            match = match.or(
                    left.apply(element.has("elem") ? element.path("elem").path("val") : element));
        }
        return match;
    }

    private JsonNode elements(JsonNode right, JsonNode rule) {
        if (right.isTextual() && right.textValue().startsWith("@")) {
            return sets.getOrDefault(name(rule, right.textValue()), right);
        }
        return right.has("set") ? right.path("set") : right;
    }

    /** How the packet's own value compares with one that a rule names. */
    private Function<JsonNode, Match> value(JsonNode left) {
        JsonNode payload = left.path("payload");
        String key = left.path("meta").path("key").asText();
        if (!payload.isMissingNode()) {
            return payload(
                    payload.path("protocol").asText(), payload.path("field").asText());
        }
        if (left.path("ct").path("key").asText().equals("state")) {
            return right -> word(right, "new");
        }
        return switch (key) {
            case "l4proto" -> right -> word(right, "udp", "17");
            case "nfproto" -> right -> word(right, packet.isIpv6() ? "ipv6" : "ipv4");
            case "protocol" -> right -> word(right, packet.isIpv6() ? "ip6" : "ip");
            case "iif", "iifname", "oif", "oifname" -> this::device;
            default -> right -> Match.PERHAPS;
        };
    }

    private Function<JsonNode, Match> payload(String protocol, String field) {
        if (OTHER_PROTOCOLS.contains(protocol) || protocol.equals(packet.isIpv6() ? "ip" : "ip6")) {
            return right -> Match.NO;
        }
        String peer = packet.isOutgoing() ? "daddr" : "saddr";
        return switch (field) {
            case "dport" -> this::port;
            case "protocol", "nexthdr" -> right -> word(right, "udp", "17");
            default -> field.equals(peer) && !protocol.equals("ether") ? this::address : right -> Match.PERHAPS;
        };
    }

    private static Match word(JsonNode right, String... own) {
        return right.isValueNode() ? Match.of(Set.of(own).contains(right.asText())) : Match.PERHAPS;
    }

    /** A peer is not this host itself, so its packets do not come by its loopback interface. */
    private Match device(JsonNode right) {
        return right.asText().equals("lo") ? Match.of(packet.peer().isLoopbackAddress()) : Match.PERHAPS;
    }

    private Match port(JsonNode right) {
        JsonNode range = right.path("range");
        if (range.size() == 2) {
            return Match.of(packet.udpPort() >= range.get(0).asInt()
                    && packet.udpPort() <= range.get(1).asInt());
        }
        return right.isNumber() ? Match.of(packet.udpPort() == right.asInt()) : Match.PERHAPS;
    }

    private Match address(JsonNode right) {
        JsonNode prefix = right.path("prefix");
        if (prefix.has("addr")) {
            return Addresses.within(
                    packet.peer(),
                    prefix.path("addr").asText(),
                    prefix.path("len").asInt());
        }
        JsonNode range = right.path("range");
        if (range.size() == 2) {
            return Addresses.between(
                    packet.peer(), range.get(0).asText(), range.get(1).asText());
        }
        return right.isTextual()
                ? Addresses.within(packet.peer(), right.textValue(), Integer.MAX_VALUE)
                : Match.PERHAPS;
    }
}
