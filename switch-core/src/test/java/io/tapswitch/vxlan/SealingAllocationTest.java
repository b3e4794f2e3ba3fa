package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** To seal and to open allocate what the JCA allocates, and nothing of their own. */
class SealingAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int WARM_UP = 40_000;
    private static final int FRAMES = 20_000;
    private static final int LENGTH = 1458;

    /** What the compiler saves or not, from one run to another; a copy of the frame would be 15 times as much. */
    private static final long TOLERANCE = 100;

    private final SealedPeers peers = new SealedPeers(1, RekeyLimits.DEFAULT);
    private final ByteBuffer plain = ByteBuffer.allocateDirect(LENGTH);
    private final ByteBuffer sealed = ByteBuffer.allocateDirect(LENGTH + Sealing.OVERHEAD);
    private final byte[] input = new byte[2000];
    private final byte[] output = new byte[2000];
    private int opened;

    private interface Step {
        void run(int number) throws Exception;
    }

    private static long allocatedPerFrame(Step step) throws Exception {
        for (int i = 0; i < WARM_UP; i++) {
            step.run(i);
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < FRAMES; i++) {
            step.run(WARM_UP + i);
        }
        return (THREADS.getCurrentThreadAllocatedBytes() - before) / FRAMES;
    }

    private void seal() {
        peers.sealing.seal(0, plain, 0, 22, plain, 22, LENGTH - 22, sealed, 0, peers.now);
    }

    /** The JCA alone, with all that it wants for one frame. */
    private Step bare(int mode, Cipher cipher, SecretKeySpec key, byte[] nonce, int length) {
        return number -> {
            ByteBuffer.wrap(nonce).putInt(8, number);
            cipher.init(mode, key, new GCMParameterSpec(128, nonce));
            cipher.updateAAD(input, 0, 12);
            cipher.doFinal(input, 0, length, output, 12);
        };
    }

    @Test
    void sealsWithWhatTheJcaAllocates() throws Exception {
        Step bare = bare(
                Cipher.ENCRYPT_MODE,
                Cipher.getInstance("AES/GCM/NoPadding"),
                new SecretKeySpec(new byte[32], "AES"),
                new byte[12],
                LENGTH);
        long accepted = allocatedPerFrame(bare);
        assertThat(allocatedPerFrame(number -> seal())).isBetween(500L, accepted + TOLERANCE);
    }

    @Test
    void opensWithHardlyMoreThanItTakesToSeal() throws Exception {
        long both = allocatedPerFrame(number -> {
            seal();
            opened += peers.opening.open(sealed, 0, LENGTH + Sealing.OVERHEAD, plain, 0, peers.now);
        });
        long sealing = allocatedPerFrame(number -> seal());
        assertThat(opened).isEqualTo((WARM_UP + FRAMES) * LENGTH);
        assertThat(both - sealing).isBetween(500L, sealing + TOLERANCE);
    }

    @Test
    void refusesAReplayWithoutAllocation() throws Exception {
        seal();
        peers.opening.open(sealed, 0, LENGTH + Sealing.OVERHEAD, plain, 0, peers.now);
        long replays = allocatedPerFrame(
                number -> opened += peers.opening.open(sealed, 0, LENGTH + Sealing.OVERHEAD, plain, 0, peers.now));
        assertThat(opened).isEqualTo((WARM_UP + FRAMES) * Opening.REPLAYED);
        assertThat(replays).isZero();
    }
}
