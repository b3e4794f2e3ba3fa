/**
 * How several hosts become one switch. Each host tells the others of itself: its VTEP, the networks that it has ports in, and
 * the stations behind them; and each makes up its own mind of what it hears.
 *
 * <p>{@link io.tapswitch.cluster.Directory} is the place to begin at: it makes this host's records, takes those of others in,
 * and has the switch follow. It knows the switch as {@link io.tapswitch.cluster.LocalSwitch} and whatever carries records as
 * {@link io.tapswitch.cluster.RecordStore}, which promises nothing. {@link io.tapswitch.cluster.StationTable} decides where a
 * station is, {@link io.tapswitch.cluster.NetworkCatalogue} what a network is, {@link io.tapswitch.cluster.Intake} what is to
 * be believed. {@link io.tapswitch.cluster.ClusterDirectory} gives all that a thread of its own, and
 * {@link io.tapswitch.cluster.HazelcastStore} the store; only classes named after Hazelcast import it.
 *
 * <p>Nothing here is on the frame path: a directory that is slow or gone costs no frame.
 */
package io.tapswitch.cluster;
