package dev.proa.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class BlockingTest {
    @Test
    void nothingWaitsOnAnEventLoop() {
        Vertx vertx = Vertx.vertx();
        try {
            CompletableFuture<Object> caught = new CompletableFuture<>();
            vertx.runOnContext(nothing -> {
                try {
                    caught.complete(Blocking.await(Future.succeededFuture(1)));
                } catch (IllegalStateException e) {
                    caught.complete(e);
                }
            });
            assertThat(caught.join())
                    .isInstanceOf(IllegalStateException.class)
                    .asString()
                    .contains("an event loop may not wait");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Test
    void othersWaitForSomeTime() {
        assertThat(Blocking.await(Future.succeededFuture(1))).isEqualTo(1);
        assertThatThrownBy(() -> Blocking.await(Promise.promise().future(), Duration.ofMillis(1)))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(TimeoutException.class);
    }

    @Test
    void theEndOfAThreadIsAwaitedInSpiteOfAnInterrupt() {
        CountDownLatch asked = new CountDownLatch(1);
        Thread awaited = Thread.ofVirtual().start(() -> {
            try {
                asked.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Thread.currentThread().interrupt();
        Thread.ofVirtual().start(asked::countDown);
        Blocking.join(awaited);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(awaited.isAlive()).isFalse();
    }
}
