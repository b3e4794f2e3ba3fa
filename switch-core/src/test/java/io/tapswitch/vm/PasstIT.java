package io.tapswitch.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.frame.EtherType;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.it.NeedsTap;
import io.tapswitch.it.TestHost;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** passt as a peer on a Unix stream, without the switch. */
@NeedsTap
class PasstIT {
    private static final long STATION = MacAddress.parse("52:54:00:00:00:01");

    @BeforeAll
    static void needsPasst() {
        if (!Passt.isInstalled()) {
            System.out.println("SKIPPED: PasstIT: passt is not installed");
        }
        Assumptions.assumeTrue(Passt.isInstalled(), "passt is not installed");
    }

    /** RFC 826: the question who has an address. */
    private static byte[] arpRequest(String address) throws Exception {
        ByteBuffer frame = ByteBuffer.allocate(60);
        frame.put(ethernet(MacAddress.BROADCAST, STATION));
        frame.putShort((short) 1)
                .putShort((short) 0x0800)
                .put((byte) 6)
                .put((byte) 4)
                .putShort((short) 1);
        frame.put(bytes(STATION)).put(InetAddress.getByName(Passt.ADDRESS).getAddress());
        frame.put(new byte[6]).put(InetAddress.getByName(address).getAddress());
        return frame.array();
    }

    private static byte[] ethernet(long destination, long source) {
        ByteBuffer header = ByteBuffer.allocate(14);
        return header.put(bytes(destination))
                .put(bytes(source))
                .putShort((short) EtherType.ARP)
                .array();
    }

    private static byte[] bytes(long mac) {
        return Arrays.copyOfRange(ByteBuffer.allocate(8).putLong(mac).array(), 2, 8);
    }

    @Test
    void answersForTheGateway() throws Exception {
        try (TestHost host = new TestHost().enableIpv6();
                Passt passt = new Passt(host);
                FrameStream frames = FrameStream.connect(passt.socket())) {
            assertAnswers(frames);
        }
    }

    private static void assertAnswers(FrameStream frames) throws Exception {
        frames.send(arpRequest(Passt.GATEWAY));
        byte[] answer = frames.receive();
        byte[] gateway = bytes(MacAddress.parse(Passt.MAC));
        assertThat(answer).startsWith(ethernet(STATION, MacAddress.parse(Passt.MAC)));
        assertThat(ByteBuffer.wrap(answer).getShort(20)).as("operation").isEqualTo((short) 2);
        assertThat(Arrays.copyOfRange(answer, 22, 28)).isEqualTo(gateway);
        assertThat(Arrays.copyOfRange(answer, 28, 32))
                .isEqualTo(InetAddress.getByName(Passt.GATEWAY).getAddress());
    }

    @Test
    void servesOneConnectionAtATime() throws Exception {
        try (TestHost host = new TestHost().enableIpv6();
                Passt passt = new Passt(host)) {
            try (FrameStream first = FrameStream.connect(passt.socket());
                    FrameStream second = FrameStream.connect(passt.socket())) {
                assertThatThrownBy(second::receive).hasRootCauseMessage("the other end has closed");
                assertAnswers(first);
            }
            try (FrameStream third = FrameStream.connect(passt.socket())) {
                assertAnswers(third);
            }
        }
    }
}
