package io.tapswitch.port.tun;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.linux.InterfaceAddress;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The Ethernet of the host 10.0.0.1 and fd00::1 with the MAC address 02:00:00:00:00:99, and a neighbour 10.0.0.2 and
 * fd00::2 with 02:00:00:00:00:0b. Messages in hexadecimal are those of two Linux hosts with these addresses.
 */
class HostEthernetTest {
    private static final long MAC = 0x0200_0000_0099L;
    private static final long NEIGHBOUR = 0x0200_0000_000bL;
    private static final long OTHER = 0x0200_0000_000cL;
    private static final String V4 = "10.0.0.2";
    private static final String V6 = "fd00::2";

    private static final byte[] ARP_REQUEST = Frames.hex(
            "ffffffffffff 02000000000b 0806 0001 0800 0604 0001 02000000000b 0a000002 000000000000 0a000001");
    private static final byte[] ARP_REPLY = Frames.hex(
            "02000000000b 020000000099 0806 0001 0800 0604 0002 020000000099 0a000001 02000000000b 0a000002");
    private static final byte[] SOLICITATION =
            Frames.hex("3333ff000001 02000000000b 86dd 60000000 0020 3a ff fd000000000000000000000000000002"
                    + "ff0200000000000000000001ff000001 8700 7d8e 00000000 fd000000000000000000000000000001"
                    + "0101 02000000000b");
    private static final byte[] ADVERTISEMENT =
            Frames.hex("02000000000b 020000000099 86dd 60000000 0020 3a ff fd000000000000000000000000000001"
                    + "fd000000000000000000000000000002 8800 1c04 60000000 fd000000000000000000000000000001"
                    + "0201 020000000099");
    private static final byte[] DUPLICATE_DETECTION =
            Frames.hex("3333ff000001 02000000000b 86dd 60000000 0020 3a ff 00000000000000000000000000000000"
                    + "ff0200000000000000000001ff000001 8700 cf0a 00000000 fd000000000000000000000000000001"
                    + "0e01 b4cc24f8c6cc");

    private final PortCounters counters = new PortCounters(1);
    private final List<byte[]> sent = new ArrayList<>();
    private final Burst burst = new Burst(0);
    private final Frame frame = new Frame();
    private HostEthernet ethernet;
    private long now;

    @BeforeEach
    void aHost() {
        ethernet = ethernet(List.of("10.0.0.1/24", "fd00::1/64"), List.of(), List.of());
    }

    private HostEthernet ethernet(List<String> addresses, List<String> prefixes, List<String> gateways) {
        Host host = new Host(MAC, parse(addresses), parse(prefixes), parse(gateways));
        burst.begin(now);
        return new HostEthernet(host, counters, (out, turn) -> sent.add(out.toByteArray()));
    }

    private static List<InterfaceAddress> parse(List<String> texts) {
        return texts.stream().map(InterfaceAddress::parse).toList();
    }

    private List<byte[]> taken() {
        List<byte[]> frames = new ArrayList<>(sent);
        sent.clear();
        return frames;
    }

    private byte[] one() {
        assertThat(sent).hasSize(1);
        return taken().get(0);
    }

    private void send(byte[] packet) {
        frame.set(packet);
        ethernet.send(frame, burst.begin(now));
    }

    private void receive(byte[] bytes) {
        ethernet.receive(ByteBuffer.wrap(bytes), bytes.length, true, burst.begin(now));
    }

    /** Time goes by, with a tick four times a second. */
    private void pass(double seconds) {
        long end = now + (long) (seconds * 1e9);
        while (now < end) {
            now += TimeUnit.MILLISECONDS.toNanos(250);
            ethernet.tick(burst.begin(now));
        }
    }

    private static byte[] packet(String destination, int number) {
        return Packets.of(destination.contains(":") ? "fd00::1" : "10.0.0.1", destination, number, 100);
    }

    private static byte[] toNeighbour(String destination, int number) {
        return Packets.framed(NEIGHBOUR, MAC, packet(destination, number));
    }

    /** An answer or announcement of the neighbour: the host's own message, turned round. */
    private static byte[] told(String address, long mac, boolean solicited, boolean override, boolean withMac) {
        if (!address.contains(":")) {
            byte[] reply = ARP_REPLY.clone();
            ByteBuffer.wrap(reply).putLong(0, (solicited ? MAC : MacAddress.BROADCAST) << 16 | mac >>> 32);
            ByteBuffer.wrap(reply)
                    .putInt(8, (int) mac)
                    .putShort(22, (short) (mac >>> 32))
                    .putInt(24, (int) mac);
            return put(put(reply, 28, "0a000002"), 38, "0a000001");
        }
        byte[] message = ADVERTISEMENT.clone();
        ByteBuffer buffer = ByteBuffer.wrap(message);
        buffer.putLong(0, MAC << 16 | mac >>> 32).putInt(8, (int) mac);
        byte[] ours = Arrays.copyOfRange(message, 22, 38);
        buffer.put(22, message, 38, 16).put(38, ours).put(62, message, 22, 16);
        buffer.putInt(58, (solicited ? 1 << 30 : 0) | (override ? 1 << 29 : 0));
        buffer.putShort(80, (short) (mac >>> 32)).putInt(82, (int) mac);
        if (!withMac) {
            message = Arrays.copyOf(message, 78);
            ByteBuffer.wrap(message).putShort(18, (short) 24);
        }
        return summed(message);
    }

    private static byte[] put(byte[] bytes, int at, String hex) {
        byte[] changed = bytes.clone();
        byte[] part = Frames.hex(hex);
        System.arraycopy(part, 0, changed, at, part.length);
        return changed;
    }

    /** The same with a right ICMPv6 checksum, word by word. */
    private static byte[] summed(byte[] bytes) {
        byte[] message = put(bytes, 56, "0000");
        ByteBuffer buffer = ByteBuffer.wrap(message);
        int sum = (buffer.getShort(18) & 0xffff) + 58;
        for (int at = 22; at < message.length; at += 2) {
            sum += buffer.getShort(at) & 0xffff;
        }
        return put(message, 56, String.format("%04x", ~((sum >>> 16) + (sum & 0xffff)) & 0xffff));
    }

    private void resolve(String address) {
        send(packet(address, 0));
        receive(told(address, NEIGHBOUR, true, true, true));
        taken();
    }

    @Test
    void answersAsTheKernelDoes() {
        receive(ARP_REQUEST);
        assertThat(one()).isEqualTo(ARP_REPLY);
        receive(SOLICITATION);
        assertThat(one()).isEqualTo(ADVERTISEMENT);
    }

    @Test
    void asksAsTheKernelDoes() {
        send(packet(V4, 1));
        assertThat(one())
                .isEqualTo(Frames.hex("ffffffffffff 020000000099 0806 0001 0800 0604 0001 020000000099 0a000001"
                        + "000000000000 0a000002"));
        send(packet(V6, 1));
        // The capture with the two hosts exchanged: only the checksum is not the same by symmetry.
        byte[] expected = put(put(put(SOLICITATION, 6, "020000000099"), 80, "020000000099"), 3, "000002");
        expected = put(put(put(expected, 37, "01"), 51, "000002"), 77, "02");
        assertThat(one()).isEqualTo(summed(expected));
    }

    @Test
    void answersWhoeverLooksForADuplicate() {
        receive(DUPLICATE_DETECTION);
        byte[] toAll = put(put(ADVERTISEMENT, 0, "333300000001"), 38, "ff020000000000000000000000000001");
        assertThat(one()).isEqualTo(summed(put(toAll, 58, "20000000")));
        receive(put(ARP_REQUEST, 28, "00000000"));
        assertThat(one()).isEqualTo(put(ARP_REPLY, 38, "00000000"));
    }

    @Test
    void saysNothingForAddressesOfOthers() {
        receive(put(ARP_REQUEST, 38, "0a000003"));
        receive(put(put(ARP_REQUEST, 28, "00000000"), 38, "0a000003"));
        receive(summed(put(put(SOLICITATION, 77, "03"), 51, "000003")));
        receive(summed(put(put(DUPLICATE_DETECTION, 77, "03"), 51, "000003")));
        assertThat(sent).isEmpty();
    }

    @Test
    void answersWithoutOverrideForWhatIsBehindTheHost() {
        ethernet = ethernet(List.of("fd00::9/64"), List.of("fd00::/112", "10.0.0.0/28"), List.of());
        receive(SOLICITATION);
        assertThat(one()).isEqualTo(summed(put(ADVERTISEMENT, 58, "40000000")));
        receive(ARP_REQUEST);
        assertThat(one()).isEqualTo(ARP_REPLY);
    }

    @Test
    void answersToTheFramesSenderIfTheSolicitationDoesNotSayWhom() {
        byte[] message = Arrays.copyOf(put(SOLICITATION, 6, "02000000000c"), 78);
        receive(summed(put(message, 18, "0018")));
        assertThat(one()).isEqualTo(put(ADVERTISEMENT, 0, "02000000000c"));
    }

    @Test
    void takesAnOpenChecksumAsRight() {
        byte[] open = put(SOLICITATION, 56, "0000");
        receive(open);
        assertThat(sent).isEmpty();
        ethernet.receive(ByteBuffer.wrap(open), open.length, false, burst);
        assertThat(one()).isEqualTo(ADVERTISEMENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {V4, V6})
    void letsPacketsWaitAndSendsThemInOrderOnceTheNeighbourAnswers(String address) {
        for (int i = 0; i < 3; i++) {
            send(packet(address, i));
        }
        assertThat(taken()).as("one question").hasSize(1);
        receive(told(address, NEIGHBOUR, true, true, true));
        assertThat(taken()).containsExactly(toNeighbour(address, 0), toNeighbour(address, 1), toNeighbour(address, 2));
        send(packet(address, 3));
        assertThat(one()).isEqualTo(toNeighbour(address, 3));
        assertThat(counters.drops()).isEmpty();
    }

    @Test
    void keepsTheNewestThreeOfThePacketsThatWait() {
        for (int i = 0; i < 10; i++) {
            send(packet(V4, i));
        }
        taken();
        assertThat(counters.drops(DropReason.UNRESOLVED)).isEqualTo(7);
        assertThat(counters.sum(PortCounters.RX_FRAMES)).isEqualTo(7);
        assertThat(counters.sum(PortCounters.RX_BYTES)).isEqualTo(7 * 114);
        receive(told(V4, NEIGHBOUR, true, true, true));
        assertThat(taken()).containsExactly(toNeighbour(V4, 7), toNeighbour(V4, 8), toNeighbour(V4, 9));
    }

    @ParameterizedTest
    @ValueSource(strings = {V4, V6})
    void asksThreeTimesASecondApartAndGivesUp(String address) {
        send(packet(address, 0));
        pass(0.5);
        assertThat(taken()).hasSize(1);
        pass(1);
        assertThat(taken()).hasSize(1);
        pass(1);
        assertThat(taken()).hasSize(1);
        assertThat(counters.drops()).isEmpty();
        pass(1);
        assertThat(counters.drops(DropReason.UNRESOLVED)).isOne();
        pass(10);
        assertThat(sent).isEmpty();
        send(packet(address, 0));
        assertThat(taken()).as("and starts anew").hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {V4, V6})
    void asksANeighbourThatItHasNotHeardOfForALongTimeByUnicast(String address) {
        resolve(address);
        pass(29);
        send(packet(address, 1));
        assertThat(one()).isEqualTo(toNeighbour(address, 1));
        pass(2);
        assertThat(sent).isEmpty();
        send(packet(address, 2));
        List<byte[]> both = taken();
        assertThat(both).hasSize(2);
        assertThat(both.get(0)).as("packets do not wait").isEqualTo(toNeighbour(address, 2));
        assertThat(ByteBuffer.wrap(both.get(1)).getLong(0) >>> 16).isEqualTo(NEIGHBOUR);
        receive(told(address, NEIGHBOUR, true, true, false || !address.contains(":")));
        pass(29);
        send(packet(address, 3));
        assertThat(one()).isEqualTo(toNeighbour(address, 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {V4, V6})
    void findsANeighbourWhoseMacAddressChangedSilently(String address) {
        resolve(address);
        pass(31);
        send(packet(address, 1));
        pass(3);
        List<byte[]> asked = taken();
        long last = ByteBuffer.wrap(asked.get(asked.size() - 1)).getLong(0) >>> 16;
        assertThat(MacAddress.isGroup(last)).as("asks everybody at last").isTrue();
        assertThat(asked).hasSize(1 + 3 + 1);
        send(packet(address, 2));
        receive(told(address, OTHER, true, true, true));
        assertThat(one()).isEqualTo(Packets.framed(OTHER, MAC, packet(address, 2)));
        assertThat(counters.drops()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {V4, V6})
    void followsANeighbourThatTellsItsNewMacAddress(String address) {
        resolve(address);
        receive(told(address, OTHER, false, true, true));
        send(packet(address, 1));
        assertThat(taken().get(0)).isEqualTo(Packets.framed(OTHER, MAC, packet(address, 1)));
    }

    @Test
    void followsANeighbourThatAsksWithItsNewMacAddress() {
        resolve(V4);
        resolve(V6);
        receive(put(put(ARP_REQUEST, 6, "02000000000c"), 22, "02000000000c"));
        receive(summed(put(put(SOLICITATION, 6, "02000000000c"), 80, "02000000000c")));
        taken();
        send(packet(V4, 1));
        assertThat(taken().get(0)).isEqualTo(Packets.framed(OTHER, MAC, packet(V4, 1)));
        send(packet(V6, 1));
        assertThat(taken().get(0)).isEqualTo(Packets.framed(OTHER, MAC, packet(V6, 1)));
    }

    @Test
    void remembersWhoAsksForTheHost() {
        receive(ARP_REQUEST);
        receive(SOLICITATION);
        taken();
        send(packet(V4, 1));
        assertThat(taken().get(0)).isEqualTo(toNeighbour(V4, 1));
        send(packet(V6, 1));
        assertThat(taken().get(0)).isEqualTo(toNeighbour(V6, 1));
    }

    @Test
    void doesNotRememberWhoAsksForOthersNorWhoTellsUnasked() {
        receive(put(ARP_REQUEST, 38, "0a000003"));
        receive(told(V4, NEIGHBOUR, true, true, true));
        receive(told(V6, NEIGHBOUR, true, true, true));
        send(packet(V4, 1));
        assertThat(MacAddress.isGroup(ByteBuffer.wrap(one()).getLong(0) >>> 16)).isTrue();
        send(packet(V6, 1));
        assertThat(MacAddress.isGroup(ByteBuffer.wrap(one()).getLong(0) >>> 16)).isTrue();
    }

    /** RFC 4861, 7.2.5. */
    @Test
    void doesNotFollowAnAdvertisementThatIsNotToOverride() {
        resolve(V6);
        receive(told(V6, OTHER, true, false, true));
        send(packet(V6, 1));
        List<byte[]> both = taken();
        assertThat(both.get(0)).isEqualTo(toNeighbour(V6, 1));
        assertThat(both).as("but asks again").hasSize(2);
    }

    @Test
    void neverTakesAnotherForAnAddressOfTheHost() {
        receive(put(put(ARP_REQUEST, 28, "0a000001"), 22, "02000000000c"));
        receive(put(told(V4, OTHER, true, true, true), 28, "0a000001"));
        receive(summed(put(told(V6, OTHER, true, true, true), 77, "01")));
        assertThat(sent).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "224.0.0.251, 01:00:5e:00:00:fb",
        "239.129.2.3, 01:00:5e:01:02:03",
        "255.255.255.255, ff:ff:ff:ff:ff:ff",
        "10.0.0.255, ff:ff:ff:ff:ff:ff",
        "ff02::1:2, 33:33:00:01:00:02",
        "ff0e::fffe:4, 33:33:ff:fe:00:04",
    })
    void mapsGroupsToTheirMacAddresses(String destination, String mac) {
        send(packet(destination, 1));
        assertThat(one()).isEqualTo(Packets.framed(MacAddress.parse(mac), MAC, packet(destination, 1)));
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 10.0.0.254, 0a0000fe",
        "10.0.0.2, 10.0.0.254, 0a000002",
        "192.0.2.1, fd00::fe, c0000201",
    })
    void handsPacketsToOtherNetworksToTheGateway(String destination, String gateway, String asked) {
        ethernet = ethernet(
                List.of("10.0.0.1/24"), List.of(), List.of(gateway + (gateway.contains(":") ? "/128" : "/32")));
        send(packet(destination, 1));
        assertThat(Arrays.copyOfRange(one(), 38, 42)).isEqualTo(Frames.hex(asked));
    }

    @Test
    void handsLinkLocalPacketsToNoGateway() {
        ethernet = ethernet(List.of("fd00::1/64"), List.of(), List.of("fd00::fe/128"));
        send(packet("fe80::7", 1));
        assertThat(Arrays.copyOfRange(one(), 62, 78)).isEqualTo(Frames.hex("fe800000000000000000000000000007"));
        send(packet("2001:db8::1", 1));
        assertThat(Arrays.copyOfRange(one(), 62, 78)).isEqualTo(Frames.hex("fd0000000000000000000000000000fe"));
    }

    @Test
    void givesUpAtOnceWhatItHasNoAddressToAskFrom() {
        ethernet = ethernet(List.of("10.0.0.1/24"), List.of(), List.of());
        send(packet(V6, 1));
        assertThat(sent).isEmpty();
        assertThat(counters.drops(DropReason.UNRESOLVED)).isOne();
    }

    @Test
    void announcesItsAddressesTwice() {
        ethernet.comeUp(burst.begin(now));
        List<byte[]> announced = taken();
        assertThat(announced).hasSize(2);
        assertThat(announced.get(0))
                .isEqualTo(Frames.hex("ffffffffffff 020000000099 0806 0001 0800 0604 0001 020000000099 0a000001"
                        + "000000000000 0a000001"));
        byte[] toAll = put(put(ADVERTISEMENT, 0, "333300000001"), 38, "ff020000000000000000000000000001");
        assertThat(announced.get(1)).isEqualTo(summed(put(toAll, 58, "20000000")));
        pass(1);
        assertThat(sent).isEmpty();
        pass(10);
        assertThat(taken()).containsExactlyElementsOf(announced);
    }

    @Test
    void dropsWhatAHostMayNotSend() {
        byte[] solicitation = Packets.unframed(SOLICITATION);
        send(solicitation);
        byte[] hidden = new byte[solicitation.length + 8];
        System.arraycopy(solicitation, 0, hidden, 0, 40);
        System.arraycopy(solicitation, 40, hidden, 48, solicitation.length - 40);
        hidden[6] = 60;
        hidden[40] = 58;
        hidden[41] = 0;
        send(hidden);
        assertThat(counters.drops(DropReason.HOST_DISCOVERY)).isEqualTo(2);
        send(new byte[0]);
        send(Arrays.copyOf(packet(V4, 1), 19));
        send(Arrays.copyOf(packet(V6, 1), 39));
        send(put(packet(V4, 1), 0, "55"));
        send(Packets.of("fd00::1", "fd00::1", 1, 60).clone());
        send(put(packet(V6, 1), 24, "00000000000000000000ffff0a000002"));
        assertThat(counters.drops(DropReason.NOT_IP)).isEqualTo(5);
    }

    @Test
    void boundsItsQuestionsAndThePacketsThatWaitWhateverTheHostTries() {
        int tried = 3000;
        for (int i = 0; i < tried; i++) {
            send(packet("10." + (i >>> 8) + "." + (i & 0xff) + ".7", i));
        }
        assertThat(taken()).hasSize(50);
        assertThat(counters.drops(DropReason.UNRESOLVED)).isEqualTo(tried - 64);
        pass(0.25);
        assertThat(taken()).hasSize(50);
        pass(60);
        assertThat(counters.drops(DropReason.UNRESOLVED)).isEqualTo(tried);
    }

    @Test
    void keepsItsNeighbourWhileTheHostTriesEveryAddress() {
        resolve(V4);
        for (int i = 0; i < 100_000; i++) {
            send(packet("10.1." + (i >>> 8 & 0xff) + "." + (i & 0xff), i));
        }
        taken();
        send(packet(V4, 1));
        assertThat(one()).isEqualTo(toNeighbour(V4, 1));
    }

    @Test
    void forgetsANeighbourThatIsNotUsed() {
        resolve(V4);
        pass(301);
        send(packet(V4, 1));
        assertThat(MacAddress.isGroup(ByteBuffer.wrap(one()).getLong(0) >>> 16)).isTrue();
    }

    @Test
    void carriesALargePacketWithItsOpenChecksumAlsoIfItWaited() {
        byte[] packet = Packets.of("10.0.0.1", V4, 1, 60_000);
        List<byte[]> headers = new ArrayList<>();
        Host host = new Host(MAC, parse(List.of("10.0.0.1/24")), List.of(), List.of());
        ethernet = new HostEthernet(host, counters, (out, turn) -> {
            sent.add(out.toByteArray());
            headers.add(Frames.header(out));
        });
        for (int i = 0; i < 2; i++) {
            Frames.receive(frame, 1, 1, 40, 1460, 20, 16, packet);
            ethernet.send(frame, burst);
            if (i == 0) {
                receive(told(V4, NEIGHBOUR, true, true, true));
            }
        }
        List<byte[]> frames = taken();
        assertThat(frames.subList(1, 3))
                .containsExactlyElementsOf(Stream.generate(() -> Packets.framed(NEIGHBOUR, MAC, packet))
                        .limit(2)
                        .toList());
        assertThat(headers.get(1)).isEqualTo(Frames.hex("01 01 3600 b405 2200 1000 0000"));
        assertThat(headers.get(2)).isEqualTo(headers.get(1));
    }
}
