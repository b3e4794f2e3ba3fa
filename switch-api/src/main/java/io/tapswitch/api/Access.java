package io.tapswitch.api;

import io.vertx.core.http.HttpServerRequest;

/** Decides who may use the API through one listener. */
interface Access {
    /** The Unix socket: whoever the file permissions let connect may do everything. */
    Access BY_FILE_PERMISSION = new Access() {
        @Override
        public void check(HttpServerRequest request) {}

        @Override
        public String who() {
            return "unix socket";
        }
    };

    /** Lets a request pass. @throws Problem if it may not */
    void check(HttpServerRequest request);

    /** Who comes this way, for the log. */
    String who();
}
