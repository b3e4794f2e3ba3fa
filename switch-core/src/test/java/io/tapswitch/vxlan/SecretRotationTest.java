package io.tapswitch.vxlan;

import static io.tapswitch.vxlan.VtepPair.HERE;
import static io.tapswitch.vxlan.VtepPair.THERE;
import static io.tapswitch.vxlan.VtepPair.await;
import static io.tapswitch.vxlan.VtepPair.numbered;
import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.vxlan.VtepPair.End;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two hosts whose secret is replaced while frames flow both ways: each one arrives. */
class SecretRotationTest {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** Longer than a host takes to see what became of its files, and the other to hear of it. */
    private static final long STEP_MILLIS = 2000;

    @TempDir
    Path temp;

    private VtepPair pair;
    private Path hereFile;
    private Path thereFile;
    private End here;
    private End there;
    private Map<?, Long> hereDrops;
    private Map<?, Long> thereDrops;
    private String oldId;
    private String newId;
    private int sent;
    private long lookedNanos = System.nanoTime();

    @BeforeEach
    void twoHostsWithOneSecret() throws Exception {
        pair = new VtepPair();
        hereFile = VtepPair.secret(temp.resolve("here"), "old");
        thereFile = VtepPair.secret(temp.resolve("there"), "old");
        oldId = OverlaySecret.read(hereFile).id();
        newId = OverlaySecret.read(VtepPair.secret(temp.resolve("new"), "new")).id();
        here = pair.end(HERE, THERE, hereFile);
        there = pair.end(THERE, HERE, thereFile);
        await(() -> here.port.waitsFor() == null && there.port.waitsFor() == null);
        hereDrops = here.counters.drops();
        thereDrops = there.counters.drops();
    }

    @AfterEach
    void close() {
        pair.close();
    }

    private static Path next(Path file) {
        return file.resolveSibling(file.getFileName() + ".next");
    }

    private static void put(Path file, String content) throws IOException {
        VtepPair.secret(next(file), content);
    }

    private static void move(Path file) throws IOException {
        Files.move(next(file), file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Sends frames both ways until something holds, or for a time; each host looks at its files now and then. */
    private void flow(long millis, BooleanSupplier until) throws Exception {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() - end < 0 && !until.getAsBoolean()) {
            byte[] bytes = numbered(sent++, 100);
            here.send(bytes);
            there.send(bytes);
            if (System.nanoTime() - lookedNanos >= LOOK_NANOS) {
                lookedNanos = System.nanoTime();
                here.port.check();
                there.port.check();
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private void flow() throws Exception {
        flow(STEP_MILLIS, () -> false);
    }

    private void flowUntilBothUse(String id) throws Exception {
        BooleanSupplier done = () -> idOf(here).equals(id) && idOf(there).equals(id);
        flow(TimeUnit.NANOSECONDS.toMillis(PATIENCE_NANOS), done);
        assertThat(done.getAsBoolean()).isTrue();
    }

    private static String idOf(End end) {
        return end.port.remote().secret();
    }

    private void assertNothingWasLost() throws Exception {
        await(() -> here.arrived.size() == sent && there.arrived.size() == sent);
        assertThat(here.counters.drops()).isEqualTo(hereDrops);
        assertThat(there.counters.drops()).isEqualTo(thereDrops);
        assertThat(here.failures).isEmpty();
        assertThat(there.failures).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"true, true, 0", "false, true, 0", "true, false, 3000"})
    void losesNoFrameInWhicheverOrder(boolean putHereFirst, boolean moveHereFirst, long gapMillis) throws Exception {
        Path first = putHereFirst ? hereFile : thereFile;
        Path second = putHereFirst ? thereFile : hereFile;
        flow(500, () -> false);
        put(first, "new");
        flow(STEP_MILLIS + gapMillis, () -> false);
        assertThat(idOf(here)).isEqualTo(oldId);
        assertThat(idOf(there)).isEqualTo(oldId);
        put(second, "new");
        flowUntilBothUse(newId);
        flow(500 + gapMillis, () -> false);
        move(moveHereFirst ? hereFile : thereFile);
        flow(STEP_MILLIS + gapMillis, () -> false);
        move(moveHereFirst ? thereFile : hereFile);
        flow();
        flowUntilBothUse(newId);
        assertNothingWasLost();
    }

    /** Frames that the old keys sealed are those of a test of {@link LinkKeys}. */
    @Test
    void takesTheOldSecretNoMoreAfterIt() throws Exception {
        put(hereFile, "new");
        put(thereFile, "new");
        flowUntilBothUse(newId);
        move(hereFile);
        flow();
        assertNothingWasLost();
        there.port.close();
        End old = pair.end(THERE, HERE, VtepPair.secret(temp.resolve("again"), "old"));
        await(() -> !here.port.takesFloods());
        await(() -> here.port.waitsFor().contains("answers with another one"));
        assertThat(old.port.takesFloods()).isFalse();
        assertThat(old.port.waitsFor()).contains("answers with another one");
    }

    @Test
    void staysWithTheOldSecretIfOneHasAnotherToFollow() throws Exception {
        put(hereFile, "new");
        put(thereFile, "wrong");
        flow();
        flow();
        assertThat(idOf(here)).isEqualTo(oldId);
        assertThat(idOf(there)).isEqualTo(oldId);
        Files.delete(next(thereFile));
        put(thereFile, "new");
        flowUntilBothUse(newId);
        assertNothingWasLost();
    }

    /** The keys of before are gone on with, so that no nonce comes a second time. */
    @Test
    void goesBackWhereTheNewSecretIsWithdrawnAndOverAgain() throws Exception {
        put(hereFile, "new");
        put(thereFile, "new");
        flowUntilBothUse(newId);
        Files.delete(next(thereFile));
        flowUntilBothUse(oldId);
        flow();
        put(thereFile, "new");
        flowUntilBothUse(newId);
        flow(500, () -> false);
        assertNothingWasLost();
    }

    @Test
    void goesOnWithWhatIsInForceWhileTheFilesCannotBeRead() throws Exception {
        VtepPair.secret(next(hereFile), "x".repeat(500));
        Files.delete(thereFile);
        flow();
        assertNothingWasLost();
    }

    @Test
    void aHostThatBeginsAnewMeanwhileFindsWhichSecretTheOtherHas() throws Exception {
        put(hereFile, "new");
        put(thereFile, "new");
        flowUntilBothUse(newId);
        move(thereFile);
        flow();
        here.port.close();
        here = pair.end(HERE, THERE, hereFile);
        await(() -> here.port.waitsFor() == null && idOf(here).equals(newId));
        byte[] frame = numbered(1, 200);
        await(() -> {
            here.send(frame);
            return there.arrived.stream().anyMatch(got -> Arrays.equals(got, frame));
        });
    }
}
