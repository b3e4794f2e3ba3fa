package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.netty.util.NetUtil;
import io.tapswitch.cluster.HostRecord.HostNetwork;
import io.tapswitch.cluster.LocalSwitch.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** To which hosts frames go, and why not to others. */
class LinkPlanTest {
    private static final HostNetwork BLUE = new HostNetwork(7, "blue");
    private static final HostNetwork RED = new HostNetwork(8, "red");
    private static final Self SELF = self("10.0.0.1", "fd00::1");

    private final List<Peer> peers = new ArrayList<>();

    private static List<byte[]> bytes(String... addresses) {
        return List.of(addresses).stream()
                .map(NetUtil::createByteArrayFromIpAddressString)
                .toList();
    }

    private static Self self(String... vteps) {
        return new Self("self", 1, "1", bytes(vteps), 4789, 1500, 1, true, HostRecord.Api.NONE);
    }

    private LinkPlanTest with(String name, int port, boolean encrypts, List<byte[]> vteps, HostNetwork... networks) {
        Peer peer = new Peer(name, 0);
        peer.accept(new HostRecord(
                name, 1, 1, 1, false, encrypts, port, 1500, 1, "1", vteps, List.of(networks), HostRecord.Api.NONE));
        peers.add(peer);
        return this;
    }

    private LinkPlan plan(Self self, HostNetwork... networks) {
        return LinkPlan.of(self, List.of(networks), peers);
    }

    @Test
    void linksHostsWithASharedNetworkByName() {
        with("b", 4789, true, bytes("10.0.0.3"), RED, BLUE);
        with("a", 4789, true, bytes("10.0.0.2"), BLUE);
        with("c", 4789, true, bytes("10.0.0.4"), new HostNetwork(9, "green"));

        LinkPlan plan = plan(SELF, BLUE, RED);

        assertThat(plan.links())
                .containsExactly(
                        new Link("a", "10.0.0.2", "10.0.0.1", Set.of("blue")),
                        new Link("b", "10.0.0.3", "10.0.0.1", Set.of("blue", "red")));
        assertThat(plan.misfits()).isEmpty();
        assertThat(plan(SELF).links()).isEmpty();
    }

    @Test
    void linksNeitherHostsThatLeftNorThoseThatDidNotDescribeThemselves() {
        peers.add(new Peer("unknown", 0));
        Peer left = new Peer("left", 0);
        left.accept(new HostRecord(
                "left",
                1,
                1,
                1,
                true,
                true,
                4789,
                1500,
                1,
                "1",
                bytes("10.0.0.3"),
                List.of(BLUE),
                HostRecord.Api.NONE));
        peers.add(left);

        assertThat(plan(SELF, BLUE).links()).isEmpty();
    }

    @Test
    void takesThisHostsFirstAddressOfAVersionThatBothHave() {
        with("four", 4789, true, bytes("10.0.0.2"), BLUE);
        with("six", 4789, true, bytes("fd00::2"), BLUE);
        with("both", 4789, true, bytes("fd00::3", "10.0.0.3"), BLUE);

        assertThat(plan(SELF, BLUE).links())
                .extracting(Link::host, Link::remote, Link::local)
                .containsExactly(
                        tuple("both", "10.0.0.3", "10.0.0.1"),
                        tuple("four", "10.0.0.2", "10.0.0.1"),
                        tuple("six", "fd00::2", "fd00::1"));
    }

    @Test
    void saysIfThereIsNoAddressOfAVersionThatBothHave() {
        with("six", 4789, true, bytes("fd00::2"), BLUE);
        with("none", 4789, true, List.of(), BLUE);

        LinkPlan plan = plan(self("10.0.0.1"), BLUE);

        assertThat(plan.links()).isEmpty();
        assertThat(plan.misfits()).containsOnlyKeys("six", "none");
        assertThat(plan.misfits().get("six")).contains("no address of the same version");
    }

    @Test
    void doesNotLinkAHostThatSaysToHaveTheAddressOfThisOne() {
        with("twin", 4789, true, bytes("10.0.0.1"), BLUE);
        with("other", 4789, true, bytes("10.0.0.2"), BLUE);

        LinkPlan plan = plan(SELF, BLUE);

        assertThat(plan.links()).extracting(Link::host).containsExactly("other");
        assertThat(plan.misfits()).containsOnlyKeys("twin");
        assertThat(plan.misfits().get("twin")).contains("has the address of this one");
    }

    @Test
    void saysIfPortsDifferAndDoesNotLink() {
        with("a", 8472, true, bytes("10.0.0.2"), BLUE);

        LinkPlan plan = plan(SELF, BLUE);

        assertThat(plan.links()).isEmpty();
        assertThat(plan.misfits().get("a")).contains("8472", "4789");
    }

    @Test
    void saysIfOnlyOneEncrypts() {
        with("a", 4789, false, bytes("10.0.0.2"), BLUE);

        assertThat(plan(SELF, BLUE).misfits().get("a")).contains("does not encrypt");
    }

    @Test
    void carriesNoNetworkWhoseNameOrNumberDiffers() {
        with("a", 4789, true, bytes("10.0.0.2"), BLUE, new HostNetwork(8, "green"));
        with("b", 4789, true, bytes("10.0.0.3"), new HostNetwork(9, "blue"));

        LinkPlan plan = plan(SELF, BLUE, RED);

        assertThat(plan.links()).containsExactly(new Link("a", "10.0.0.2", "10.0.0.1", Set.of("blue")));
        assertThat(plan.misfits()).containsOnlyKeys("a");
        assertThat(plan.misfits().get("a")).contains("VNI 8 is network green there and red here");
    }

    @Test
    void comparesManyNetworksOfManyHostsAtOnce() {
        HostNetwork[] many = IntStream.range(1, HostRecord.MOST_NETWORKS)
                .mapToObj(vni -> new HostNetwork(vni, "n" + vni))
                .toArray(HostNetwork[]::new);
        for (int i = 2; i < 102; i++) {
            with("h" + i, 4789, true, bytes("10.0.0." + i), many);
        }
        long begun = System.nanoTime();

        assertThat(plan(SELF, many).links()).hasSize(100).allSatisfy(link -> assertThat(link.networks())
                .hasSize(many.length));
        // Each with each would be 3 billion comparisons.
        assertThat(System.nanoTime() - begun).isLessThan(20_000_000_000L);
    }
}
