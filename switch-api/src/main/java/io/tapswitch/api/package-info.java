/**
 * The REST API: JSON over HTTP, on a Unix socket and on a TCP port of the loopback interface.
 *
 * <p>Each kind of resource is one class that says which {@linkplain io.tapswitch.api.Operation operations} it has;
 * {@link io.tapswitch.api.ApiRouter} does for all of them what is not theirs: access, limits, media types, errors, HEAD.
 * {@link io.tapswitch.api.ApiServer} lists the resources and listens. A field of a network or port is a component of
 * its record in {@code io.tapswitch.config} and appears here by itself; fields that are only read are made in the
 * resource's {@code json} methods. {@code openapi.yaml} describes all of it, and the tests hold it to the truth.
 *
 * <p>Threads: the event loop reads requests and writes answers. {@linkplain io.tapswitch.api.Operation Reads} run on a
 * small pool, those that may wait for other hosts on one of their own; changes run one after the other on a thread of
 * their own, as they may wait for the system.
 */
package io.tapswitch.api;
