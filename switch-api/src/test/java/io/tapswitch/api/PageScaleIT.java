package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.config.ConfigReader;
import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page with a thousand ports and a hundred thousand stations. */
@Timeout(120)
class PageScaleIT extends ApiFixture {
    private static final int PORTS_MADE = 1000;
    private static final int STATIONS = 100_000;
    private static final long FIRST_STATION = 0x0200_0000_0000L;

    @Test
    void staysQuickWithAThousandPortsAndAHundredThousandStations() throws IOException {
        try (PageBrowser browser = PageBrowser.open()) {
            fill();
            browser.visit(tcpPort());
            browser.logIn(Files.readString(stateDir().resolve("token")).strip());
            browser.awaitCount(".lamp", PORTS_MADE);
            browser.picture("scale-overview");
            browser.go("ports", "Ports");
            browser.awaitCount("main tbody tr", 50);
            browser.type("input[type=search]", "web999");
            browser.awaitCount("main tbody tr", 1);
            browser.go("networks/blue", "blue");
            browser.await("section[aria-labelledby=fdb] .pager", "1–100 of 100");
            browser.press("Next ›");
            browser.await("section[aria-labelledby=fdb] .pager", "101–200 of 100");
            browser.await("section[aria-labelledby=fdb] tbody tr", "02:00:00:00:00:64");
            browser.type("input[aria-label='Search the FDB']", "01:86:9f");
            browser.awaitCount("section[aria-labelledby=fdb] tbody tr", 1);
            browser.picture("scale-fdb");
            assertThat(longestTask(browser))
                    .as("ms that the page did not react")
                    .isLessThan(2000);
            browser.assertNoComplaints();
        }
    }

    /** The longest that the page keeps the browser busy in one go while ports come in anew. */
    private static long longestTask(PageBrowser browser) {
        browser.go("overview", "Overview");
        browser.awaitCount(".lamp", PORTS_MADE);
        browser.run("window.longest = 0; new PerformanceObserver((list) => list.getEntries().forEach("
                + "(e) => { window.longest = Math.max(window.longest, e.duration); })).observe({type: 'longtask'})");
        browser.run("performance.clearResourceTimings()");
        browser.awaitCondition("return performance.getEntriesByType('resource')"
                + ".filter((e) => e.name.endsWith('/api/v1/ports')).length > 1");
        return ((Number) browser.run("return window.longest")).longValue();
    }

    private void fill() throws IOException {
        ObjectNode config = object(get(CONFIG).body());
        ((ArrayNode) config.path("networks"))
                .addObject()
                .put("name", "blue")
                .put("vni", 100)
                .put("maxLearned", 200_000);
        ArrayNode ports = (ArrayNode) config.path("ports");
        for (int i = 0; i < PORTS_MADE; i++) {
            ports.addObject().put("name", "web" + i).put("type", "memory").put("network", "blue");
        }
        put(CONFIG, ConfigReader.JSON.writeValueAsString(config)).expect(200);
        makeLink();
        long[] stations =
                LongStream.range(0, STATIONS).map(i -> FIRST_STATION + i).toArray();
        service.putExtern("there", "blue", stations, false);
    }
}
