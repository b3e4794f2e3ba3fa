package io.tapswitch.vxlan;

import static io.tapswitch.vxlan.VtepPair.HERE;
import static io.tapswitch.vxlan.VtepPair.THERE;
import static io.tapswitch.vxlan.VtepPair.VNI;
import static io.tapswitch.vxlan.VtepPair.await;
import static io.tapswitch.vxlan.VtepPair.numbered;
import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.port.DropReason;
import io.tapswitch.vxlan.VtepPair.End;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks without encryption on ports that have a secret. */
class PlainNetworkTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int[] NONE = {};
    private static final int[] ALONE = {VNI};
    private static final int[] AMONG_OTHERS = {1, 5, VNI, 0xff_ffff};
    private static final int SEALED_VNI = VNI + 1;

    @TempDir
    Path temp;

    private VtepPair pair;
    private Path secret;

    @BeforeEach
    void open() throws IOException {
        pair = new VtepPair();
        secret = VtepPair.secret(temp.resolve("secret"), "secret");
    }

    @AfterEach
    void close() {
        pair.close();
    }

    private End[] hostsWithKeys() throws Exception {
        End here = pair.end(HERE, THERE, secret);
        End there = pair.end(THERE, HERE, secret);
        await(() -> here.port.waitsFor() == null && there.port.waitsFor() == null);
        return new End[] {here, there};
    }

    private static long notEncrypted(End end) {
        return end.counters.drops(DropReason.NOT_ENCRYPTED);
    }

    @Test
    void areSentAndTakenAsOtherMakesDoAndTheOthersAreNot() throws Exception {
        End here = pair.end(HERE, THERE, secret);
        here.port.plainNetworks(AMONG_OTHERS);
        try (VtepPeer other = new VtepPeer(THERE, HERE, pair.udpPort())) {
            byte[] frame = numbered(1, 100);
            here.send(frame);
            assertThat(other.receiveFrame(VNI, PATIENCE)).isEqualTo(frame);
            here.send(SEALED_VNI, frame);
            assertThat(here.counters.drops(DropReason.EGRESS_NO_KEY)).isOne();

            other.send(SEALED_VNI, frame);
            await(() -> notEncrypted(here) == 1);
            assertThat(here.arrived).isEmpty();
            other.send(VNI, frame);
            assertThat(here.next()).isEqualTo(frame);
            assertThat(notEncrypted(here)).isOne();
        }
    }

    @Test
    void shareAPortWithNetworksThatAreEncrypted() throws Exception {
        End[] hosts = hostsWithKeys();
        hosts[0].port.plainNetworks(ALONE);
        byte[] frame = numbered(1, 3000);
        hosts[0].send(SEALED_VNI, frame);
        assertThat(hosts[1].next()).isEqualTo(frame);
        hosts[0].send(VNI, frame);
        await(() -> notEncrypted(hosts[1]) > 0);
        assertThat(hosts[1].arrived).isEmpty();
        hosts[1].port.plainNetworks(ALONE);
        hosts[0].send(VNI, frame);
        assertThat(hosts[1].next()).isEqualTo(frame);
        hosts[1].send(VNI, frame);
        assertThat(hosts[0].next()).isEqualTo(frame);
    }

    @Test
    void takeEncryptedFramesAsWell() throws Exception {
        End[] hosts = hostsWithKeys();
        hosts[0].port.plainNetworks(ALONE);
        byte[] frame = numbered(1, 100);
        hosts[1].send(frame);
        assertThat(hosts[0].next()).isEqualTo(frame);
    }

    @Test
    void haveTheMtuOfTheOthers() throws Exception {
        End[] hosts = hostsWithKeys();
        int mtu = hosts[0].port.pathMtu();
        hosts[0].port.plainNetworks(ALONE);
        assertThat(hosts[0].port.pathMtu()).isEqualTo(mtu);
    }

    /** A frame is lost only from where it is plain to where it may not be, and is counted there. */
    @Test
    void followTheirFlagWhileFramesFlow() throws Exception {
        End[] hosts = hostsWithKeys();
        int[][][] steps = {{NONE, ALONE}, {ALONE, ALONE}, {ALONE, NONE}, {NONE, NONE}};
        int sent = 0;
        for (int[][] step : steps) {
            hosts[0].port.plainNetworks(step[0]);
            hosts[1].port.plainNetworks(step[1]);
            long[] refused = {notEncrypted(hosts[0]), notEncrypted(hosts[1])};
            for (int i = 0; i < 200; i++) {
                hosts[0].send(numbered(i, 100));
                hosts[1].send(numbered(i, 100));
                TimeUnit.MICROSECONDS.sleep(500);
            }
            sent += 200;
            int all = sent;
            await(() -> hosts[0].arrived.size() + notEncrypted(hosts[0]) == all);
            await(() -> hosts[1].arrived.size() + notEncrypted(hosts[1]) == all);
            assertThat(notEncrypted(hosts[0]) - refused[0]).isEqualTo(step[1].length > step[0].length ? 200 : 0);
            assertThat(notEncrypted(hosts[1]) - refused[1]).isEqualTo(step[0].length > step[1].length ? 200 : 0);
        }
    }

    @Test
    void areNothingSpecialWithoutASecret() throws Exception {
        End here = pair.end(HERE, THERE, null);
        End there = pair.end(THERE, HERE, null);
        here.port.plainNetworks(ALONE);
        byte[] frame = numbered(1, 100);
        for (int vni : new int[] {VNI, SEALED_VNI}) {
            here.send(vni, frame);
            assertThat(there.next()).isEqualTo(frame);
            there.send(vni, frame);
            assertThat(here.next()).isEqualTo(frame);
        }
    }
}
