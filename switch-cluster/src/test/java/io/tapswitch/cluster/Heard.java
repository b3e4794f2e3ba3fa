package io.tapswitch.cluster;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Remembers what a store told. Any thread. */
final class Heard implements RecordStore.Listener {
    private static final long PATIENCE_MILLIS = 30_000;

    private final List<String> writes = new ArrayList<>();
    private final List<String> unsettled = new ArrayList<>();

    @Override
    public synchronized void written(String key, byte[] value) {
        writes.add(key + "=" + new String(value, StandardCharsets.UTF_8));
    }

    @Override
    public synchronized void unsettled(String why) {
        unsettled.add(why);
    }

    /** The values that it was told of for a key, in the order they came. */
    synchronized List<String> writes(String key) {
        return writes.stream()
                .filter(line -> line.startsWith(key + "="))
                .map(line -> line.substring(key.length() + 1))
                .toList();
    }

    synchronized List<String> unsettled() {
        return List.copyOf(unsettled);
    }

    void awaitWrite(String key, String value) {
        await("a hint for " + key, () -> writes(key).contains(value));
    }

    /** Waits for more to be unsettling than there was. @param before how often it was */
    void awaitUnsettled(int before) {
        await("something unsettling", () -> unsettled().size() > before);
    }

    void awaitUnsettled(String part) {
        await(part, () -> unsettled().stream().anyMatch(why -> why.contains(part)));
    }

    static void await(String what, BooleanSupplier condition) {
        long until = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - until > 0) {
                throw new AssertionError("waited in vain for " + what);
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
