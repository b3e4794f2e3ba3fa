package io.tapswitch.overlay;

import java.util.List;
import java.util.Map;

/**
 * The cluster as one of its hosts sees it.
 *
 * @param name of the cluster
 * @param host the name of this host in it
 * @param role {@code member}, {@code lite} or {@code client}
 * @param state {@code joining} until the directory was reached for the first time, {@code joined}, {@code unreachable} when
 *     it cannot be reached any more; frames go on in each
 * @param reason why it is not joined, with what to do; null if it is
 * @param members how many members carry the directory; 0 if it cannot be reached
 * @param hosts how many other hosts are known
 * @param stations how many stations are known behind other hosts
 * @param published how many stations this host has told the others of
 * @param refused records that were not taken, by reason
 * @param conflicts what hosts do not agree on, in words
 */
public record ClusterState(
        String name,
        String host,
        String role,
        String state,
        String reason,
        int members,
        int hosts,
        int stations,
        int published,
        Map<String, Long> refused,
        List<String> conflicts) {}
