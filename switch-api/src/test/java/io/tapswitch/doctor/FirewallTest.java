package io.tapswitch.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tapswitch.doctor.Firewall.Outcome;
import io.tapswitch.doctor.Firewall.Packet;
import io.tapswitch.doctor.Firewall.Verdict;
import io.tapswitch.doctor.PacketFilters.Printed;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules as nft 1.0.6 and iptables 1.8.9 print them. */
class FirewallTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Printed NONE = new Printed("", "cannot be run");

    private static Packet packet(String peer, int port, boolean isOutgoing) throws IOException {
        return new Packet(InetAddress.getByName(peer), port, isOutgoing);
    }

    private static String recorded() throws IOException {
        try (InputStream file = FirewallTest.class.getResourceAsStream("ruleset.json")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The ruleset has a chain input with policy drop and about a dozen rules, and a chain output with one. */
    @ParameterizedTest
    @CsvSource({
        // A set of addresses, by name.
        "192.0.2.7, 4789, DROPPED, rule 11 ",
        // Its own rule, with the comment that it has.
        "192.0.2.8, 4789, DROPPED, rule 14 'no overlay' of chain inet filter input",
        // A range and a prefix in a set without a name.
        "203.0.113.5, 4789, DROPPED, rule 16 ",
        "203.0.113.10, 4789, OPEN, ''",
        "198.51.100.5, 4789, DROPPED, rule 16 ",
        // Accepted in a chain that is jumped to.
        "192.168.0.1, 4789, OPEN, ''",
        // No rule but the one for all UDP.
        "192.168.0.1, 8472, DROPPED, rule 19 ",
        // The chain jumped to returns.
        "2001:db8::1, 4789, DROPPED, rule 19 ",
        "2001:db9::1, 4789, OPEN, ''"
    })
    void followsAPacketThroughTheChains(String peer, int port, Outcome outcome, String text) throws IOException {
        Verdict verdict = NftRules.verdict(JSON.readTree(recorded()), packet(peer, port, false), false);
        assertThat(verdict.outcome()).isEqualTo(outcome);
        assertThat(verdict.text()).startsWith(text);
    }

    @Test
    void followsAPacketThatLeaves() throws IOException {
        Verdict verdict = NftRules.verdict(JSON.readTree(recorded()), packet("192.0.2.7", 4789, true), false);
        assertThat(verdict.outcome()).isEqualTo(Outcome.PERHAPS);
        assertThat(verdict.isOutgoing()).isTrue();
        assertThat(verdict.text()).startsWith("rule 23 of chain inet filter output");
        assertThat(verdict.fix()).isEqualTo("nft insert rule inet filter output udp dport 4789 accept");
    }

    private static Verdict nft(String policy, String... expressions) throws IOException {
        StringBuilder rules = new StringBuilder();
        int handle = 1;
        for (String expression : expressions) {
            rules.append(",{\"rule\":{\"family\":\"ip\",\"table\":\"t\",\"chain\":\"in\",\"handle\":")
                    .append(handle++)
                    .append(",\"expr\":[")
                    .append(expression.replace('\'', '"'))
                    .append("]}}");
        }
        String ruleset =
                "{\"nftables\":[{\"chain\":{\"family\":\"ip\",\"table\":\"t\",\"name\":\"in\",\"type\":\"filter\","
                        + "\"hook\":\"input\",\"policy\":\"" + policy + "\"}}" + rules + "]}";
        return NftRules.verdict(JSON.readTree(ruleset), packet("192.0.2.7", 4789, false), false);
    }

    private static final String IF_ETH0 = "{'match':{'op':'==','left':{'meta':{'key':'iifname'}},'right':'eth0'}}";
    private static final String IF_LO = "{'match':{'op':'==','left':{'meta':{'key':'iif'}},'right':'lo'}}";
    private static final String IF_NOT_DNS =
            "{'match':{'op':'!=','left':{'payload':{'protocol':'udp','field':'dport'}},'right':53}}";
    private static final String IF_KNOWN =
            "{'vmap':{'key':{'ct':{'key':'state'}},'data':{'set':[['established',{'accept':null}],['new',{'drop':null}]]}}}";

    @Test
    void thePolicyHoldsWhereNoRuleDoes() throws IOException {
        assertThat(nft("accept")).isEqualTo(Verdict.OPEN);
        assertThat(nft("drop").outcome()).isEqualTo(Outcome.DROPPED);
        assertThat(nft("drop").text()).isEqualTo("the policy of chain ip t in is drop, and no rule accepts them");
        assertThat(nft("drop").fix()).isEqualTo("nft insert rule ip t in udp dport 4789 accept");
        assertThat(nft("drop", IF_LO + ",{'accept':null}").outcome()).isEqualTo(Outcome.DROPPED);
    }

    @Test
    void whatDependsOnTheInterfaceMayHappen() throws IOException {
        assertThat(nft("drop", IF_ETH0 + ",{'accept':null}").outcome()).isEqualTo(Outcome.PERHAPS);
        assertThat(nft("accept", IF_ETH0 + ",{'drop':null}").outcome()).isEqualTo(Outcome.PERHAPS);
        assertThat(nft("accept", IF_ETH0 + ",{'drop':null}", "{'accept':null}").text())
                .startsWith("rule 1 ");
        assertThat(nft("accept", "{'accept':null}", IF_ETH0 + ",{'drop':null}")).isEqualTo(Verdict.OPEN);
        assertThat(nft("accept", "{'limit':{'rate':5}},{'drop':null}").outcome())
                .isEqualTo(Outcome.PERHAPS);
    }

    @Test
    void readsNegationsAndTablesOfVerdicts() throws IOException {
        assertThat(nft("accept", IF_NOT_DNS + ",{'drop':null}").outcome()).isEqualTo(Outcome.DROPPED);
        assertThat(nft("accept", IF_KNOWN).outcome()).isEqualTo(Outcome.DROPPED);
        assertThat(nft("accept", "{'return':null}", "{'drop':null}")).isEqualTo(Verdict.OPEN);
    }

    @Test
    void aChainThatJumpsToItselfEnds() throws IOException {
        assertThat(nft("accept", "{'jump':{'target':'in'}}")).isEqualTo(Verdict.OPEN);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-A INPUT -i eth0 -p udp -m udp --dport 4789 -m comment --comment \"hi -j x\" -j DROP | PERHAPS",
                "-A INPUT -p udp -m udp --dport 4789 -j DROP | DROPPED",
                "-A INPUT -s 10.0.0.0/8 -p udp -m udp --dport 4789 -j REJECT --reject-with icmp-port-unreachable | OPEN",
                "-A INPUT -s 192.0.2.0/24 -p udp -m udp --dport 4789 -j REJECT --reject-with icmp-port-unreachable | DROPPED",
                "-A INPUT ! -s 192.0.2.0/24 -p udp -j DROP | OPEN",
                "-A INPUT -p udp -m multiport --dports 53,4000:5000 -m conntrack --ctstate NEW -j DROP | DROPPED",
                "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j DROP | OPEN",
                "-A INPUT -p tcp --syn -j DROP | OPEN",
                "-A INPUT -p udp -j LATER | DROPPED",
                "-A INPUT -i lo -j DROP | OPEN",
                "-A INPUT -p udp --dport nonsense -j DROP | PERHAPS"
            })
    void followsThePacketThroughIptables(String rule, Outcome outcome) throws IOException {
        String saved = "*nat\n:INPUT DROP [0:0]\nCOMMIT\n*filter\n:INPUT ACCEPT [0:0]\n:LATER - [0:0]\n" + rule
                + "\n-A LATER -j DROP\nCOMMIT\n";
        Verdict verdict = IptablesRules.verdict(saved, packet("192.0.2.7", 4789, false));
        assertThat(verdict.outcome()).isEqualTo(outcome);
        if (outcome != Outcome.OPEN) {
            assertThat(verdict.fix()).isEqualTo("iptables -I INPUT -p udp --dport 4789 -j ACCEPT");
        }
    }

    @Test
    void thePolicyOfIptablesHolds() throws IOException {
        String saved = "*filter\n:INPUT DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n";
        assertThat(IptablesRules.verdict(saved, packet("2001:db8::1", 4789, false))
                        .fix())
                .isEqualTo("ip6tables -I INPUT -p udp --dport 4789 -j ACCEPT");
        assertThat(IptablesRules.verdict(saved, packet("2001:db8::1", 4789, true)))
                .isEqualTo(Verdict.OPEN);
    }

    @Test
    void whatNeitherProgramTellsIsUnreadable() throws IOException {
        Packet in = packet("192.0.2.7", 4789, false);
        Verdict verdict = PacketFilters.verdict(NONE, NONE, in);
        assertThat(verdict.outcome()).isEqualTo(Outcome.UNREADABLE);
        assertThat(verdict.text()).contains("cannot be run");
        String iptables = "*filter\n:INPUT DROP [0:0]\nCOMMIT\n";
        assertThat(PacketFilters.verdict(NONE, new Printed(iptables, null), in).outcome())
                .isEqualTo(Outcome.DROPPED);
        assertThat(PacketFilters.verdict(new Printed(recorded(), null), NONE, in)
                        .outcome())
                .isEqualTo(Outcome.DROPPED);
    }
}
