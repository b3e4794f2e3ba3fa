package io.tapswitch.cluster;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * What carries records between hosts: some maps from names to bytes that all hosts share. Nothing is promised but effort:
 * a write may be lost or undone by another host, a hint may never come or come twice, what is read may be old. The
 * directory checks, repeats and reads everything anew from time to time, so that none of that matters for long.
 *
 * <p>Any thread; nothing here waits. Results and hints come on threads of the store.
 */
public interface RecordStore extends AutoCloseable {
    /** The maps. */
    enum Kind {
        /** Of which every host wants to know each change: a write is hinted to all hosts. */
        RECORDS("tapswitch-records", true),
        /** The definitions of networks, which no host owns. */
        NETWORKS("tapswitch-networks", true),
        /** Small records that each host renews all the time, and reads together. */
        LEASES("tapswitch-leases", false),
        /** What is read when somebody asks. */
        REPORTS("tapswitch-reports", false);

        private final String mapName;
        private final boolean hinted;

        Kind(String mapName, boolean hinted) {
            this.mapName = mapName;
            this.hinted = hinted;
        }

        /** The name of the map in the store. */
        public String mapName() {
            return mapName;
        }

        /** Whether hosts are told of changes. */
        public boolean isHinted() {
            return hinted;
        }
    }

    /** Is told what the store notices. */
    interface Listener {
        /** A record was written. @param value as written; nothing about it is certain */
        void written(String key, byte[] value);

        /**
         * The store can be reached again, or what it holds may have changed in a way that no hint told of: members joined or
         * left, two halves of a cluster have merged. The directory should read everything, and write its own again.
         */
        void unsettled(String why);
    }

    /** Starts to connect, and says what it notices from now on. Returns at once. */
    void start(Listener listener);

    /** Writes a record, in place of any of that key. Completes when the store has it; fails if it cannot be reached. */
    CompletionStage<Void> write(Kind kind, String key, byte[] value);

    /** Takes a record out, if it is there. */
    CompletionStage<Void> remove(Kind kind, String key);

    /** Reads all records of a kind. */
    CompletionStage<Map<String, byte[]>> readAll(Kind kind);

    /** Reads some records; those that are not there are missing in the answer. */
    CompletionStage<Map<String, byte[]>> read(Kind kind, Collection<String> keys);

    /** How the store is now. */
    State state();

    /** How many things it found in its maps that are no records at all, and passed by. */
    default long strangers() {
        return 0;
    }

    /**
     * How a store is.
     *
     * @param reachable whether reads and writes can succeed
     * @param reason why not, with what to do; null if they can
     * @param members how many members carry the records; 0 if that is not known
     */
    record State(boolean reachable, String reason, int members) {}

    /** Leaves in order, within seconds. */
    @Override
    void close();
}
