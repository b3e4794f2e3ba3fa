package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tapswitch.client.ApiClient;
import io.tapswitch.client.ApiException;
import io.tapswitch.client.ApiResponse;
import io.tapswitch.client.api.ConfigApi;
import io.tapswitch.client.api.FdbApi;
import io.tapswitch.client.api.NetworksApi;
import io.tapswitch.client.api.PortsApi;
import io.tapswitch.client.api.StatusApi;
import io.tapswitch.client.model.Config;
import io.tapswitch.client.model.ConfigChange;
import io.tapswitch.client.model.FdbEntry;
import io.tapswitch.client.model.FdbPage;
import io.tapswitch.client.model.Flood;
import io.tapswitch.client.model.Flush;
import io.tapswitch.client.model.Network;
import io.tapswitch.client.model.Port;
import io.tapswitch.client.model.PortState;
import io.tapswitch.client.model.Problem;
import io.tapswitch.client.model.StaticEntry;
import io.tapswitch.client.model.StreamSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client that a generator made of {@code openapi.yaml} does with the daemon what a person would want to do by it. */
class GeneratedClientTest extends ApiFixture {
    private static final String MAC = "02:00:00:00:00:01";

    private NetworksApi networks;
    private PortsApi ports;
    private FdbApi fdb;
    private ConfigApi config;
    private ApiClient client;

    @BeforeEach
    void makeClient() throws IOException {
        String token = Files.readString(stateDir().resolve("token")).strip();
        client = new ApiClient();
        client.updateBaseUri("http://127.0.0.1:" + tcpPort());
        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
        networks = new NetworksApi(client);
        ports = new PortsApi(client);
        fdb = new FdbApi(client);
        config = new ConfigApi(client);
    }

    /** A port that waits for somebody: it needs no privileges. */
    private Port port(String name) {
        String address = "unix:" + directory.resolve(name + ".sock");
        return new Port().name(name).type(Port.TypeEnum.STREAM).stream(new StreamSettings().listen(address));
    }

    @Test
    void readsTheStatus() throws Exception {
        StatusApi status = new StatusApi(client);
        assertThat(status.showStatus().getName()).isEqualTo("here");
        assertThat(status.showStatus().getStartedAt()).isNotNull();
        assertThat(Files.readString(status.describe().toPath())).startsWith("openapi: 3.1");
    }

    @Test
    void makesChangesAndDeletesNetworksAndPorts() throws ApiException {
        assertThat(networks.createNetwork(new Network().name("blue").vlan(10)).getMtu())
                .isEqualTo(1500);
        Port made = ports.createPort(
                port("web1").network("blue").trunk(List.of("blue")).flood(new Flood().broadcast(false)));
        assertThat(made.getNetwork()).isEqualTo("blue");
        assertThat(made.getTrunk()).isEqualTo(List.of("blue"));
        assertThat(made.getFlood().getBroadcast()).isFalse();
        assertThat(made.getFlood().getMulticast()).isTrue();
        assertThat(made.getState().getStatus()).isEqualTo(PortState.StatusEnum.WAITING);
        assertThat(made.getCounters().getRxBytes()).isZero();

        assertThat(ports.changePort("web1", Map.of("locked", true), null).getLocked())
                .isTrue();
        assertThat(ports.listPorts()).extracting(Port::getName).containsExactly("web1");
        ports.deletePort("web1", null);
        networks.deleteNetwork("blue", "*");
        assertThat(networks.listNetworks()).extracting(Network::getName).containsExactly("default");
    }

    @Test
    void learnsFromAProblemWhatIsWrong() throws Exception {
        ApiException refused = catchThrowableOfType(
                ApiException.class,
                () -> networks.createNetwork(new Network().name("blue").vlan(4095)));
        assertThat(refused.getCode()).isEqualTo(422);
        Problem problem = client.getObjectMapper().readValue(refused.getResponseBody(), Problem.class);
        assertThat(problem.getField()).isEqualTo("vlan");
        assertThat(problem.getType()).isEqualTo("urn:tapswitch:error:invalid");
    }

    @Test
    void doesNotOverwriteWhatSomebodyElseChanged() throws ApiException {
        ports.createPort(port("web1"));
        ApiResponse<Port> shown = ports.showPortWithHttpInfo("web1");
        String tag = shown.getHeaders().get("etag").get(0);
        ports.changePort("web1", Map.of("isolated", true), tag);
        ApiException refused = catchThrowableOfType(
                ApiException.class, () -> ports.changePort("web1", Map.of("isolated", false), tag));
        assertThat(refused.getCode()).isEqualTo(412);
        assertThat(ports.showPort("web1").getIsolated()).isTrue();
    }

    @Test
    void nailsStationsDownAndTurnsPages() throws ApiException {
        ports.createPort(port("web1"));
        FdbEntry entry = fdb.putFdbEntry("default", MAC, new FdbEntry().port("web1"), null);
        assertThat(entry.getType()).isEqualTo(io.tapswitch.client.model.FdbType.STATIC);
        fdb.putFdbEntry("default", "02:00:00:00:00:02", new FdbEntry().port("web1"), null);
        FdbPage page = fdb.listFdb("default", "web1", null, null, null, 1);
        assertThat(page.getTotal()).isEqualTo(2);
        assertThat(page.getEntries()).extracting(FdbEntry::getMac).containsExactly(MAC);
        FdbPage next = fdb.listFdb("default", null, null, null, page.getNext(), 1);
        assertThat(next.getEntries()).extracting(FdbEntry::getMac).containsExactly("02:00:00:00:00:02");
        assertThat(next.getNext()).isNull();
        fdb.deleteFdbEntry("default", MAC, null);
        assertThat(fdb.flushFdb("default", new Flush()).getFlushed()).isZero();
        assertThat(fdb.listFdb("default", null, null, null, null, null).getTotal())
                .isEqualTo(1);
    }

    @Test
    void appliesAWholeStateThatItHasComparedBefore() throws ApiException {
        ports.createPort(port("old"));
        Config wanted = new Config()
                .networks(List.of(new Network().name("blue").vlan(10)))
                .ports(List.of(port("web1").network("blue")))
                .fdb(List.of(new StaticEntry().network("blue").mac(MAC).port("web1")));
        ConfigChange change = config.replaceConfig(wanted, true, null);
        assertThat(change.getPorts().getAdded()).containsExactly("web1");
        assertThat(change.getPorts().getRemoved()).containsExactly("old");
        assertThat(ports.listPorts()).extracting(Port::getName).containsExactly("old");

        assertThat(config.replaceConfig(wanted, null, change.getBefore()).getChanged())
                .isTrue();
        Config shown = config.showConfig();
        assertThat(shown.getPorts()).extracting(Port::getName).containsExactly("web1");
        assertThat(config.replaceConfig(shown, null, change.getAfter()).getChanged())
                .isFalse();
        assertThat(catchThrowableOfType(ApiException.class, () -> config.replaceConfig(shown, null, change.getBefore()))
                        .getCode())
                .isEqualTo(412);

        shown.getPorts().get(0).setMaxLearned(5);
        ConfigChange again = config.replaceConfig(shown, true, null);
        assertThat(again.getPorts().getChanged().get(0).getFields().get(0).getField())
                .isEqualTo("maxLearned");
        assertThat(again.getPorts().getChanged().get(0).getFields().get(0).getTo())
                .isEqualTo(5);
    }
}
