package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.PortView;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortDrivers;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** QEMU's own firmware looks for something to boot from the network: its frames come in, and it takes ours. */
@NeedsTap
class StreamQemuIT {
    private static final String QEMU = "/usr/bin/qemu-system-x86_64";
    private static final String MAC = "52:54:00:12:34:56";
    private static final int BOOT_SECONDS = 60;

    @TempDir
    Path directory;

    private TestSwitch net;

    @BeforeEach
    void aSwitch() {
        boolean there = Files.isExecutable(Path.of(QEMU));
        if (!there) {
            System.out.println("SKIPPED: " + QEMU + " is missing");
        }
        Assumptions.assumeTrue(there, "needs QEMU");
        net = new TestSwitch();
    }

    @AfterEach
    void close() {
        if (net != null) {
            net.close();
        }
    }

    private PortView port() {
        return net.service().port("vm1");
    }

    private void make(String stream) {
        ConfigReader reader = new ConfigReader(PortDrivers.all());
        net.apply(config -> config.with(
                reader.port(ConfigReader.parseYaml("{name: vm1, type: stream, stream: {" + stream + "}}"), "")));
    }

    private Process boot(String netdev) throws Exception {
        List<String> words = new ArrayList<>(List.of(QEMU, "-nodefaults", "-display", "none", "-m", "64"));
        words.addAll(List.of("-boot", "n", "-netdev", netdev));
        words.addAll(List.of("-device", "virtio-net-pci,netdev=n0,mac=" + MAC));
        File log = directory.resolve("qemu.log").toFile();
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "listen: 'unix:DIR/s'          | stream,id=n0,server=off,addr.type=unix,addr.path=DIR/s",
                "connect: 'unix:DIR/s'         | stream,id=n0,server=on,addr.type=unix,addr.path=DIR/s",
                "listen: 'tcp:127.0.0.1:27911' | socket,id=n0,connect=127.0.0.1:27911",
                "connect: 'tcp:127.0.0.1:27911'| socket,id=n0,listen=127.0.0.1:27911",
            })
    void boots(String stream, String netdev) throws Exception {
        TestPort host = net.port("host");
        make(stream.replace("DIR", directory.toString()));
        Process qemu = boot(netdev.replace("DIR", directory.toString()));
        try {
            Await.until("the VM is a station", BOOT_SECONDS, () -> "vm1 dynamic"
                    .equals(net.fdb("default").get(MAC)));
            assertThat(port().status()).isEqualTo(PortView.Status.UP);
            host.send(host.to(MAC));
            Await.until("QEMU takes a frame", 5, () -> port().counters().sum(PortCounters.TX_FRAMES) > 0);
        } finally {
            qemu.destroyForcibly();
            assertThat(qemu.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
        Await.until(
                "the VM has left",
                5,
                () -> port().status() == PortView.Status.WAITING
                        && !net.fdb("default").containsKey(MAC));
    }
}
