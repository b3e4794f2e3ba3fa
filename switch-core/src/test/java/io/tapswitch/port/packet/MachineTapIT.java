package io.tapswitch.port.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.PortView.Status;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.it.Await;
import io.tapswitch.it.NeedsTap;
import io.tapswitch.it.TestFrame;
import io.tapswitch.it.TestHost;
import io.tapswitch.it.TestPort;
import io.tapswitch.it.TestSwitch;
import io.tapswitch.linux.IfTun;
import io.tapswitch.linux.Privileges;
import io.tapswitch.port.DropReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** TAPs that the switch makes for virtual machines: who may open them, and how long they stay. */
@NeedsTap
class MachineTapIT {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final long MACHINE = 0x0200_0000_7001L;

    private final TestHost host = new TestHost().enableIpv6();
    private TestSwitch net;

    @BeforeEach
    void aSwitch() {
        net = new TestSwitch();
    }

    @AfterEach
    void close() {
        net.close();
        host.close();
    }

    private void add(String yaml) {
        net.apply(
                config -> config.with(net.config("name: vm1, type: interface, interface: {createTap: true, namespace: "
                        + host.namespace() + yaml + "}")));
    }

    private void remove() {
        net.apply(config -> config.withoutPort("vm1"));
    }

    private Status status() {
        return net.service().port("vm1").status();
    }

    private void await(Status status) throws Exception {
        Await.until("the port is " + status, 5, () -> status() == status);
    }

    private int index() {
        return host.link("vm1").path("ifindex").asInt();
    }

    private byte[] nextForMachine(TestMachine machine) throws IOException {
        for (byte[] frame = machine.receive(PATIENCE); frame != null; frame = machine.receive(PATIENCE)) {
            if (ByteBuffer.wrap(frame).getLong() >>> 16 == MACHINE) {
                return frame;
            }
        }
        return null;
    }

    @Test
    void waitsForAMachineAndCarriesItsFrames() throws Exception {
        TestPort a = net.port("a");
        add(", owner: nobody, group: '2345', mtu: 1400");
        assertThat(status()).isEqualTo(Status.WAITING);
        assertThat(net.service().port("vm1").reason()).isEqualTo("waits for QEMU or another program to open TAP vm1");
        JsonNode tun = host.link("vm1").path("linkinfo").path("info_data");
        assertThat(tun.path("type").asText()).isEqualTo("tap");
        assertThat(tun.path("user").asText()).isEqualTo("nobody");
        assertThat(tun.path("group").asText()).isEqualTo("2345");
        assertThat(tun.path("persist").asBoolean()).isTrue();
        assertThat(tun.path("multi_queue").asBoolean()).isFalse();
        assertThat(host.link("vm1").path("mtu").asInt()).isEqualTo(1400);
        for (int round = 0; round < 2; round++) {
            try (TestMachine machine = new TestMachine(host, "vm1")) {
                await(Status.UP);
                byte[] hello = Frames.ethernet(MacAddress.BROADCAST, MACHINE, 0x88b5, Frames.payload(46));
                machine.send(hello);
                assertThat(a.socket().receive(2000)).isEqualTo(hello);
                TestFrame answer = a.send(TestFrame.of(MACHINE, a.mac()));
                assertThat(nextForMachine(machine)).isEqualTo(answer.bytes());
                assertThat(net.fdb("default")).containsKey(MacAddress.format(MACHINE));
            }
            await(Status.WAITING);
            Await.until(
                    "the machine is forgotten", 2, () -> !net.fdb("default").containsKey(MacAddress.format(MACHINE)));
        }
        a.send(a.broadcast());
        Await.until(
                "its copy is counted",
                2,
                () -> net.service().port("vm1").counters().drops(DropReason.EGRESS_DOWN) > 0);
    }

    @Test
    void staysWhileTheSwitchIsDownAlsoUnderAMachineAndGoesWithThePort() throws Exception {
        add("");
        int index = index();
        net.stop();
        assertThat(host.interfaces()).contains("vm1");
        try (TestMachine machine = new TestMachine(host, "vm1")) {
            net.start();
            assertThat(status()).isEqualTo(Status.UP);
            assertThat(index()).isEqualTo(index);
            byte[] hello = Frames.ethernet(MacAddress.BROADCAST, MACHINE, 0x88b5, Frames.payload(46));
            machine.send(hello);
            Await.until("the machine is learned", 2, () -> net.fdb("default").containsKey(MacAddress.format(MACHINE)));
        }
        net.stop();
        net.start();
        assertThat(status()).isEqualTo(Status.WAITING);
        assertThat(index()).isEqualTo(index);
        remove();
        assertThat(host.interfaces()).doesNotContain("vm1");
    }

    /** QEMU would spin on a TAP that was deleted from under it. */
    @Test
    void isLeftToTheMachineThatHasItOpenWhenThePortGoesAndIsTakenUpAgain() throws Exception {
        add("");
        int index = index();
        try (TestMachine machine = new TestMachine(host, "vm1")) {
            await(Status.UP);
            remove();
            assertThat(host.interfaces()).contains("vm1");
            add("");
            assertThat(status()).isEqualTo(Status.UP);
            assertThat(index()).isEqualTo(index);
            TestPort a = net.port("a");
            TestFrame frame = a.send(TestFrame.of(MACHINE, a.mac()));
            assertThat(nextForMachine(machine)).isEqualTo(frame.bytes());
        }
        await(Status.WAITING);
        remove();
        assertThat(host.interfaces()).doesNotContain("vm1");
    }

    @Test
    void changesUnderARunningMachine() throws Exception {
        add("");
        int index = index();
        try (TestMachine machine = new TestMachine(host, "vm1")) {
            assertThat(machine.queue()).isPositive();
            await(Status.UP);
            add(", mtu: 1300, offload: false");
            assertThat(status()).isEqualTo(Status.UP);
            assertThat(index()).isEqualTo(index);
            assertThat(host.link("vm1").path("mtu").asInt()).isEqualTo(1300);
            assertThatThrownBy(() -> add(", queues: 4")).hasMessageContaining("one queue");
            assertThat(status()).isEqualTo(Status.UP);
        }
    }

    @Test
    void isMadeAgainWhenSomebodyDeletesIt() throws Exception {
        add("");
        int index = index();
        host.ip("link del vm1");
        Await.until("it is there again", 5, () -> host.interfaces().contains("vm1") && index() != index);
        await(Status.WAITING);
        Await.until("it is persistent", 2, () -> host.link("vm1")
                .at("/linkinfo/info_data/persist")
                .asBoolean());
        try (TestMachine machine = new TestMachine(host, "vm1")) {
            assertThat(machine.queue()).isPositive();
            await(Status.UP);
        }
    }

    @Test
    void followsTheNetworksMtu() {
        add("");
        assertThat(host.link("vm1").path("mtu").asInt()).isEqualTo(1500);
        net.network("name: default, mtu: 9000");
        assertThat(host.link("vm1").path("mtu").asInt()).isEqualTo(9000);
    }

    @Test
    void opensForAMachineOfSeveralQueues() throws Exception {
        add(", queues: 4");
        assertThat(host.link("vm1").at("/linkinfo/info_data/multi_queue").asBoolean())
                .isTrue();
        assertThatThrownBy(() -> new TestMachine(host, "vm1")).isInstanceOf(UncheckedIOException.class);
        try (TestMachine first = new TestMachine(host, "vm1", IfTun.IFF_MULTI_QUEUE);
                TestMachine second = new TestMachine(host, "vm1", IfTun.IFF_MULTI_QUEUE)) {
            await(Status.UP);
            second.send(Frames.ethernet(MacAddress.BROADCAST, MACHINE, 0x88b5, Frames.payload(46)));
            Await.until("the machine is learned", 2, () -> net.fdb("default").containsKey(MacAddress.format(MACHINE)));
            assertThat(first.queue()).isNotEqualTo(second.queue());
        }
    }

    @Test
    void opensForItsOwnerWithoutPrivileges() throws Exception {
        add(", owner: '0'");
        int fd = host.inside(() -> Privileges.without(List.of(Privileges.CAP_NET_ADMIN), () -> openAsQemu()));
        IfTun.close(fd);
        remove();
        add(", owner: nobody");
        assertThatThrownBy(() ->
                        host.inside(() -> Privileges.without(List.of(Privileges.CAP_NET_ADMIN), () -> openAsQemu())))
                .hasMessageContaining("EPERM");
    }

    private static int openAsQemu() throws IOException {
        int fd = IfTun.open();
        try {
            IfTun.setIff(fd, "vm1", IfTun.IFF_TAP | IfTun.IFF_NO_PI | IfTun.IFF_VNET_HDR);
            return fd;
        } catch (IOException e) {
            IfTun.close(fd);
            throw e;
        }
    }

    @Test
    void leavesAForeignInterfaceOfTheNameAlone() {
        host.ip("tuntap add dev vm1 mode tap");
        int index = index();
        assertThatThrownBy(() -> add("")).hasMessageContaining("was not made by a port like this one");
        assertThat(index()).isEqualTo(index);
    }

    @Test
    void carriesTheFramesOfAQemu() throws Exception {
        Assumptions.assumeTrue(hasQemu(), "needs qemu-system-x86_64");
        add("");
        Process qemu = new ProcessBuilder(("ip netns exec " + host.namespace() + " qemu-system-x86_64 -accel tcg -m 64"
                                + " -display none -nodefaults -netdev tap,id=n0,ifname=vm1,script=no,downscript=no"
                                + " -device virtio-net-pci,netdev=n0,mac=" + MacAddress.format(MACHINE))
                        .split(" "))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            await(Status.UP);
            Await.until("its firmware asks for an address", 30, () -> net.fdb("default")
                    .containsKey(MacAddress.format(MACHINE)));
        } finally {
            qemu.descendants().forEach(ProcessHandle::destroy);
            qemu.destroy();
            qemu.waitFor();
        }
        await(Status.WAITING);
    }

    private static boolean hasQemu() {
        boolean there = Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "qemu-system-x86_64")));
        if (!there) {
            System.out.println("SKIPPED: qemu-system-x86_64 is missing");
        }
        return there;
    }

    /** The machine reaches the network behind the switch, and not the host that runs the switch. */
    @Test
    void keepsTheMachineAwayFromTheHost() throws Exception {
        host.run("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0");
        host.ip("addr add 10.99.0.1/32 dev lo");
        add("");
        assertThat(host.ip("-6 address show dev vm1")).isBlank();
        try (TestMachine machine = new TestMachine(host, "vm1")) {
            await(Status.UP);
            machine.send(arpRequest(0x0a63_0001));
            byte[] answer = machine.receive(Duration.ofMillis(300));
            assertThat(answer).as("what the host says to the machine").isNull();
            Await.until("the switch has seen the request", 2, () -> net.fdb("default")
                    .containsKey(MacAddress.format(MACHINE)));
        }
        // The same host answers by any other interface: without the filter it would have answered.
        host.ip("tuntap add dev open0 mode tap");
        host.ip("link set open0 up");
        try (TestMachine machine = new TestMachine(host, "open0")) {
            TimeUnit.MILLISECONDS.sleep(50);
            machine.send(arpRequest(0x0a63_0001));
            byte[] answer;
            do {
                answer = machine.receive(PATIENCE);
            } while (answer != null && ByteBuffer.wrap(answer).getShort(12) != 0x0806);
            assertThat(answer).isNotNull();
        }
    }

    private static byte[] arpRequest(int address) {
        ByteBuffer arp = ByteBuffer.allocate(46);
        arp.putInt(0x0001_0800).putShort((short) 0x0604).putShort((short) 1);
        arp.putShort((short) (MACHINE >>> 32)).putInt((int) MACHINE).putInt(0x0a63_0002);
        arp.putShort((short) 0).putInt(0).putInt(address);
        return Frames.ethernet(MacAddress.BROADCAST, MACHINE, 0x0806, arp.array());
    }
}
