package io.tapswitch.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.SerializationConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleListener;
import com.hazelcast.map.IMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Somebody who reaches the members, knows the name of the cluster and has Hazelcast, but not the secret. A process of its
 * own, for tests: {@code forge} does to the maps whatever can be done to them until it is killed, {@code shutdown} tells all
 * members to end.
 */
public final class RogueMember {
    private static final long PAUSE_MILLIS = 100;

    private final Random random = new Random(7);
    private final HazelcastInstance instance;
    private final Map<String, Object> old = new HashMap<>();

    private RogueMember(HazelcastInstance instance) {
        this.instance = instance;
    }

    /** Arguments: what to do, the cluster's name, the own address, and members with commas. */
    public static void main(String[] arguments) throws InterruptedException {
        ClusterConfig cluster = new ClusterConfig(
                arguments[1],
                "/nowhere",
                "evil",
                ClusterConfig.Role.MEMBER,
                arguments[2],
                null,
                null,
                List.of(arguments[3].split(",")),
                null,
                null,
                null,
                null);
        // The same properties, or members would not let it in; but objects of any kind.
        Config config = HazelcastSettings.member(cluster, (LifecycleListener) event -> {});
        config.setSerializationConfig(new SerializationConfig());
        RogueMember rogue = new RogueMember(Hazelcast.newHazelcastInstance(config));
        System.out.println("joined " + rogue.instance.getCluster().getMembers().size());
        if (arguments[0].equals("shutdown")) {
            rogue.endAll();
            return;
        }
        for (int round = 1; ; round++) {
            rogue.forge(round);
            System.out.println("done " + round);
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
    }

    private void endAll() {
        try {
            instance.getCluster().shutdown();
            System.out.println("obeyed");
        } catch (RuntimeException e) {
            System.out.println("refused: " + e);
        }
    }

    private void forge(int round) {
        for (RecordStore.Kind kind : RecordStore.Kind.values()) {
            IMap<Object, Object> map = instance.getMap(kind.mapName());
            List<Object> keys = new ArrayList<>(map.keySet());
            for (Object key : keys) {
                Object value = map.get(key);
                if (value instanceof byte[] bytes) {
                    old.putIfAbsent(kind + " " + key, value);
                    replace(map, key, bytes, old.get(kind + " " + key), keys);
                }
            }
            map.put("h/evil", new byte[80]);
            map.put("n/evil", new byte[80]);
            map.put(round, List.of(round));
            if (round % 3 == 0) {
                map.clear();
            }
            if (round % 7 == 0) {
                map.destroy();
            }
        }
    }

    private void replace(IMap<Object, Object> map, Object key, byte[] bytes, Object first, List<Object> keys) {
        switch (random.nextInt(6)) {
            case 0 -> map.put(key, changed(bytes));
            case 1 -> map.put(key, new byte[random.nextInt(200)]);
            case 2 -> map.put(key, first);
            case 3 -> map.put(keys.get(random.nextInt(keys.size())), bytes);
            case 4 -> map.put(key, new ArrayList<>(List.of("evil")));
            default -> map.remove(key);
        }
    }

    private byte[] changed(byte[] bytes) {
        byte[] copy = bytes.clone();
        if (copy.length > 0) {
            copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return copy;
    }
}
