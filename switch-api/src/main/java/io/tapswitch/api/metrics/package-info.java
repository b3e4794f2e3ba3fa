/**
 * What the switch counts, for Prometheus. {@link io.tapswitch.api.metrics.Metrics} is all that others need.
 *
 * <p>What a process has in any case (memory, garbage collection, threads, processor, HTTP requests) Micrometer measures.
 * What comes and goes with ports, networks and hosts is not kept in meters, of which there would be ten for each of a
 * thousand ports: it is read from where it is counted at the moment it is asked for, under names as Micrometer makes them.
 * So a port that is gone has no stale series, and a switch that is not asked does not pay. Reading waits for nothing, and
 * no frame waits for it.
 */
package io.tapswitch.api.metrics;
