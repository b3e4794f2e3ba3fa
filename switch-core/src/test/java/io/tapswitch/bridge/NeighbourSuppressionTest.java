package io.tapswitch.bridge;

import static io.tapswitch.bridge.DiscoveryFrames.address;
import static io.tapswitch.bridge.DiscoveryFrames.advertisement;
import static io.tapswitch.bridge.DiscoveryFrames.reply;
import static io.tapswitch.bridge.DiscoveryFrames.request;
import static io.tapswitch.bridge.DiscoveryFrames.solicitation;
import static io.tapswitch.bridge.DiscoveryFrames.unsolicited;
import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.bridge.FdbEntry.Type;
import io.tapswitch.bridge.Wiring.TestPort;
import io.tapswitch.bridge.Wiring.Vtep;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.frame.Segments;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.VniFrame;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A network on this host and on two others: {@code a} and {@code b} are ports here with a station each, the stations {@code
 * R} and {@code R2} are behind VTEPs.
 */
class NeighbourSuppressionTest {
    private static final int VNI = 1000;
    private static final long SECOND = Wiring.SECOND;
    private static final long A = 0x0200_0000_000aL;
    private static final long B = 0x0200_0000_000bL;
    private static final long R = 0x0200_0000_00aaL;
    private static final long R2 = 0x0200_0000_00bbL;
    private static final String A4 = "10.0.0.1";
    private static final String B4 = "10.0.0.2";
    private static final String R4 = "10.0.0.3";
    private static final String A6 = "fd00::1";
    private static final String B6 = "fd00::2";
    private static final String R6 = "fd00::3";

    private final Wiring wiring = new Wiring();
    private final Bridge red = wiring.suppressing("red", 10, VNI);
    private final Bridge other = wiring.bridge("other", 20);
    private final TestPort a = wiring.port("a").in(red);
    private final TestPort b = wiring.port("b").in(red);
    private final TestPort c = wiring.port("c").in(red);
    private final Vtep v1 = wiring.vtep("v1").in(red);
    private final Vtep v2 = wiring.vtep("v2").in(red);

    @AfterEach
    void everyFrameIsCounted() {
        wiring.assertAccounts();
    }

    private void introduce() {
        a.send(Frames.ethernet(MacAddress.BROADCAST, A, 46));
        b.send(Frames.ethernet(MacAddress.BROADCAST, B, 46));
        v1.send(VNI, Frames.ethernet(MacAddress.BROADCAST, R, 46));
        v2.send(VNI, Frames.ethernet(MacAddress.BROADCAST, R2, 46));
        takeAll();
    }

    private void takeAll() {
        List.of(a, b, c).forEach(TestPort::take);
        List.of(v1, v2).forEach(Vtep::take);
    }

    /** What every station says of itself is known, or put by a directory. */
    private void introduceAddresses() {
        introduce();
        a.send(request(A, A4, A4));
        a.send(unsolicited(A, A6));
        b.send(request(B, B4, B4));
        b.send(unsolicited(B, B6));
        put(R4, R);
        put(R6, R);
        takeAll();
    }

    private void put(String text, long mac) {
        assertThat(red.neighbours().putRemote(address(text), mac)).isTrue();
    }

    /** As {@code address mac kind}, sorted. */
    private Set<String> known() {
        Set<String> known = new TreeSet<>();
        for (Neighbour neighbour : red.neighbours().entries()) {
            known.add(neighbour.address().getHostAddress() + " " + Long.toHexString(neighbour.mac() & 0xff)
                    + (neighbour.isLocal() ? " local" : " remote"));
        }
        return known;
    }

    private static VniFrame vni(byte[] bytes) {
        return VniFrame.of(VNI, bytes);
    }

    private void assertFlooded(byte[] frame, TestPort... local) {
        for (TestPort port : local) {
            port.assertTakes(frame);
        }
        v1.assertTakes(vni(frame));
        v2.assertTakes(vni(frame));
        wiring.assertNoMore();
    }

    @Nested
    class Hears {
        @Test
        void theSenderOfAnyArpPacket() {
            introduce();
            a.send(request(A, A4, "10.0.0.99"));
            assertThat(known()).containsExactly("10.0.0.1 a local");
            b.send(reply(B, B4, A, A4));
            assertThat(known()).containsExactly("10.0.0.1 a local", "10.0.0.2 b local");
            a.send(request(A, "10.0.0.7", "10.0.0.7"));
            assertThat(known()).contains("10.0.0.7 a local");
        }

        @Test
        void theSourceOfASolicitationAndTheTargetOfAnAdvertisement() {
            introduce();
            a.send(solicitation(A, A6, "fd00::99"));
            b.send(advertisement(B, B6, A, A6, DiscoveryFrames.SOLICITED | DiscoveryFrames.OVERRIDE));
            b.send(unsolicited(B, "fe80::b"));
            assertThat(known())
                    .containsExactly(
                            "fd00:0:0:0:0:0:0:1 a local", "fd00:0:0:0:0:0:0:2 b local", "fe80:0:0:0:0:0:0:b b local");
        }

        @Test
        void anAdvertisementWithoutTheOption() {
            introduce();
            a.send(DiscoveryFrames.nd(136, B, A, address(A6), address(B6), 255, 0, address(A6), new byte[0]));
            assertThat(known()).containsExactly("fd00:0:0:0:0:0:0:1 a local");
        }

        @Test
        void nothingFromTheOverlay() {
            introduce();
            v1.send(VNI, request(R, R4, R4));
            v1.send(VNI, unsolicited(R, R6));
            v1.send(VNI, request(A, A4, A4));
            assertThat(known()).isEmpty();
        }

        @Test
        void nothingFromProbes() {
            introduce();
            a.send(request(A, "0.0.0.0", A4));
            a.send(solicitation(A, "::", A6));
            assertThat(known()).isEmpty();
        }

        @Test
        void nothingThatIsSaidOfAnotherMacAddress() {
            introduce();
            byte[] arp = request(A, B4, B4);
            arp[27] = (byte) B;
            a.send(arp);
            a.send(DiscoveryFrames.nd(
                    136, B, A, address(A6), address(B6), 255, 0, address(A6), DiscoveryFrames.option(2, B)));
            a.send(DiscoveryFrames.nd(
                    135, B, A, address(A6), address(B6), 255, 0, address(B6), DiscoveryFrames.option(1, B)));
            assertThat(known()).isEmpty();
        }

        @Test
        void nothingFromAPortThatTheStationIsNotBehind() {
            introduce();
            red.table().put(B, b.port, Type.STATIC, 0);
            a.send(request(B, B4, B4));
            a.with(new PortSettings(true, false, true, true, true, false, false, 9, 0, 0, 0));
            a.send(request(0x0200_0000_0077L, A4, A4));
            assertThat(known()).isEmpty();
        }

        @Test
        void nothingInANetworkThatDoesNotAnswer() {
            TestPort d = wiring.port("d").in(other);
            d.send(request(A, A4, A4));
            assertThat(other.neighbours().size()).isZero();
        }

        @Test
        void nothingBehindAGuestsTag() {
            introduce();
            a.send(Frames.tagged(request(A, A4, A4), 5));
            assertThat(known()).isEmpty();
        }

        @Test
        void aTaggedTrunkAsAnyPort() {
            TestPort trunk = wiring.port("trunk").in(other, List.of(red));
            trunk.send(Frames.tagged(request(A, A4, A4), 10));
            assertThat(known()).containsExactly("10.0.0.1 a local");
        }

        @Test
        void nothingWithAnOpenChecksum() {
            introduce();
            byte[] bytes = unsolicited(A, A6);
            a.send(bytes, frame -> Frames.receive(frame, 1, 0, 0, 0, 54, 2, bytes));
            assertThat(known()).isEmpty();
        }

        @Test
        void theNewStationOfAnAddress() {
            introduceAddresses();
            b.send(request(B, A4, A4));
            assertThat(known()).contains("10.0.0.1 b local");
        }

        static List<Path> hostile() {
            return Segments.files("/corpus/discovery").stream()
                    .filter(file -> !file.endsWith("valid.hex"))
                    .toList();
        }

        /** Cut, of other kinds and lengths, with a wrong checksum, hop limit or option: the bytes are in the corpus. */
        @ParameterizedTest
        @MethodSource("hostile")
        void nothingMalformed(Path file) {
            for (byte[] bytes : Segments.lines(file)) {
                a.send(bytes);
                assertThat(known()).isEmpty();
            }
            assertThat(a.count(PortCounters.RX_FRAMES)).isPositive();
        }

        @Test
        void allThatIsValid() {
            for (byte[] bytes : Segments.lines(Segments.files("/corpus/neighbours").stream()
                    .filter(file -> file.endsWith("valid.hex"))
                    .findFirst()
                    .orElseThrow())) {
                Bridge fresh = wiring.suppressing("fresh", 0, 7);
                wiring.port("x").in(fresh).send(bytes);
                assertThat(fresh.neighbours().size())
                        .as(HexFormat.of().formatHex(bytes))
                        .isOne();
            }
        }

        @Test
        void nothingInAFragmentOrBehindAnExtensionHeader() {
            introduce();
            for (byte[] bytes : Segments.lines(Segments.files("/corpus/neighbours").stream()
                    .filter(file -> file.endsWith("extensions.hex"))
                    .findFirst()
                    .orElseThrow())) {
                a.send(bytes);
                assertThat(known()).isEmpty();
                assertFlooded(bytes, b, c);
            }
        }
    }

    @Nested
    class Forgets {
        @Test
        void theStationThatLeavesTheFdb() {
            introduceAddresses();
            red.table().remove(A);
            red.age(SECOND);
            assertThat(known()).doesNotContain("10.0.0.1 a local").contains("10.0.0.2 b local", "10.0.0.3 aa remote");
        }

        @Test
        void theStationThatMovesToTheOverlay() {
            introduceAddresses();
            v1.send(VNI, Frames.ethernet(MacAddress.BROADCAST, A, 46));
            red.age(SECOND);
            assertThat(known()).noneMatch(line -> line.endsWith(" a local"));
        }

        @Test
        void theStationsOfAPortThatLeaves() {
            introduceAddresses();
            a.port.detach();
            red.age(SECOND);
            assertThat(known()).noneMatch(line -> line.endsWith(" a local"));
        }

        @Test
        void whatStationsSaidWhenTheNetworkAnswersNoMore() {
            introduceAddresses();
            red.configure(Wiring.settings(10, VNI));
            assertThat(known()).containsExactly("10.0.0.3 aa remote", "fd00:0:0:0:0:0:0:3 aa remote");
        }

        @Test
        void notTheStationThatMovesToAnotherPortHere() {
            introduceAddresses();
            c.send(Frames.ethernet(MacAddress.BROADCAST, A, 46));
            red.age(SECOND);
            assertThat(known()).contains("10.0.0.1 a local");
        }
    }

    @Nested
    class OfAStationBehindTheOverlay {
        /**
         * <pre>
         *  destination, source, 0806 | 0001 0800 06 04, operation | sender MAC, IP | target MAC, IP
         * </pre>
         */
        @Test
        void answersAnArpRequest() {
            introduceAddresses();
            a.send(Frames.hex(
                    "ffffffffffff 02000000000a 0806 0001 0800 06 04 0001 02000000000a 0a000001 000000000000 0a000003"));
            a.assertTakes(Frames.hex(
                    "02000000000a 0200000000aa 0806 0001 0800 06 04 0002 0200000000aa 0a000003 02000000000a 0a000001"));
            wiring.assertNoMore();
            assertThat(a.count(PortCounters.SUPPRESSED)).isOne();
        }

        /**
         * <pre>
         *  destination, source, 86dd | 60000000, length, 3a ff | source | destination | type, code, checksum, flags | target | option
         * </pre>
         *
         * The flags are solicited and override, without router.
         */
        @Test
        void answersASolicitation() {
            introduceAddresses();
            a.send(
                    Frames.hex(
                            "3333ff000003 02000000000a 86dd 60000000 0020 3a ff fd000000000000000000000000000001"
                                    + "ff0200000000000000000001ff000003 87 00 7d8c 00000000 fd000000000000000000000000000003 01 01 02000000000a"));
            a.assertTakes(
                    Frames.hex(
                            "02000000000a 0200000000aa 86dd 60000000 0020 3a ff fd000000000000000000000000000003"
                                    + "fd000000000000000000000000000001 88 00 1bf0 60000000 fd000000000000000000000000000003 02 01 0200000000aa"));
            wiring.assertNoMore();
            assertThat(a.count(PortCounters.SUPPRESSED)).isOne();
        }

        @Test
        void answersOnATrunkWithTheTagAndThePriorityOfTheRequest() {
            introduceAddresses();
            TestPort trunk = wiring.port("trunk").in(other, List.of(red));
            trunk.send(Frames.tagged(request(0x0200_0000_0044L, "10.0.0.44", R4), 3 << 13 | 10));
            trunk.assertTakes(Frames.tagged(reply(R, R4, 0x0200_0000_0044L, "10.0.0.44"), 3 << 13 | 10));
            wiring.assertNoMore();
        }

        @Test
        void leavesAQuestionForALinkLocalAddressToTheStationAlone() {
            introduceAddresses();
            put("fe80::3", R);
            byte[] question = solicitation(A, A6, "fe80::3");
            a.send(question);
            v1.assertTakes(vni(question));
            wiring.assertNoMore();
            assertThat(a.count(PortCounters.FORWARDED)).isOne();
        }

        @Test
        void leavesProbesToTheStationAlone() {
            introduceAddresses();
            byte[] probe = request(A, "0.0.0.0", R4);
            a.send(probe);
            v1.assertTakes(vni(probe));
            byte[] duplicate = solicitation(A, "::", R6);
            a.send(duplicate);
            v1.assertTakes(vni(duplicate));
            wiring.assertNoMore();
            assertThat(a.count(PortCounters.FORWARDED)).isEqualTo(2);
        }

        @Test
        void floodsUnlessTheStationIsInTheFdb() {
            introduceAddresses();
            red.table().remove(R);
            byte[] question = request(A, A4, R4);
            a.send(question);
            assertFlooded(question, b, c);
        }

        @Test
        void floodsWhileItsHostDoesNotAnswer() {
            introduceAddresses();
            v1.takeFloods(false);
            byte[] question = request(A, A4, R4);
            a.send(question);
            b.assertTakes(question);
            c.assertTakes(question);
            v2.assertTakes(vni(question));
            wiring.assertNoMore();
        }

        @Test
        void floodsWhileThePortToItsHostIsDisabled() {
            introduceAddresses();
            v1.with(new PortSettings(false, true, true, true, true, false, false, Integer.MAX_VALUE, 0, 0, 0));
            byte[] question = request(A, A4, R4);
            a.send(question);
            b.assertTakes(question);
            c.assertTakes(question);
            v2.assertTakes(vni(question));
            wiring.assertNoMore();
        }

        /** Who floods nothing to other hosts wants requests to be answered all the more. */
        @Test
        void answersAlsoWhereNothingIsFloodedToItsHost() {
            introduceAddresses();
            v1.with(new PortSettings(true, true, false, false, false, false, false, Integer.MAX_VALUE, 0, 0, 0));
            a.send(request(A, A4, R4));
            a.assertTakes(reply(R, R4, A, A4));
            wiring.assertNoMore();
            byte[] probe = request(A, "0.0.0.0", R4);
            a.send(probe);
            b.assertTakes(probe);
            c.assertTakes(probe);
            v2.assertTakes(vni(probe));
            wiring.assertNoMore();
        }

        @Test
        void neverAnswersTheStationItself() {
            introduceAddresses();
            red.table().put(R, v1.port, Type.STATIC, 0);
            byte[] question = request(R, "10.0.0.9", R4);
            a.send(question);
            assertFlooded(question, b, c);
        }

        @Test
        void learnsAStationThatHasMovedHereBeforeItIsAnswered() {
            introduceAddresses();
            byte[] question = request(R, R4, "10.0.0.99");
            a.send(question);
            assertThat(known()).contains("10.0.0.3 aa local");
            assertFlooded(question, b, c);
            byte[] next = request(B, B4, R4);
            b.send(next);
            a.assertTakes(next);
            wiring.assertNoMore();
        }

        @Test
        void floodsARequestOfTheOverlayToTheLocalPorts() {
            introduceAddresses();
            byte[] question = request(R2, "10.0.0.4", R4);
            v2.send(VNI, question);
            List.of(a, b, c).forEach(port -> port.assertTakes(question));
            wiring.assertNoMore();
            byte[] probe = request(R2, "0.0.0.0", R4);
            v2.send(VNI, probe);
            List.of(a, b, c).forEach(port -> port.assertTakes(probe));
            wiring.assertNoMore();
        }

        @Test
        void floodsAnnouncementsAndUnsolicitedAdvertisements() {
            introduceAddresses();
            for (byte[] announcement : List.of(
                    request(A, R4, R4),
                    DiscoveryFrames.arp(
                            2, MacAddress.BROADCAST, A, DiscoveryFrames.ipv4(R4), A, DiscoveryFrames.ipv4(R4)),
                    unsolicited(A, R6))) {
                a.send(announcement);
                assertFlooded(announcement, b, c);
            }
            assertThat(known()).contains("10.0.0.3 a local", "fd00:0:0:0:0:0:0:3 a local");
        }

        @Test
        void forwardsUnicastQuestionsAsAnyFrame() {
            introduceAddresses();
            byte[] question = DiscoveryFrames.arp(1, R, A, DiscoveryFrames.ipv4(A4), 0, DiscoveryFrames.ipv4(R4));
            a.send(question);
            v1.assertTakes(vni(question));
            wiring.assertNoMore();
        }

        @Test
        void floodsWhatAGuestTagged() {
            introduceAddresses();
            byte[] question = Frames.tagged(request(A, A4, R4), 5);
            a.send(question);
            assertFlooded(question, b, c);
        }

        @Test
        void floodsAQuestionInSomebodyElsesName() {
            introduceAddresses();
            byte[] question = request(A, A4, R4);
            question[27] = (byte) 0x77;
            a.send(question);
            assertFlooded(question, b, c);
            byte[] nameless = DiscoveryFrames.nd(
                    135,
                    0x3333_ff00_0003L,
                    A,
                    address(A6),
                    address("ff02::1:ff00:3"),
                    255,
                    0,
                    address(R6),
                    new byte[0]);
            a.send(nameless);
            assertFlooded(nameless, b, c);
        }

        @Test
        void floodsASolicitationToAnotherGroup() {
            introduceAddresses();
            byte[] question = DiscoveryFrames.nd(
                    135,
                    0x3333_0000_0001L,
                    A,
                    address(A6),
                    address("ff02::1"),
                    255,
                    0,
                    address(R6),
                    DiscoveryFrames.option(1, A));
            a.send(question);
            assertFlooded(question, b, c);
        }

        @Test
        void crossesNoIsolation() {
            introduceAddresses();
            a.with(isolated());
            v1.with(isolated());
            a.send(request(A, A4, R4));
            wiring.assertNoMore();
            assertThat(a.drops()).containsEntry(DropReason.ISOLATED, 1L);
            b.send(request(B, B4, R4));
            b.assertTakes(reply(R, R4, B, B4));
        }

        @Test
        void answersAThousandTimesASecondAndFloodsTheRest() {
            introduceAddresses();
            wiring.now(10 * SECOND);
            byte[] question = request(A, A4, R4);
            for (int i = 0; i < 1500; i++) {
                a.send(question);
            }
            assertThat(a.take()).hasSize(1000);
            assertThat(b.take()).hasSize(500).allMatch(frame -> frame.length == question.length);
            assertThat(a.count(PortCounters.SUPPRESSED)).isEqualTo(1000);
            wiring.now(11 * SECOND);
            a.send(question);
            assertThat(a.take()).hasSize(1);
        }

        @Test
        void answersNothingOnceTheNetworkDoesNot() {
            introduceAddresses();
            red.configure(Wiring.settings(10, VNI));
            byte[] question = request(A, A4, R4);
            a.send(question);
            assertFlooded(question, b, c);
        }
    }

    private static PortSettings isolated() {
        return new PortSettings(true, true, true, true, true, true, false, Integer.MAX_VALUE, 0, 0, 0);
    }

    @Nested
    class OfAStationHere {
        @Test
        void sendsARequestToItAlone() {
            introduceAddresses();
            byte[] question = request(A, A4, B4);
            a.send(question);
            b.assertTakes(question);
            wiring.assertNoMore();
            byte[] solicitation = solicitation(A, A6, B6);
            a.send(solicitation);
            b.assertTakes(solicitation);
            wiring.assertNoMore();
            assertThat(a.count(PortCounters.FORWARDED)).isEqualTo(2);
        }

        @Test
        void sendsARequestOfTheOverlayToItAlone() {
            introduceAddresses();
            byte[] question = request(R, R4, B4);
            v1.send(VNI, question);
            b.assertTakes(question);
            wiring.assertNoMore();
            assertThat(v1.count(PortCounters.FORWARDED)).isOne();
        }

        @Test
        void sendsItOnATrunkWithTheTag() {
            introduceAddresses();
            TestPort trunk = wiring.port("trunk").in(other, List.of(red));
            trunk.send(Frames.tagged(request(0x0200_0000_0044L, "10.0.0.44", "10.0.0.44"), 10));
            takeAll();
            byte[] question = request(A, A4, "10.0.0.44");
            a.send(question);
            trunk.assertTakes(Frames.tagged(question, 10));
            wiring.assertNoMore();
        }

        @Test
        void sendsProbesToItAlone() {
            introduceAddresses();
            for (byte[] probe : List.of(request(A, "0.0.0.0", B4), solicitation(A, "::", B6))) {
                a.send(probe);
                b.assertTakes(probe);
                wiring.assertNoMore();
            }
        }

        @Test
        void floodsAProbeForTheAddressThatTheStationItselfHas() {
            introduceAddresses();
            for (byte[] probe : List.of(request(A, "0.0.0.0", A4), solicitation(A, "::", A6))) {
                a.send(probe);
                assertFlooded(probe, b, c);
            }
        }

        @Test
        void floodsAProbeForAnAddressThatNobodyHas() {
            introduceAddresses();
            for (byte[] probe : List.of(request(A, "0.0.0.0", "10.0.0.99"), solicitation(A, "::", "fd00::99"))) {
                a.send(probe);
                assertFlooded(probe, b, c);
            }
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void floodsOnceItDoesNotAnswerAndNoLongerWhenItDoes(boolean answers) {
            introduceAddresses();
            byte[] question = request(A, A4, B4);
            a.send(question);
            takeAll();
            if (answers) {
                b.send(reply(B, B4, A, A4));
                takeAll();
            }
            wiring.now(SECOND);
            a.send(question);
            if (answers) {
                b.assertTakes(question);
                wiring.assertNoMore();
            } else {
                assertFlooded(question, b, c);
                b.send(reply(B, B4, A, A4));
                takeAll();
                a.send(question);
                b.assertTakes(question);
                wiring.assertNoMore();
            }
        }

        @Test
        void sendsNothingBackToThePortThatTheStationIsBehind() {
            introduceAddresses();
            b.send(request(0x0200_0000_0044L, "10.0.0.44", B4));
            wiring.assertNoMore();
            assertThat(b.drops()).containsEntry(DropReason.SAME_PORT, 1L);
        }

        @Test
        void crossesNoIsolation() {
            introduceAddresses();
            a.with(isolated());
            b.with(isolated());
            a.send(request(A, A4, B4));
            wiring.assertNoMore();
            assertThat(a.drops()).containsEntry(DropReason.ISOLATED, 1L);
        }

        @Test
        void floodsIfThePortTakesNoSuchFloods() {
            introduceAddresses();
            b.with(new PortSettings(true, true, true, true, false, false, false, Integer.MAX_VALUE, 0, 0, 0));
            byte[] question = request(A, A4, B4);
            a.send(question);
            assertFlooded(question, c);
            b.with(new PortSettings(false, true, true, true, true, false, false, Integer.MAX_VALUE, 0, 0, 0));
            a.send(question);
            assertFlooded(question, c);
        }

        @Test
        void refusesALockedPortsStrangers() {
            introduceAddresses();
            a.with(new PortSettings(true, true, true, true, true, false, true, Integer.MAX_VALUE, 0, 0, 0));
            a.send(request(0x0200_0000_0077L, B4, R4));
            wiring.assertNoMore();
            assertThat(a.drops()).containsEntry(DropReason.LOCKED, 1L);
            assertThat(known()).contains("10.0.0.2 b local");
        }
    }
}
