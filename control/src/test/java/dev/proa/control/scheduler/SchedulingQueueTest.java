package dev.proa.control.scheduler;

import static dev.proa.control.scheduler.Samples.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Pod;
import dev.proa.client.clock.SimulatedClock;
import dev.proa.control.scheduler.SchedulingQueue.Pending;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SchedulingQueueTest {
    private static final Set<String> PICKY = Set.of("Picky");
    private static final ClusterEvent USEFUL = new ClusterEvent.NodeAdded(Samples.node("useful", "1", "1Gi", 1));
    private static final ClusterEvent USELESS = new ClusterEvent.NodeAdded(Samples.node("useless", "1", "1Gi", 1));

    private final SimulatedClock clock = new SimulatedClock(Samples.START);
    private final Map<String, Pod> pods = new HashMap<>();
    private final SchedulingQueue queue =
            new SchedulingQueue(clock, List.of(new SchedulingGates(), new Picky()), pod -> pods.get(pod.name()));

    /** Rejects pods until there is a node of its taste. */
    private static final class Picky implements Plugin.Filter {
        @Override
        public String name() {
            return "Picky";
        }

        @Override
        public Verdict filter(PodInfo pod, NodeInfo node) {
            return Verdict.FITS;
        }

        @Override
        public boolean mayHelp(PodInfo pod, ClusterEvent event) {
            return switch (event) {
                case ClusterEvent.NodeAdded(var node) -> node.name().equals("useful");
                case ClusterEvent.WaitingPodUpdated(Pod before, Pod after) ->
                    !before.labels().equals(after.labels());
                default -> false;
            };
        }
    }

    private Pod add(String name, int priority) {
        Pod pod = pod(name, "\"priority\":" + priority);
        pods.put(name, pod);
        queue.add(pod);
        return pod;
    }

    private void pass(double seconds) {
        clock.advance(Duration.ofMillis((long) (seconds * 1000)));
    }

    /** What would be tried now; null when that would have to wait. */
    private @Nullable String next() throws InterruptedException {
        Pending pending = queue.pending();
        if (pending.active() == 0) {
            return null;
        }
        PodInfo info = queue.take();
        queue.placed();
        return info == null ? null : info.pod().name();
    }

    private PodInfo take() throws InterruptedException {
        PodInfo info = queue.take();
        assertThat(info).isNotNull();
        return info;
    }

    /** Something else that is always there to be tried, so that nothing is taken before its back-off is over. */
    private void reject(String name) throws InterruptedException {
        PodInfo info = take();
        assertThat(info.pod().name()).isEqualTo(name);
        queue.rejected(info, PICKY);
    }

    @Test
    void takesTheHighestPriorityAndThenTheFirst() throws Exception {
        add("b", 0);
        add("a", 0);
        pass(1);
        add("late", 0);
        add("high", 10);
        assertThat(List.of(take(), take(), take(), take()))
                .extracting(info -> info.pod().name())
                .containsExactly("high", "b", "a", "late");
    }

    @Test
    void letsRejectedPodsWaitForWhatHelps() throws Exception {
        add("p", 0);
        reject("p");
        assertThat(queue.pending()).isEqualTo(new Pending(0, 0, 1, 0));
        pass(5);
        queue.happened(USELESS);
        assertThat(queue.pending()).isEqualTo(new Pending(0, 0, 1, 0));
        queue.happened(USEFUL);
        assertThat(queue.pending()).as("its back-off is over").isEqualTo(new Pending(1, 0, 0, 0));
        assertThat(take().attempts()).isEqualTo(2);
    }

    @Test
    void doublesTheBackoffUpToTenSeconds() throws Exception {
        add("p", 0);
        PodInfo info = take();
        for (int seconds : new int[] {1, 2, 4, 8, 10, 10}) {
            queue.rejected(info, PICKY);
            queue.happened(USEFUL);
            assertThat(queue.pending()).isEqualTo(new Pending(0, 1, 0, 0));
            pass(seconds + 0.999);
            assertThat(queue.pending())
                    .as("until the second after %d s", seconds)
                    .isEqualTo(new Pending(0, 1, 0, 0));
            pass(0.001);
            assertThat(queue.pending()).isEqualTo(new Pending(1, 0, 0, 0));
            info = take();
        }
    }

    @Test
    void triesPodsThatBackOffWhenThereIsNothingElse() throws Exception {
        add("p", 0);
        PodInfo first = take();
        queue.rejected(first, PICKY);
        queue.happened(USEFUL);
        add("q", 0);
        assertThat(take().pod().name()).isEqualTo("q");
        assertThat(take().pod().name()).as("before its second is over").isEqualTo("p");
    }

    @Test
    void letsPodsWhoseAttemptFailedBackOffInAnyCase() throws Exception {
        add("p", 0);
        queue.failed(take());
        assertThat(queue.pending()).isEqualTo(new Pending(0, 1, 0, 0));
        pass(2);
        assertThat(queue.pending()).isEqualTo(new Pending(1, 0, 0, 0));
        PodInfo again = take();
        queue.failed(again);
        pass(2.5);
        assertThat(queue.pending()).as("two seconds, to the next whole one").isEqualTo(new Pending(0, 1, 0, 0));
        pass(0.5);
        queue.rejected(take(), PICKY);
        pass(60);
        queue.happened(USEFUL);
        assertThat(take().errors()).as("a rejection ends the errors").isZero();
    }

    @Test
    void doesNotMissWhatHappensDuringAnAttempt() throws Exception {
        add("p", 0);
        PodInfo info = take();
        queue.happened(USEFUL);
        queue.rejected(info, PICKY);
        assertThat(queue.pending()).isEqualTo(new Pending(0, 1, 0, 0));

        add("q", 0);
        info = take();
        queue.happened(USELESS);
        queue.rejected(info, PICKY);
        assertThat(queue.pending()).isEqualTo(new Pending(0, 1, 1, 0));
    }

    @Test
    void remembersNothingFromBeforeTheAttempt() throws Exception {
        add("p", 0);
        queue.happened(USEFUL);
        reject("p");
        assertThat(queue.pending()).isEqualTo(new Pending(0, 0, 1, 0));
    }

    @Test
    void retriesAPodThatChangesInAUsefulWay() throws Exception {
        Pod before = add("p", 0);
        reject("p");
        pass(3);
        Pod same = new Pod(
                before.withMetadata(m -> m.withAnnotations(Map.of("a", "b"))).value());
        pods.put("p", same);
        queue.update(before, same);
        assertThat(queue.pending()).isEqualTo(new Pending(0, 0, 1, 0));
        Pod labelled =
                new Pod(same.withMetadata(m -> m.withLabels(Map.of("a", "b"))).value());
        pods.put("p", labelled);
        queue.update(same, labelled);
        assertThat(queue.pending()).isEqualTo(new Pending(1, 0, 0, 0));
        assertThat(take().pod().labels()).containsEntry("a", "b");
    }

    @Test
    void hasTheNewestPodAfterAnAttempt() throws Exception {
        Pod before = add("p", 0);
        PodInfo info = take();
        Pod labelled =
                new Pod(before.withMetadata(m -> m.withLabels(Map.of("a", "b"))).value());
        pods.put("p", labelled);
        queue.update(before, labelled);
        assertThat(queue.pending()).as("it is being tried").isEqualTo(new Pending(0, 0, 0, 0));
        queue.rejected(info, PICKY);
        assertThat(queue.pending()).as("the change may have helped").isEqualTo(new Pending(0, 1, 0, 0));
        assertThat(take().pod().labels()).containsEntry("a", "b");
    }

    @Test
    void followsAChangeOfPriorityInTheQueue() throws Exception {
        Pod low = add("low", 0);
        add("middle", 5);
        Pod raised = pod("low", "\"priority\":10");
        pods.put("low", raised);
        queue.update(low, raised);
        assertThat(next()).isEqualTo("low");
        assertThat(next()).isEqualTo("middle");
        assertThat(next()).isNull();
    }

    @Test
    void holdsGatedPodsUntilTheLastGateIsGone() throws Exception {
        Pod two = pod("p", "\"schedulingGates\":[{\"name\":\"a\"},{\"name\":\"b\"}]");
        pods.put("p", two);
        queue.add(two);
        assertThat(queue.pending()).isEqualTo(new Pending(0, 0, 0, 1));
        queue.happened(USEFUL);
        pass(600);
        assertThat(queue.pending()).isEqualTo(new Pending(0, 0, 0, 1));
        Pod one = pod("p", "\"schedulingGates\":[{\"name\":\"a\"}]");
        queue.update(two, one);
        assertThat(queue.pending()).isEqualTo(new Pending(0, 0, 0, 1));
        Pod free = pod("p", "");
        queue.update(one, free);
        assertThat(next()).isEqualTo("p");
    }

    @Test
    void triesAgainAfterFiveMinutesWhateverHappens() throws Exception {
        add("p", 0);
        reject("p");
        pass(300);
        assertThat(queue.pending()).isEqualTo(new Pending(0, 0, 1, 0));
        pass(30);
        assertThat(queue.pending()).isEqualTo(new Pending(1, 0, 0, 0));
    }

    @Test
    void forgetsPodsThatAreGone() throws Exception {
        Pod p = add("p", 0);
        Pod q = add("q", 0);
        Pod r = add("r", 0);
        queue.remove(p);
        reject("q");
        queue.remove(q);
        queue.happened(USEFUL);
        PodInfo tried = take();
        pods.remove(r.name());
        queue.remove(r);
        queue.rejected(tried, PICKY);
        assertThat(queue.pending()).isEqualTo(new Pending(0, 0, 0, 0));
        assertThat(clock.waiting()).as("timers: the check of long waits").isLessThanOrEqualTo(1);
    }

    @Test
    void endsWhoWaitsWhenItIsClosed() throws Exception {
        Thread closer = Thread.ofVirtual().start(queue::close);
        assertThat(queue.take()).isNull();
        closer.join();
    }
}
