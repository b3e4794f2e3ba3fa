package io.tapswitch.it.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.PortView;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.it.Await;
import io.tapswitch.it.NeedsTap;
import io.tapswitch.it.TestFrame;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What anybody on the underlay may send: it ends at the VTEP, is counted by its reason, and disturbs nobody. */
@NeedsTap
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VxlanHostileIT {
    private static final int VNI = 100;
    private static final int HEADER = 8;
    private static final int ETHERNET = 14;

    /** The longest UDP payload over IPv4. */
    private static final int LONGEST = 65_507;

    /** A probe, or its acknowledgement, without padding. */
    private static final int CONTROL = 48;

    private static final int ANSWERS_PER_SECOND = 100;

    private Underlay underlay;
    private Site site;
    private PlayedVtep second;
    private PlayedVtep third;
    private PlayedVtep stranger;
    private TapSwitchVtep vtep;
    private Station station;

    @BeforeAll
    void twoVtepsAndAStranger() {
        underlay = new Underlay(1500);
        site = underlay.site(1);
        second = new PlayedVtep(underlay.site(2), site);
        third = new PlayedVtep(underlay.site(3), site);
        stranger = new PlayedVtep(underlay.site(4), site);
    }

    @AfterAll
    void close() {
        List.of(stranger, third, second).forEach(PlayedVtep::close);
        underlay.close();
    }

    @BeforeEach
    void start() {
        vtep = new TapSwitchVtep(
                new Vtep.Plan(site, Family.V4, List.of(second.site(), third.site()), List.of(VNI)),
                ", keepalive: false");
        station = vtep.station(VNI);
        List.of(second, third, stranger).forEach(played -> played.capture().drain());
    }

    /** Whatever happened: the ports are up, frames pass, and the third VTEP has nothing to do with it. */
    @AfterEach
    void goesOn() {
        try {
            say(second);
            say(third);
            assertThat(vtep.net().service().ports())
                    .extracting(PortView::status)
                    .containsOnly(PortView.Status.UP);
            assertThat(vtep.to(third.site()).counters().drops()).isEmpty();
            assertThat(third.capture().frames(0)).isEmpty();
            for (PlayedVtep played : List.of(second, third)) {
                PortCounters counters = vtep.to(played.site()).counters();
                assertThat(counters.sum(PortCounters.RX_FRAMES))
                        .isEqualTo(counters.sum(PortCounters.FORWARDED)
                                + counters.sum(PortCounters.FLOODED)
                                + counters.drops().values().stream()
                                        .mapToLong(Long::longValue)
                                        .sum());
            }
        } finally {
            vtep.close();
        }
    }

    /** Lets a VTEP say something right, and waits for it: what it sent before is then done with. */
    private void say(PlayedVtep from) {
        TestFrame frame = from.send(Family.V4, VNI, from.broadcast(9));
        assertThat(station.received(1)).containsExactly(frame);
    }

    private void sendPayload(PlayedVtep from, byte[] payload) {
        from.send(from.datagram(Family.V4, payload));
    }

    private Map<DropReason, Long> drops(PlayedVtep of) {
        return vtep.to(of.site()).counters().drops();
    }

    @Test
    void dropsWhatComesFromNoRemoteVtep() throws Exception {
        PortCounters strange = vtep.net().service().endpoints().get(0).counters();
        stranger.send(Family.V4, VNI, stranger.broadcast(1));
        stranger.send(Family.V4, VNI + 1, stranger.broadcast(1));
        sendPayload(stranger, new byte[0]);
        stranger.send(stranger.datagram(
                        Family.V4, Outer.vxlan(VNI, stranger.broadcast(1).bytes()))
                .withSource("203.0.113.9"));
        Await.until("they are counted", 5, () -> strange.drops(DropReason.UNKNOWN_VTEP) == 4);
        assertThat(station.received(0)).isEmpty();
        assertThat(vtep.net().fdb("default")).doesNotContainKey(MacAddress.format(stranger.station(1)));
    }

    @Test
    void dropsWhatIsInNoNetworkOfThePort() {
        for (int vni : new int[] {0, 1, VNI - 1, VNI + 1, VNI << 8, 0xff_ffff}) {
            second.send(Family.V4, vni, second.broadcast(1));
        }
        say(second);
        assertThat(drops(second)).containsOnly(Map.entry(DropReason.UNKNOWN_VNI, 6L));
    }

    @Test
    void dropsWhatIsCutWithinItsHeaders() {
        byte[] whole = Outer.vxlan(VNI, second.broadcast(1).bytes());
        for (int length = 0; length <= 30; length++) {
            sendPayload(second, Arrays.copyOf(whole, length));
        }
        say(second);
        assertThat(drops(second))
                .containsOnly(Map.entry(DropReason.BAD_VXLAN_HEADER, (long) HEADER), Map.entry(DropReason.RUNT, (long)
                        ETHERNET));
        // A short frame behind whole headers is for its receiver to judge.
        assertThat(vtep.to(second.site()).counters().sum(PortCounters.FLOODED)).isEqualTo(31 - 22 + 1);
    }

    @Test
    void leavesAnInnerVxlanPacketAsItIs() {
        TestFrame hidden = stranger.broadcast(1);
        byte[] nested = second.datagram(Family.V4, Outer.vxlan(VNI, hidden.bytes()))
                .frame(MacAddress.BROADCAST, second.station(1));
        sendPayload(second, Outer.vxlan(VNI, nested));
        byte[] frame = station.next(5000);
        while (frame != null && !Arrays.equals(frame, nested)) {
            frame = station.next(5000);
        }
        assertThat(frame).isEqualTo(nested);
        assertThat(station.received(0)).isEmpty();

        second.capture().drain();
        station.send(TestFrame.received(nested));
        assertThat(second.capture().with(TestFrame.received(nested)).vni()).isEqualTo(VNI);
    }

    @Test
    void refusesInnerSourcesThatNobodyHas() {
        for (long source : new long[] {0, MacAddress.BROADCAST, 0x0100_5e00_0001L, 0x3333_0000_0001L}) {
            second.send(Family.V4, VNI, TestFrame.of(station.mac(), source));
        }
        say(second);
        assertThat(drops(second)).containsOnly(Map.entry(DropReason.INVALID_SOURCE, 4L));
    }

    @Test
    void refusesDatagramsLongerThanAnyFrame() throws Exception {
        byte[] bytes = new byte[LONGEST];
        new Random(1).nextBytes(bytes);
        for (byte[] payload : List.of(
                bytes, Outer.vxlan(VNI, Arrays.copyOf(second.broadcast(1).bytes(), LONGEST - 8)))) {
            payload[0] &= payload == bytes ? ~Outer.HAS_VNI : -1;
            try (DatagramChannel channel = second.site().host().inside(DatagramChannel::open)) {
                channel.bind(new InetSocketAddress(
                        InetAddress.getByName(second.site().address(Family.V4)), 0));
                channel.send(
                        ByteBuffer.wrap(payload),
                        new InetSocketAddress(InetAddress.getByName(site.address(Family.V4)), Outer.VXLAN_PORT));
            }
        }
        Await.until("both are counted", 5, () -> drops(second).size() == 2);
        assertThat(drops(second))
                .containsOnly(Map.entry(DropReason.BAD_VXLAN_HEADER, 1L), Map.entry(DropReason.OVERSIZE, 1L));
    }

    @Test
    void countsEveryPieceOfRubbish() {
        Random random = new Random(4);
        int count = 500;
        for (int i = 0; i < count; i++) {
            byte[] payload = new byte[random.nextInt(100)];
            random.nextBytes(payload);
            if (payload.length > HEADER && random.nextBoolean()) {
                payload[0] |= Outer.HAS_VNI;
                ByteBuffer.wrap(payload).putInt(4, VNI << 8);
            }
            sendPayload(second, payload);
        }
        say(second);
        assertThat(vtep.to(second.site()).counters().sum(PortCounters.RX_FRAMES))
                .isEqualTo(count + 1);
        assertThat(drops(second)).containsKeys(DropReason.BAD_VXLAN_HEADER, DropReason.INVALID_SOURCE);
        assertThat(drops(second)).doesNotContainKey(DropReason.INTERNAL_ERROR);
    }

    /** The probe that VTEPs of TapSwitch send one another, as anybody may write it. */
    private static byte[] probe(int kind, int version, int claimedLength, int length) {
        ByteBuffer probe = ByteBuffer.allocate(length);
        probe.putInt(0x0054_5300 | kind).put((byte) version).put((byte) 0).putShort((short) claimedLength);
        return probe.putLong(new Random().nextLong()).array();
    }

    @Test
    void answersProbesWithNoMoreThanTheyHave() {
        sendPayload(second, probe(1, 1, CONTROL, CONTROL));
        sendPayload(second, probe(1, 1, 1400, 1400));
        assertThat(second.capture().withoutVni(2))
                .extracting(answer -> answer.payload().length)
                .containsExactly(CONTROL, CONTROL);
        sendPayload(stranger, probe(1, 1, CONTROL, CONTROL));
        assertThat(second.capture().withoutVni(0)).isEmpty();
        assertThat(stranger.capture().withoutVni(0)).isEmpty();
    }

    @Test
    void answersNoProbeThatIsNotWhole() {
        sendPayload(second, probe(1, 1, CONTROL, 20));
        sendPayload(second, probe(1, 1, 1400, CONTROL));
        sendPayload(second, probe(1, 2, CONTROL, CONTROL));
        sendPayload(second, probe(2, 1, CONTROL, CONTROL));
        sendPayload(second, probe(9, 1, CONTROL, CONTROL));
        say(second);
        assertThat(second.capture().withoutVni(0)).isEmpty();
        assertThat(vtep.to(second.site()).remote().state()).isEqualTo("unknown");
    }

    @Test
    void answersOnlySoManyProbesInASecond() {
        long start = System.nanoTime();
        for (int i = 0; i < 1000; i++) {
            sendPayload(second, probe(1, 1, CONTROL, CONTROL));
        }
        say(second);
        int answers = second.capture().withoutVni(1).size();
        long seconds = 1 + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
        assertThat(answers).isBetween(1, (int) (ANSWERS_PER_SECOND * (seconds + 1)));
    }

    /** Its kernel says so by ICMP, which is no trouble of anybody else. */
    @Test
    void goesOnWhereARemoteHostHasNoVtep() {
        vtep.net().add(site.port("nobody", underlay.site(5), Family.V4, ", keepalive: false"));
        for (int i = 0; i < 20; i++) {
            TestFrame frame = station.send(station.broadcast());
            assertThat(second.capture().with(frame)).isNotNull();
            assertThat(third.capture().with(frame)).isNotNull();
        }
        assertThat(vtep.net().service().port("nobody").counters().drops()).isEmpty();
    }
}
