package dev.proa.control.scheduler.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.control.scheduler.Samples;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.QueuedPodInfo;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeapTest {
    private static QueuedPodInfo pod(int number, int priority) {
        return QueuedPodInfo.of(
                PodInfo.of(Samples.pod("p" + number, "\"priority\":" + priority)), Samples.START, number);
    }

    private static int priority(QueuedPodInfo pod) {
        return pod.info().priority();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void givesTheFirstInOrderWhateverIsAddedChangedOrRemoved(long seed) {
        Random random = new Random(seed);
        Heap heap = new Heap(Comparator.comparingInt(HeapTest::priority));
        Map<String, QueuedPodInfo> model = new HashMap<>();
        for (int step = 0; step < 3000; step++) {
            QueuedPodInfo pod = pod(random.nextInt(60), random.nextInt(1000));
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    heap.put(pod);
                    model.put(pod.uid(), pod);
                }
                case 2 -> assertThat(heap.remove(pod.uid())).isEqualTo(model.remove(pod.uid()));
                default -> {
                    QueuedPodInfo first = heap.poll();
                    if (model.isEmpty()) {
                        assertThat(first).isNull();
                    } else {
                        assertThat(first).isNotNull();
                        assertThat(priority(first))
                                .as("seed %d, step %d", seed, step)
                                .isEqualTo(model.values().stream()
                                        .mapToInt(HeapTest::priority)
                                        .min()
                                        .orElseThrow());
                        model.remove(first.uid());
                    }
                }
            }
            assertThat(heap.size()).isEqualTo(model.size());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void losesNoPodToAnOrderThatMakesNoSense(long seed) {
        Random random = new Random(seed);
        Heap heap = new Heap((a, b) -> random.nextInt(3) - 1);
        for (int i = 0; i < 200; i++) {
            heap.put(pod(i, 0));
        }
        for (int i = 0; i < 200; i += 2) {
            assertThat(heap.remove("uid-of-p" + i)).as("seed %d", seed).isNotNull();
        }
        for (int i = 100; i > 0; i--) {
            assertThat(heap.size()).isEqualTo(i);
            assertThat(heap.poll()).isNotNull();
        }
        assertThat(heap.isEmpty()).isTrue();
    }
}
