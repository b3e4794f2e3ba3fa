package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.overlay.OverlayDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Damaged documents: never a 5xx, and never a change unless the answer says that there was one. */
class FuzzTest extends ApiFixture {
    private static final long SEED = 20261121;
    private static final int ROUNDS = 1000;
    private static final List<String> ODD_VALUES = List.of(
            "null",
            "true",
            "-1",
            "0",
            "4096",
            "1.5",
            "1e400",
            "99999999999999999999",
            "\"\"",
            "\"x\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "[]",
            "[null]",
            "[[]]",
            "{}",
            "{\"\":{}}",
            "\"ff:ff:ff:ff:ff:ff\"",
            "\"all\"",
            "\"default\"");

    private static final List<String[]> REQUESTS = List.of(
            new String[] {
                "POST", NETWORKS, "{\"name\":\"blue\",\"vlan\":10,\"mtu\":1500,\"ageingSeconds\":5,\"maxLearned\":9}"
            },
            new String[] {
                "PATCH", NETWORKS + "/default", "{\"vlan\":11,\"vni\":11,\"mtu\":1400,\"forwardReserved\":true}"
            },
            new String[] {
                "POST",
                PORTS,
                "{\"name\":\"web1\",\"type\":\"memory\",\"trunk\":[\"green\"],\"flood\":{\"broadcast\":false},"
                        + "\"storm\":{\"multicast\":5},\"memory\":{},\"maxLearned\":3,\"state\":{},\"counters\":{}}"
            },
            new String[] {
                "PATCH", PORTS + "/fixed", "{\"network\":\"green\",\"enabled\":false,\"storm\":{\"broadcast\":3}}"
            },
            new String[] {"PUT", FDB + "/02:00:00:00:00:01", "{\"port\":\"fixed\",\"type\":\"static\"}"},
            new String[] {"POST", FDB + "/flush", "{\"port\":\"fixed\",\"type\":\"dynamic\"}"},
            new String[] {
                "PUT",
                CONFIG,
                "{\"networks\":[{\"name\":\"green\",\"vlan\":20}],\"ports\":[{\"name\":\"fixed\",\"type\":\"memory\"}],"
                        + "\"fdb\":[{\"network\":\"default\",\"mac\":\"02:00:00:00:00:02\",\"port\":\"fixed\"}]}"
            },
            new String[] {
                "PUT",
                CONFIG + "?dryRun=true",
                "{\"networks\":[{\"name\":\"green\",\"vni\":7,\"effectiveMtu\":1}],\"ports\":[{\"name\":\"far\",\"type\":"
                        + "\"vxlan\",\"network\":\"green\",\"trunk\":\"all\",\"vxlan\":{\"remote\":\"192.0.2.2\",\"local\":"
                        + "\"192.0.2.1\",\"port\":4789,\"dscp\":9,\"inheritTtl\":true,\"secretFile\":\"/s\"}}]}"
            });

    private static final List<String> READS = List.of(
            NETWORKS + "/blue/neighbours?after=10.0.0.1&limit=10&host=there",
            NETWORKS + "/blue/neighbours?after=fd00::1",
            NETWORKS + "/blue/fdb?after=02:00:00:00:00:01&limit=10&port=web1&type=extern",
            "/api/v1/hosts/there",
            "/api/v1/hosts/there/ports",
            "/api/v1/events?limit=10&kind=host-joined&host=there");

    private static final List<String> ODD_PARTS = List.of(
            "",
            "0",
            "9",
            "-1",
            "99999999999",
            "%00",
            "%ff",
            "%2f",
            "%25",
            "%c3%bc",
            "%f0%9f%90%99",
            ":",
            "::",
            "&",
            "=",
            "+",
            "a");

    private final Random random = new Random(SEED);
    private final FakeDirectory others = new FakeDirectory();

    @Override
    OverlayDirectory overlay() {
        return others;
    }

    @Test
    void damagedDocumentsDoNoHarm() {
        others.hosts = List.of();
        reset();
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String[] request = REQUESTS.get(random.nextInt(REQUESTS.size()));
            String body = random.nextInt(4) == 0 ? damagedText(request[2]) : damagedTree(request[2]);
            SwitchConfig before = service.config();
            int status = client().send(request[0], request[1], body).status();
            assertThat(status)
                    .as("round %s: %s %s %s", round, request[0], request[1], body)
                    .isLessThan(500);
            if (status >= 300) {
                refused++;
                assertThat(service.config()).as("round %s: %s", round, body).isEqualTo(before);
            } else if (!service.config().equals(before)) {
                reset();
            }
        }
        assertThat(refused).isBetween(ROUNDS / 4, ROUNDS - ROUNDS / 20);
    }

    @Test
    void damagedParametersDoNoHarm() {
        post(NETWORKS, "{\"name\":\"blue\",\"vni\":7}").expect(201);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String target = READS.get(random.nextInt(READS.size()));
            StringBuilder damaged = new StringBuilder(target);
            int start = "/api/v1/events?".length();
            for (int i = 0; i <= random.nextInt(3); i++) {
                int at = start + random.nextInt(damaged.length() - start);
                damaged.replace(at, at + random.nextInt(2), ODD_PARTS.get(random.nextInt(ODD_PARTS.size())));
            }
            int status = get(damaged.toString()).status();
            assertThat(status).as("round %s: %s", round, damaged).isLessThan(500);
            refused += status >= 400 ? 1 : 0;
        }
        assertThat(refused).isBetween(ROUNDS / 4, ROUNDS - ROUNDS / 20);
    }

    private void reset() {
        put(
                        CONFIG,
                        "{\"networks\":[{\"name\":\"green\",\"vlan\":20}],\"ports\":[{\"name\":\"fixed\",\"type\":\"memory\"}]}")
                .expect(200);
    }

    private String damagedText(String body) {
        StringBuilder text = new StringBuilder(body);
        for (int i = 0; i <= random.nextInt(3); i++) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(3)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.setCharAt(at, (char) (32 + random.nextInt(95)));
                default -> text.insert(at, (char) (random.nextInt(0x2000)));
            }
        }
        return text.toString();
    }

    private String damagedTree(String body) {
        JsonNode tree = parse(body);
        for (int i = 0; i <= random.nextInt(2); i++) {
            List<JsonNode> containers = new ArrayList<>();
            collect(tree, containers);
            damage(containers.get(random.nextInt(containers.size())));
        }
        return tree.toString();
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainerNode()) {
            containers.add(node);
            node.forEach(child -> collect(child, containers));
        }
    }

    private void damage(JsonNode container) {
        JsonNode value = parse(ODD_VALUES.get(random.nextInt(ODD_VALUES.size())));
        if (container instanceof ArrayNode array) {
            array.add(array.isEmpty() || random.nextBoolean() ? value : array.get(0));
        } else if (container instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            String name = names.isEmpty() || random.nextInt(6) == 0 ? "x" : names.get(random.nextInt(names.size()));
            if (random.nextInt(4) == 0) {
                object.remove(name);
            } else {
                object.set(name, value);
            }
        }
    }

    private static JsonNode parse(String json) {
        try {
            return ConfigReader.JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }
}
