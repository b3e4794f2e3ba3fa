package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.Keys;

/** The page over time: events as they come, a switch that goes and comes back, people who log in and out, and its cost. */
@Timeout(120)
class PageLiveIT extends PageFixture {
    private static final String REQUESTS =
            "return performance.getEntriesByType('resource').filter((e) => e.name.includes('/api/')";
    private final int port = freeTcpPort();

    /** The same after a restart. */
    @Override
    String listenAddress() {
        return "127.0.0.1:" + port;
    }

    private static int freeTcpPort() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void happen(String subject) {
        events.add("port-up", subject, "port " + subject + ": up");
    }

    private static void awaitLive() {
        browser.await(".filters .mark", "live");
    }

    @Test
    void showsWhatHappensWhileItIsOpen() throws IOException {
        enter();
        browser.go("events", "Events");
        awaitLive();
        browser.run("window.said = 0; window.loadedOnce = true; new MutationObserver(() => window.said++)"
                + ".observe(document.getElementById('say'), {childList: true, characterData: true, subtree: true})");
        makePort("late", "default");
        browser.await("main tbody", "port late: added");
        for (int i = 0; i < 300; i++) {
            happen("busy" + i);
        }
        browser.await("main tbody", "port busy299: up");
        assertThat(browser.element("#say").getDomAttribute("aria-live")).isEqualTo("polite");
        browser.await("#say", "events, the last: port busy299: up");
        assertThat(((Number) browser.run("return window.said")).intValue()).isLessThanOrEqualTo(2);
        assertThat(browser.run("return window.loadedOnce")).isEqualTo(true);
        browser.assertNoComplaints();
    }

    @Test
    void saysThatTheSwitchIsGoneAndGoesOnWhereItWas() throws IOException {
        happen("before");
        try (CutWire wire = new CutWire(port)) {
            enter(wire.port());
            browser.go("events", "Events");
            awaitLive();
            wire.cut();
            browser.await(".offline", "does not answer");
            browser.await(".filters .mark", "connecting again");
            assertThat(browser.text("main tbody")).contains("port before: up");
            browser.picture("gone");
            browser.press("Sign out");
            browser.await(".offline", "You are still signed in");
            happen("meanwhile");
            wire.mend();
            browser.await("main tbody", "port meanwhile: up");
            awaitLive();
            browser.awaitCount(".offline", 0);
            assertThat(browser.text("main tbody").split("port before: up", -1)).hasSize(2);
            assertThat(browser.text("main tbody")).doesNotContain("missing");
        }
    }

    @Test
    void asksToSignInAgainAfterARestartAndSaysWhatItMissed() throws IOException {
        enter();
        browser.go("events", "Events");
        awaitLive();
        restart();
        browser.await("main", "the switch was restarted");
        browser.picture("ended");
        happen("new");
        logIn();
        browser.await("h1", "Events");
        browser.await("main tbody", "the daemon has been restarted");
        browser.await("main tbody", "port new: up");
    }

    @Test
    void asksForNothingWhileNobodyLooks() throws IOException, InterruptedException {
        try (CutWire wire = new CutWire(port)) {
            enter(wire.port());
            browser.await(".cards", "Latest events");
            List<Long> asked = new ArrayList<>();
            browser.hideWhile(() -> {
                pause(500);
                asked.add(wire.asked());
                happen("unseen");
                pause(1500);
                asked.add(wire.asked());
            });
            assertThat(asked.get(1)).isEqualTo(asked.get(0));
            browser.await(".cards", "port unseen: up");
            assertThat(wire.asked()).isGreaterThan(asked.get(1));
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void asksSeldomAndOnlyForWhatIsShownAndNew() throws IOException {
        enter();
        String unchanged = REQUESTS + " && e.name.endsWith('/ports') && e.responseStatus === 304).length";
        browser.awaitCondition(unchanged + " > 0");
        browser.run("performance.clearResourceTimings(); window.since = performance.now()");
        browser.awaitCondition(unchanged + " > 1");
        double perSecond =
                ((Number) browser.run(REQUESTS + ").length * 1000 / (performance.now() - window.since)")).doubleValue();
        assertThat(perSecond).isLessThan(3);
        browser.go("events", "Events");
        awaitLive();
        browser.run("performance.clearResourceTimings()");
        happen("one");
        browser.await("main tbody", "port one: up");
        pause(1000);
        assertThat(browser.run(REQUESTS + ").map((e) => e.name)")).isEqualTo(List.of());
        browser.go("networks", "Networks");
        post(NETWORKS, "{\"name\":\"red\"}").expect(201);
        browser.await("main tbody", "red");
    }

    @Test
    void leavesNoTraceOfTheCodeThatLetsIn() throws IOException {
        String code =
                post("/api/v1/login-codes", "").expect(200).body().path("code").asText();
        browser.visit(port);
        browser.open("#code=" + code);
        browser.await("h1", "Overview");
        assertThat(browser.history())
                .contains("http://127.0.0.1:" + port + "/#/")
                .noneMatch(address -> address.contains(code));
        assertThat((String) browser.run("return location.href + document.cookie + JSON.stringify({...localStorage})"
                        + "+ JSON.stringify({...sessionStorage})"
                        + "+ performance.getEntriesByType('resource').map((e) => e.name).join(' ')"))
                .doesNotContain(code);
        assertThat(get("/api/v1/events").body().toString()).doesNotContain("login-failed");
        browser.visit(port);
        browser.open("#code=" + code);
        browser.await("#token-wrong", "was used");
        assertThat(browser.history()).noneMatch(address -> address.contains(code));
    }

    @Test
    void takesACodeWhereThePageIsOpenAlready() {
        String code =
                post("/api/v1/login-codes", "").expect(200).body().path("code").asText();
        browser.visit(port);
        browser.element("#token");
        browser.run("location.hash = '#code=" + code + "'");
        browser.await("h1", "Overview");
        assertThat(browser.history()).noneMatch(address -> address.contains(code));
        browser.assertNoComplaints();
    }

    @Test
    void signsOut() throws IOException {
        makePort("web1", "default");
        enter();
        browser.await("#picture", "web1");
        browser.press("Sign out");
        browser.awaitFocus("token");
        assertThat(browser.text("body")).doesNotContain("web1");
        assertThat(browser.run("const asked = new XMLHttpRequest(); asked.open('GET', '/api/v1/ports', false);"
                        + "asked.send(); return asked.status"))
                .isEqualTo(401L);
        browser.open("#/ports");
        browser.element("#token");
        assertThat(browser.text("body")).doesNotContain("web1");
    }

    @Test
    void reachesEverythingByTheTabKey() throws IOException {
        post(NETWORKS, "{\"name\":\"blue\",\"vni\":100}").expect(201);
        makePort("web1", "blue");
        enter();
        String keys = script("page-keys.js");
        Map<String, Object> faults = new LinkedHashMap<>();
        for (View view : VIEWS) {
            browser.go(view.address(), view.heading());
            browser.element("main td, main .tile, main .none, main .empty");
            int all = ((Number) browser.run(keys)).intValue();
            browser.press(Keys.TAB, all + 4);
            faults.put(view.address(), browser.run("return window.tabFaults()"));
        }
        assertThat(faults.values()).allSatisfy(none -> assertThat(none).isEqualTo(List.of()));
    }

    @Test
    void keepsTheFocusInADialogAndGivesItBack() throws IOException {
        enter();
        browser.press("Add port");
        browser.awaitFocus("f-name");
        browser.run("window.strayed = 0; document.addEventListener('focusin', (e) => {"
                + " window.strayed += e.target.closest('dialog') ? 0 : 1; })");
        browser.press(Keys.TAB, 30);
        assertThat(browser.run("return window.strayed")).isEqualTo(0L);
        browser.press(Keys.ESCAPE, 1);
        browser.awaitCount("dialog", 0);
        browser.awaitCondition("return document.activeElement.textContent === 'Add port'");
    }

    @Test
    void saysInEachEmptyViewWhatToDoNext() throws IOException {
        enter();
        Map<String, String> next = new LinkedHashMap<>();
        next.put("overview", "“Add port” makes the first");
        next.put("ports", "“Add port” makes the first");
        next.put("networks", "none yet");
        next.put("networks/default", "appears with the first frame");
        next.put("hosts", "--cluster-name");
        next.put("drops", "No frame has been dropped");
        next.put("mirrors", "needs a port first");
        for (Map.Entry<String, String> view : next.entrySet()) {
            browser.go(view.getKey(), "");
            browser.await("main", view.getValue());
            browser.picture("empty-" + view.getKey().replace('/', '-'));
        }
        browser.assertNoComplaints();
    }
}
