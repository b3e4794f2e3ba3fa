package io.tapswitch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyValuesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "mtu=9000                     | {'mtu':9000}",
                "maxLearned=null              | {'maxLearned':null}",
                "learning=false               | {'learning':false}",
                "flood.broadcast=false        | {'flood':{'broadcast':false}}",
                "tap={'mtu':9000}             | {'tap':{'mtu':9000}}",
                "a.b.c=1                      | {'a':{'b':{'c':1}}}",
                "trunk=blue,red               | {'trunk':['blue','red']}",
                "trunk=blue                   | {'trunk':['blue']}",
                "trunk=                       | {'trunk':[]}",
                "trunk=all                    | {'trunk':'all'}",
                "trunk=null                   | {'trunk':null}",
                "trunk=['blue']               | {'trunk':['blue']}",
                "tap.addresses=10.0.0.1/24    | {'tap':{'addresses':['10.0.0.1/24']}}",
                "tap.addresses=::1/64,1.2.3.4 | {'tap':{'addresses':['::1/64','1.2.3.4']}}",
                "tap.owner=1000               | {'tap':{'owner':'1000'}}",
                "tap.owner='1000'             | {'tap':{'owner':'1000'}}",
                "tap.owner=null               | {'tap':{'owner':null}}",
                "network=10                   | {'network':'10'}",
                "network=true                 | {'network':'true'}",
                "tap.mac=52:54:00:12:34:56    | {'tap':{'mac':'52:54:00:12:34:56'}}",
                "x=a=b                        | {'x':'a=b'}",
                "x=                           | {'x':''}",
                "x=1 2                        | {'x':'1 2'}",
                "x=NaN                        | {'x':'NaN'}",
            })
    void readsAWord(String word, String patch) {
        assertThat(KeyValues.patch(List.of(word.replace('\'', '"'))).toString()).isEqualTo(patch.replace('\'', '"'));
    }

    @Test
    void mergesWordsOfOneSection() {
        assertThat(KeyValues.patch(List.of("flood.broadcast=false", "mtu=1", "flood.multicast=true"))
                        .toString())
                .isEqualTo("{\"flood\":{\"broadcast\":false,\"multicast\":true},\"mtu\":1}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "mtu", "=1", ".mtu=1", "mtu.=1", "a..b=1", "a b=1", " =1"})
    void refusesWhatIsNotKeyAndValue(String word) {
        assertThatThrownBy(() -> KeyValues.patch(List.of(word)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not KEY=VALUE");
    }

    @ParameterizedTest
    @CsvSource({"mtu=1, mtu=2", "tap=1, tap.mtu=2", "tap.mtu=2, tap=1", "tap.mtu=1, tap.mtu=1"})
    void refusesAFieldThatIsGivenTwice(String first, String second) {
        assertThatThrownBy(() -> KeyValues.patch(List.of(first, second)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is given twice");
    }
}
