package dev.proa.control.scheduler;

import static dev.proa.control.scheduler.Samples.asking;
import static dev.proa.control.scheduler.Samples.container;
import static dev.proa.control.scheduler.Samples.node;
import static dev.proa.control.scheduler.Samples.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SchedulerTest {
    private static final DeleteOptions AT_ONCE = DeleteOptions.EMPTY.withGracePeriodSeconds(0);

    private final SimulatedClock clock = new SimulatedClock();
    private final TestCluster cluster = new TestCluster(clock);
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
    private final ResourceClient<Node> nodes = cluster.client.resource(Node.KIND);
    private final Scheduler scheduler = new Scheduler(cluster.schedulerContext());

    @BeforeEach
    void start() throws Exception {
        cluster.start(context -> scheduler);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private void addNode(Node node) throws InterruptedException {
        cluster.awaitSeen(Node.KIND, nodes.create(node));
    }

    private Pod seen(String name) {
        Pod pod = cluster.informers.informer(Pod.KIND).get("default", name);
        return pod == null ? Pod.of("default", name) : pod;
    }

    private String nodeOf(String pod) {
        return pods.get(pod).spec().nodeName();
    }

    private MapValue awaitCondition(String pod, String reason) throws InterruptedException {
        return Await.until(
                pod + " is " + reason,
                () -> {
                    MapValue condition = Pods.condition(pods.get(pod), "PodScheduled");
                    return condition == null ? MapValue.EMPTY : condition;
                },
                condition -> condition.string("reason").equals(reason));
    }

    private List<Event> events(String pod, String reason) {
        return cluster.client.resource(Event.KIND).list().stream()
                .filter(event -> event.involvedObject().name().equals(pod)
                        && event.reason().equals(reason))
                .toList();
    }

    @Test
    void bindsAPodAndSaysSo() throws Exception {
        addNode(node("n", "4", "8Gi", 110));
        pods.create(asking("p", "1", "1Gi"));
        Await.until("p is bound", () -> nodeOf("p").equals("n"));
        Await.until("an event", () -> !events("p", "Scheduled").isEmpty());
        Event event = events("p", "Scheduled").getFirst();
        assertThat(event.message()).isEqualTo("Successfully assigned default/p to n");
        assertThat(event.type()).isEqualTo("Normal");
        assertThat(event.action()).isEqualTo("Binding");
        assertThat(event.reportingComponent()).isEqualTo("default-scheduler");
        assertThat(event.reportingInstance()).startsWith("default-scheduler-");
        assertThat(event.value().string("eventTime")).isEqualTo("2026-01-01T00:00:00.000000Z");
        assertThat(event.value().get("firstTimestamp")).isNull();
        assertThat(event.value().map("source")).isEqualTo(MapValue.EMPTY);
    }

    @Test
    void saysWhyAPodWaitsAndBindsItWhenANodeComes() throws Exception {
        addNode(node("small", "1", "1Gi", 110));
        pods.create(asking("p", "2", "1Gi"));
        MapValue condition = awaitCondition("p", "Unschedulable");
        String message = "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption:"
                + " 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
        assertThat(condition.string("message")).isEqualTo(message);
        assertThat(condition.string("status")).isEqualTo("False");
        assertThat(condition.string("lastTransitionTime")).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(condition.integer("observedGeneration", 0)).isEqualTo(1);
        Await.until("an event", () -> !events("p", "FailedScheduling").isEmpty());
        Event event = events("p", "FailedScheduling").getFirst();
        assertThat(event.message()).isEqualTo(message);
        assertThat(event.type()).isEqualTo("Warning");
        assertThat(event.action()).isEqualTo("Scheduling");

        addNode(node("large", "4", "8Gi", 110));
        Await.until("p is bound", () -> nodeOf("p").equals("large"));
        Await.until("that is counted", () -> scheduler.stats().scheduled() == 1);
        assertThat(scheduler.stats().rejected()).isPositive();
        assertThat(scheduler.stats().failed()).isZero();
    }

    @Test
    void keepsTryingWhileThereIsNoNode() throws Exception {
        pods.create(asking("p", "1", "1Gi"));
        assertThat(awaitCondition("p", "Unschedulable").string("message"))
                .isEqualTo("no nodes available to schedule pods");
        Await.until("the condition is known", () -> Pods.condition(seen("p"), "PodScheduled") != null);
        Await.until("it backs off", () -> scheduler.pending().backoff() == 1);
        clock.advance(Duration.ofSeconds(2));
        Await.until("a second event", () -> events("p", "FailedScheduling").size() == 2);
        Await.until("it backs off", () -> scheduler.pending().backoff() == 1);
        clock.advance(Duration.ofSeconds(3));
        Await.until(
                "the third is one of a series, as the pod has not changed any more",
                () -> events("p", "FailedScheduling").stream()
                        .anyMatch(event -> event.value().map("series").integer("count", 0) == 2));
        addNode(node("n", "4", "8Gi", 110));
        Await.until("it backs off", () -> scheduler.pending().backoff() == 1);
        clock.advance(Duration.ofSeconds(5));
        Await.until("p is bound", () -> nodeOf("p").equals("n"));
    }

    @Test
    void takesTheRoomOfADeletedPod() throws Exception {
        addNode(node("n", "2", "8Gi", 110));
        pods.create(asking("first", "2", "1Gi"));
        Await.until("first is bound", () -> nodeOf("first").equals("n"));
        pods.create(asking("second", "2", "1Gi"));
        awaitCondition("second", "Unschedulable");
        pods.delete("first", AT_ONCE);
        Await.until("second is bound", () -> nodeOf("second").equals("n"));
    }

    @Test
    void takesTheRoomOfAPodThatHasEnded() throws Exception {
        addNode(node("n", "2", "8Gi", 110));
        pods.create(asking("job", "2", "1Gi"));
        Await.until("job is bound", () -> nodeOf("job").equals("n"));
        pods.create(asking("next", "2", "1Gi"));
        awaitCondition("next", "Unschedulable");
        pods.patchStatus("job", Patch.merge(MapValue.of("status", MapValue.of("phase", "Succeeded"))));
        Await.until("next is bound", () -> nodeOf("next").equals("n"));
    }

    @Test
    void forgetsWhatCouldNotBeBoundAndTriesAgain() throws Exception {
        addNode(node("n", "2", "8Gi", 110));
        AtomicInteger refused = new AtomicInteger();
        cluster.server.intercept(request -> {
            if (request.path().endsWith("/bindings") || request.path().endsWith("/binding")) {
                if (refused.incrementAndGet() == 1) {
                    throw StatusException.of(Reason.Conflict, "not now", MapValue.EMPTY);
                }
            }
            return request;
        });
        pods.create(asking("p", "2", "1Gi"));
        assertThat(awaitCondition("p", "SchedulerError").string("message"))
                .isEqualTo("running Bind plugin \"DefaultBinder\": not now");
        Await.until("an event", () -> events("p", "FailedScheduling").size() == 1);
        assertThat(nodeOf("p")).isEmpty();
        pods.create(asking("q", "2", "1Gi"));
        Await.until("its room is free for others", () -> nodeOf("q").equals("n"));
        pods.delete("q", AT_ONCE);
        clock.advance(Duration.ofSeconds(20));
        Await.until("p is bound", () -> nodeOf("p").equals("n"));
    }

    @Test
    void leavesPodsOfOtherSchedulersAloneButCountsThem() throws Exception {
        addNode(node("n", "2", "8Gi", 110));
        pods.create(pod("theirs", "\"schedulerName\":\"other\"," + container("1", "1Gi")));
        pods.create(pod("placed", "\"schedulerName\":\"other\",\"nodeName\":\"n\"," + container("1", "1Gi")));
        Await.until("placed is known", () -> !seen("placed").spec().nodeName().isEmpty());
        pods.create(asking("p", "2", "1Gi"));
        awaitCondition("p", "Unschedulable");
        assertThat(nodeOf("theirs")).isEmpty();
        assertThat(Pods.condition(pods.get("theirs"), "PodScheduled")).isNull();
    }

    @Test
    void waitsForGatesWithoutAnEvent() throws Exception {
        addNode(node("n", "2", "8Gi", 110));
        Pod gated = pods.create(pod("p", "\"schedulingGates\":[{\"name\":\"g\"}]," + container("1", "1Gi")));
        Await.until("it is held back", () -> scheduler.pending().gated() == 1);
        assertThat(events("p", "FailedScheduling")).isEmpty();
        pods.patch(gated.name(), Patch.merge(MapValue.of("spec", MapValue.of("schedulingGates", null))));
        Await.until("p is bound", () -> nodeOf("p").equals("n"));
    }

    @Test
    void forgetsAPodThatIsDeletedWhileItWaits() throws Exception {
        addNode(node("n", "1", "8Gi", 110));
        pods.create(asking("p", "2", "1Gi"));
        awaitCondition("p", "Unschedulable");
        Await.until("it waits", () -> scheduler.pending().unschedulable() == 1);
        pods.delete("p");
        Await.until("it is forgotten", () -> scheduler.pending().unschedulable() == 0);
    }

    @Test
    void doesNotPlaceAPodThatIsBeingDeleted() throws Exception {
        pods.create(new Pod(asking("p", "1", "1Gi")
                .withMetadata(m -> m.withFinalizers(List.of("example.com/hold")))
                .value()));
        awaitCondition("p", "Unschedulable");
        Await.until("it backs off", () -> scheduler.pending().backoff() == 1);
        pods.delete("p");
        Await.until("it is seen", () -> seen("p").isDeleting());
        addNode(node("n", "4", "8Gi", 110));
        clock.advance(Duration.ofSeconds(2));
        Await.until(
                "it is skipped",
                () -> events("p", "FailedScheduling").stream()
                        .anyMatch(event -> event.message().equals("skip schedule deleting pod: default/p")));
        assertThat(nodeOf("p")).isEmpty();
    }

    @Test
    void countsUnderTheNamesOfKubeScheduler() throws Exception {
        addNode(node("n", "2", "8Gi", 110));
        pods.create(asking("p", "1", "1Gi"));
        Await.until("p is bound", () -> nodeOf("p").equals("n"));
        pods.create(asking("big", "3", "1Gi"));
        awaitCondition("big", "Unschedulable");
        Await.until("it is counted", () -> scheduler.stats().scheduled() == 1);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (MetricSnapshot family : cluster.context.metrics().scrape()) {
            text.writeBytes((family.getMetadata().getName() + "\n").getBytes(StandardCharsets.UTF_8));
            family.getDataPoints()
                    .forEach(point -> text.writeBytes((family.getMetadata().getName() + point.getLabels() + "\n")
                            .getBytes(StandardCharsets.UTF_8)));
        }
        assertThat(text.toString(StandardCharsets.UTF_8).lines())
                .contains(
                        "scheduler_schedule_attempts{profile=\"default-scheduler\",result=\"scheduled\"}",
                        "scheduler_schedule_attempts{profile=\"default-scheduler\",result=\"unschedulable\"}",
                        "scheduler_scheduling_attempt_duration_seconds{profile=\"default-scheduler\",result=\"scheduled\"}",
                        "scheduler_pod_scheduling_sli_duration_seconds{attempts=\"1\"}",
                        "scheduler_scheduling_algorithm_duration_seconds",
                        "scheduler_pod_scheduling_attempts",
                        "scheduler_preemption_attempts",
                        "scheduler_preemption_victims",
                        "scheduler_pending_pods{queue=\"unschedulable\"}",
                        "scheduler_unschedulable_pods{plugin=\"NodeResourcesFit\",profile=\"default-scheduler\"}",
                        "scheduler_queue_incoming_pods{event=\"UnschedulablePodAdd\",queue=\"active\"}",
                        "scheduler_queue_incoming_pods{event=\"ScheduleAttemptFailure\",queue=\"unschedulable\"}",
                        "scheduler_cache_size{type=\"nodes\"}",
                        "scheduler_framework_extension_point_duration_seconds{extension_point=\"Filter\",profile=\"default-scheduler\",status=\"Success\"}");
    }
}
