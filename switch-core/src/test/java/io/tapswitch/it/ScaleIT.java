package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.PortView;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.linux.Privileges;
import io.tapswitch.linux.RawSocket;
import io.tapswitch.port.PortCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@NeedsTap
class ScaleIT {
    private static final int PORTS = 200;

    @Test
    void attachesAndRemovesTwoHundredPorts() throws Exception {
        try (TestSwitch net = new TestSwitch();
                TestHost host = new TestHost()) {
            List<String> openBefore = Privileges.openFiles();
            List<PortConfig> ports = IntStream.range(0, PORTS)
                    .mapToObj(i -> net.config("p" + i, host, "tap: {interface: t" + i + "}"))
                    .toList();
            long begin = System.nanoTime();
            ports.forEach(port -> net.apply(config -> config.with(port)));
            long attached = System.nanoTime();
            assertThat(net.service().ports()).hasSize(PORTS).allMatch(port -> port.status() == PortView.Status.UP);
            assertThat(host.interfaces()).hasSize(PORTS);

            broadcast(net, host);

            long removing = System.nanoTime();
            ports.forEach(port -> net.apply(config -> config.withoutPort(port.name())));
            long removed = System.nanoTime();
            System.out.printf(
                    "ScaleIT: %d ports attached in %d ms, removed in %d ms%n",
                    PORTS, (attached - begin) / 1_000_000, (removed - removing) / 1_000_000);
            assertThat(net.service().ports()).isEmpty();
            assertThat(host.interfaces()).isEmpty();
            assertThat(Privileges.openFiles()).isEqualTo(openBefore);
        }
    }

    @Test
    void attachesAndRemovesThemInOneStep() {
        try (TestSwitch net = new TestSwitch();
                TestHost host = new TestHost()) {
            List<String> openBefore = Privileges.openFiles();
            List<PortConfig> ports = IntStream.range(0, PORTS)
                    .mapToObj(i -> net.config("p" + i, host, "tap: {interface: t" + i + "}"))
                    .toList();
            net.apply(config -> new SwitchConfig(config.networks(), ports, config.fdb(), config.mirrors()));
            assertThat(host.interfaces()).hasSize(PORTS);
            net.apply(config -> new SwitchConfig(config.networks(), List.of(), config.fdb(), config.mirrors()));
            assertThat(host.interfaces()).isEmpty();
            assertThat(Privileges.openFiles()).isEqualTo(openBefore);
        }
    }

    private static void broadcast(TestSwitch net, TestHost host) throws Exception {
        List<RawSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < PORTS; i++) {
                sockets.add(host.socket("t" + i));
            }
            for (int from : new int[] {0, 1, PORTS - 1}) {
                TestFrame frame = TestFrame.of(MacAddress.BROADCAST, 0x0200_0000_0100L + from);
                sockets.get(from).send(frame.bytes());
                PortCounters counters = net.service().port("p" + from).counters();
                Await.until("flooded", 5, () -> counters.sum(PortCounters.FLOODED) == 1);
                for (int to = 0; to < PORTS; to++) {
                    assertThat(framesOfATest(sockets.get(to)))
                            .as("from t%d to t%d", from, to)
                            .isEqualTo(to == from ? List.of() : List.of(frame));
                }
            }
        } finally {
            sockets.forEach(RawSocket::close);
        }
    }

    private static List<TestFrame> framesOfATest(RawSocket socket) throws Exception {
        List<TestFrame> frames = new ArrayList<>();
        for (byte[] bytes = socket.receive(); bytes != null; bytes = socket.receive()) {
            TestFrame frame = TestFrame.received(bytes);
            if (frame.isOfATest()) {
                frames.add(frame);
            }
        }
        return frames;
    }
}
