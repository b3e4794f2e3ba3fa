package io.tapswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LinkMonitorIT {
    private TestNamespace namespace;
    private LinkMonitor monitor;

    @BeforeAll
    static void needsRoot() {
        Privileges.assumeRootAndTun();
    }

    @BeforeEach
    void subscribe() throws IOException {
        namespace = new TestNamespace();
        namespace.ip("link add a0 type veth peer name a1");
        namespace.ip("link add br0 type bridge");
        monitor = NetworkNamespace.call(namespace.name(), LinkMonitor::new);
    }

    @AfterEach
    void close() {
        monitor.close();
        namespace.close();
    }

    private int index(String name) {
        return namespace.link(name).path("ifindex").asInt();
    }

    private List<LinkMonitor.Event> events() throws IOException {
        List<LinkMonitor.Event> events = new ArrayList<>();
        for (LinkMonitor.Event event = monitor.next(); event != null; event = monitor.next()) {
            events.add(event);
        }
        return events;
    }

    private LinkMonitor.Event last() throws IOException {
        List<LinkMonitor.Event> events = events();
        return events.get(events.size() - 1);
    }

    @Test
    void tellsOfEveryInterfaceThatAppearsAndGoes() throws Exception {
        assertThat(events()).isEmpty();
        namespace.ip("link add b0 type veth peer name b1");
        int index = index("b0");
        assertThat(events())
                .anySatisfy(event -> assertThat(event.link().name()).isEqualTo("b0"))
                .anySatisfy(event -> assertThat(event.link().name()).isEqualTo("b1"));
        namespace.ip("link del b0");
        assertThat(events()).contains(new LinkMonitor.Event(index, null));
    }

    @Test
    void tellsOfTheOneThatItFollowsOnly() throws Exception {
        int index = index("a0");
        monitor.follow(index);
        namespace.ip("link set a1 up");
        namespace.ip("link add b0 type veth peer name b1");
        assertThat(events()).extracting(LinkMonitor.Event::index).allMatch(told -> told == index);
        namespace.ip("link set a0 up");
        assertThat(last().link().up()).isTrue();
        namespace.ip("link set a0 name renamed0");
        assertThat(last().link().name()).isEqualTo("renamed0");
    }

    @Test
    void tellsOfCarrierAndOfMembership() throws Exception {
        namespace.ip("link set a0 up");
        assertThat(last().link().carrier()).isFalse();
        namespace.ip("link set a1 up");
        assertThat(events())
                .anyMatch(event ->
                        event.link().name().equals("a0") && event.link().carrier());
        namespace.ip("link set a0 master br0");
        int bridge = index("br0");
        assertThat(events())
                .anyMatch(event ->
                        event.link().name().equals("a0") && event.link().master() == bridge);
    }

    /** A bridge tells of a member that leaves as if the interface were gone. */
    @Test
    void doesNotTakeLeavingABridgeForBeingGone() throws Exception {
        namespace.ip("link set a0 master br0");
        monitor.follow(index("a0"));
        events();
        namespace.ip("link set a0 nomaster");
        assertThat(events()).isNotEmpty().allSatisfy(event -> assertThat(event.link())
                .isNotNull());
    }

    @Test
    void tellsOfAnInterfaceThatMovesAwayAsGone() throws Exception {
        int index = index("a0");
        monitor.follow(index);
        try (TestNamespace other = new TestNamespace()) {
            namespace.ip("link set a0 netns " + other.name());
            assertThat(last()).isEqualTo(new LinkMonitor.Event(index, null));
        }
    }
}
