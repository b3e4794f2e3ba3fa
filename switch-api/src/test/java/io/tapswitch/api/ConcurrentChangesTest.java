package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConcurrentChangesTest extends ApiFixture {
    @Test
    void ofManyThatMakeTheSameOneDoes() throws IOException {
        List<Future<HttpTestClient.Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String port = "{\"name\":\"p" + i % 20 + "\",\"type\":\"memory\"}";
            answers.add(client().sendLater("POST", PORTS, Buffer.buffer(port), "application/json"));
            answers.add(client().sendLater("GET", PORTS, null, null));
        }
        HttpTestClient.await(Future.all(answers));
        List<Integer> statuses =
                answers.stream().map(answer -> answer.result().status()).toList();
        assertThat(statuses).filteredOn(status -> status == 201).hasSize(20);
        assertThat(statuses).filteredOn(status -> status == 409).hasSize(80);
        assertThat(statuses).filteredOn(status -> status == 200).hasSize(100);
        assertThat(get(PORTS).body()).hasSize(20);
        restart();
        assertThat(get(PORTS).body()).hasSize(20);
    }
}
