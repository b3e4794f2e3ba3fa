package io.tapswitch.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.frame.EtherType;
import io.tapswitch.it.Await;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the tests with virtual machines stand on: guests without the switch, joined by QEMU itself. */
@NeedsQemu
class GuestIT {
    private static final String ALONE = "hubport,hubid=0";

    private SocketDirectory directory;

    @BeforeEach
    void aDirectory() {
        directory = new SocketDirectory();
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private GuestOptions end(boolean server) {
        String socket = "addr.type=unix,addr.path=" + directory.path("wire");
        return Guest.on("stream,server=" + (server ? "on" : "off") + "," + socket);
    }

    private Guest server(GuestOptions options) throws Exception {
        Guest guest = options.start();
        Await.until("QEMU listens", 10, () -> Files.exists(directory.path("wire")));
        return guest;
    }

    @Test
    void twoGuestsReachEachOther() throws Exception {
        try (Guest a = server(end(true).ip("10.81.0.1/24").ip6("fd81::1/64").mtu(9000));
                Guest b = end(false)
                        .ip("10.81.0.2/24")
                        .ip6("fd81::2/64")
                        .mtu(9000)
                        .start()) {
            assertThat(a.ping("10.81.0.2", 3)).isEqualTo(3);
            assertThat(b.ping("fd81::1", 3)).isEqualTo(3);
            assertThat(a.ping("10.81.0.2", 2, "-s 8972"))
                    .as("packets of 9000 bytes")
                    .isEqualTo(2);
            assertThat(a.execute("ip neigh show 10.81.0.2")).contains(b.mac());
            assertThat(a.ping("10.81.0.3", 1)).as("answers from nobody").isZero();

            a.execute("iperf3 -s -D");
            assertThat(b.execute("iperf3 -c 10.81.0.1 -t 1")).contains("receiver");

            a.setLink(false);
            assertThat(a.ping("10.81.0.2", 1)).as("answers without a cable").isZero();
            a.setLink(true);
            assertThat(a.ping("10.81.0.2", 3)).isPositive();
        }
    }

    @Test
    void tagsItsFramesInAVlan() throws Exception {
        Path wire = directory.path("wire");
        try (ServerSocketChannel listener = SocketDirectory.listen(wire);
                Guest guest = end(false).ip("10.81.0.1/24").vlan(100).start();
                FrameStream frames = new FrameStream(listener.accept())) {
            assertThat(guest.ping("10.81.0.2", 1)).isZero();
            ByteBuffer frame = ByteBuffer.wrap(frames.receive());
            while (frame.getShort(12) != (short) EtherType.VLAN || frame.getShort(16) != (short) EtherType.ARP) {
                frame = ByteBuffer.wrap(frames.receive());
            }
            assertThat(frame.getShort(14)).as("VID").isEqualTo((short) 100);
        }
    }

    @Test
    void refusesAnAddressThatSomebodyElseHas() throws Exception {
        try (Guest a = server(end(true).ip6("fd81::1/64"))) {
            a.boot();
            try (Guest b = end(false).ip6("fd81::1/64").start()) {
                assertThatThrownBy(b::boot).hasMessageContaining("somebody else has the same address");
            }
        }
    }

    @Test
    void runsCommandsAndReboots() {
        try (Guest guest = Guest.on(ALONE).start()) {
            assertThat(guest.run("echo \"it's\"; cat; exit 7")).isEqualTo(new Guest.Result(7, "it's\n"));
            assertThat(guest.run("printf 'a\\nb'")).isEqualTo(new Guest.Result(0, "a\nb"));
            assertThat(guest.run("seq 10000").output()).hasLineCount(10000).endsWith("\n10000\n");
            assertThat(guest.run("nosuch").status()).isEqualTo(127);
            assertThatThrownBy(() -> guest.execute("echo why; false")).hasMessageContaining("why");
            assertThatThrownBy(() -> guest.run("echo begun; sleep 60", 1))
                    .hasMessageContainingAll("not within 1 s", "begun");
            assertThat(guest.execute("echo again")).isEqualTo("again\n");

            guest.execute("touch /tmp/file");
            Qmp qmp = guest.qmp();
            guest.reboot();
            assertThat(qmp.await("RESET").path("guest").asBoolean()).isTrue();
            assertThat(guest.run("ls /tmp/file").status()).isEqualTo(1);
            guest.powerOff();
        }
    }

    @Test
    void tellsWhyItDoesNotBoot() {
        try (Guest guest = Guest.on(ALONE).linux("rdinit=/nosuch").start()) {
            assertThatThrownBy(guest::boot).hasMessageContaining("Kernel panic - not syncing");
        }
        try (Guest guest = Guest.on(ALONE).ip("10.81.0.300/24").start()) {
            assertThatThrownBy(guest::boot).hasMessageContaining("cannot add the address 10.81.0.300/24");
        }
        try (Guest guest = Guest.on("nosuch").start()) {
            assertThatThrownBy(guest::boot).hasMessageContainingAll("it ended with status 1", "nosuch");
        }
        try (Guest guest = Guest.on(ALONE).start()) {
            guest.kill();
            assertThatThrownBy(() -> guest.run("true")).hasMessageContaining("it ended with status 137");
        }
    }
}
