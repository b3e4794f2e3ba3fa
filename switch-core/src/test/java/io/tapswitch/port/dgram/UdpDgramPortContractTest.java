package io.tapswitch.port.dgram;

class UdpDgramPortContractTest extends DgramPortContract {
    @Override
    String local() {
        return "udp:127.0.0.1:17480";
    }

    @Override
    String remote() {
        return "udp:127.0.0.1:17481";
    }

    @Override
    protected Loss loss() {
        return Loss.UNNOTICED;
    }
}
