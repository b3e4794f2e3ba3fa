package io.tapswitch.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A switch with ports in memory, and a browser to look at it. */
abstract class PageFixture extends ApiFixture {
    /** Every view, with what it has; {@code web1} and {@code blue} have to be there. */
    static final List<View> VIEWS = List.of(
            new View("ports", "Ports"),
            new View("ports/web1", "Ports"),
            new View("networks", "Networks"),
            new View("networks/blue", "blue"),
            new View("hosts", "Hosts"),
            new View("drops", "Drops"),
            new View("events", "Events"),
            new View("mirrors", "Mirrors"),
            new View("status", "Status"),
            new View("overview", "Overview"));

    static PageBrowser browser;

    /** @param address behind the {@code #/} */
    record View(String address, String heading) {}

    @BeforeAll
    static void open() {
        browser = PageBrowser.open();
    }

    @AfterAll
    static void quit() {
        if (browser != null) {
            browser.close();
        }
    }

    void enter() throws IOException {
        enter(tcpPort());
    }

    /** The same by another port that leads to the one of the switch. */
    void enter(int port) throws IOException {
        browser.visit(port);
        logIn();
        browser.await("h1", "Overview");
    }

    void logIn() throws IOException {
        browser.logIn(Files.readString(stateDir().resolve("token")).strip());
    }

    void makePort(String name, String network) {
        post(PORTS, "{\"name\":\"" + name + "\",\"type\":\"memory\",\"network\":\"" + network + "\"}")
                .expect(201);
    }

    static String script(String name) throws IOException {
        try (InputStream in = PageFixture.class.getResourceAsStream("/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
