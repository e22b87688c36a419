package dev.proa.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class FairTest {
    @Test
    void nobodyTakesWhatTheNextNeeds() {
        FairBudget budget = new FairBudget(100);
        assertThat(budget.take("greedy", 51)).isFalse();
        assertThat(budget.take("greedy", 50)).isTrue();
        assertThat(budget.take("greedy", 1)).isFalse();
        assertThat(budget.take("honest", 25)).isTrue();
        assertThat(budget.take("third", 12)).isTrue();
        budget.give("greedy", 50);
        assertThat(budget.take("honest", 10)).isTrue();
        budget.give("honest", 35);
        budget.give("third", 12);
        assertThat(budget.taken()).isZero();
    }

    @Test
    void waitsForOthersToGiveBack() throws InterruptedException {
        FairBudget budget = new FairBudget(100);
        assertThat(budget.take("a", 50)).isTrue();
        assertThat(budget.take("a", 10, 10)).isFalse();
        Thread.ofVirtual().start(() -> budget.give("a", 50));
        assertThat(budget.take("a", 50, 60_000)).isTrue();
    }

    @Test
    void usersGetThePoolInTurn() throws InterruptedException {
        FairPool pool = new FairPool("test", 1);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch hold = new CountDownLatch(1);
        ConcurrentLinkedQueue<String> order = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new java.util.ArrayList<>();
        threads.add(Thread.ofVirtual()
                .start(() -> pool.run("greedy", () -> {
                    begun.countDown();
                    try {
                        hold.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return 0;
                })));
        begun.await();
        for (String user : List.of("greedy", "greedy", "greedy", "honest")) {
            Thread thread = Thread.ofVirtual().start(() -> pool.run(user, () -> order.add(user)));
            threads.add(thread);
            while (thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
        hold.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(List.copyOf(order).indexOf("honest")).isLessThanOrEqualTo(1);
    }

    @Test
    void failuresOfWorkArePassedOn() {
        FairPool pool = new FairPool("test", 1);
        assertThatThrownBy(() -> pool.run("a", () -> {
                    throw new StackOverflowError();
                }))
                .isInstanceOf(StackOverflowError.class);
        assertThat(pool.run("a", () -> 7)).isEqualTo(7);
    }
}
