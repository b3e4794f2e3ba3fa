package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.MssClamp;
import io.tapswitch.frame.PacketTooBig;
import io.tapswitch.frame.WireFrame;
import io.tapswitch.linux.TapFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two hosts with an MTU of 1500, and a wire between them that takes less: what Linux makes of what it is told. */
@NeedsTap
class PathMtuIT {
    private static final int MTU = 1400;
    private static final long BULK = 4L << 20;
    private static final String ADDRESS = "10.86.0.";
    private static final String ADDRESS6 = "fd86::";

    private final TestHost first = new TestHost().enableIpv6();
    private final TestHost second = new TestHost().enableIpv6();
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
    private final AtomicInteger dropped = new AtomicInteger();
    private final AtomicInteger clamped = new AtomicInteger();
    private final List<TapFile> taps = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    private void wire(boolean answers, boolean clamps) throws IOException {
        TapFile one = tap(first, 1);
        TapFile other = tap(second, 2);
        for (Direction direction :
                List.of(new Direction(one, other, answers, clamps), new Direction(other, one, answers, clamps))) {
            Thread thread = new Thread(direction::carry);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    private TapFile tap(TestHost host, int number) throws IOException {
        TapFile tap = new TapFile(host.namespace(), TestPort.TAP);
        taps.add(tap);
        host.ip("address add " + ADDRESS + number + "/24 dev " + TestPort.TAP);
        host.ip("address add " + ADDRESS6 + number + "/64 dev " + TestPort.TAP + " nodad");
        host.ip("link set " + TestPort.TAP + " up");
        return tap;
    }

    /** Carries frames one way, and answers back. */
    private final class Direction {
        private final TapFile from;
        private final TapFile to;
        private final boolean answers;
        private final boolean clamps;
        private final Frame frame = new Frame();
        private final Frame answer = new Frame();
        private final PacketTooBig tooBig = new PacketTooBig();
        private final MssClamp clamp = new MssClamp();

        Direction(TapFile from, TapFile to, boolean answers, boolean clamps) {
            this.from = from;
            this.to = to;
            this.answers = answers;
            this.clamps = clamps;
        }

        void carry() {
            while (!closed) {
                try {
                    byte[] bytes = from.read(100);
                    if (bytes != null) {
                        pass(bytes);
                    }
                } catch (IOException | RuntimeException | AssertionError e) {
                    complaints.add(e.toString());
                }
            }
        }

        private void pass(byte[] bytes) throws IOException {
            frame.set(bytes);
            if (clamps && clamp.clamp(frame, MTU)) {
                clamped.incrementAndGet();
                WireFrame.check(frame.toByteArray());
            }
            if (frame.length() <= MTU + Frame.ETHERNET_HEADER) {
                write(to, frame);
                return;
            }
            dropped.incrementAndGet();
            if (answers && tooBig.answer(frame, MTU, answer)) {
                write(from, answer);
            }
        }

        private void write(TapFile tap, Frame sent) throws IOException {
            synchronized (tap) {
                tap.write(sent.toByteArray());
            }
        }
    }

    @AfterEach
    void close() throws InterruptedException {
        closed = true;
        for (Thread thread : threads) {
            thread.join(5000);
        }
        taps.forEach(TapFile::close);
        first.close();
        second.close();
        assertThat(complaints).isEmpty();
    }

    private static String address(boolean ipv4) {
        return (ipv4 ? ADDRESS : ADDRESS6) + 2;
    }

    private static boolean pings(TestHost from, boolean ipv4, int payload, String discovery) {
        try {
            String family = ipv4 ? "-4" : "-6";
            from.run("ping", family, "-q", "-c", "1", "-W", "2", "-M", discovery, "-s", "" + payload, address(ipv4));
            return true;
        } catch (AssertionError unanswered) {
            return false;
        }
    }

    private String route(boolean ipv4) {
        return first.ip("route get " + address(ipv4));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void makesTheHostRefuseWhatIsTooBig(boolean ipv4) throws Exception {
        wire(true, false);
        Await.until("the wire carries", 5, () -> pings(first, ipv4, 56, "do"));
        int largest = 1500 - headers(ipv4);
        assertThat(route(ipv4)).doesNotContain("mtu");
        assertThat(pings(first, ipv4, largest, "do")).isFalse();
        assertThat(route(ipv4)).contains("mtu " + MTU);
        assertThat(pings(first, ipv4, largest, "do")).isFalse();
        assertThat(dropped).as("not sent again").hasValue(1);
        assertThat(pings(first, ipv4, MTU - headers(ipv4), "do")).isTrue();
    }

    /** The first request is lost, and then the first answer to one, before each host knows. */
    @ParameterizedTest
    @CsvSource({"true, want, 1472", "true, dont, 1472", "true, dont, 4000", "false, want, 1452", "false, want, 4000"})
    void makesBothHostsCutPacketsThatMayBeCut(boolean ipv4, String discovery, int payload) throws Exception {
        wire(true, false);
        Await.until("the wire carries", 5, () -> pings(first, ipv4, 56, discovery));
        assertThat(pings(first, ipv4, payload, discovery)).isFalse();
        assertThat(route(ipv4)).contains("mtu " + MTU);
        assertThat(pings(first, ipv4, payload, discovery)).isFalse();
        int before = dropped.get();
        assertThat(pings(first, ipv4, payload, discovery)).isTrue();
        assertThat(dropped).hasValue(before);
    }

    private static int headers(boolean ipv4) {
        return ipv4 ? 28 : 48;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void letsTcpAndUdpThrough(boolean ipv4) throws Exception {
        wire(true, false);
        Transfer.tcp(first, second, address(ipv4), BULK);
        assertThat(dropped.get()).isPositive();
        assertThat(route(ipv4)).contains("mtu " + MTU);
        Transfer.udp(first, second, address(ipv4), 1400, 1472, 1, 8000);
    }

    /** Without answers, a single segment that is too big would hold the connection up for good. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void clampsTcpSoThatNothingIsTooBig(boolean ipv4) throws Exception {
        wire(false, true);
        Transfer.tcp(first, second, address(ipv4), BULK);
        assertThat(clamped.get()).as("SYN and SYN-ACK").isGreaterThanOrEqualTo(2);
        assertThat(dropped).hasValue(0);
        assertThat(route(ipv4)).doesNotContain("mtu");
    }

    @Test
    void losesWhatIsTooBigWithoutAnswers() throws Exception {
        wire(false, false);
        Await.until("the wire carries", 5, () -> pings(first, true, 56, "do"));
        assertThat(pings(first, true, 1472, "do")).isFalse();
        assertThat(pings(first, true, 1472, "do")).isFalse();
        assertThat(route(true)).doesNotContain("mtu");
        assertThat(dropped).hasValue(2);
    }
}
