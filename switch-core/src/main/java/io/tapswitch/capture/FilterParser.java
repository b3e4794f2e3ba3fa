package io.tapswitch.capture;

import io.tapswitch.capture.FrameFilter.Condition;
import io.tapswitch.config.ConfigException;
import io.tapswitch.frame.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes the conditions of a {@link FrameFilter} of its text: a recursive descent over the words. */
final class FilterParser {
    private static final int MAX_LENGTH = 2000;
    private static final int MAX_DEPTH = 50;
    private static final Pattern WORD = Pattern.compile("&&|\\|\\||[()!]|[^\\s()!&|]+|\\S");
    private static final Set<String> AND = Set.of("and", "&&");
    private static final Set<String> OR = Set.of("or", "||");
    private static final Set<String> NOT = Set.of("not", "!");
    private static final Set<String> PROTOCOLS =
            Set.of("ether", "ip", "ip6", "arp", "tcp", "udp", "sctp", "icmp", "icmp6");
    private static final Set<String> DIRECTIONS = Set.of("src", "dst");
    private static final Set<String> KINDS = Set.of("host", "net", "port", "portrange", "proto");

    /** A word and where it starts, from 1. */
    private record Word(String text, int at) {}

    private final List<Word> words = new ArrayList<>();
    private final int end;
    private int next;
    private int depth;

    /** What a value without words in front of it means: as the one before it (pcap-filter: {@code port 80 or 443}). */
    private FilterTerm lastTerm = new FilterTerm(null, FilterTerm.Way.EITHER, "host");

    private FilterParser(String text) {
        Matcher matcher = WORD.matcher(text);
        while (matcher.find()) {
            words.add(new Word(matcher.group(), matcher.start() + 1));
        }
        end = text.length() + 1;
    }

    static Condition parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw ConfigException.invalid("filter", "is longer than " + MAX_LENGTH + " characters");
        }
        FilterParser parser = new FilterParser(text);
        return parser.words.isEmpty() ? packet -> true : parser.whole();
    }

    private Condition whole() {
        Condition condition = expression();
        if (next < words.size()) {
            throw unexpected("'and', 'or' or the end");
        }
        return condition;
    }

    private Condition expression() {
        Condition left = factor();
        while (next < words.size()) {
            if (take(AND)) {
                Condition first = left;
                Condition second = factor();
                left = packet -> first.holds(packet) && second.holds(packet);
            } else if (take(OR)) {
                Condition first = left;
                Condition second = factor();
                left = packet -> first.holds(packet) || second.holds(packet);
            } else {
                return left;
            }
        }
        return left;
    }

    private Condition factor() {
        if (++depth > MAX_DEPTH) {
            throw unexpected("at most " + MAX_DEPTH + " brackets and 'not' within each other");
        }
        Condition result = take(NOT) ? not(factor()) : is("(") ? bracket() : primitive();
        depth--;
        return result;
    }

    private static Condition not(Condition inner) {
        return packet -> !inner.holds(packet);
    }

    private Condition bracket() {
        next++;
        Condition inner = expression();
        if (!is(")")) {
            throw unexpected("')'");
        }
        next++;
        return inner;
    }

    private Condition primitive() {
        switch (peek()) {
            case "vlan":
                return vlan();
            case "less":
                next++;
                int most = number(0, 1 << 17);
                return packet -> packet.length() <= most;
            case "greater":
                next++;
                int least = number(0, 1 << 17);
                return packet -> packet.length() >= least;
            case "broadcast", "multicast":
                return group();
            default:
                return term();
        }
    }

    private Condition vlan() {
        next++;
        if (next == words.size() || !Character.isDigit(peek().charAt(0))) {
            return Packet::isTagged;
        }
        int vid = number(0, 4095);
        return packet -> packet.hasVlan(vid);
    }

    private Condition group() {
        return words.get(next++).text().equals("multicast")
                ? Packet::isToGroup
                : packet -> packet.isDestination(MacAddress.BROADCAST);
    }

    /** {@code [protocol] [direction] [kind] value}, where what is left out is as usual; or a protocol alone. */
    private Condition term() {
        int first = next;
        String protocol = takeOneOf(PROTOCOLS);
        if ("ether".equals(protocol) && (is("broadcast") || is("multicast"))) {
            return group();
        }
        FilterTerm.Way way = way();
        String kind = takeOneOf(KINDS);
        if (way == null && kind == null && protocol != null) {
            return alone(protocol, first);
        }
        FilterTerm term = lastTerm;
        if (next > first) {
            term = new FilterTerm(protocol, way == null ? FilterTerm.Way.EITHER : way, kind == null ? "host" : kind);
            lastTerm = term;
        }
        if (next == words.size()) {
            throw unexpected(term.wanted());
        }
        return condition(term);
    }

    private Condition condition(FilterTerm term) {
        try {
            Condition condition = term.condition(peek());
            next++;
            return condition;
        } catch (IllegalArgumentException e) {
            throw unexpected(e.getMessage());
        }
    }

    private Condition alone(String protocol, int at) {
        if (protocol.equals("ether")) {
            throw unexpected("'host', 'src', 'dst', 'proto', 'broadcast' or 'multicast'");
        }
        if (next < words.size() && !isJoint(peek())) {
            throw unexpected("'and', 'or' or the end; or 'host', 'net', 'port' in front of it");
        }
        next = at + 1;
        return FilterTerm.isProtocol(protocol);
    }

    private static boolean isJoint(String word) {
        return AND.contains(word) || OR.contains(word) || word.equals(")");
    }

    /** Null if there is none. */
    private FilterTerm.Way way() {
        String first = takeOneOf(DIRECTIONS);
        if (first == null) {
            return null;
        }
        boolean joined = next + 1 < words.size() && words.get(next + 1).text().equals("dst") && first.equals("src");
        if (joined && isJoint(peek()) && !is(")")) {
            boolean both = AND.contains(peek());
            next += 2;
            return both ? FilterTerm.Way.BOTH : FilterTerm.Way.EITHER;
        }
        return first.equals("src") ? FilterTerm.Way.SOURCE : FilterTerm.Way.DESTINATION;
    }

    private int number(int least, int most) {
        try {
            int value = FilterTerm.number(peek(), least, most);
            next++;
            return value;
        } catch (IllegalArgumentException e) {
            throw unexpected(e.getMessage());
        }
    }

    /** Null if the next word is none of them. */
    private String takeOneOf(Set<String> wanted) {
        if (next == words.size() || !wanted.contains(words.get(next).text())) {
            return null;
        }
        return words.get(next++).text();
    }

    private boolean take(Set<String> wanted) {
        return takeOneOf(wanted) != null;
    }

    private boolean is(String wanted) {
        return next < words.size() && words.get(next).text().equals(wanted);
    }

    private String peek() {
        if (next == words.size()) {
            throw unexpected("a condition such as 'arp', 'host 10.0.0.1' or 'port 80'");
        }
        return words.get(next).text();
    }

    private ConfigException unexpected(String wanted) {
        boolean over = next >= words.size();
        String found = over ? "ends" : "has '" + words.get(next).text() + "'";
        int at = over ? end : words.get(next).at();
        return ConfigException.invalid("filter", found + " at character " + at + "; expected is " + wanted);
    }
}
