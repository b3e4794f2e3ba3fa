package io.tapswitch.it.cluster;

import java.util.List;

/** What of the underlay's traffic a cut takes, as selectors of {@code ip rule}. */
enum Traffic {
    ALL(""),
    /** What hosts tell each other through the directory. */
    HAZELCAST(" ipproto tcp sport 5701", " ipproto tcp dport 5701"),
    /** Frames between VTEPs, and their keepalive. */
    VXLAN(" ipproto udp dport 4789");

    private final List<String> selectors;

    Traffic(String... selectors) {
        this.selectors = List.of(selectors);
    }

    List<String> selectors() {
        return selectors;
    }
}
