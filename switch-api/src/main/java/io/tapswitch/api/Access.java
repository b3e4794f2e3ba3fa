package io.tapswitch.api;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.util.Optional;

/** Decides who may use the API through one listener. */
interface Access {
    /** Says who makes a request. Event loop. @throws Problem if that is not known, or the request is not to come this way */
    Caller check(HttpServerRequest request);

    /** Refuses a request that is not to come this way, whoever makes it. Event loop. @throws Problem if it is none */
    default void checkWay(HttpServerRequest request) {}

    /**
     * Who makes a request that is under way and was let in: what was right then may not be any more. Nothing is counted.
     * Event loop. Empty if that is not known any more.
     */
    default Optional<Caller> checkAgain(HttpServerRequest request) {
        try {
            return Optional.of(check(request));
        } catch (Problem e) {
            return Optional.empty();
        }
    }

    /** The cookie of a session on the listener that a request came by. */
    static SessionCookie cookie(HttpServerRequest request) {
        SocketAddress here = request.localAddress();
        return new SessionCookie(here == null || !here.isInetSocket() ? 0 : here.port(), request.isSSL());
    }

    /** Where a request comes from. */
    static String address(HttpServerRequest request) {
        SocketAddress address = request.remoteAddress();
        return address == null || address.hostAddress() == null ? "unix" : address.hostAddress() + ":" + address.port();
    }
}
