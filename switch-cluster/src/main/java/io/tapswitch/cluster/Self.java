package io.tapswitch.cluster;

import java.util.List;

/**
 * This host, as far as it does not change.
 *
 * @param name in the cluster
 * @param instance random, so that another host of the same name is told apart
 * @param vteps IP addresses of its VTEP
 * @param mtu of its underlay, bytes; 0 if that is not known
 * @param encrypts whether frames to and from it are encrypted
 * @param api where and by what its daemon is known to the others'
 */
record Self(
        String name,
        long instance,
        String version,
        List<byte[]> vteps,
        int vtepPort,
        int mtu,
        int eventLoops,
        boolean encrypts,
        HostRecord.Api api) {}
