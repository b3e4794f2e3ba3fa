package io.tapswitch.cluster;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs operations on a thread of its own, one after the other in the order they came, as many at a time as it may and each
 * for as long as it may. An operation that does not come back costs its place, and nothing else: its caller is told in time,
 * and when all places are taken further ones fail at once. Any thread.
 */
final class Operations implements AutoCloseable {
    private final int most;
    private final long limitMillis;
    private final AtomicInteger running = new AtomicInteger();
    private final ThreadPoolExecutor thread;

    /** What is to be done. */
    @FunctionalInterface
    interface Operation<T> {
        /** Begins it, or does it; may wait in a class for which that is meant. */
        CompletionStage<T> begin() throws IOException;
    }

    /**
     * @param name of the thread
     * @param most operations at a time, with those that wait for the thread
     * @param limitMillis until the caller of an operation is told that it has failed
     */
    Operations(String name, int most, long limitMillis) {
        this.most = most;
        this.limitMillis = limitMillis;
        this.thread = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread made = new Thread(task, name);
            made.setDaemon(true);
            return made;
        });
        // Not by whoever comes first: a thread begins with the priority of the one that makes it.
        thread.prestartCoreThread();
    }

    /** Does an operation. The answer fails with an {@link IOException} that says why, and with nothing else. */
    <T> CompletionStage<T> run(Operation<T> operation) {
        if (running.incrementAndGet() > most) {
            running.decrementAndGet();
            return failed("the members do not answer: " + most + " operations wait for them");
        }
        CompletableFuture<T> done = new CompletableFuture<>();
        try {
            thread.execute(() -> begin(operation, done));
        } catch (RejectedExecutionException e) {
            running.decrementAndGet();
            return failed("this host has left the cluster");
        }
        done.whenComplete((value, failure) -> running.decrementAndGet());
        CompletableFuture<T> answer = new CompletableFuture<>();
        // A copy, because only the operation itself gives its place back.
        done.copy().orTimeout(limitMillis, TimeUnit.MILLISECONDS).whenComplete((value, failure) -> {
            if (failure == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(inWords(failure));
            }
        });
        return answer;
    }

    private static <T> void begin(Operation<T> operation, CompletableFuture<T> done) {
        try {
            operation.begin().whenComplete((value, failure) -> {
                if (failure == null) {
                    done.complete(value);
                } else {
                    done.completeExceptionally(failure);
                }
            });
        } catch (IOException | RuntimeException | LinkageError e) {
            done.completeExceptionally(e);
        }
    }

    private static <T> CompletionStage<T> failed(String why) {
        return CompletableFuture.failedFuture(new IOException(why));
    }

    private IOException inWords(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof IOException known) {
            return known;
        }
        return cause instanceof TimeoutException
                ? new IOException("no member has answered for " + limitMillis + " ms", cause)
                : new IOException(
                        "the members could not do it (" + cause.getClass().getSimpleName() + ")", cause);
    }

    /** How many have begun, or wait for that, and have not ended. */
    int running() {
        return running.get();
    }

    /** Begins none of those that wait. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
