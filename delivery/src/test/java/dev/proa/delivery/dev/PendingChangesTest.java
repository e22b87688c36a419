package dev.proa.delivery.dev;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PendingChangesTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final PendingChanges pending = new PendingChanges(clock);

    private BlockingQueue<PendingChanges.Batch> taking() {
        BlockingQueue<PendingChanges.Batch> taken = new ArrayBlockingQueue<>(1);
        Thread.startVirtualThread(() -> {
            try {
                taken.put(pending.take());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return taken;
    }

    @Test
    void comeTogetherOnceTheyAreAtRest() throws Exception {
        pending.add("a");
        clock.advance(Duration.ofMillis(30));
        pending.add("b");
        BlockingQueue<PendingChanges.Batch> taken = taking();
        clock.advance(Duration.ofMillis(30));
        assertThat(taken).isEmpty();
        Await.until("the batch", () -> {
            clock.advance(Duration.ofMillis(10));
            return !taken.isEmpty();
        });
        assertThat(taken.take().paths()).containsExactly("a", "b");
        assertThat(pending.any()).isFalse();
    }

    @Test
    void comeAtLastWithoutRest() throws Exception {
        BlockingQueue<PendingChanges.Batch> taken = taking();
        int written = 0;
        for (; taken.isEmpty() && written < 1000; written++) {
            pending.add("log" + written);
            clock.advance(Duration.ofMillis(20));
            Thread.yield();
        }
        Await.until("the batch", () -> {
            clock.advance(Duration.ofMillis(10));
            return !taken.isEmpty();
        });
        assertThat(taken.take().paths()).isNotEmpty();
    }

    @Test
    void endWithTheSession() throws Exception {
        BlockingQueue<PendingChanges.Batch> taken = taking();
        pending.close();
        assertThat(taken.take().paths()).isEmpty();
        assertThat(pending.any()).isTrue();
    }

    /** A builder that copies the files while they are written, as a build does: in the end it has the last state of each. */
    @Test
    void areNeverLostWhateverIsBuiltMeanwhile() throws Exception {
        for (int seed = 0; seed < 40; seed++) {
            loseNothing(seed);
        }
    }

    private static void loseNothing(int seed) throws Exception {
        SimulatedClock clock = new SimulatedClock();
        PendingChanges pending = new PendingChanges(clock);
        Random random = new Random(seed);
        int[] written = new int[5];
        int[] built = new int[5];
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        Thread builder = Thread.startVirtualThread(() -> {
            try {
                while (true) {
                    Set<String> paths = pending.take().paths();
                    if (paths.isEmpty()) {
                        return;
                    }
                    for (String path : new LinkedHashSet<>(paths)) {
                        int file = Integer.parseInt(path);
                        synchronized (written) {
                            built[file] = written[file];
                        }
                        Thread.yield(); // changes come between the files of a build
                    }
                }
            } catch (InterruptedException | RuntimeException e) {
                failures.add(e);
            }
        });
        for (int i = 0; i < 200; i++) {
            int file = random.nextInt(5);
            synchronized (written) { // a file is written first, and its change told later
                written[file]++;
            }
            if (random.nextInt(3) == 0) {
                clock.advance(Duration.ofMillis(random.nextInt(60)));
            }
            pending.add(String.valueOf(file));
            if (random.nextInt(4) == 0) {
                Thread.yield();
            }
        }
        Await.until("all is built, with seed " + seed, () -> {
            clock.advance(Duration.ofMillis(10));
            synchronized (written) {
                return java.util.Arrays.equals(written, built);
            }
        });
        pending.close();
        builder.join();
        assertThat(failures).isEqualTo(Collections.emptyList());
        assertThat(new HashSet<>(failures)).isEmpty();
    }
}
