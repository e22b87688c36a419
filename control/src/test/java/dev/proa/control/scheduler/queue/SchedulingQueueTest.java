package dev.proa.control.scheduler.queue;

import static dev.proa.control.scheduler.Samples.node;
import static dev.proa.control.scheduler.Samples.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import dev.proa.control.scheduler.Samples;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.ClusterEvent.Action;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PodNominator;
import dev.proa.control.scheduler.framework.Profile;
import dev.proa.control.scheduler.framework.QueuedPodInfo;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.scheduler.metrics.SchedulerMetrics;
import dev.proa.control.scheduler.plugin.DefaultBinder;
import dev.proa.control.scheduler.plugin.PrioritySort;
import dev.proa.control.scheduler.plugin.SchedulingGates;
import dev.proa.control.scheduler.queue.SchedulingQueue.Pending;
import dev.proa.testing.SimulatedClock;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SchedulingQueueTest {
    private static final Set<String> PICKY = Set.of("Picky");
    private static final Node USEFUL = node("useful", "1", "1Gi", 1);
    private static final Node USELESS = node("useless", "1", "1Gi", 1);

    private final SimulatedClock clock = new SimulatedClock(Samples.START);
    private final Map<String, Pod> pods = new HashMap<>();
    private final PodNominator nominator = new PodNominator();
    private final List<Status> gateFailures = new ArrayList<>();
    private Status gate = Status.SUCCESS;
    private final SchedulingQueue queue = new SchedulingQueue(
            clock,
            new QueueingPlugins(List.of(Samples.framework(List.of(
                    Profile.Entry.of(handle -> new PrioritySort()),
                    Profile.Entry.of(handle -> new SchedulingGates()),
                    Profile.Entry.of(handle -> new Picky()),
                    Profile.Entry.of(handle -> new Unregistered()),
                    Profile.Entry.of(DefaultBinder::new))))),
            nominator,
            Backoff.DEFAULT,
            new SchedulerMetrics(new PrometheusRegistry()),
            pod -> pods.get(pod.name()),
            (pod, status) -> gateFailures.add(status));

    /** Rejects pods until there is a node of its taste, or one with a certain annotation. */
    private final class Picky implements Plugin.Filter, Plugin.PreEnqueue, Plugin.EnqueueExtensions {
        @Override
        public String name() {
            return "Picky";
        }

        @Override
        public Status preEnqueue(PodInfo pod) {
            return gate;
        }

        @Override
        public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
            return Status.SUCCESS;
        }

        @Override
        public List<EventRegistration> eventsToRegister() {
            return List.of(
                    new EventRegistration(
                            ClusterEvent.NODE_ADDED,
                            (pod, before, after) ->
                                    after != null && after.name().equals("useful")),
                    new EventRegistration(ClusterEvent.NODE_DELETED, (pod, before, after) -> {
                        throw new IllegalStateException("a fault in a hint");
                    }),
                    EventRegistration.of(ClusterEvent.of(ClusterEvent.UNSCHEDULED_POD, Action.UPDATE_POD_LABEL)));
        }
    }

    /** Says nothing about events. */
    private static final class Unregistered implements Plugin.PostBind {
        @Override
        public String name() {
            return "Unregistered";
        }

        @Override
        public void postBind(CycleState state, PodInfo pod, String node) {}
    }

    private void happened(Node added) {
        queue.move(ClusterEvent.NODE_ADDED, null, added);
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
        QueuedPodInfo info = queue.take();
        if (info != null) {
            queue.done(info.uid());
        }
        return info == null ? null : info.info().pod().name();
    }

    private QueuedPodInfo take() throws InterruptedException {
        QueuedPodInfo info = queue.take();
        assertThat(info).isNotNull();
        return info;
    }

    /** Something else that is always there to be tried, so that nothing is taken before its back-off is over. */
    private void reject(String name) throws InterruptedException {
        QueuedPodInfo info = take();
        assertThat(info.info().pod().name()).isEqualTo(name);
        queue.rejected(info, PICKY, Set.of());
    }

    @Test
    void takesTheHighestPriorityAndThenTheFirst() throws Exception {
        add("b", 0);
        add("a", 0);
        pass(1);
        add("late", 0);
        add("high", 10);
        assertThat(List.of(take(), take(), take(), take()))
                .extracting(info -> info.info().pod().name())
                .containsExactly("high", "b", "a", "late");
    }

    @Test
    void letsRejectedPodsWaitForWhatHelps() throws Exception {
        add("p", 0);
        reject("p");
        assertThat(queue.pending()).isEqualTo(new Pending(0, 0, 1, 0));
        pass(5);
        happened(USELESS);
        assertThat(queue.pending()).isEqualTo(new Pending(0, 0, 1, 0));
        happened(USEFUL);
        assertThat(queue.pending()).as("its back-off is over").isEqualTo(new Pending(1, 0, 0, 0));
        assertThat(take().attempts()).isEqualTo(2);
    }

    @Test
    void doublesTheBackoffUpToTenSeconds() throws Exception {
        add("p", 0);
        QueuedPodInfo info = take();
        for (int seconds : new int[] {1, 2, 4, 8, 10, 10}) {
            queue.rejected(info, PICKY, Set.of());
            happened(USEFUL);
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
        QueuedPodInfo first = take();
        queue.rejected(first, PICKY, Set.of());
        happened(USEFUL);
        add("q", 0);
        assertThat(take().info().pod().name()).isEqualTo("q");
        assertThat(take().info().pod().name()).as("before its second is over").isEqualTo("p");
    }

    @Test
    void letsPodsWhoseAttemptFailedBackOffInAnyCase() throws Exception {
        add("p", 0);
        queue.failed(take());
        assertThat(queue.pending()).isEqualTo(new Pending(0, 1, 0, 0));
        pass(2);
        assertThat(queue.pending()).isEqualTo(new Pending(1, 0, 0, 0));
        QueuedPodInfo again = take();
        queue.failed(again);
        pass(2.5);
        assertThat(queue.pending()).as("two seconds, to the next whole one").isEqualTo(new Pending(0, 1, 0, 0));
        pass(0.5);
        queue.rejected(take(), PICKY, Set.of());
        pass(60);
        happened(USEFUL);
        assertThat(take().consecutiveErrors()).as("a rejection ends the errors").isZero();
    }

    @Test
    void doesNotMissWhatHappensDuringAnAttempt() throws Exception {
        add("p", 0);
        QueuedPodInfo info = take();
        happened(USEFUL);
        queue.rejected(info, PICKY, Set.of());
        assertThat(queue.pending()).isEqualTo(new Pending(0, 1, 0, 0));

        add("q", 0);
        info = take();
        happened(USELESS);
        queue.rejected(info, PICKY, Set.of());
        assertThat(queue.pending()).isEqualTo(new Pending(0, 1, 1, 0));
    }

    @Test
    void remembersNothingFromBeforeTheAttempt() throws Exception {
        add("p", 0);
        happened(USEFUL);
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
        assertThat(take().info().pod().labels()).containsEntry("a", "b");
    }

    @Test
    void hasTheNewestPodAfterAnAttempt() throws Exception {
        Pod before = add("p", 0);
        QueuedPodInfo info = take();
        Pod labelled =
                new Pod(before.withMetadata(m -> m.withLabels(Map.of("a", "b"))).value());
        pods.put("p", labelled);
        queue.update(before, labelled);
        assertThat(queue.pending()).as("it is being tried").isEqualTo(new Pending(0, 0, 0, 0));
        queue.rejected(info, PICKY, Set.of());
        assertThat(queue.pending()).as("the change may have helped").isEqualTo(new Pending(0, 1, 0, 0));
        assertThat(take().info().pod().labels()).containsEntry("a", "b");
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
        happened(USEFUL);
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
        happened(USEFUL);
        QueuedPodInfo tried = take();
        pods.remove(r.name());
        queue.remove(r);
        queue.rejected(tried, PICKY, Set.of());
        assertThat(queue.pending()).isEqualTo(new Pending(0, 0, 0, 0));
        assertThat(clock.waiting()).as("timers: the check of long waits").isLessThanOrEqualTo(1);
    }

    @Test
    void keepsPodsOutThatAPreEnqueuePluginDoesNotWant() throws Exception {
        gate = Status.unschedulable("not yet");
        add("p", 0);
        assertThat(queue.pending()).isEqualTo(new Pending(0, 0, 0, 1));
        happened(USELESS);
        assertThat(queue.pending()).isEqualTo(new Pending(0, 0, 0, 1));
        gate = Status.SUCCESS;
        happened(USEFUL);
        assertThat(next()).isEqualTo("p");
        assertThat(gateFailures).isEmpty();
    }

    @Test
    void letsPodsBackOffWhoseGateFails() throws Exception {
        gate = Status.error("a fault");
        add("p", 0);
        assertThat(queue.pending()).isEqualTo(new Pending(0, 1, 0, 0));
        assertThat(gateFailures).hasSize(1);
        pass(2);
        assertThat(gateFailures).as("asked again after a second").hasSize(2);
        pass(2);
        assertThat(gateFailures).as("and then after two").hasSize(2);
        gate = Status.SUCCESS;
        pass(1);
        assertThat(next()).isEqualTo("p");
    }

    @Test
    void triesPodsAtOnceWhosePluginHasGotWhatItWaitedFor() throws Exception {
        add("p", 0);
        queue.rejected(take(), Set.of(), PICKY);
        happened(USELESS);
        assertThat(queue.pending()).isEqualTo(new Pending(0, 0, 1, 0));
        happened(USEFUL);
        assertThat(queue.pending()).as("without a back-off").isEqualTo(new Pending(1, 0, 0, 0));
    }

    @Test
    void triesPodsUponEveryEventWhosePluginSaysNothingAboutEvents() throws Exception {
        add("p", 0);
        queue.rejected(take(), Set.of("Unregistered"), Set.of());
        pass(5);
        happened(USELESS);
        assertThat(next()).isEqualTo("p");
    }

    @Test
    void triesPodsForWhichAHintFails() throws Exception {
        add("p", 0);
        reject("p");
        pass(5);
        queue.move(ClusterEvent.NODE_DELETED, USELESS, null);
        assertThat(next()).isEqualTo("p");
    }

    @Test
    void triesOnlyPodsThatTheEventIsFor() throws Exception {
        add("p", 0);
        reject("p");
        pass(5);
        queue.move(ClusterEvent.NODE_ADDED, null, USEFUL, pod -> pod.priority() > 0);
        assertThat(next()).isNull();
    }

    @Test
    void triesAPodAgainThatWasActivatedWhileItWasTried() throws Exception {
        Pod pod = add("p", 0);
        Pod other = add("q", 0);
        QueuedPodInfo first = take();
        QueuedPodInfo second = take();
        queue.activate(List.of(pod));
        queue.rejected(second, PICKY, Set.of());
        queue.rejected(first, PICKY, Set.of());
        assertThat(queue.pending().active()).isEqualTo(1);
        assertThat(queue.pending().unschedulable()).isEqualTo(1);
        assertThat(take().uid()).isEqualTo(pod.uid()).isNotEqualTo(other.uid());
    }

    @Test
    void activatesPodsWhateverTheyWaitFor() throws Exception {
        Pod waits = add("p", 0);
        reject("p");
        Pod backsOff = add("q", 0);
        queue.failed(take());
        queue.activate(List.of(waits, backsOff, pod("unknown", "")));
        assertThat(queue.pending()).isEqualTo(new Pending(2, 0, 0, 0));
    }

    @Test
    void remembersWhatHappensDuringEachOfSeveralAttempts() throws Exception {
        add("p", 0);
        QueuedPodInfo p = take();
        happened(USEFUL);
        add("q", 0);
        QueuedPodInfo q = take();
        queue.rejected(q, PICKY, Set.of());
        assertThat(queue.pending()).as("it happened before q was tried").isEqualTo(new Pending(0, 0, 1, 0));
        queue.rejected(p, PICKY, Set.of());
        assertThat(queue.pending()).isEqualTo(new Pending(0, 1, 1, 0));
    }

    @Test
    void knowsWhichPodsAreNominated() {
        Pod before = add("p", 0);
        Pod nominated = new Pod(before.value().with("status", MapValue.of("nominatedNodeName", "n")));
        queue.update(before, nominated);
        assertThat(nominator.on("n")).hasSize(1);
        queue.remove(nominated);
        assertThat(nominator.on("n")).isEmpty();
    }

    @Test
    void endsWhoWaitsWhenItIsClosed() throws Exception {
        Thread closer = Thread.ofVirtual().start(queue::close);
        assertThat(queue.take()).isNull();
        closer.join();
    }
}
