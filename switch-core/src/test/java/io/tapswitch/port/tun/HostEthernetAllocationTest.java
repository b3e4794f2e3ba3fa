package io.tapswitch.port.tun;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.linux.InterfaceAddress;
import io.tapswitch.port.Burst;
import io.tapswitch.port.PortCounters;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The path of a packet from a host without Ethernet allocates nothing, nor does an answer to a neighbour. */
class HostEthernetAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int FRAMES = 500_000;
    private static final int WARM_UP = 100_000;

    private final Burst burst = new Burst(0);
    private final Frame frame = new Frame();
    private final DiscoveryQueue queue = new DiscoveryQueue();
    private long sent;
    private long now;
    private final HostEthernet ethernet = new HostEthernet(
            new Host(
                    0x0200_0000_0099L,
                    List.of(InterfaceAddress.parse("10.0.0.1/24"), InterfaceAddress.parse("fd00::1/64")),
                    List.of(),
                    List.of()),
            new PortCounters(1),
            (out, turn) -> sent++);
    private final byte[] request = Frames.hex(
            "ffffffffffff 02000000000b 0806 0001 0800 0604 0001 02000000000b 0a000002 000000000000 0a000001");
    private final byte[] solicitation =
            Frames.hex("3333ff000001 02000000000b 86dd 60000000 0020 3a ff fd000000000000000000000000000002"
                    + "ff0200000000000000000001ff000001 8700 7d8e 00000000 fd000000000000000000000000000001"
                    + "0101 02000000000b");

    private void assertAllocatesNothing(Runnable step) {
        for (int i = 0; i < WARM_UP; i++) {
            step.run();
        }
        long sentBefore = sent;
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < FRAMES; i++) {
            step.run();
        }
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(FRAMES / 100);
        assertThat(sent - sentBefore).as("and it did something").isGreaterThanOrEqualTo(FRAMES);
    }

    private void send(byte[] packet) {
        frame.receivedPlain(packet.length);
        frame.buffer().put(frame.start(), packet);
        ethernet.send(frame, burst.begin(now += 1000));
    }

    @Test
    void allocatesNothingToSend() {
        ethernet.receive(ByteBuffer.wrap(request), request.length, true, burst);
        ethernet.receive(ByteBuffer.wrap(solicitation), solicitation.length, true, burst);
        for (String to : List.of("10.0.0.2", "fd00::2", "10.0.0.255", "ff02::fb")) {
            byte[] packet = Packets.of(to.contains(":") ? "fd00::1" : "10.0.0.1", to, 1, 100);
            assertAllocatesNothing(() -> send(packet));
        }
    }

    @Test
    void allocatesNothingToAnswer() {
        for (byte[] question : List.of(request, solicitation)) {
            assertAllocatesNothing(() -> {
                frame.receivedPlain(question.length);
                frame.buffer().put(frame.start(), question);
                queue.offer(frame);
                DiscoveryQueue.Message message = queue.poll();
                ethernet.receive(message.buffer(), message.length(), message.checked(), burst.begin(now += 1000));
                queue.release(message);
            });
        }
    }

    @Test
    void allocatesNothingToLetPacketsWaitAndToGiveThemUp() {
        byte[] packet = Packets.of("10.0.0.1", "10.0.0.3", 1, 100);
        assertAllocatesNothing(() -> {
            for (int i = 0; i < 4; i++) {
                send(packet);
            }
            sent++;
        });
    }
}
