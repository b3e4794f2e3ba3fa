package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OperationsTest {
    private static final int MOST = 4;
    private static final long LIMIT_MILLIS = 200;

    private final CountDownLatch wedge = new CountDownLatch(1);
    private final Operations operations = new Operations("operations-test", MOST, LIMIT_MILLIS);

    @AfterEach
    void stop() {
        wedge.countDown();
        operations.close();
    }

    private static <T> T get(CompletionStage<T> answer) throws Exception {
        return answer.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static Throwable failure(CompletionStage<?> answer) {
        return answer.toCompletableFuture()
                .handle((value, failure) -> failure)
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void beginsOffTheCallersThreadAndInOrder() throws Exception {
        List<Integer> order = new ArrayList<>();
        List<String> threads = new ArrayList<>();
        CompletionStage<Void> last = null;
        for (int i = 0; i < MOST; i++) {
            int number = i;
            last = operations.run(() -> {
                order.add(number);
                threads.add(Thread.currentThread().getName());
                return CompletableFuture.completedFuture(null);
            });
        }
        get(last);

        assertThat(order).containsExactly(0, 1, 2, 3);
        assertThat(threads).containsOnly("operations-test");
    }

    @Test
    void anOperationThatDoesNotComeBackFailsInTime() {
        Throwable failure = failure(operations.run(CompletableFuture::new));

        assertThat(failure).isInstanceOf(IOException.class).hasMessageContaining("no member has answered");
        assertThat(operations.running()).isOne();
    }

    @Test
    void failsAtOnceWhenAllPlacesAreTaken() throws Exception {
        CompletableFuture<String> slow = new CompletableFuture<>();
        for (int i = 0; i < MOST; i++) {
            operations.run(() -> slow);
        }
        CompletionStage<String> refused = operations.run(() -> CompletableFuture.completedFuture("more"));
        assertThat(refused.toCompletableFuture()).isCompletedExceptionally();
        assertThat(failure(refused)).isInstanceOf(IOException.class).hasMessageContaining("do not answer");

        slow.complete("at last");
        Heard.await("free places", () -> operations.running() == 0);
        assertThat(get(operations.run(() -> CompletableFuture.completedFuture("more"))))
                .isEqualTo("more");
    }

    @Test
    void aThreadThatHangsIsNoReasonToPileUp() {
        operations.run(() -> {
            await(wedge);
            return CompletableFuture.completedFuture(null);
        });
        for (int i = 1; i < MOST; i++) {
            operations.run(() -> CompletableFuture.completedFuture(null));
        }

        assertThat(operations.run(() -> CompletableFuture.completedFuture(null)).toCompletableFuture())
                .isCompletedExceptionally();
        assertThat(operations.running()).isEqualTo(MOST);
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void everyFailureIsAnIoExceptionInWords() {
        assertThat(failure(operations.run(() -> {
                    throw new IOException("no such thing");
                })))
                .isInstanceOf(IOException.class)
                .hasMessage("no such thing");
        assertThat(failure(operations.run(() -> CompletableFuture.failedFuture(new IllegalStateException("x")))))
                .isInstanceOf(IOException.class)
                .hasMessage("the members could not do it (IllegalStateException)");
        assertThat(operations.running()).isZero();
    }

    @Test
    void takesNothingAfterItsClose() {
        operations.close();

        CompletionStage<String> refused = operations.run(() -> CompletableFuture.completedFuture("late"));

        assertThatThrownBy(() -> get(refused)).hasRootCauseInstanceOf(IOException.class);
        assertThat(operations.running()).isZero();
    }
}
