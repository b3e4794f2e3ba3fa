package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.frame.Frame;
import io.tapswitch.overlay.OverlayDirectory;
import io.tapswitch.port.Burst;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The page, as an operator uses it: in a browser, against a switch whose ports are in memory. */
@Timeout(120)
class PageIT extends PageFixture {
    private final ScheduledExecutorService traffic = Executors.newSingleThreadScheduledExecutor();

    @Override
    OverlayDirectory overlay() {
        return new FakeDirectory();
    }

    @BeforeEach
    void makeNetworks() {
        post(NETWORKS, "{\"name\":\"blue\",\"vlan\":10,\"vni\":100}").expect(201);
        makePort("web1", "blue");
        makePort("web2", "blue");
        makePort("db1", "default");
    }

    @AfterEach
    void silence() {
        traffic.shutdownNow();
    }

    /** Frames from web1 to web2, and runts. */
    private void talk() {
        traffic.scheduleAtFixedRate(
                () -> {
                    memory.port("web2").take();
                    inject("web1", frame(1, 2));
                    inject("web1", frame(1, 2));
                    inject("web2", frame(2, 1));
                    inject("web2", new byte[6]);
                },
                0,
                10,
                TimeUnit.MILLISECONDS);
    }

    private void inject(String port, byte[] bytes) {
        Frame frame = new Frame();
        frame.set(bytes);
        memory.port(port).inject(frame, new Burst(0).begin(System.nanoTime()));
    }

    private static byte[] frame(int source, int destination) {
        byte[] bytes = new byte[1000];
        bytes[0] = 2;
        bytes[5] = (byte) destination;
        bytes[6] = 2;
        bytes[11] = (byte) source;
        bytes[12] = 8;
        return bytes;
    }

    @Test
    void letsInByTokenOnly() throws IOException {
        browser.visit(tcpPort());
        browser.logIn("guess");
        browser.await("#token-wrong", "token");
        browser.awaitFocus("token");
        assertThat(browser.text("body")).doesNotContain("web1");
        browser.picture("login");
        browser.logIn(Files.readString(stateDir().resolve("token")).strip());
        browser.await("h1", "Overview");
        browser.await("#picture", "web1");
    }

    @Test
    void addsAMirrorToTheRemoteVtepThatIsShown() throws IOException {
        post(
                        PORTS,
                        "{\"name\":\"far\",\"type\":\"vxlan\",\"network\":\"blue\",\"vxlan\":{\"remote\":\"127.0.0.9\",\"port\":"
                                + freeUdpPort() + "}}")
                .expect(201);
        enter();
        browser.go("mirrors", "Mirrors");
        browser.press("Add mirror");
        browser.type("#f-name", "look");
        browser.choose("[name='@to']", "vxlan");
        browser.type("#f-to-vni", "9000" + Keys.ENTER);
        browser.await("main table", "look");
        JsonNode mirror = get("/api/v1/mirrors/look").expect(200).body();
        assertThat(mirror.at("/to/port").asText()).isEqualTo("far");
        assertThat(mirror.at("/to/vni").asInt()).isEqualTo(9000);
        browser.assertNoComplaints();
    }

    @Test
    void addsAPort() throws IOException {
        enter();
        Path socket = directory.resolve("vm1.sock");
        browser.press("Add port");
        browser.awaitFocus("f-name");
        browser.type("#f-name", "vm1");
        browser.choose("#f-type", "stream");
        browser.choose("#f-network", "blue");
        browser.type("#f-stream-listen", "unix:" + socket + Keys.ENTER);
        browser.await("#drawer-title", "vm1");
        browser.await(".drawer", "waits for a connection");
        JsonNode port = get(PORTS + "/vm1").expect(200).body();
        assertThat(port.path("network").asText()).isEqualTo("blue");
        assertThat(port.at("/stream/listen").asText()).isEqualTo("unix:" + socket);
        browser.assertNoComplaints();
    }

    @Test
    void changesAndRemovesAPort() throws IOException {
        enter();
        browser.go("ports/web1", "Ports");
        browser.press("Disable");
        browser.await(".drawer .facts", "disabled");
        assertThat(get(PORTS + "/web1").body().path("enabled").asBoolean()).isFalse();
        browser.press("Change");
        browser.choose("#f-network", "default");
        browser.click("dialog summary");
        browser.click("#f-isolated");
        browser.press("Save");
        browser.await(".drawer .facts", "isolated");
        JsonNode changed = get(PORTS + "/web1").body();
        assertThat(changed.path("network").asText()).isEqualTo("default");
        assertThat(changed.path("isolated").asBoolean()).isTrue();
        assertThat(changed.path("enabled").asBoolean()).isFalse();
        browser.press("Remove");
        browser.click("dialog button.danger");
        browser.awaitCount("#row-web1", 0);
        get(PORTS + "/web1").expect(404);
        browser.assertNoComplaints();
    }

    @Test
    void showsTheApisOwnWordsAtTheFieldThatIsWrong() throws IOException {
        enter();
        browser.press("Add port");
        browser.choose("#f-type", "stream");
        browser.type("#f-name", "Not a name" + Keys.ENTER);
        String words = post(PORTS, "{\"name\":\"Not a name\",\"type\":\"memory\"}")
                .expect(422)
                .body()
                .path("detail")
                .asText();
        browser.await("#f-name-wrong", words);
        assertThat(browser.element("#f-name").getDomAttribute("aria-invalid")).isEqualTo("true");
        assertThat(browser.element("#f-name").getDomAttribute("aria-describedby"))
                .contains("f-name-wrong");
        browser.awaitFocus("f-name");
        browser.picture("error");
        browser.element("#f-name").sendKeys(Keys.ESCAPE);
        browser.awaitCount("dialog", 0);
        browser.go("networks", "Networks");
        browser.press("Add network");
        browser.type("#f-name", "red");
        browser.type("#f-vlan", "9999" + Keys.ENTER);
        browser.await("#f-vlan-wrong", "4094");
        get(NETWORKS + "/red").expect(404);
    }

    @Test
    void addsAndRemovesANetwork() throws IOException {
        enter();
        browser.go("networks", "Networks");
        browser.press("Add network");
        browser.type("#f-name", "red");
        browser.type("#f-vlan", "30" + Keys.ENTER);
        browser.await("h1", "red");
        assertThat(get(NETWORKS + "/red").expect(200).body().path("vlan").asInt())
                .isEqualTo(30);
        browser.press("Remove");
        browser.click("dialog button.danger");
        browser.await("h1", "Networks");
        get(NETWORKS + "/red").expect(404);
    }

    @Test
    void showsTrafficAndDropsAsTheyHappen() throws IOException {
        enter();
        talk();
        browser.element(".tile[href='#/ports/web1'] .busy-2");
        browser.element(".tile[href='#/ports/web1'] .area");
        browser.await(".sums", "bit/s");
        browser.element(".tile[href='#/ports/web2'] .dropping");
        browser.go("drops", "Drops");
        browser.await("tbody tr.hot", "runt");
        browser.await("tbody tr.hot", "shorter than its Ethernet header");
        browser.go("ports/web1", "Ports");
        browser.await(".drawer", "02:00:00:00:00:01");
        browser.go("networks/blue", "blue");
        browser.awaitCount("section[aria-labelledby=fdb] tbody tr", 2);
        browser.type("input[aria-label='Search the FDB']", "00:02");
        browser.awaitCount("section[aria-labelledby=fdb] tbody tr", 1);
        browser.await("section[aria-labelledby=fdb] tbody", "web2");
        browser.assertNoComplaints();
    }

    /** Every view, in both themes, on a large screen and on a phone; with what everybody needs to use it. */
    @Test
    void isLegibleAndUsableInEveryView() throws IOException {
        makeLink();
        memory.port("db1").fail(new IOException("the cable is cut"));
        post(
                        "/api/v1/mirrors",
                        "{\"name\":\"look\",\"port\":\"web1\",\"to\":{\"file\":\"look.pcapng\"},\"seconds\":600}")
                .expect(201);
        enter();
        talk();
        String check = script("page-check.js");
        List<Object> faults = new ArrayList<>();
        for (View view : VIEWS) {
            browser.go(view.address(), view.heading());
            if (view.address().equals("status")) {
                browser.press("Look for trouble");
                browser.await("main", "Look again");
            }
            for (String scheme : List.of("light", "dark")) {
                for (int width : new int[] {1280, 360}) {
                    browser.show(width, 900, scheme);
                    browser.element("main td, main .tile");
                    faults.addAll((List<?>) browser.run(check, width + " " + scheme + " " + view.address()));
                    browser.picture(view.address().replace('/', '-') + "-" + width + "-" + scheme);
                }
            }
            browser.show(1280, 900, "light");
        }
        assertThat(faults).isEmpty();
        browser.assertNoComplaints();
    }

    @Test
    void needsNoMouse() throws IOException {
        enter();
        browser.go("ports", "Ports");
        WebElement row = browser.element("#row-web2");
        row.sendKeys(Keys.ENTER);
        browser.await("#drawer-title", "web2");
        browser.awaitFocus("drawer-title");
        browser.element("#drawer-title").sendKeys(Keys.ESCAPE);
        browser.awaitCount(".drawer", 0);
        browser.awaitFocus("row-web2");
    }
}
