package io.tapswitch.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.config.ConfigException.Kind;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.memory.MemoryDriver;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every error names the field and what would be right. */
class ConfigReaderTest {
    private static final PortDrivers DRIVERS = new PortDrivers(List.of(new MemoryDriver()));

    private final ConfigReader reader = new ConfigReader(DRIVERS);

    private SwitchConfig read(String json) {
        SwitchConfig config = reader.config(ConfigReader.parseJson(json.replace('\'', '"')));
        config.check(DRIVERS);
        return config;
    }

    private ConfigException refused(String json) {
        ConfigException refused = catchThrowableOfType(ConfigException.class, () -> read(json));
        assertThat(refused).as(json).isNotNull();
        return refused;
    }

    @Nested
    class Fields {
        @ParameterizedTest(name = "{0}: {1}")
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '\0',
                value = {
                    "{'port':[]}                          | port                   | not a known field; known are [fdb, mirrors, networks, ports]",
                    "{'ports':{}}                         | ports                  | must be a list",
                    "{'ports':null}                       | ports                  | must be a list",
                    "{'ports':[5]}                        | ports[0]               | must be an object with named fields",
                    "{'networks':['red']}                 | networks[0]            | must be an object with named fields",
                    "{'networks':[{}]}                    | networks[0].name       | is missing",
                    "{'networks':[{'name':null}]}         | networks[0].name       | is missing",
                    "{'networks':[{'name':5}]}            | networks[0].name       | must be text, in quotes if it looks like something else",
                    "{'networks':[{'name':true}]}         | networks[0].name       | must be text, in quotes if it looks like something else",
                    "{'networks':[{'name':1.5}]}          | networks[0].name       | must be text, in quotes if it looks like something else",
                    "{'networks':[{'name':['a']}]}        | networks[0].name       | must be text",
                    "{'networks':[{'name':{}}]}           | networks[0].name       | must be text",
                    "{'networks':[{'name':''}]}           | networks[0].name       | is not a name: use 1 to 63 of a-z",
                    "{'networks':[{'name':'A'}]}          | networks[0].name       | 'A' is not a name: use 1 to 63 of a-z",
                    "{'networks':[{'name':'-a'}]}         | networks[0].name       | the first a letter or digit",
                    "{'networks':[{'name':'a\\n'}]}       | networks[0].name       | is not a name",
                    "{'networks':[{'name':'../a'}]}       | networks[0].name       | is not a name",
                    "{'networks':[{'name':'a','vlan':0}]} | networks[0].vlan       | 0 is out of range: use 1 to 4094",
                    "{'networks':[{'name':'a','vlan':4095}]} | networks[0].vlan    | 4095 is out of range: use 1 to 4094",
                    "{'networks':[{'name':'a','vlan':'5'}]} | networks[0].vlan     | must be a whole number",
                    "{'networks':[{'name':'a','vlan':''}]} | networks[0].vlan      | must be a whole number",
                    "{'networks':[{'name':'a','vlan':5.0}]} | networks[0].vlan     | must be a whole number",
                    "{'networks':[{'name':'a','vlan':true}]} | networks[0].vlan    | must be a whole number",
                    "{'networks':[{'name':'a','vlan':[5]}]} | networks[0].vlan     | must be a whole number",
                    "{'networks':[{'name':'a','vlan':99999999999}]} | networks[0].vlan | out of range",
                    "{'networks':[{'name':'a','vni':0}]} | networks[0].vni         | 0 is out of range: use 1 to 16777215",
                    "{'networks':[{'name':'a','vni':16777216}]} | networks[0].vni  | 16777216 is out of range: use 1 to 16777215",
                    "{'networks':[{'name':'a','vni':'5'}]} | networks[0].vni       | must be a whole number",
                    "{'networks':[{'name':'a','mtu':67}]} | networks[0].mtu        | 67 is out of range: use 68 to 65521",
                    "{'networks':[{'name':'a','mtu':65522}]} | networks[0].mtu     | use 68 to 65521",
                    "{'networks':[{'name':'a','ageingSeconds':0}]} | networks[0].ageingSeconds | use 1 to 1000000",
                    "{'networks':[{'name':'a','maxLearned':0}]} | networks[0].maxLearned | use 1 to 16777216",
                    "{'networks':[{'name':'a','forwardReserved':'yes'}]} | networks[0].forwardReserved | must be true or false",
                    "{'networks':[{'name':'a','forwardReserved':1}]} | networks[0].forwardReserved | must be true or false",
                    "{'networks':[{'name':'a','vlans':5}]} | networks[0].vlans     | is not a known field; known are [ageingSeconds, encryption, forwardReserved, maxLearned, mtu, name, neighSuppress, vlan, vni]",
                    "{'networks':[{'name':'a'},{'name':'b','mtu':1}]} | networks[1].mtu | 1 is out of range",
                    "{'ports':[{'name':'p'}]}             | ports[0].type          | is missing",
                    "{'ports':[{'name':'p','type':'tab'}]} | ports[0].type         | is not a port type: use one of [memory]",
                    "{'ports':[{'name':'p','type':5}]}    | ports[0].type          | is not a port type: use one of [memory]",
                    "{'ports':[{'type':'memory'}]}        | ports[0].name          | is missing",
                    "{'ports':[{'name':'p','type':'memory','memory':[]}]} | ports[0].memory | must be an object with named fields",
                    "{'ports':[{'name':'p','type':'memory','memory':{'refuse':1}}]} | ports[0].memory.refuse | must be text",
                    "{'ports':[{'name':'p','type':'memory','memory':{'x':1}}]} | ports[0].memory.x | is not a known field; known are [refuse]",
                    "{'ports':[{'name':'p','type':'memory','tap':{}}]} | ports[0].tap | is not a known field",
                    "{'ports':[{'name':'p','type':'memory','settings':{}}]} | ports[0].settings | is not a known field",
                    "{'ports':[{'name':'p','type':'memory','enabled':'true'}]} | ports[0].enabled | must be true or false",
                    "{'ports':[{'name':'p','type':'memory','enabled':''}]} | ports[0].enabled | must be true or false",
                    "{'ports':[{'name':'p','type':'memory','flood':true}]} | ports[0].flood | must be an object with named fields",
                    "{'ports':[{'name':'p','type':'memory','flood':{'multicast':1}}]} | ports[0].flood.multicast | must be true or false",
                    "{'ports':[{'name':'p','type':'memory','flood':{'all':true}}]} | ports[0].flood.all | known are [broadcast, multicast, unknownUnicast]",
                    "{'ports':[{'name':'p','type':'memory','storm':{'broadcast':0}}]} | ports[0].storm.broadcast | 0 is out of range: use 1 to 100000000",
                    "{'ports':[{'name':'p','type':'memory','maxLearned':0}]} | ports[0].maxLearned | use 1 to 2147483647",
                    "{'ports':[{'name':'p','type':'memory','network':'X'}]} | ports[0].network | 'X' is not a name",
                    "{'ports':[{'name':'p','type':'memory','trunk':'some'}]} | ports[0].trunk | must be a list of network names, or \"all\"",
                    "{'ports':[{'name':'p','type':'memory','trunk':[5]}]} | ports[0].trunk | must be a list of network names, or \"all\"",
                    "{'ports':[{'name':'p','type':'memory','trunk':['A']}]} | ports[0].trunk | 'A' is not a name",
                    "{'ports':[{'name':'p','type':'memory','trunk':{}}]} | ports[0].trunk | must be a list of network names, or \"all\"",
                    "{'fdb':[{'network':'default','port':'p'}]} | fdb[0].mac        | is missing",
                    "{'fdb':[{'network':'default','port':'p','mac':'1:2:3'}]} | fdb[0].mac | is not a MAC address: write six octets, such as 02:00:00:00:00:01",
                    "{'fdb':[{'network':'default','port':'p','mac':'ff:ff:ff:ff:ff:ff'}]} | fdb[0].mac | is a group address or zero; a station has neither",
                    "{'fdb':[{'network':'default','port':'p','mac':'00:00:00:00:00:00'}]} | fdb[0].mac | is a group address or zero",
                    "{'fdb':[{'port':'p','mac':'02:00:00:00:00:01'}]} | fdb[0].network | is missing",
                    "{'fdb':[{'network':'default','mac':'02:00:00:00:00:01'}]} | fdb[0].port | is missing",
                })
        void areRefusedByPathWithTheFix(String json, String field, String detail) {
            ConfigException refused = refused(json.replace("\\\\n", "\\n"));
            assertThat(refused.field()).isEqualTo(field);
            assertThat(refused.detail()).contains(detail.trim());
            assertThat(refused.kind()).isEqualTo(Kind.INVALID);
            assertThat(refused).hasMessage(field + ": " + refused.detail());
        }
    }

    @Nested
    class Parts {
        private static final String RED = "{'name':'red','vlan':10}";
        private static final String PORT = "{'name':'p','type':'memory','memory':{}}";

        @ParameterizedTest(name = "{0}: {1}")
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '\0',
                value = {
                    "{'networks':[RED,{'name':'red'}]}                | networks[2].name | network 'red' is there twice",
                    "{'networks':[RED,{'name':'b','vlan':10}]}        | networks[2].vlan | VLAN 10 is used by both network 'red' and network 'b'",
                    "{'networks':[{'name':'a','vni':7},{'name':'b','vni':7}]} | networks[2].vni | VNI 7 is used by both network 'a' and network 'b'",
                    "{'ports':[PORT,PORT]}                            | ports[1].name    | port 'p' is there twice",
                    "{'ports':[{'name':'p','type':'memory','network':'no'}]} | ports[0].network | network 'no' does not exist; create it first",
                    "{'ports':[{'name':'p','type':'memory','trunk':['no']}]} | ports[0].trunk[0] | network 'no' does not exist",
                    "{'networks':[{'name':'b'}],'ports':[{'name':'p','type':'memory','trunk':['b']}]} | ports[0].trunk[0] | network 'b' has no vlan; give it one",
                    "{'fdb':[{'network':'no','port':'p','mac':'02:00:00:00:00:01'}]} | fdb[0].network | network 'no' does not exist",
                    "{'fdb':[{'network':'default','port':'p','mac':'02:00:00:00:00:01'}]} | fdb[0].port | port 'p' does not exist",
                    "{'networks':[RED],'ports':[PORT],'fdb':[{'network':'red','port':'p','mac':'02:00:00:00:00:01'}]} | fdb[0].port | port 'p' is not in network 'red'",
                    "{'ports':[PORT],'fdb':[{'network':'default','port':'p','mac':'02:00:00:00:00:0a'},{'network':'default','port':'p','mac':'02-00-00-00-00-0A'}]} | fdb[1].mac | 02:00:00:00:00:0a in network 'default' is there twice",
                })
        void thatDoNotFitEachOtherAreRefusedByPath(String json, String field, String detail) {
            ConfigException refused = refused(json.replace("RED", RED).replace("PORT", PORT));
            assertThat(refused.field()).isEqualTo(field);
            assertThat(refused.detail()).contains(detail.trim());
            assertThat(refused.kind()).isEqualTo(Kind.CONFLICT);
        }

        @Test
        void aFarSideThatOnlyOnePortCanHoldIsNamedWithBoth() {
            PortDrivers drivers = new PortDrivers(List.of(new ExclusiveDriver()));
            ConfigReader strict = new ConfigReader(drivers);
            SwitchConfig config = strict.config(ConfigReader.parseJson("""
                    {"ports":[{"name":"a","type":"exclusive","exclusive":{"resource":"x"}},
                              {"name":"b","type":"exclusive","exclusive":{"resource":"x"}}]}"""));
            assertThatThrownBy(() -> config.check(drivers))
                    .hasMessage("ports[1].exclusive: resource x is used by both port 'a' and port 'b'");
        }

        @Test
        void aDriversOwnCheckIsReportedUnderItsPort() {
            PortDrivers drivers = new PortDrivers(List.of(new ExclusiveDriver()));
            SwitchConfig config = new ConfigReader(drivers).config(ConfigReader.parseJson("""
                            {"ports":[{"name":"a","type":"exclusive","exclusive":{"resource":"x"}},
                                      {"name":"b","type":"exclusive"}]}"""));
            assertThatThrownBy(() -> config.check(drivers)).hasMessage("ports[1].exclusive.resource: is missing");
        }
    }

    @Nested
    class Documents {
        @Test
        void aReadStateIsWrittenBackTheSame() {
            SwitchConfig config = read("""
                    {"networks":[{"name":"red","vlan":10,"mtu":9000,"ageingSeconds":5,"maxLearned":9,"forwardReserved":true},
                                 {"name":"blue","vlan":20}],
                     "ports":[{"name":"a","type":"memory","memory":{"refuse":"no"},"network":"red","trunk":["blue"],
                               "enabled":false,"learning":false,"flood":{"multicast":false},"isolated":true,"locked":true,
                               "maxLearned":7,"storm":{"broadcast":100}},
                              {"name":"b","type":"memory","trunk":"all"},
                              {"name":"c","type":"memory","trunk":[]},
                              {"name":"d","type":"memory"}],
                     "fdb":[{"network":"red","mac":"02-00-00-00-00-0A","port":"a"}]}""");
            SwitchConfig again = read(config.toJson().toString());
            assertThat(again).isEqualTo(config);
            assertThat(again.toJson()).isEqualTo(config.toJson());
            assertThat(reader.config(ConfigReader.parseYaml(config.toJson().toPrettyString())))
                    .isEqualTo(config);
        }

        @Test
        void everyPortIsWrittenInTheFormThatIsRead() {
            for (PortConfig port :
                    read("{'ports':[{'name':'a','type':'memory'}]}").ports()) {
                assertThat(reader.port(ConfigReader.write(port), "")).isEqualTo(port);
            }
        }

        @Test
        void yamlAndJsonMeanTheSame() {
            ObjectNode yaml = ConfigReader.parseYaml("""
                    # a comment
                    networks:
                      - name: red
                        vlan: 10
                    ports:
                      - {name: a, type: memory, trunk: all}
                      - name: b
                        type: memory
                        flood:
                          unknownUnicast: false
                    """);
            assertThat(reader.config(yaml))
                    .isEqualTo(read(
                            "{'networks':[{'name':'red','vlan':10}],'ports':[{'name':'a','type':'memory','trunk':'all'},"
                                    + "{'name':'b','type':'memory','flood':{'unknownUnicast':false}}]}"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "   \n", "# only a comment\n", "---\n", "null"})
        void anEmptyYamlDocumentIsAnEmptyConfiguration(String text) {
            assertThat(reader.config(ConfigReader.parseYaml(text))).isEqualTo(SwitchConfig.EMPTY);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "  ", "null", "5", "[]", "\"text\"", "true"})
        void jsonThatIsNoObjectIsRefused(String text) {
            assertThatThrownBy(() -> ConfigReader.parseJson(text))
                    .isInstanceOf(ConfigException.class)
                    .hasMessage("must be a JSON object with named fields");
        }

        @ParameterizedTest
        @ValueSource(strings = {"5", "- a\n- b", "text", "'null'"})
        void yamlThatIsNoMappingIsRefused(String text) {
            assertThatThrownBy(() -> ConfigReader.parseYaml(text))
                    .isInstanceOf(ConfigException.class)
                    .hasMessage("must be a YAML object with named fields");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '\0',
                value = {
                    "{'a':1,\\n 'b' 2}         | 2",
                    "{'a':1,\\n\\n}            | 3",
                    "{'a':1} x                 | 1",
                    "{'a':1}\\n{'b':2}         | 2",
                    "{'a':1,\\n'a':2}          | 2",
                    "{'x':{'a':1,\\n'a':2}}    | 2",
                    "{'a':01}                  | 1",
                    "{'a':NaN}                 | 1",
                    "{'a':                     | 1",
                    "{//no comments\\n}        | 1",
                })
        void wrongJsonIsRefusedWithItsLine(String text, int line) {
            String json = text.replace("\\n", "\n").replace('\'', '"');
            assertThatThrownBy(() -> ConfigReader.parseJson(json))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageStartingWith("is not valid JSON (line " + line + "): ");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '\0',
                value = {
                    "a: 1\\nb: [1, 2           | 2",
                    "a: 1\\n b: 2              | 2",
                    "a: 1\\n\\ta: 2            | 2",
                    "a: 1\\nb: 2\\na: 3        | 3",
                    "a: 1\\n---\\nb: 2         | 3",
                    "a: 'text                  | 1",
                    "a: &x 1\\nb: @            | 2",
                    "%                         | 1",
                })
        void wrongYamlIsRefusedWithItsLine(String text, int line) {
            String yaml = text.replace("\\n", "\n").replace("\\t", "\t");
            assertThatThrownBy(() -> ConfigReader.parseYaml(yaml))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageMatching("(?s)is not valid YAML \\(line " + line + "\\): .*");
        }

        @Test
        void aControlCharacterInYamlIsRefused() {
            assertThatThrownBy(() -> ConfigReader.parseYaml("a: \u0001"))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageStartingWith("is not valid YAML");
        }

        @ParameterizedTest
        @ValueSource(ints = {1_001, 100_000})
        void hostileDepthIsRefused(int depth) {
            String arrays = "[".repeat(depth);
            assertThatThrownBy(() -> ConfigReader.parseJson("{\"a\":" + arrays)).isInstanceOf(ConfigException.class);
            String objects = "{\"a\":".repeat(depth);
            assertThatThrownBy(() -> ConfigReader.parseJson(objects)).isInstanceOf(ConfigException.class);
        }

        @Test
        void hostileDepthInYamlIsRefused() {
            assertThatThrownBy(() -> ConfigReader.parseYaml("a: " + "[".repeat(5_000)))
                    .isInstanceOf(ConfigException.class);
        }

        @Test
        void yamlAliasesAreNotExpanded() {
            StringBuilder laughs = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
            for (int i = 1; i < 12; i++) {
                String alias = "*a" + (i - 1);
                laughs.append("a%d: &a%d [%s]%n".formatted(i, i, String.join(", ", Collections.nCopies(10, alias))));
            }
            ObjectNode json = ConfigReader.parseYaml(laughs.toString());
            assertThat(json.toString().length()).isLessThan(10_000);
        }

        @Test
        void aNumberThatYamlWouldRewriteIsNotTakenAsText() {
            ObjectNode yaml = ConfigReader.parseYaml("networks: [{name: 0100}]");
            assertThatThrownBy(() -> reader.config(yaml))
                    .hasMessage("networks[0].name: must be text, in quotes if it looks like something else");
            assertThat(reader.config(ConfigReader.parseYaml("networks: [{name: \"0100\"}]"))
                            .networks()
                            .get(1)
                            .name())
                    .isEqualTo("0100");
        }
    }
}
