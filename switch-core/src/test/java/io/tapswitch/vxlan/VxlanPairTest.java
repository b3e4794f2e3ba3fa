package io.tapswitch.vxlan;

import static io.tapswitch.vxlan.VtepPair.HERE;
import static io.tapswitch.vxlan.VtepPair.THERE;
import static io.tapswitch.vxlan.VtepPair.await;
import static io.tapswitch.vxlan.VtepPair.numbered;
import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.Port;
import io.tapswitch.vxlan.VtepPair.End;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two VTEPs of TapSwitch on loopback addresses: they probe each other, and agree on keys. */
class VxlanPairTest {
    @TempDir
    Path temp;

    private VtepPair pair;

    @BeforeEach
    void open() throws IOException {
        pair = new VtepPair();
    }

    @AfterEach
    void close() {
        pair.close();
    }

    private Path secret(String name) throws IOException {
        return VtepPair.secret(temp.resolve(name), name);
    }

    @Test
    void hearOfEachOther() throws Exception {
        End here = pair.end(HERE, THERE, null);
        End there = pair.end(THERE, HERE, null);
        await(() -> here.port.remote().state().equals("alive")
                && there.port.remote().state().equals("alive"));
        assertThat(here.port.remote().roundTripMicros()).isPositive();
        assertThat(here.port.remote().encrypted()).isFalse();
        assertThat(here.changes).hasPositiveValue();
    }

    @Test
    void leaveTheFloodListsWhileTheOtherIsGoneAndComeBack() throws Exception {
        End here = pair.end(HERE, THERE, null);
        End there = pair.end(THERE, HERE, null);
        await(() -> here.port.remote().state().equals("alive"));
        there.port.close();
        await(() -> !here.port.takesFloods());
        assertThat(here.port.remote().state()).isEqualTo("dead");
        assertThat(here.port.waitsFor()).contains(THERE);
        pair.end(THERE, HERE, null);
        await(here.port::takesFloods);
        assertThat(here.port.waitsFor()).isNull();
    }

    @Test
    void carryFramesEncryptedOnceTheyKnowEachOthersSession() throws Exception {
        Path secret = secret("a");
        End here = pair.end(HERE, THERE, secret);
        assertThat(here.port.takesFloods()).isFalse();
        assertThat(here.port.waitsFor()).contains("secret");
        here.send(numbered(1, 100));
        assertThat(here.counters.drops(DropReason.EGRESS_NO_KEY)).isOne();
        End there = pair.end(THERE, HERE, secret);
        await(() -> here.port.waitsFor() == null && there.port.waitsFor() == null);
        assertThat(here.port.remote().encrypted()).isTrue();
        for (int i = 0; i < 300; i++) {
            byte[] sent = numbered(i, 46 + 5 * i);
            here.send(sent);
            assertThat(there.next()).isEqualTo(sent);
            there.send(sent);
            assertThat(here.next()).isEqualTo(sent);
        }
    }

    @Test
    void agreeOnNewKeysWhenOneBeginsAnew() throws Exception {
        Path secret = secret("a");
        End here = pair.end(HERE, THERE, secret);
        End first = pair.end(THERE, HERE, secret);
        await(() -> here.port.waitsFor() == null && first.port.waitsFor() == null);
        first.port.close();
        End second = pair.end(THERE, HERE, secret);
        await(() -> second.port.waitsFor() == null);
        await(() -> {
            here.send(numbered(1, 100));
            return !second.arrived.isEmpty();
        });
        second.send(numbered(2, 100));
        assertThat(here.next()).isEqualTo(numbered(2, 100));
        assertThat(here.failures).isEmpty();
    }

    /** Somebody on the path who leads the probes of one port to another one of the same host. */
    @Test
    void makeNoKeysWithAnotherPortOfTheSameHost() throws Exception {
        Path secret = secret("a");
        End one = pair.end(HERE, THERE, secret);
        Port other = pair.open(THERE, HERE, secret);
        other.start((received, turn) -> {}, cause -> {});
        try {
            await(() -> one.port.remote().state().equals("alive"));
            TimeUnit.SECONDS.sleep(1);
            assertThat(one.port.takesFloods()).isFalse();
            assertThat(other.takesFloods()).isFalse();
        } finally {
            other.close();
        }
    }

    @Test
    void takeNothingWithAnotherSecretAndNothingPlain() throws Exception {
        End here = pair.end(HERE, THERE, secret("a"));
        End other = pair.end(THERE, HERE, secret("b"));
        TimeUnit.SECONDS.sleep(2);
        assertThat(here.port.waitsFor()).contains("answers with another one");
        assertThat(other.port.waitsFor()).contains("answers with another one");
        other.port.close();
        End plain = pair.end(THERE, HERE, null);
        plain.send(numbered(1, 100));
        await(() -> here.counters.drops(DropReason.NOT_ENCRYPTED) == 1);
        assertThat(here.arrived).isEmpty();
    }

    @Test
    void refuseAFrameThatIsLongerThanThePathAndTellItsSender() throws Exception {
        End here = pair.end(HERE, THERE, null);
        int most = here.port.pathMtu();
        byte[] packet = Frames.ethernet(0x0200_0000_0001L, 0x0200_0000_0002L, 0x0800, Frames.payload(most + 1));
        packet[14] = 0x45;
        packet[16] = (byte) (most + 1 >>> 8);
        packet[17] = (byte) (most + 1);
        packet[20] = 0x40;
        packet[21] = 0;
        here.send(packet);
        assertThat(here.counters.drops(DropReason.EGRESS_OVERSIZE)).isOne();
        byte[] answer = here.answers.poll();
        assertThat(answer).isNotNull();
        Frame frame = new Frame();
        frame.set(answer);
        assertThat(frame.destination()).isEqualTo(0x0200_0000_0002L);
        assertThat(MacAddress.isGroup(frame.source())).isFalse();
    }
}
