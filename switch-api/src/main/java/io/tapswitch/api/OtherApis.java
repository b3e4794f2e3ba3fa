package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.api.Problem.Kind;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
    record RemoteAnswer(int status, String mediaType, byte[] body) {
        /** The document that it is, if it is one. @throws ConfigException if not */
        ObjectNode json() {
            return ConfigReader.parseJson(new String(body, StandardCharsets.UTF_8));
        }

        /** Why it is not what was asked for, as this host would say it. */
        Throwable failure() {
            try {
                ObjectNode problem = json();
                Kind kind = Kind.of(problem.path("type").asText());
                // Whoever asks here is known here; it is this host that the other one does not know.
                return Problem.of(
                        kind == Kind.UNAUTHORIZED ? Kind.UNAVAILABLE : kind,
                        problem.path("field").asText(),
                        problem.path("detail").asText());
            } catch (ConfigException e) {
                return new IOException("it answered " + status, e);
            }
        }
    }

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
