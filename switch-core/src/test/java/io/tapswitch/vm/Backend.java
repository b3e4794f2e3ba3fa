package io.tapswitch.vm;

import io.tapswitch.it.TestHost;

/** The ways in which a guest attaches to the switch: the port for each, and QEMU's netdev. QEMU is {@code nobody}. */
enum Backend {
    /** The switch listens, QEMU connects when it starts, once. */
    STREAM_CLIENT,
    /** QEMU listens, the switch connects whenever it can. */
    STREAM_SERVER,
    /** QEMU's older netdev, which connects to TCP when it starts, once. */
    SOCKET,
    /** Two Unix sockets that send to one another. */
    DGRAM,
    /** A TAP that the switch makes and QEMU opens. */
    TAP;

    private static final String TCP = "127.0.0.1:17531";
    private static final String DEVICE = "vm0";

    /** The port's name. */
    String port() {
        return name().toLowerCase().replace('_', '-');
    }

    /** The port, as YAML. @param wires where the TAP is */
    String config(SocketDirectory sockets, TestHost wires) {
        String unix = switchSocket(sockets);
        String far =
                switch (this) {
                    case STREAM_CLIENT -> "stream, stream: {listen: '" + unix + "', owner: nobody}";
                    case STREAM_SERVER ->
                        "stream, stream: {connect: '" + guestSocket(sockets) + "', reconnectSeconds: 1}";
                    case SOCKET -> "stream, stream: {listen: 'tcp:" + TCP + "'}";
                    case DGRAM ->
                        "dgram, dgram: {local: '" + unix + "', remote: '" + guestSocket(sockets) + "', owner: nobody}";
                    case TAP ->
                        "interface, interface: {name: " + DEVICE + ", namespace: " + wires.namespace()
                                + ", createTap: true, owner: nobody}";
                };
        return "name: " + port() + ", type: " + far;
    }

    /** A guest on the port. @param wires where the TAP is */
    GuestOptions guest(SocketDirectory sockets, TestHost wires) {
        String own = guestSocket(sockets).substring("unix:".length());
        String far = switchSocket(sockets).substring("unix:".length());
        return switch (this) {
            case STREAM_CLIENT -> Guest.on("stream,server=off,addr.type=unix,addr.path=" + far);
            case STREAM_SERVER -> Guest.on("stream,server=on,addr.type=unix,addr.path=" + own);
            case SOCKET -> Guest.on("socket,connect=" + TCP);
            case DGRAM -> Guest.on("dgram,local.type=unix,local.path=" + own + ",remote.type=unix,remote.path=" + far);
            case TAP ->
                Guest.on("tap,ifname=" + DEVICE + ",script=no,downscript=no")
                        .inside(wires)
                        .opensTun();
        };
    }

    /** Whether the guest is back on the network by itself once the switch has been restarted. */
    boolean comesBack() {
        return this != STREAM_CLIENT && this != SOCKET;
    }

    private String switchSocket(SocketDirectory sockets) {
        return "unix:" + sockets.path(port() + "-switch");
    }

    private String guestSocket(SocketDirectory sockets) {
        return "unix:" + sockets.path(port() + "-vm");
    }
}
