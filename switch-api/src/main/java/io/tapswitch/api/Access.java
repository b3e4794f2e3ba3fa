package io.tapswitch.api;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;

/** Decides who may use the API through one listener. */
interface Access {
    /** The Unix socket: whoever the file permissions let connect may do everything. */
    Access BY_FILE_PERMISSION = request -> new Caller("unix socket", Role.ADMIN, address(request));

    /** Says who makes a request. Event loop. @throws Problem if that is not known, or the request is not to come this way */
    Caller check(HttpServerRequest request);

    /** Where a request comes from. */
    static String address(HttpServerRequest request) {
        SocketAddress address = request.remoteAddress();
        return address == null || address.hostAddress() == null ? "unix" : address.hostAddress() + ":" + address.port();
    }
}
