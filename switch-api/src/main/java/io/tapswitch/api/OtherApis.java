package io.tapswitch.api;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The REST APIs of the other hosts of the cluster, asked in the name of a caller of this one. Any thread. */
interface OtherApis {
    /** Of a host that is by itself. */
    OtherApis NONE = new OtherApis() {
        @Override
        public CompletionStage<RemoteAnswer> request(
                String host, String method, String target, byte[] body, Caller caller) {
            return refuse(host);
        }

        @Override
        public CompletionStage<ByteSource> stream(String host, String target, Caller caller) {
            return refuse(host);
        }

        private <T> CompletionStage<T> refuse(String host) {
            return CompletableFuture.failedFuture(
                    new IOException("host '" + host + "' cannot be asked: this host is in no cluster"));
        }
    };

    /**
     * What a host answered.
     *
     * @param status of HTTP
     * @param mediaType of the body; null if there is none
     */
    record RemoteAnswer(int status, String mediaType, byte[] body) {}

    /**
     * Makes a request.
     *
     * @param host by name
     * @param target path and query
     * @param body JSON; null for none
     * @return fails with {@link IOException}, in words, if the host does not answer in time
     */
    CompletionStage<RemoteAnswer> request(String host, String method, String target, byte[] body, Caller caller);

    /**
     * Gets an answer that comes bit by bit.
     *
     * @return fails with {@link Problem} if the host refuses, with {@link IOException} if it does not answer in time
     */
    CompletionStage<ByteSource> stream(String host, String target, Caller caller);
}
