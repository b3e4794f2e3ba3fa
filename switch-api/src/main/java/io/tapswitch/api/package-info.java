/**
 * The REST API: JSON over HTTP, on a Unix socket, on a TCP port, and for the daemons of other hosts.
 *
 * <p>Each kind of resource is one class that says which {@linkplain io.tapswitch.api.Operation operations} it has;
 * {@link io.tapswitch.api.ApiRouter} does for all of them what is not theirs: access, limits, media types, errors, HEAD.
 * {@link io.tapswitch.api.ApiServer} lists the resources and listens. A field of a network or port is a component of
 * its record in {@code io.tapswitch.config} and appears here by itself; fields that are only read are made in the
 * resource's {@code json} methods. {@code openapi.yaml} describes all of it, and the tests hold it to the truth.
 *
 * <p>{@link io.tapswitch.api.PageFiles} serves the page for operators, {@code src/main/web}: ES modules as they are, with
 * lit-html to draw and nothing to build. {@code store.js} is what it knows and when it asks again, {@code app.js} its frame
 * and addresses; each view is a module of its own.
 *
 * <p>Who somebody is, each listener's {@link io.tapswitch.api.Access} finds out: the kernel says it at the Unix socket, a
 * token or the session of a browser on the TCP port ({@link io.tapswitch.api.Credentials}), a certificate that the directory
 * knows between hosts ({@link io.tapswitch.api.HostTrust}; {@link io.tapswitch.api.HostChannel} is the side that asks). What
 * that one may do then depends on the role alone.
 *
 * <p>Threads: the event loop reads requests and writes answers. {@linkplain io.tapswitch.api.Operation Reads} run on a
 * small pool, those that may wait for other hosts on one of their own; changes run one after the other on a thread of
 * their own, as they may wait for the system.
 */
package io.tapswitch.api;
