package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.PortView;
import io.tapswitch.linux.UdpGsoSocket;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every pair of port types carries what hosts send, whatever the one leaves to the hardware and the other cannot take:
 * TCP and UDP by IPv4 and IPv6, jumbo frames, and large frames of 64 KiB. Each receiving host verifies the checksums that
 * it must, and hosts behind sockets look at every frame.
 */
@NeedsTap
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PortMatrixIT {
    private static final int MTU = 9000;
    private static final int LONGEST = MTU + 14;
    private static final long BULK = 16 << 20;

    /** The types, each with what its host needs. */
    private enum Kind {
        TAP,
        INTERFACE,
        STREAM,
        DGRAM,
        TUN;

        String port(int side) {
            return name().toLowerCase() + side;
        }
    }

    private record Station(String port, TestHost host, WireStation wire, int number) {
        String v4() {
            return "10.85.0." + number;
        }

        String v6() {
            return "fd85::" + number;
        }
    }

    private final TestSwitch net = new TestSwitch();
    private final List<Map<Kind, Station>> sides = List.of(new EnumMap<>(Kind.class), new EnumMap<>(Kind.class));
    private final List<AutoCloseable> open = new ArrayList<>();
    private TestHost switchHost;
    private Path directory;

    @BeforeAll
    void aPortOfEachTypeOnTwoSides() throws Exception {
        directory = Files.createTempDirectory("tswi");
        switchHost = opened(new TestHost());
        net.network("name: default, mtu: " + MTU);
        for (int side = 0; side < 2; side++) {
            for (Kind kind : Kind.values()) {
                sides.get(side).put(kind, attach(kind, side));
            }
        }
    }

    private <T extends AutoCloseable> T opened(T resource) {
        open.add(resource);
        return resource;
    }

    @AfterAll
    void close() throws Exception {
        net.stop();
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        net.close();
        Files.delete(directory);
    }

    private Station attach(Kind kind, int side) throws Exception {
        TestHost host = opened(new TestHost().enableIpv6());
        int number = 1 + 10 * side + kind.ordinal();
        Station plain = new Station(kind.port(side), host, null, number);
        return switch (kind) {
            case TAP -> attachDevice(plain, "tap");
            case TUN -> attachDevice(plain, "tun");
            case INTERFACE -> attachVeth(plain);
            case STREAM -> attachStream(plain);
            case DGRAM -> attachDgram(plain);
        };
    }

    private Station attachDevice(Station station, String type) {
        net.add("name: " + station.port() + ", type: " + type + ", " + type + ": {interface: " + TestPort.TAP
                + ", namespace: " + station.host().namespace() + ", addresses: [" + station.v4() + "/24, '"
                + station.v6() + "/64']}");
        return station;
    }

    private Station attachVeth(Station station) {
        String device = "v" + station.number();
        station.host()
                .ip("link add " + TestPort.TAP + " mtu " + MTU + " type veth peer name " + device + " mtu " + MTU
                        + " netns " + switchHost.namespace());
        switchHost.ip("link set " + device + " up");
        net.add("name: " + station.port() + ", type: interface, interface: {name: " + device + ", namespace: "
                + switchHost.namespace() + "}");
        configure(station);
        return station;
    }

    private Station attachStream(Station station) throws IOException {
        Path socket = directory.resolve(station.port());
        net.add("name: " + station.port() + ", type: stream, stream: {listen: 'unix:" + socket + "'}");
        WireStation wire = opened(WireStation.stream(station.host(), socket, LONGEST));
        configure(station);
        return new Station(station.port(), station.host(), wire, station.number());
    }

    private Station attachDgram(Station station) throws IOException {
        InetSocketAddress own = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 7800 + station.number());
        InetSocketAddress port = new InetSocketAddress(own.getAddress(), 7900 + station.number());
        net.add("name: " + station.port() + ", type: dgram, dgram: {local: 'udp:127.0.0.1:" + port.getPort()
                + "', remote: 'udp:127.0.0.1:" + own.getPort() + "'}");
        WireStation wire = opened(WireStation.dgram(station.host(), own, port, LONGEST));
        configure(station);
        return new Station(station.port(), station.host(), wire, station.number());
    }

    private static void configure(Station station) {
        TestHost host = station.host();
        host.ip("link set " + TestPort.TAP + " mtu " + MTU + " txqueuelen 5000 up");
        host.ip("address add " + station.v4() + "/24 dev " + TestPort.TAP);
        host.ip("address add " + station.v6() + "/64 dev " + TestPort.TAP + " nodad");
    }

    static Stream<Arguments> pairs() {
        return Arrays.stream(Kind.values())
                .flatMap(from -> Arrays.stream(Kind.values()).map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void carries(Kind from, Kind to) throws Exception {
        Station a = sides.get(0).get(from);
        Station b = sides.get(1).get(to);
        long badBefore = badChecksums(a) + badChecksums(b);
        try {
            exchange(a, b);
        } catch (Exception | AssertionError e) {
            throw new AssertionError(describe(a) + describe(b), e);
        }
        assertThat(badChecksums(a) + badChecksums(b)).isEqualTo(badBefore);
        for (Station station : List.of(a, b)) {
            PortCounters counters = net.service().port(station.port()).counters();
            assertThat(counters.drops())
                    .as(station.port())
                    .doesNotContainKeys(
                            DropReason.OVERSIZE,
                            DropReason.BAD_OFFLOAD,
                            DropReason.EGRESS_BAD_OFFLOAD,
                            DropReason.EGRESS_ERROR,
                            DropReason.INTERNAL_ERROR);
            if (station.wire() != null) {
                assertThat(station.wire().complaints()).isEmpty();
                assertThat(station.wire().seen()).isPositive();
            }
        }
    }

    private static void exchange(Station from, Station to) throws Exception {
        Transfer.tcp(from.host(), to.host(), to.v4(), BULK);
        Transfer.tcp(from.host(), to.host(), to.v6(), BULK);
        for (String address : List.of(to.v4(), to.v6())) {
            Transfer.udp(from.host(), to.host(), address, 0, 1, 47, 1472, 8952);
            sendManyDatagramsAtOnce(from, to, address);
        }
    }

    /** What may help to find out where frames stayed. */
    private String describe(Station station) {
        PortView view = net.service().port(station.port());
        PortCounters counters = view.counters();
        return "\n" + station.port() + " " + view.status().label() + " " + view.reason() + ", in "
                + counters.sum(PortCounters.RX_FRAMES) + ", out " + counters.sum(PortCounters.TX_FRAMES) + ", drops "
                + counters.drops()
                + (station.wire() == null ? "" : ", station " + station.wire().complaints())
                + "\n" + station.host().run("ss", "-tin");
    }

    /** What UDP segmentation offload makes one frame of, where the host has it: 64 KB in datagrams of 1200 bytes. */
    private static void sendManyDatagramsAtOnce(Station from, Station to, String address) throws Exception {
        InetSocketAddress server = new InetSocketAddress(InetAddress.getByName(address), 7001);
        byte[] bytes = new byte[50 * 1200 + 77];
        new Random(1).nextBytes(bytes);
        try (DatagramChannel receiver = Transfer.receiver(to.host(), server);
                UdpGsoSocket sender = new UdpGsoSocket(from.host().namespace(), server, 1200)) {
            sender.send(bytes);
            for (int at = 0; at < bytes.length; at += 1200) {
                byte[] expected = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 1200));
                assertThat(Transfer.next(receiver)).as("datagram at %d", at).isEqualTo(expected);
            }
        }
    }

    /** Whatever the host's kernel refused for its checksum. */
    private static long badChecksums(Station station) {
        return station.host().inside(() -> {
            long bad = 0;
            List<String> snmp = Files.readAllLines(Path.of("/proc/thread-self/net/snmp"));
            for (int i = 0; i + 1 < snmp.size(); i += 2) {
                List<String> names = List.of(snmp.get(i).split(" "));
                String[] values = snmp.get(i + 1).split(" ");
                int at = names.indexOf("InCsumErrors");
                bad += at < 0 ? 0 : Long.parseLong(values[at]);
            }
            for (String line : Files.readAllLines(Path.of("/proc/thread-self/net/snmp6"))) {
                bad += line.contains("InCsumErrors") ? Long.parseLong(line.split("\\s+")[1]) : 0;
            }
            return bad;
        });
    }
}
