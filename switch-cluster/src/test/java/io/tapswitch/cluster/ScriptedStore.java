package io.tapswitch.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A store that answers when a test says so. */
final class ScriptedStore implements RecordStore {
    /** Something that was asked of it. @param value what is to be written; null for a read or a removal */
    record Call(String what, byte[] value, CompletableFuture<Map<String, byte[]>> answer) {
        void succeed() {
            answer.complete(Map.of());
        }

        void answer(Map<String, byte[]> found) {
            answer.complete(found);
        }

        void fail() {
            answer.completeExceptionally(new IllegalStateException("no"));
        }
    }

    private final List<Call> calls = new ArrayList<>();
    boolean reachable = true;

    /** What was asked since this was last called. */
    List<Call> take() {
        List<Call> taken = List.copyOf(calls);
        calls.clear();
        return taken;
    }

    private CompletionStage<Map<String, byte[]>> call(String what, byte[] value) {
        Call call = new Call(what, value, new CompletableFuture<>());
        calls.add(call);
        return call.answer();
    }

    @Override
    public void start(Listener listener) {}

    @Override
    public CompletionStage<Void> write(Kind kind, String key, byte[] value) {
        return call("write " + key, value).thenApply(done -> null);
    }

    @Override
    public CompletionStage<Void> remove(Kind kind, String key) {
        return call("remove " + key, null).thenApply(done -> null);
    }

    @Override
    public CompletionStage<Map<String, byte[]>> readAll(Kind kind) {
        return call("all " + kind, null);
    }

    @Override
    public CompletionStage<Map<String, byte[]>> read(Kind kind, Collection<String> keys) {
        return call("read " + keys.size() + " " + kind, null);
    }

    @Override
    public State state() {
        return new State(reachable, null, 1);
    }

    @Override
    public void close() {}
}
