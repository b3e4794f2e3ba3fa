package io.tapswitch.port.packet;

import io.tapswitch.it.NeedsTap;
import io.tapswitch.linux.RawSocket;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortCounters;
import java.io.IOException;
import java.time.Duration;

/** What every port keeps, with one end of a veth as the interface. */
@NeedsTap
class VethPortContractIT extends PacketPortContract {
    @Override
    protected Port open(PortCounters counters) throws IOException {
        host.ip("link add veth0 type veth peer name far0");
        host.ip("link set veth0 up");
        host.ip("link set far0 up");
        return open(counters, "name: veth0");
    }

    @Override
    protected FarSide farSide() {
        RawSocket socket = host.socket("far0");
        return new FarSide() {
            @Override
            public void send(byte[] frame) throws IOException {
                socket.send(frame);
            }

            @Override
            public byte[] receive(Duration patience) throws IOException {
                return nextOfTheTest(() -> socket.receive(patience.toMillis()));
            }

            @Override
            public boolean hasCarrier() {
                return true;
            }

            @Override
            public void breakDown() {
                host.ip("link del veth0");
            }

            @Override
            public void close() {
                socket.close();
            }
        };
    }
}
