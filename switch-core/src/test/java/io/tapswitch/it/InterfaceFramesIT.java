package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.Frames;
import io.tapswitch.linux.RawSocket;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.DropReason.Side;
import io.tapswitch.port.PortCounters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames between interface ports on veths: what goes in comes out, tags, checksums and all. */
@NeedsTap
class InterfaceFramesIT {
    private static final long BULK = 64L << 20;

    private TestSwitch net;

    @BeforeEach
    void aSwitch() {
        net = new TestSwitch();
    }

    @AfterEach
    void close() {
        net.close();
    }

    private TestPort host(String name, int number, String yaml) {
        TestPort port = net.veth(name, yaml);
        port.host().ip("addr add 10.79.0." + number + "/24 dev st0");
        port.host().ip("addr add fd79::" + number + "/64 dev st0 nodad");
        return port;
    }

    private static long meanLength(TestPort port) {
        return port.counters().sum(PortCounters.RX_BYTES) / port.counters().sum(PortCounters.RX_FRAMES);
    }

    /** The next frame for a station, as it was on the wire. */
    private static byte[] next(TestPort port) throws IOException {
        for (byte[] frame = port.socket().receive(2000);
                frame != null;
                frame = port.socket().receive(2000)) {
            if (ByteBuffer.wrap(frame).getLong() >>> 16 == port.mac()) {
                return frame;
            }
        }
        return null;
    }

    private static byte[] tagged(TestPort from, TestPort to, String tags) {
        byte[] plain = Frames.ethernet(to.mac(), from.mac(), 0x88b5, Frames.payload(60));
        byte[] bytes = HexFormat.of().parseHex(tags.replace(" ", ""));
        ByteBuffer frame = ByteBuffer.allocate(plain.length + bytes.length);
        return frame.put(plain, 0, 12)
                .put(bytes)
                .put(plain, 12, plain.length - 12)
                .array();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "8100 0005",
                "8100 a000",
                "8100 0000",
                "8100 f123",
                "88a8 0007",
                "88a8 6007 8100 4005",
                "8100 0005 8100 0006",
                "88a8 0001 88a8 0002 8100 0003",
            })
    void bringsTagsAcrossAsTheyWereOnTheWire(String tags) throws Exception {
        TestPort a = net.veth("a", "");
        TestPort b = net.veth("b", "");
        TestPort tap = net.port("tap");
        for (TestPort to : List.of(b, tap)) {
            byte[] there = tagged(a, to, tags);
            a.socket().send(there);
            assertThat(next(to)).isEqualTo(there);
            byte[] back = tagged(to, a, tags);
            to.socket().send(back);
            assertThat(next(a)).isEqualTo(back);
        }
    }

    @Test
    void trunksNetworksByTheirTags() throws Exception {
        net.network("name: blue, vlan: 10");
        net.network("name: red, vlan: 20");
        TestPort trunk = net.veth("trunk", "trunk: all");
        TestPort blue = net.veth("blue", "network: blue");
        TestPort red = net.port("red", "network: red");
        byte[] toBlue = tagged(trunk, blue, "8100 600a");
        trunk.socket().send(toBlue);
        assertThat(next(blue)).isEqualTo(tagged(trunk, blue, ""));
        trunk.socket().send(tagged(trunk, red, "8100 0014"));
        assertThat(next(red)).isEqualTo(tagged(trunk, red, ""));
        blue.socket().send(tagged(blue, trunk, ""));
        assertThat(next(trunk)).isEqualTo(tagged(blue, trunk, "8100 000a"));
        trunk.socket().send(tagged(trunk, blue, "8100 0063"));
        Await.until("the unknown VLAN is counted", 2, () -> trunk.drops(DropReason.VLAN_NOT_IN_TRUNK) == 1);
    }

    @ParameterizedTest
    @CsvSource({"10.79.0.2, 10.79.0.1", "fd79::2, fd79::1"})
    void carriesLargeTcpFramesWholeBothWays(String there, String back) throws Exception {
        TestPort a = host("a", 1, "");
        TestPort b = host("b", 2, "");
        Transfer.tcp(a.host(), b.host(), there, BULK);
        assertThat(meanLength(a)).isGreaterThan(9000);
        Transfer.tcp(b.host(), a.host(), back, BULK);
        assertThat(b.counters().sum(PortCounters.RX_BYTES)).isGreaterThan(BULK);
        assertThat(meanLength(b)).isGreaterThan(5000);
        assertThat(a.counters().drops(Side.EGRESS) + b.counters().drops(Side.EGRESS))
                .isZero();
    }

    @Test
    void carriesTcpBetweenATapAndAVeth() throws Exception {
        TestPort a = host("a", 1, "");
        TestPort tap = net.port("tap", new TestHost().enableIpv6(), "tap: {addresses: [10.79.0.2/24, 'fd79::2/64']}");
        for (String[] pair : new String[][] {{"10.79.0.2", "10.79.0.1"}, {"fd79::2", "fd79::1"}}) {
            Transfer.tcp(a.host(), tap.host(), pair[0], BULK / 2);
            Transfer.tcp(tap.host(), a.host(), pair[1], BULK / 2);
        }
        assertThat(meanLength(tap)).isGreaterThan(5000);
        assertThat(meanLength(a)).isGreaterThan(5000);
    }

    /** Where a host has no offload its kernel checks each checksum, and counts those that are wrong. */
    @ParameterizedTest
    @CsvSource({
        "tx off gso off tso off, tx off gso off tso off rx off, true",
        "tx on, rx off gro off tx off tso off, true",
        "tx on, rx off gro off, false",
        "tx off tso off gso off, tx on, false",
    })
    void leavesNoChecksumOpenOnTheWire(String sender, String receiver, boolean offload) throws Exception {
        TestPort a = host("a", 1, "");
        TestPort b = host("b", 2, "interface: {offload: " + offload + "}");
        ethtool(a, sender);
        ethtool(b, receiver);
        for (String[] pair : new String[][] {{"10.79.0.2", "10.79.0.1"}, {"fd79::2", "fd79::1"}}) {
            Transfer.tcp(a.host(), b.host(), pair[0], BULK / 8);
            Transfer.tcp(b.host(), a.host(), pair[1], BULK / 8);
            Transfer.udp(a.host(), b.host(), pair[0], 0, 1, 2, 17, 1400, 1452);
            Transfer.udp(b.host(), a.host(), pair[1], 1, 1452);
        }
        for (TestPort port : List.of(a, b)) {
            assertThat(checksumErrors(port.host()))
                    .as("checksum errors at %s", port.name())
                    .isZero();
            assertThat(port.counters().drops(Side.EGRESS)).isZero();
        }
    }

    private static void ethtool(TestPort port, String features) {
        List<String> words = new ArrayList<>(List.of("ethtool", "-K", "st0"));
        words.addAll(List.of(features.split(" ")));
        port.host().run(words.toArray(String[]::new));
    }

    private static long checksumErrors(TestHost host) {
        return host.inside(() -> {
            List<String[]> lines = new ArrayList<>();
            for (String line : Files.readAllLines(Path.of("/proc/thread-self/net/snmp"))) {
                lines.add(line.split(" "));
            }
            long errors = 0;
            for (int i = 0; i + 1 < lines.size(); i += 2) {
                int column = Arrays.asList(lines.get(i)).indexOf("InCsumErrors");
                errors += column < 0 ? 0 : Long.parseLong(lines.get(i + 1)[column]);
            }
            return errors
                    + Files.readAllLines(Path.of("/proc/thread-self/net/snmp6")).stream()
                            .filter(line -> line.contains("InCsumErrors"))
                            .mapToLong(line -> Long.parseLong(line.split("\\s+")[1]))
                            .sum();
        });
    }

    /** The wire itself: a raw socket on a station whose receive offload is off sees what a NIC would send. */
    @Test
    void cutsAndCompletesWhatThePortMayNotLeaveOpen() throws Exception {
        TestPort a = host("a", 1, "");
        TestPort b = host("b", 2, "interface: {offload: false}");
        Transfer.tcp(a.host(), b.host(), "10.79.0.2", 1 << 20);
        assertThat(meanLength(a)).isGreaterThan(5000);
        b.socket().receive();
        long longest = 0;
        for (byte[] frame = b.socket().receive();
                frame != null;
                frame = b.socket().receive()) {
            longest = Math.max(longest, frame.length);
            assertThat(hasRightChecksums(frame)).isTrue();
        }
        assertThat(longest).isEqualTo(1514);
    }

    /** RFC 1071 over the IPv4 header, and over the TCP segment with its pseudo header. */
    private static boolean hasRightChecksums(byte[] frame) {
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        if (bytes.getShort(12) != 0x0800 || bytes.get(23) != 6) {
            return true;
        }
        int length = bytes.getShort(16) & 0xffff;
        int header = (bytes.get(14) & 0xf) * 4;
        long tcp = sum(bytes, 26, 8) + 6 + length - header + sum(bytes, 14 + header, length - header);
        return fold(sum(bytes, 14, header)) == 0xffff && fold(tcp) == 0xffff;
    }

    private static long sum(ByteBuffer bytes, int from, int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += (bytes.get(from + i) & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        return sum;
    }

    private static long fold(long sum) {
        long folded = sum;
        while (folded > 0xffff) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return folded;
    }

    @Test
    void neverSeesWhatItSentItself() throws Exception {
        TestPort a = net.veth("a", "");
        TestPort b = net.veth("b", "");
        TestPort c = net.veth("c", "");
        long before = b.counters().sum(PortCounters.RX_FRAMES) + c.counters().sum(PortCounters.RX_FRAMES);
        List<TestFrame> sent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            sent.add(a.send(a.broadcast()));
        }
        assertThat(b.received()).containsExactlyElementsOf(sent);
        assertThat(c.received()).containsExactlyElementsOf(sent);
        assertThat(a.received()).isEmpty();
        net.settle();
        long refused = b.drops(DropReason.INVALID_SOURCE) + c.drops(DropReason.INVALID_SOURCE);
        long chatter = b.counters().sum(PortCounters.RX_FRAMES) + c.counters().sum(PortCounters.RX_FRAMES) - before;
        assertThat(chatter - refused).as("frames that came back").isLessThan(30);
        assertThat(net.fdb("default")).containsEntry(a.macText(), "a dynamic");
    }

    @Test
    void doesNotSeeWhatItsHostSendsByTheInterface() throws Exception {
        TestPort a = net.veth("a", "");
        TestPort b = net.veth("b", "");
        try (RawSocket host = net.wires().socket("sw-a")) {
            TestFrame frame = TestFrame.of(a.mac(), 0x0200_0000_bbbbL);
            host.send(frame.bytes());
            assertThat(next(a)).isEqualTo(frame.bytes());
        }
        assertThat(b.received()).isEmpty();
        assertThat(net.fdb("default")).doesNotContainKey("02:00:00:00:bb:bb");
    }

    @Test
    void countsWhatIsTooLongForTheInterface() throws Exception {
        net.network("name: default, mtu: 9000");
        TestPort a = net.port("a");
        TestPort b = net.veth("b", "");
        TestFrame fits = a.send(TestFrame.of(b.mac(), a.mac(), 1514));
        a.send(TestFrame.of(b.mac(), a.mac(), 1515));
        a.send(TestFrame.of(b.mac(), a.mac(), 9014));
        assertThat(b.received()).containsExactly(fits);
        assertThat(b.drops(DropReason.EGRESS_OVERSIZE)).isEqualTo(2);
    }

    /** IPv6 knows packets beyond 64 KiB between interfaces that are told so: no virtio-net header has room for them. */
    @Test
    void countsFramesThatAreLongerThanAnyBuffer() throws Exception {
        TestPort a = host("a", 1, "");
        TestPort b = host("b", 2, "");
        a.host().ip("link set st0 gso_max_size 180000");
        Transfer.tcp(a.host(), b.host(), "fd79::2", BULK / 16);
        Await.until("a frame was too long", 1, () -> a.drops(DropReason.OVERSIZE) > 0);
        Transfer.tcp(b.host(), a.host(), "10.79.0.1", BULK / 16);
    }

    @Test
    void keepsItsAccountsAndOthersAliveInAStorm() throws Exception {
        TestPort a = host("a", 1, "");
        TestPort b = host("b", 2, "");
        TestPort stormy = net.veth("stormy", "interface: {promiscuous: false}");
        AtomicBoolean stop = new AtomicBoolean();
        CompletableFuture<?> storm = CompletableFuture.runAsync(() -> {
            while (!stop.get()) {
                stormy.send(TestFrame.of(stormy.mac() + 1000, stormy.mac()));
            }
        });
        try {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            assertThat(a.host().ping("10.79.0.2", 40)).isGreaterThan(30);
        } finally {
            stop.set(true);
            storm.get(5, TimeUnit.SECONDS);
        }
        awaitSilence(stormy);
        net.settle();
        Await.until("the kernel's own drops are counted", 5, () -> {
            PortCounters c = stormy.counters();
            return c.sum(PortCounters.RX_FRAMES)
                    == c.sum(PortCounters.FORWARDED) + c.sum(PortCounters.FLOODED) + c.drops(Side.INGRESS);
        });
    }

    /** As long as the kernel's buffer is full, the mark that {@code settle} waits for would be lost. */
    private static void awaitSilence(TestPort port) throws InterruptedException {
        long before;
        do {
            before = port.counters().sum(PortCounters.RX_FRAMES);
            TimeUnit.MILLISECONDS.sleep(300);
        } while (port.counters().sum(PortCounters.RX_FRAMES) != before);
    }
}
