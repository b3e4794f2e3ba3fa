package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.port.DropReason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsTap
class LockedPortIT {
    private TestSwitch net;
    private TestPort locked;
    private TestPort b;

    @BeforeEach
    void aLockedPortAndAFreeOne() {
        net = new TestSwitch();
        locked = net.port("locked", "locked: true");
        b = net.port("b");
    }

    @AfterEach
    void close() {
        net.close();
    }

    @Test
    void dropsAndDoesNotLearnAnUnknownStation() {
        locked.send(locked.broadcast());
        locked.send(locked.to(b));
        assertThat(b.received()).isEmpty();
        assertThat(locked.drops(DropReason.LOCKED)).isEqualTo(2);
        assertThat(net.fdb("default")).isEmpty();
    }

    @Test
    void passesAStationThatTheOperatorNailedToIt() {
        net.nail("default", locked.macText(), locked);
        TestFrame frame = locked.send(locked.broadcast());
        assertThat(b.received()).containsExactly(frame);
        TestFrame back = b.send(b.to(locked));
        assertThat(locked.received()).containsExactly(back);
    }

    @Test
    void dropsAStationThatIsKnownBehindAnotherPort() {
        b.send(b.broadcast());
        net.settle();
        locked.send(TestFrame.of("ff:ff:ff:ff:ff:ff", b.macText()));
        assertThat(b.received()).isEmpty();
        assertThat(locked.drops(DropReason.LOCKED)).isEqualTo(1);
        assertThat(net.fdb("default")).containsEntry(b.macText(), "b dynamic");
    }

    @Test
    void takesFramesOut() {
        TestFrame flooded = b.send(b.broadcast());
        assertThat(locked.received()).containsExactly(flooded);
    }

    @Test
    void keepsAStationThatItLearnedBeforeItWasLocked() {
        net.patch(locked, "locked: false");
        locked.send(locked.broadcast());
        net.settle();
        net.patch(locked, "locked: true");
        b.drain();
        TestFrame frame = locked.send(locked.broadcast());
        assertThat(b.received()).containsExactly(frame);

        b.send(TestFrame.of("ff:ff:ff:ff:ff:ff", locked.macText()));
        net.settle();
        assertThat(net.fdb("default")).as("it may move away").containsEntry(locked.macText(), "b dynamic");
        locked.send(locked.broadcast());
        assertThat(b.received()).as("but not back").isEmpty();
    }

    @Test
    void passesAndLearnsOnceUnlocked() {
        net.patch(locked, "locked: false");
        TestFrame frame = locked.send(locked.broadcast());
        assertThat(b.received()).containsExactly(frame);
        assertThat(net.fdb("default")).containsEntry(locked.macText(), "locked dynamic");
    }
}
