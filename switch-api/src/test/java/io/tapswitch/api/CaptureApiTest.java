package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.Burst;
import io.vertx.core.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CaptureApiTest extends ApiFixture {
    private static final String CAPTURE = PORTS + "/web1/capture";
    private static final byte[] GOOD = Frames.ethernet(MacAddress.BROADCAST, 0x0200_0000_000aL, 46);
    private static final byte[] BAD = Frames.ethernet(MacAddress.BROADCAST, 0, 46);

    private final Frame frame = new Frame();

    @BeforeEach
    void ports() {
        makePort("web1");
        makePort("web2");
    }

    private void send(String port, byte[] bytes) {
        frame.set(bytes);
        Burst burst = new Burst(0).begin(System.nanoTime());
        memory.port(port).inject(frame, burst);
        burst.end();
    }

    /** The answer to a request that ends by itself, while frames of both kinds pass. */
    private HttpTestClient.Answer capture(String target) throws InterruptedException {
        Future<HttpTestClient.Answer> answer = client().sendLater("GET", target, null, null);
        while (!answer.isComplete()) {
            send("web1", GOOD);
            send("web1", BAD);
            Thread.sleep(5);
        }
        return HttpTestClient.await(answer).expect(200);
    }

    @Test
    void givesThePortsFramesAsPcapngUntilThereAreEnough() throws Exception {
        HttpTestClient.Answer answer = capture(CAPTURE + "?count=4");
        assertThat(answer.headers().get("Content-Type")).isEqualTo("application/x-pcapng");
        assertThat(answer.text())
                .startsWith("\n\r\r\n")
                .contains("TapSwitch 0.0.1", "web1", "drop: invalid-source - the source address is zero");
        assertThat(answer.text().split("drop: ", -1)).hasSize(3);
    }

    @Test
    void givesOnlyWhatIsAskedFor() throws Exception {
        assertThat(capture(CAPTURE + "?count=4&dropped=true").text().split("drop: ", -1))
                .hasSize(5);
        assertThat(capture(CAPTURE + "?count=4&filter=ether%20src%2002:00:00:00:00:0a")
                        .text())
                .doesNotContain("drop: ");
        assertThat(capture(PORTS + "/web2/capture?count=4&direction=egress&snapLength=14")
                        .text())
                .contains("web2")
                .hasSizeLessThan(1200);
    }

    @Test
    void givesTheNetworksFramesWithAnInterfaceForEachPort() throws Exception {
        assertThat(capture(NETWORKS + "/default/capture?count=2&filter=broadcast")
                        .text())
                .contains("network default", "web1");
    }

    @Test
    void endsWhenTimeIsOverAndWhenThePortIsGone() throws Exception {
        get(CAPTURE + "?seconds=1").expect(200);
        Future<HttpTestClient.Answer> answer = client().sendLater("GET", CAPTURE, null, null);
        while (!answer.isComplete()) {
            delete(PORTS + "/web1");
            Thread.sleep(10);
            if (!answer.isComplete()) {
                makePort("web1");
            }
        }
        assertThat(HttpTestClient.await(answer).status()).isIn(200, 404);
    }

    @Test
    void goesByTheNameOfThisHostAsWell() throws Exception {
        assertThat(capture("/api/v1/hosts/here/ports/web1/capture?count=1").text())
                .contains("web1");
        assertThat(get("/api/v1/hosts/there/ports/web1/capture").detail()).contains("host 'there' cannot be asked");
    }

    @Test
    void saysWhatIsWrong() {
        get(PORTS + "/none/capture").expectProblem(404, "not-found");
        get(NETWORKS + "/none/capture").expectProblem(404, "not-found");
        assertThat(get(CAPTURE + "?filter=port+http")
                        .expectProblem(400, "malformed")
                        .detail())
                .contains("has 'http' at character 6");
        assertThat(get(CAPTURE + "?reason=odd").expectProblem(400, "malformed").field())
                .isEqualTo("reason");
        assertThat(get(CAPTURE + "?snapLength=1").expectProblem(422, "invalid").field())
                .isEqualTo("snapLength");
        assertThat(get(CAPTURE + "?direction=up")
                        .expectProblem(400, "malformed")
                        .field())
                .isEqualTo("direction");
        assertThat(get(NETWORKS + "/default/capture?direction=egress")
                        .expectProblem(422, "invalid")
                        .detail())
                .contains("capture a port");
        assertThat(get(CAPTURE + "?reason=locked&direction=egress")
                        .expectProblem(422, "invalid")
                        .field())
                .isEqualTo("reason");
        get(CAPTURE + "?odd=1").expectProblem(400, "malformed");
    }
}
