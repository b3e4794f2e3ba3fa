package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.EventLoops;
import io.tapswitch.PortView;
import io.tapswitch.StateStore;
import io.tapswitch.SwitchService;
import io.tapswitch.TraceRequest;
import io.tapswitch.bridge.FrameTrace;
import io.tapswitch.bridge.FrameTrace.Copy;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.StaticEntry;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.frame.EtherType;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.linux.DatagramPeer;
import io.tapswitch.linux.RawSocket;
import io.tapswitch.port.Arrival;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.DropReason.Side;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.SharedEndpoint;
import io.tapswitch.port.dgram.DgramDriver;
import io.tapswitch.port.memory.MemoryDriver;
import io.tapswitch.port.stream.StreamDriver;
import io.tapswitch.port.tap.TapDriver;
import io.tapswitch.port.tun.TunDriver;
import io.tapswitch.vxlan.VxlanDriver;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A mixed run over every kind of port in which each {@link DropReason} occurs: a trace names the one that is then counted,
 * and all frames are accounted for.
 */
@NeedsTap
@Timeout(120)
class EveryDropReasonIT {
    private static final long A = 0x0200_0000_0a01L;
    private static final long B = 0x0200_0000_0a02L;
    private static final long TUN = 0x0200_0000_0a99L;
    private static final int EXPERIMENTAL = 0x88b5;
    private static final int VNI = 200;
    private static final int OVERRUN = 40_000;

    /** How a reason is told before, or when, it occurs. */
    private enum Told {
        /** By a simulation. */
        BEFOREHAND,
        /** By a trace that brings the frame in. */
        BY_INJECTION,
        /** By the counters alone: it is not of the frame, but of others before it. */
        BY_COUNTERS
    }

    @TempDir
    private Path directory;

    private final MemoryDriver memory = new MemoryDriver();
    private final RogueDriver rogue = new RogueDriver();
    private final Map<DropReason, Told> told = new EnumMap<>(DropReason.class);
    private final PortDrivers drivers = new PortDrivers(List.of(
            memory, rogue, new DgramDriver(), new StreamDriver(), new TapDriver(), new TunDriver(), new VxlanDriver()));
    private final ConfigReader reader = new ConfigReader(drivers);
    private final PortDrivers farDrivers = new PortDrivers(List.of(new MemoryDriver(), new VxlanDriver()));
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private SwitchService service;
    private SwitchService far;
    private TestHost host;
    private int udpPort;
    private Relay relay;

    @BeforeEach
    void aSwitchWithEveryKindOfPort() throws IOException {
        try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            udpPort = free.getLocalPort();
        }
        host = new TestHost().enableIpv6();
        open.push(host);
        relay = new Relay("127.0.71.1", "127.0.71.3", "127.0.71.2", "127.0.71.4", udpPort);
        open.push(relay);
        service = start("near", drivers);
        open.push(rogue::letGo);
    }

    private SwitchService start(String name, PortDrivers of) throws IOException {
        EventLoops loops = new EventLoops(1);
        open.push(loops);
        StateStore store = new StateStore(directory.resolve(name), new ConfigReader(of));
        open.push(store);
        SwitchService started = new SwitchService(of, loops, store, SwitchConfig.EMPTY);
        open.push(started);
        started.start();
        return started;
    }

    @AfterEach
    void close() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    private void network(String yaml) throws IOException {
        NetworkConfig network = reader.network(ConfigReader.parseYaml("{" + yaml + "}"), "");
        service.apply(config -> config.with(network));
    }

    private void port(String yaml) throws IOException {
        PortConfig port = reader.port(ConfigReader.parseYaml("{" + yaml + "}"), "");
        service.apply(config -> config.with(port));
    }

    private void memory(String name, String network, String more) throws IOException {
        port("name: " + name + ", type: memory, network: " + network + more);
    }

    private void nail(String network, long mac, String port) throws IOException {
        service.apply(config -> config.with(new StaticEntry(network, MacAddress.format(mac), port)));
    }

    private FrameTrace trace(String port, int vni, byte[] offload, byte[] frame, boolean inject) {
        return service.trace(new TraceRequest(port, Arrival.usual(vni), offload, frame, inject));
    }

    private static byte[] frame(long destination, long source) {
        return Frames.ethernet(destination, source, EXPERIMENTAL, new byte[46]);
    }

    private PortCounters counters(String port) {
        return service.port(port).counters();
    }

    private void note(DropReason reason, Told how) {
        told.put(reason, how);
        System.out.printf("EveryDropReasonIT: %-22s told %s%n", reason.label(), how);
    }

    /** A frame that the bridge drops: simulated, and then brought in. */
    private void atIngress(DropReason reason, String port, byte[] frame) {
        atIngress(reason, port, 0, null, frame);
    }

    private void atIngress(DropReason reason, String port, int vni, byte[] offload, byte[] frame) {
        long before = counters(port).drops(reason);
        FrameTrace simulated = trace(port, vni, offload, frame, false);
        assertThat(simulated.reason()).as("%s", simulated).isEqualTo(reason);
        assertThat(counters(port).drops(reason)).isEqualTo(before);
        assertThat(trace(port, vni, offload, frame, true).reason()).isEqualTo(reason);
        assertThat(counters(port).drops(reason)).isEqualTo(before + 1);
        note(reason, Told.BEFOREHAND);
    }

    /** A copy that a port refuses. */
    private void atEgress(DropReason reason, String from, String to, byte[] offload, byte[] frame, Told how) {
        long before = counters(to).drops(reason);
        FrameTrace simulated = trace(from, 0, offload, frame, false);
        assertThat(refusal(simulated, to)).as("%s", simulated).isEqualTo(how == Told.BEFOREHAND ? reason : null);
        assertThat(counters(to).drops(reason)).isEqualTo(before);
        assertThat(refusal(trace(from, 0, offload, frame, true), to)).isEqualTo(reason);
        assertThat(counters(to).drops(reason)).isEqualTo(before + 1);
        note(reason, how);
    }

    private static DropReason refusal(FrameTrace trace, String port) {
        List<Copy> copies =
                trace.copies().stream().filter(copy -> copy.port().equals(port)).toList();
        assertThat(copies).as("%s", trace).hasSize(1);
        return copies.get(0).reason();
    }

    private interface Doing {
        void run() throws Exception;
    }

    /** Something that a far side does, counted at a port or, if it is nobody's, at an endpoint. */
    private void fromOutside(DropReason reason, TraceRequest simulated, Supplier<PortCounters> at, Doing provoke)
            throws Exception {
        if (simulated != null) {
            assertThat(service.trace(simulated).reason()).isEqualTo(reason);
        }
        long before = at.get().drops(reason);
        provoke.run();
        Await.until(reason.label() + " is counted", 15, () -> at.get().drops(reason) > before);
        note(reason, simulated == null ? Told.BY_COUNTERS : Told.BEFOREHAND);
    }

    private static TraceRequest arriving(String port, Arrival arrival, byte[] frame) {
        return new TraceRequest(port, arrival, null, frame, false);
    }

    @Test
    void eachReasonIsToldAndEveryFrameAccountedFor() throws Exception {
        inTheBridge();
        storms();
        atPortsOfThisHost();
        aHostWithoutEthernet();
        strangers();
        theOverlay();
        whatHoldsALoopUp();
        assertThat(EnumSet.complementOf(EnumSet.copyOf(told.keySet()))).isEmpty();
        assertThat(told.entrySet().stream().filter(entry -> entry.getValue() == Told.BY_COUNTERS))
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder(DropReason.RECEIVE_OVERRUN, DropReason.REPLAYED, DropReason.UNRESOLVED);
        Await.until("every frame is accounted for", 15, () -> all().allMatch(EveryDropReasonIT::isBalanced));
        Set<DropReason> counted = EnumSet.noneOf(DropReason.class);
        all().forEach(counters -> counted.addAll(counters.drops().keySet()));
        assertThat(counted).isEqualTo(EnumSet.allOf(DropReason.class));
    }

    private Stream<PortCounters> all() {
        return Stream.concat(
                service.ports().stream().map(PortView::counters),
                service.endpoints().stream().map(SharedEndpoint::counters));
    }

    private static boolean isBalanced(PortCounters counters) {
        long outcomes = counters.sum(PortCounters.FORWARDED)
                + counters.sum(PortCounters.FLOODED)
                + counters.sum(PortCounters.SUPPRESSED)
                + counters.drops(Side.INGRESS);
        return counters.sum(PortCounters.RX_FRAMES) == outcomes;
    }

    private void inTheBridge() throws IOException {
        network("name: lan, vlan: 10");
        memory("m1", "lan", "");
        memory("m2", "lan", "");
        memory("i1", "lan", ", isolated: true");
        memory("i2", "lan", ", isolated: true");
        memory("closed", "lan", ", locked: true");
        memory("shut", "lan", ", enabled: false");
        memory("trunk", "default", ", trunk: [lan]");
        memory("native", "default", "");
        network("name: empty");
        memory("alone", "empty", "");
        nail("lan", 0x0200_0000_0b01L, "m1");
        nail("lan", 0x0200_0000_0b02L, "i2");
        nail("lan", 0x0200_0000_0b03L, "shut");
        atIngress(DropReason.RUNT, "m1", new byte[13]);
        atIngress(DropReason.OVERSIZE, "m1", Frames.ethernet(B, A, 1501));
        byte[] beyond = {1, 0, 0, 0, 0, 0, 0x10, 0x27, 0, 0, 0, 0};
        atIngress(DropReason.BAD_OFFLOAD, "m1", 0, beyond, frame(B, A));
        atIngress(DropReason.INVALID_SOURCE, "m1", frame(B, 0));
        atIngress(DropReason.RESERVED_DESTINATION, "m1", frame(0x0180_c200_0000L, A));
        atIngress(DropReason.VLAN_NOT_IN_TRUNK, "trunk", Frames.tagged(frame(B, A), 11));
        atIngress(DropReason.PORT_DISABLED, "shut", frame(B, A));
        atIngress(DropReason.LOCKED, "closed", frame(B, A));
        atIngress(DropReason.SAME_PORT, "m1", frame(0x0200_0000_0b01L, A));
        atIngress(DropReason.ISOLATED, "i1", frame(0x0200_0000_0b02L, A));
        atIngress(DropReason.EGRESS_UNAVAILABLE, "m1", frame(0x0200_0000_0b03L, A));
        atIngress(DropReason.NO_EGRESS, "alone", frame(B, A));
        byte[] guestTag = Frames.tagged(frame(B, A), 5);
        atEgress(DropReason.EGRESS_TAG_CONFLICT, "native", "trunk", null, guestTag, Told.BEFOREHAND);
    }

    /** A budget of one frame a second: the second one is too many, unless the machine pauses between the two. */
    private void storms() throws IOException {
        network("name: loud");
        memory("s1", "loud", ", storm: {broadcast: 1, multicast: 1, unknownUnicast: 1}");
        memory("s2", "loud", "");
        for (DropReason reason :
                List.of(DropReason.STORM_BROADCAST, DropReason.STORM_MULTICAST, DropReason.STORM_UNKNOWN_UNICAST)) {
            byte[] frame = frame(
                    switch (reason) {
                        case STORM_BROADCAST -> MacAddress.BROADCAST;
                        case STORM_MULTICAST -> 0x0100_5e00_0001L;
                        default -> B;
                    },
                    A);
            assertThat(trace("s1", 0, null, frame, true).outcome()).isEqualTo(FrameTrace.Outcome.FLOODED);
            atIngress(reason, "s1", frame);
        }
    }

    private void atPortsOfThisHost() throws IOException {
        network("name: wires");
        memory("w1", "wires", "");
        port("name: down, type: tap, network: wires, tap: {interface: tap0, namespace: " + host.namespace()
                + ", up: false}");
        atEgress(DropReason.EGRESS_DOWN, "w1", "down", null, frame(B, A), Told.BEFOREHAND);
        memory("w2", "wires", "");
        byte[] large = {0, 7, 0, 0, (byte) 0xe8, 3, 0, 0, 0, 0, 0, 0};
        atEgress(DropReason.EGRESS_BAD_OFFLOAD, "w1", "w2", large, frame(B, A), Told.BEFOREHAND);
        port("name: up, type: tap, network: wires, tap: {interface: tap1, namespace: " + host.namespace()
                + ", up: true}");
        atEgress(DropReason.EGRESS_ERROR, "w1", "up", large, frame(B, A), Told.BY_INJECTION);
        network("name: narrow");
        memory("n1", "narrow", "");
        memory("n2", "narrow", "");
        while (refusal(trace("n1", 0, null, frame(B, A), false), "n2") == null) {
            trace("n1", 0, null, frame(B, A), true);
        }
        atEgress(DropReason.EGRESS_FULL, "n1", "n2", null, frame(B, A), Told.BEFOREHAND);
        network("name: rogues");
        memory("r1", "rogues", "");
        port("name: rogue, type: rogue, network: rogues");
        assertThat(trace("r1", 0, null, frame(B, A), false).reason()).isNull();
        assertThat(trace("r1", 0, null, frame(B, A), true).reason()).isEqualTo(DropReason.INTERNAL_ERROR);
        note(DropReason.INTERNAL_ERROR, Told.BY_INJECTION);
    }

    private void aHostWithoutEthernet() throws Exception {
        network("name: ip");
        memory("p1", "ip", "");
        port("name: tun, type: tun, network: ip, tun: {interface: tun0, mac: '" + MacAddress.format(TUN)
                + "', addresses: [10.87.0.1/24], up: true, namespace: " + host.namespace() + "}");
        atEgress(DropReason.EGRESS_OTHER_STATION, "p1", "tun", null, frame(B, A), Told.BEFOREHAND);
        atEgress(DropReason.EGRESS_NOT_IP, "p1", "tun", null, frame(TUN, A), Told.BEFOREHAND);
        byte[] longArp = Frames.ethernet(MacAddress.BROADCAST, A, EtherType.ARP, new byte[300]);
        atEgress(DropReason.EGRESS_OVERSIZE, "p1", "tun", null, longArp, Told.BEFOREHAND);
        Supplier<PortCounters> tun = () -> counters("tun");
        byte[] solicitation = new byte[64];
        solicitation[0] = 0x60;
        solicitation[5] = 24;
        solicitation[6] = 58;
        solicitation[7] = (byte) 255;
        solicitation[40] = (byte) 135;
        byte[] nothing = new byte[40];
        try (RawSocket socket = new RawSocket(host.namespace(), "tun0")) {
            fromOutside(
                    DropReason.NOT_IP,
                    arriving("tun", Arrival.usual(0), frame(B, TUN)),
                    tun,
                    () -> socket.send(nothing));
            fromOutside(
                    DropReason.HOST_DISCOVERY,
                    arriving("tun", Arrival.usual(0), Frames.ethernet(B, TUN, EtherType.IPV6, solicitation)),
                    tun,
                    () -> socket.send(solicitation));
        }
        fromOutside(DropReason.UNRESOLVED, null, tun, () -> host.ping("10.87.0.200", 2));
    }

    private void strangers() throws Exception {
        String local = "unix:" + directory.resolve("vm");
        port("name: vm, type: dgram, dgram: {local: '" + local + "', remote: 'unix:" + directory.resolve("qemu")
                + "'}");
        String stranger = "unix:" + directory.resolve("stranger");
        try (DatagramPeer peer = new DatagramPeer(stranger)) {
            fromOutside(
                    DropReason.UNKNOWN_SENDER,
                    arriving("vm", new Arrival(stranger, 0, null, false, null), frame(B, A)),
                    () -> counters("vm"),
                    () -> peer.send(local, frame(B, A)));
        }
    }

    private void vtep(String name, int local, int remote, String network, String more) throws IOException {
        port("name: " + name + ", type: vxlan, network: " + network + ", vxlan: {local: 127.0.71." + local
                + ", remote: 127.0.71." + remote + ", port: " + udpPort + more + "}");
    }

    private void theOverlay() throws Exception {
        Path secret = Files.createFile(
                directory.resolve("secret"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secret, "a secret of thirty-two bytes, and more");
        String sealed = ", secretFile: '" + secret + "'";
        network("name: blue, vni: " + VNI);
        memory("b1", "blue", "");
        vtep("one", 1, 3, "blue", sealed);
        vtep("mute", 1, 6, "blue", sealed);
        vtep("plain", 1, 5, "blue", "");
        startTheFarHost(sealed);
        nail("blue", 0x0200_0000_0c01L, "mute");
        atEgress(DropReason.EGRESS_NO_KEY, "b1", "mute", null, frame(0x0200_0000_0c01L, A), Told.BEFOREHAND);
        atIngress(DropReason.SPLIT_HORIZON, "plain", VNI, null, frame(0x0200_0000_0c01L, B));
        atIngress(DropReason.UNKNOWN_VNI, "plain", 999, null, frame(B, A));
        fromRemoteVteps();
    }

    /** One whose VTEP is not this host's own, or no keys are made. */
    private void startTheFarHost(String sealed) throws IOException {
        SwitchService nearHost = service;
        far = start("far", farDrivers);
        try {
            service = far;
            network("name: blue, vni: " + VNI);
            memory("b1", "blue", "");
            vtep("two", 2, 4, "blue", sealed);
        } finally {
            service = nearHost;
        }
    }

    private void sendFromTheFarHost() {
        far.trace(new TraceRequest("b1", Arrival.usual(0), null, frame(MacAddress.BROADCAST, B), true));
    }

    private void fromRemoteVteps() throws Exception {
        byte[] inner = frame(MacAddress.BROADCAST, B);
        byte[] vxlan = vxlan(inner);
        Supplier<PortCounters> one = () -> counters("one");
        fromOutside(
                DropReason.NOT_ENCRYPTED,
                arriving("one", new Arrival(null, VNI, false, false, null), inner),
                one,
                () -> relay.sendToFirst(vxlan));
        fromOutside(
                DropReason.BAD_VXLAN_HEADER,
                arriving("one", new Arrival(null, VNI, null, false, (long) VNI << 8), inner),
                one,
                () -> relay.sendToFirst(new byte[] {0, 0, 0, 0, 0, 0, (byte) VNI, 0}));
        byte[] packet = Frames.ethernet(MacAddress.BROADCAST, B, EtherType.IPV4, ipv4());
        fromOutside(
                DropReason.BAD_ECN,
                arriving("plain", new Arrival(null, VNI, null, true, null), packet),
                () -> counters("plain"),
                () -> sendFrom(5, vxlan(packet), 3));
        fromOutside(
                DropReason.UNKNOWN_VTEP,
                arriving("one", new Arrival("127.0.71.9", VNI, null, false, null), inner),
                () -> endpoint("127.0.71.1"),
                () -> sendFrom(9, vxlan, 0));
        fromOutside(
                DropReason.NOT_AUTHENTIC,
                arriving("plain", new Arrival(null, VNI, true, false, null), inner),
                () -> counters("plain"),
                () -> sendFrom(5, aSealedDatagram(), 0));
        fromOutside(DropReason.REPLAYED, null, one, () -> relay.sendToFirst(aSealedDatagram()));
    }

    /** One that has reached its VTEP. */
    private byte[] aSealedDatagram() throws Exception {
        Await.until("frames pass encrypted", 20, () -> {
            sendFromTheFarHost();
            return relay.recorded() != null;
        });
        byte[] recorded = relay.recorded();
        long opened = counters("one").sum(PortCounters.FLOODED);
        sendFromTheFarHost();
        Await.until("a later one is opened", 10, () -> counters("one").sum(PortCounters.FLOODED) > opened);
        return recorded;
    }

    private static byte[] vxlan(byte[] inner) {
        return ByteBuffer.allocate(8 + inner.length)
                .putInt(0x0800_0000)
                .putInt(VNI << 8)
                .put(inner)
                .array();
    }

    /** Of 46 bytes, whose sender knows nothing of ECN. */
    private static byte[] ipv4() {
        byte[] packet = new byte[46];
        packet[0] = 0x45;
        packet[3] = 46;
        packet[8] = 64;
        packet[9] = 17;
        return packet;
    }

    private void sendFrom(int number, byte[] datagram, int trafficClass) throws IOException {
        try (DatagramChannel channel = Relay.bind("127.0.71." + number, 0)) {
            channel.setOption(StandardSocketOptions.IP_TOS, trafficClass);
            channel.send(ByteBuffer.wrap(datagram), Relay.address("127.0.71.1", udpPort));
        }
    }

    private PortCounters endpoint(String address) {
        return service.endpoints().stream()
                .filter(endpoint -> endpoint.toString().contains(address))
                .map(SharedEndpoint::counters)
                .findFirst()
                .orElseThrow();
    }

    private void whatHoldsALoopUp() throws Exception {
        byte[] holding = Frames.ethernet(B, A, RogueDriver.HOLDING, new byte[46]);
        CompletableFuture<FrameTrace> held = CompletableFuture.supplyAsync(() -> trace("r1", 0, null, holding, true));
        rogue.awaitHeld();
        fromOutside(DropReason.RECEIVE_OVERRUN, null, () -> endpoint("127.0.71.1"), () -> {
            byte[] datagram = vxlan(frame(MacAddress.BROADCAST, B));
            try (DatagramChannel channel = Relay.bind("127.0.71.5", 0)) {
                ByteBuffer buffer = ByteBuffer.wrap(Arrays.copyOf(datagram, 1000));
                for (int i = 0; i < OVERRUN; i++) {
                    channel.send(buffer.rewind(), Relay.address("127.0.71.1", udpPort));
                }
            }
            rogue.letGo();
        });
        assertThat(held.join().outcome()).isEqualTo(FrameTrace.Outcome.FLOODED);
    }
}
