package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.cluster.ClusterConfig.Role;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The directory on its own thread. */
class ClusterDirectoryTest {
    @TempDir
    private Path temp;

    private ClusterConfig config() throws IOException {
        Path secret = temp.resolve("secret");
        Files.createFile(secret, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secret, "TapSwitch test secret, 32 bytes.");
        return new ClusterConfig(
                "lab",
                secret.toString(),
                "a",
                Role.MEMBER,
                "127.0.0.1",
                null,
                null,
                List.of("127.0.0.1"),
                null,
                null,
                null,
                null);
    }

    /** A switch that fails as long as it has something to count down. */
    private static LocalSwitch failing(CountDownLatch failures, CountDownLatch successes) {
        FakeSwitch local = new FakeSwitch();
        return (LocalSwitch) Proxy.newProxyInstance(
                LocalSwitch.class.getClassLoader(), new Class<?>[] {LocalSwitch.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("networksInUse")) {
                        if (failures.getCount() > 0) {
                            failures.countDown();
                            throw new OutOfMemoryError("as a test has it");
                        }
                        successes.countDown();
                    }
                    try {
                        return method.invoke(local, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void goesOnAfterAnError() throws IOException, InterruptedException {
        CountDownLatch failures = new CountDownLatch(2);
        CountDownLatch successes = new CountDownLatch(2);
        ScriptedStore store = new ScriptedStore();
        store.reachable = false;
        ClusterDirectory directory =
                new ClusterDirectory(config(), store, failing(failures, successes), temp, "1.0", 1, new byte[32]);
        try {
            assertThat(successes.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(failures.getCount()).isZero();
        } finally {
            directory.close();
        }
    }
}
