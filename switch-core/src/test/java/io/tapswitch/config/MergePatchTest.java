package io.tapswitch.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergePatchTest {
    private static JsonNode json(String text) throws Exception {
        return ConfigReader.JSON.readTree(text);
    }

    /** RFC 7396 appendix A, each as a member of an object, since documents here are objects. */
    @ParameterizedTest(name = "{0} patched with {1} is {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{'a':'b'}           | {'a':'c'}                 | {'a':'c'}",
                "{'a':'b'}           | {'b':'c'}                 | {'a':'b','b':'c'}",
                "{'a':'b'}           | {'a':null}                | {}",
                "{'a':'b','b':'c'}   | {'a':null}                | {'b':'c'}",
                "{'a':['b']}         | {'a':'c'}                 | {'a':'c'}",
                "{'a':'c'}           | {'a':['b']}               | {'a':['b']}",
                "{'a':{'b':'c'}}     | {'a':{'b':'d','c':null}}  | {'a':{'b':'d'}}",
                "{'a':[{'b':'c'}]}   | {'a':[1]}                 | {'a':[1]}",
                "['a','b']           | ['c','d']                 | ['c','d']",
                "{'a':'b'}           | ['c']                     | ['c']",
                "{'e':null}          | {'a':1}                   | {'e':null,'a':1}",
                "[1,2]               | {'a':'b','c':null}        | {'a':'b'}",
                "{}                  | {'a':{'bb':{'ccc':null}}} | {'a':{'bb':{}}}",
                "{'a':'foo'}         | 'bar'                     | 'bar'",
            })
    void followsTheTestCasesOfTheRfc(String target, String patch, String result) throws Exception {
        assertThat(patched(target, patch)).isEqualTo(json("{\"x\":" + result.replace('\'', '"') + "}"));
    }

    @Test
    void removesWithNull() throws Exception {
        assertThat(patched("{'a':'foo'}", "null")).isEqualTo(json("{}"));
    }

    private static ObjectNode patched(String target, String patch) throws Exception {
        ObjectNode before = (ObjectNode) json("{\"x\":" + target.replace('\'', '"') + "}");
        ObjectNode change = (ObjectNode) json("{\"x\":" + patch.replace('\'', '"') + "}");
        ObjectNode copy = before.deepCopy();
        ObjectNode copyOfChange = change.deepCopy();
        ObjectNode result = MergePatch.apply(before, change);
        assertThat(before).as("the target stays as it is").isEqualTo(copy);
        assertThat(change).as("so does the patch").isEqualTo(copyOfChange);
        return result;
    }

    @Test
    void keepsTheOrderOfFieldsAndAddsNewOnesBehind() throws Exception {
        ObjectNode result = MergePatch.apply((ObjectNode) json("{\"name\":\"a\",\"vlan\":1,\"mtu\":9}"), (ObjectNode)
                json("{\"new\":1,\"vlan\":2}"));
        assertThat(result.toString()).isEqualTo("{\"name\":\"a\",\"vlan\":2,\"mtu\":9,\"new\":1}");
    }
}
