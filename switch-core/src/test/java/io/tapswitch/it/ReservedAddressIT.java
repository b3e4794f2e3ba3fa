package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.port.DropReason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** 802.1Q table 8-1: 01:80:c2:00:00:00 to 0f stay on their link. */
@NeedsTap
class ReservedAddressIT {
    private TestSwitch net;
    private TestPort a;
    private TestPort b;

    @BeforeEach
    void twoHosts() {
        net = new TestSwitch();
        a = net.port("a");
        b = net.port("b");
    }

    @AfterEach
    void close() {
        net.close();
    }

    private TestFrame send(int last) {
        return a.send(a.to(String.format("01:80:c2:00:00:%02x", last)));
    }

    @Test
    void doesNotForwardThem() {
        for (int last = 0; last < 16; last++) {
            send(last);
        }
        assertThat(b.received()).isEmpty();
        assertThat(a.drops(DropReason.RESERVED_DESTINATION)).isEqualTo(16);
        assertThat(net.fdb("default")).isEmpty();
    }

    @Test
    void forwardsTheAddressesBeyondThem() {
        TestFrame next = send(0x10);
        TestFrame garp = send(0x20);
        assertThat(b.received()).containsExactly(next, garp);
    }

    @Test
    void forwardsAllButFlowControlIfAskedTo() {
        net.network("name: default, forwardReserved: true");
        for (int last = 0; last < 16; last++) {
            TestFrame frame = send(last);
            if (last == 1) {
                assertThat(b.received()).isEmpty();
            } else {
                assertThat(b.received()).containsExactly(frame);
            }
        }
        assertThat(a.drops(DropReason.RESERVED_DESTINATION)).isEqualTo(1);
    }
}
