package io.tapswitch.cluster;

import io.tapswitch.cluster.RecordStore.Kind;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a record is about; the word in front of its key, and the number in its header. */
enum RecordKind {
    /** How a host can be reached and which networks it has ports in; kept as {@code h/<host>}. */
    HOST(1, "h/"),
    /** Some of the stations of a host; kept as {@code s/<host>/<bucket>}. */
    STATIONS(2, "s/"),
    /** That a host is there, and a summary of its records; kept as {@code l/<host>}. */
    LEASE(3, "l/"),
    /** The definition of a network; kept as {@code n/<network>}. */
    NETWORK(4, "n/"),
    /** The ports of a host; kept as {@code p/<host>}. */
    PORTS(5, "p/"),
    /** What happened on a host lately; kept as {@code e/<host>}. */
    EVENTS(6, "e/");

    private final int code;
    private final String prefix;

    RecordKind(int code, String prefix) {
        this.code = code;
        this.prefix = prefix;
    }

    int code() {
        return code;
    }

    /** The key of a record of this kind. */
    String key(String name) {
        return prefix + name;
    }

    /** The key of the stations of a bucket. */
    static String stationsKey(String host, int bucket) {
        return STATIONS.key(host) + "/" + bucket;
    }

    /** Where the records of a host are. */
    static Map<String, Kind> keysOf(String host) {
        Map<String, Kind> keys = new LinkedHashMap<>();
        keys.put(HOST.key(host), Kind.RECORDS);
        for (int bucket = 0; bucket < StationsRecord.BUCKETS; bucket++) {
            keys.put(stationsKey(host, bucket), Kind.RECORDS);
        }
        keys.put(LEASE.key(host), Kind.LEASES);
        keys.put(PORTS.key(host), Kind.REPORTS);
        keys.put(EVENTS.key(host), Kind.REPORTS);
        return keys;
    }

    /** What the key of a record of this kind says behind the kind. */
    String name(String key) {
        return key.substring(prefix.length());
    }

    /** The kind that a key speaks of; null if it is no key of the directory. */
    static RecordKind ofKey(String key) {
        for (RecordKind kind : values()) {
            if (key.startsWith(kind.prefix)) {
                return kind;
            }
        }
        return null;
    }
}
