package io.tapswitch.port.packet;

import io.tapswitch.it.Await;
import io.tapswitch.it.NeedsTap;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortCounters;
import java.io.IOException;
import java.time.Duration;

/** What every port keeps, with a TAP that the switch makes and the test opens as QEMU does. */
@NeedsTap
class MachineTapPortContractIT extends PacketPortContract {
    private Port port;

    @Override
    protected Port open(PortCounters counters) throws IOException {
        port = open(counters, "name: vm0, createTap: true");
        port.commit();
        return port;
    }

    @Override
    protected FarSide farSide() throws IOException {
        TestMachine machine = new TestMachine(host, "vm0");
        try {
            Await.until("the port sees the machine", 5, () -> port.waitsFor() == null);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return new FarSide() {
            @Override
            public void send(byte[] frame) throws IOException {
                machine.send(frame);
            }

            @Override
            public byte[] receive(Duration patience) throws IOException {
                return nextOfTheTest(() -> machine.receive(patience));
            }

            @Override
            public boolean hasCarrier() {
                return true;
            }

            @Override
            public void breakDown() {
                host.ip("link del vm0");
            }

            @Override
            public void close() throws IOException {
                machine.close();
            }
        };
    }
}
