package io.tapswitch.it.vxlan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.frame.MacAddress;
import io.tapswitch.it.Await;
import io.tapswitch.it.NeedsTap;
import io.tapswitch.it.TestFrame;
import io.tapswitch.it.Transfer;
import io.tapswitch.port.DropReason;
import io.tapswitch.vxlan.OverlaySecret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Two hosts that share a secret, and somebody on their underlay who reads everything and can send in either's name: he
 * learns nothing of the frames, and gets none in.
 */
@NeedsTap
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VxlanEncryptionIT {
    private static final int VNI = 100;
    private static final int PLAIN_VNI = 200;
    private static final int PATIENCE_SECONDS = 10;
    private static final long BULK = 4 << 20;

    /** Longer than a switch takes to look at its files again. */
    private static final long LOOK_MILLIS = 3000;

    /** Half a minute of them, which is longer than a secret is being replaced. */
    private static final int PINGS_MEANWHILE = 1500;

    /** The first four bytes of an encrypted frame, which say that it is one. */
    private static final int SEALED = 0x0054_5303;

    private static final int KIND = Integer.BYTES;

    /** Bytes of an encrypted frame's header and tag. */
    private static final int OVERHEAD = 28;

    private Underlay underlay;
    private Site first;
    private Site second;
    private PlayedVtep attacker;
    private Capture wire;
    private Path secret;
    private Path otherSecret;
    private TapSwitchVtep near;
    private TapSwitchVtep far;
    private Map<DropReason, Long> before;

    @BeforeAll
    void anUnderlayWithAnAttacker() throws Exception {
        underlay = new Underlay(1500);
        first = underlay.site(1);
        second = underlay.site(2);
        attacker = new PlayedVtep(underlay.site(3), first);
        wire = new Capture(underlay.sentBy(second));
        secret = secretFile("a secret of which an attacker knows nothing");
        otherSecret = secretFile("another secret, which is known to nobody else");
    }

    private static Path secretFile(String content) throws IOException {
        Path file = Files.createTempFile(
                "tswi", ".secret", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, content);
    }

    @AfterAll
    void close() throws Exception {
        wire.close();
        attacker.close();
        underlay.close();
        Files.delete(secret);
        Files.delete(otherSecret);
    }

    @AfterEach
    void stop() {
        near.close();
        far.close();
    }

    private void start(Family family, Path secretOfFar) {
        start(family, secret, secretOfFar);
    }

    private void start(Family family, Path secretOfNear, Path secretOfFar) {
        before = Map.of();
        near = start(first, second, family, secretOfNear);
        far = start(second, first, family, secretOfFar);
    }

    private static TapSwitchVtep start(Site own, Site remote, Family family, Path file) {
        return start(own, remote, family, file, List.of(VNI));
    }

    private static TapSwitchVtep start(Site own, Site remote, Family family, Path file, List<Integer> vnis) {
        return new TapSwitchVtep(
                new Vtep.Plan(own, family, List.of(remote), vnis), file == null ? "" : ", secretFile: '" + file + "'");
    }

    private void startWithOneSecret(Family family) throws Exception {
        start(family, secret);
        awaitFrames();
        before = near.to(second).counters().drops();
        wire.drain();
    }

    /** Waits until flooded frames pass both ways. */
    private void awaitFrames() throws Exception {
        for (TapSwitchVtep[] way : new TapSwitchVtep[][] {{far, near}, {near, far}}) {
            Await.until("frames pass", PATIENCE_SECONDS, () -> {
                TestFrame frame = way[0].station(VNI).send(way[0].station(VNI).broadcast());
                return way[1].station(VNI).received(0).contains(frame);
            });
        }
    }

    /** How many datagrams a reason has ended since keys were agreed on; what the far host sent earlier may be lost. */
    private long drops(DropReason reason) {
        return near.to(second).counters().drops(reason) - before.getOrDefault(reason, 0L);
    }

    /** Sends a frame from the far station, and gives the datagram in which it crossed the underlay. */
    private Outer sealed(TestFrame frame) {
        wire.drain();
        far.station(VNI).send(frame);
        assertThat(near.station(VNI).received(1)).containsExactly(frame);
        return nextSealed();
    }

    private Outer nextSealed() {
        for (Outer outer = wire.next(1000); outer != null; outer = wire.next(1000)) {
            if (ByteBuffer.wrap(outer.payload()).getInt(0) == SEALED) {
                return outer;
            }
        }
        throw new AssertionError("no encrypted frame on the wire");
    }

    @Test
    void carriesTrafficOfAnyLength() throws Exception {
        for (Family family : Family.values()) {
            startWithOneSecret(family);
            Station here = near.station(VNI);
            Station there = far.station(VNI);
            assertThat(near.to(second).remote().encrypted()).isTrue();
            for (int length : new int[] {56, 1400, 3200}) {
                assertThat(here.host().ping(there.v4(), 3, "-s", String.valueOf(length)))
                        .as("%d bytes%n%s%n%s", length, near.describe(), far.describe())
                        .isEqualTo(3);
            }
            Transfer.tcp(here.host(), there.host(), there.v4(), BULK);
            Transfer.tcp(there.host(), here.host(), here.v6(), BULK);
            Transfer.udp(here.host(), there.host(), there.v6(), 0, 1, 1300, 1452, 8000);
            if (family == Family.V4) {
                stop();
            }
        }
    }

    @Test
    void showsTheUnderlayNothingOfAFrame() throws Exception {
        startWithOneSecret(Family.V4);
        ByteBuffer bytes = ByteBuffer.allocate(300).putLong(0, MacAddress.BROADCAST << 16);
        bytes.putLong(6, far.station(VNI).mac() << 16).putShort(12, (short) TestFrame.ETHER_TYPE);
        String text = "THIS IS PLAIN TEXT";
        bytes.put(100, text.getBytes(StandardCharsets.US_ASCII));
        Outer outer = sealed(TestFrame.received(bytes.array()));
        String seen = new String(outer.payload(), StandardCharsets.ISO_8859_1);
        String address = new String(bytes.array(), 6, 6, StandardCharsets.ISO_8859_1);
        assertThat(outer.isVxlan()).isFalse();
        assertThat(seen).doesNotContain(text, address, "\0\0\0\0\0\0\0\0");

        Outer again = sealed(TestFrame.received(bytes.array()));
        assertThat(again.payload()).hasSameSizeAs(outer.payload()).isNotEqualTo(outer.payload());
    }

    @Test
    void showsTheFramesOfANetworkWithoutEncryptionAndNoOthersOfTheSamePort() throws Exception {
        before = Map.of();
        near = start(first, second, Family.V4, secret, List.of(VNI, PLAIN_VNI));
        far = start(second, first, Family.V4, secret, List.of(VNI, PLAIN_VNI));
        awaitFrames();
        for (TapSwitchVtep host : List.of(near, far)) {
            host.net().network("name: n" + PLAIN_VNI + ", vni: " + PLAIN_VNI + ", encryption: false");
        }
        wire.drain();
        TestFrame frame = far.station(PLAIN_VNI).send(far.station(PLAIN_VNI).broadcast());
        assertThat(wire.with(frame).vni()).isEqualTo(PLAIN_VNI);
        assertThat(near.station(PLAIN_VNI).received(1)).containsExactly(frame);
        assertThat(sealed(far.station(VNI).broadcast()).isVxlan()).isFalse();

        for (int vni : List.of(VNI, PLAIN_VNI)) {
            Station here = near.station(vni);
            assertThat(here.host().ping(far.station(vni).v4(), 3, "-s", "1380")).isEqualTo(3);
            Transfer.tcp(here.host(), far.station(vni).host(), far.station(vni).v4(), BULK);
        }
        attacker.send(attacker.datagram(
                        Family.V4, Outer.vxlan(VNI, attacker.broadcast(1).bytes()))
                .withSource(second.address(Family.V4)));
        Await.until("it is counted", 5, () -> drops(DropReason.NOT_ENCRYPTED) == 1);
    }

    @Test
    void takesNoPlainFrame() throws Exception {
        startWithOneSecret(Family.V4);
        byte[] plain = Outer.vxlan(VNI, attacker.broadcast(1).bytes());
        attacker.send(attacker.datagram(Family.V4, plain).withSource(second.address(Family.V4)));
        Await.until("it is counted", 5, () -> drops(DropReason.NOT_ENCRYPTED) == 1);
        assertThat(near.station(VNI).received(0)).isEmpty();
        assertThat(near.net().fdb("default")).doesNotContainKey(MacAddress.format(attacker.station(1)));
    }

    @Test
    void takesNoFrameTwice() throws Exception {
        startWithOneSecret(Family.V4);
        Outer recorded = sealed(far.station(VNI).broadcast());
        for (int i = 0; i < 3; i++) {
            attacker.send(recorded);
        }
        Await.until("they are counted", 5, () -> drops(DropReason.REPLAYED) == 3);
        assertThat(near.station(VNI).received(0)).isEmpty();
    }

    /** A datagram that the attacker keeps from arriving, so that its sequence is new. */
    private Outer intercepted(TestFrame frame) {
        wire.drain();
        second.lose(first, Family.V4);
        far.station(VNI).send(frame);
        Outer outer = nextSealed();
        second.reach(first, Family.V4);
        return outer;
    }

    @Test
    void takesNoFrameThatWasChanged() throws Exception {
        startWithOneSecret(Family.V4);
        TestFrame frame = far.station(VNI).broadcast();
        Outer original = intercepted(frame);
        int length = original.payload().length;
        for (int at = KIND; at < length; at++) {
            byte[] changed = original.payload().clone();
            changed[at] ^= (byte) (1 << at % 8);
            attacker.send(original.withPayload(changed));
        }
        Await.until("they are counted", 5, () -> drops(DropReason.NOT_AUTHENTIC) == length - KIND);
        assertThat(near.station(VNI).received(0)).isEmpty();

        attacker.send(original);
        assertThat(near.station(VNI).received(1)).containsExactly(frame);
    }

    @Test
    void takesNoFrameThatWasCut() throws Exception {
        startWithOneSecret(Family.V4);
        Outer original = intercepted(far.station(VNI).broadcast());
        int length = original.payload().length;
        for (int cut = 0; cut < length; cut++) {
            attacker.send(original.withPayload(Arrays.copyOf(original.payload(), cut)));
        }
        Await.until(
                "they are counted",
                5,
                () -> drops(DropReason.NOT_AUTHENTIC) + drops(DropReason.BAD_VXLAN_HEADER) == length);
        assertThat(drops(DropReason.BAD_VXLAN_HEADER)).isEqualTo(OVERHEAD);
        assertThat(near.station(VNI).received(0)).isEmpty();
    }

    @Test
    void goesOnAfterAHostStartedAnew() throws Exception {
        startWithOneSecret(Family.V4);
        Outer recorded = sealed(far.station(VNI).broadcast());
        far.net().stop();
        long start = System.nanoTime();
        far.net().start();
        far.station(VNI).reopen();
        awaitFrames();
        System.out.printf(
                "convergence: frames pass encrypted %d ms after a host started anew%n",
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        long already = refused();
        attacker.send(recorded);
        Await.until("a frame of before is refused", 5, () -> refused() > already);
        assertThat(near.station(VNI).received(0)).isEmpty();
    }

    /** By the sequence or, if that is new to the session, by the key. */
    private long refused() {
        return drops(DropReason.NOT_AUTHENTIC) + drops(DropReason.REPLAYED);
    }

    @Test
    void losesNothingWhileTheSecretIsReplaced() throws Exception {
        Path nearFile = secretFile("the old secret, which both hosts have at first");
        Path farFile = secretFile("the old secret, which both hosts have at first");
        try {
            start(Family.V4, nearFile, farFile);
            awaitFrames();
            Map<DropReason, Long> nearDrops = near.to(second).counters().drops();
            Map<DropReason, Long> farDrops = far.to(first).counters().drops();
            CompletableFuture<Integer> pings = CompletableFuture.supplyAsync(
                    () -> near.station(VNI).host().ping(far.station(VNI).v4(), PINGS_MEANWHILE));
            String replaced = near.to(second).remote().secret();
            replace(nearFile, farFile);
            assertThat(pings).as("pings go on still").isNotDone();
            assertThat(near.to(second).remote().secret()).isNotEqualTo(replaced);
            assertThat(pings.get(60, TimeUnit.SECONDS)).isEqualTo(PINGS_MEANWHILE);
            assertThat(near.to(second).counters().drops()).isEqualTo(nearDrops);
            assertThat(far.to(first).counters().drops()).isEqualTo(farDrops);
        } finally {
            for (Path file : List.of(nearFile, farFile)) {
                Files.delete(file);
                Files.deleteIfExists(Path.of(file + ".next"));
            }
        }
    }

    /** As an operator does, with TCP connections in between. */
    private void replace(Path nearFile, Path farFile) throws Exception {
        Path nearNext = Path.of(nearFile + ".next");
        Path farNext = Path.of(farFile + ".next");
        Files.move(secretFile("the new secret, which takes the place of the old"), nearNext);
        carryFor(LOOK_MILLIS);
        Files.copy(nearNext, farNext, StandardCopyOption.COPY_ATTRIBUTES);
        long start = System.nanoTime();
        Await.until("both have gone over", PATIENCE_SECONDS, () -> {
            String id = OverlaySecret.read(nearNext).id();
            return id.equals(near.to(second).remote().secret())
                    && id.equals(far.to(first).remote().secret());
        });
        System.out.printf(
                "rotation: both hosts use the new secret %d ms after the second one got it%n",
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        Files.move(farNext, farFile, StandardCopyOption.REPLACE_EXISTING);
        carryFor(LOOK_MILLIS);
        Files.move(nearNext, nearFile, StandardCopyOption.REPLACE_EXISTING);
        carryFor(LOOK_MILLIS);
    }

    private void carryFor(long millis) throws Exception {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() - end < 0) {
            Transfer.tcp(
                    near.station(VNI).host(),
                    far.station(VNI).host(),
                    far.station(VNI).v4(),
                    BULK);
            Transfer.tcp(
                    far.station(VNI).host(),
                    near.station(VNI).host(),
                    near.station(VNI).v4(),
                    BULK);
        }
    }

    @Test
    void carriesNothingBetweenHostsWithOtherSecrets() throws Exception {
        start(Family.V4, otherSecret);
        assertNothingPasses();
        assertThat(near.to(second).reason()).contains("secret").contains(second.address(Family.V4));
        assertThat(far.to(first).reason()).contains("secret").contains(first.address(Family.V4));
    }

    @Test
    void carriesNothingWhereOneHostHasNoSecret() throws Exception {
        start(Family.V4, null);
        assertNothingPasses();
        assertThat(near.to(second).reason()).contains("secret").contains(second.address(Family.V4));
        assertThat(drops(DropReason.NOT_ENCRYPTED)).isPositive();
    }

    private void assertNothingPasses() throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1200);
        while (System.nanoTime() < until) {
            near.station(VNI).send(near.station(VNI).broadcast());
            far.station(VNI).send(far.station(VNI).broadcast());
            Thread.sleep(100);
        }
        assertThat(near.station(VNI).received(0)).isEmpty();
        assertThat(far.station(VNI).received(0)).isEmpty();
    }

    @Test
    void saysWhyASecretCannotBeRead() throws IOException {
        start(Family.V4, secret);
        assertThatThrownBy(() -> useSecret(Path.of("/nonexistent/secret")))
                .hasMessageContaining("/nonexistent/secret")
                .hasMessageContaining("openssl rand");
        Path open = secretFile("a secret that everybody on the host can read");
        try {
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
            assertThatThrownBy(() -> useSecret(open))
                    .hasMessageContaining(open.toString())
                    .hasMessageContaining("chmod");
        } finally {
            Files.delete(open);
        }
    }

    private void useSecret(Path file) {
        near.net().patch(TapSwitchVtep.port(second), "vxlan: {secretFile: '" + file + "'}");
    }
}
