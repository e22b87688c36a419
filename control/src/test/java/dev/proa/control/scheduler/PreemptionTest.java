package dev.proa.control.scheduler;

import static dev.proa.control.scheduler.Samples.container;
import static dev.proa.control.scheduler.Samples.node;
import static dev.proa.control.scheduler.Samples.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.scheduling.v1.PriorityClass;
import dev.proa.api.value.MapValue;
import dev.proa.client.ResourceClient;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pod of a high priority gets its room, with the API server between scheduler and kubelet. */
class PreemptionTest {
    private static final DeleteOptions AT_ONCE = DeleteOptions.EMPTY.withGracePeriodSeconds(0);

    private final SimulatedClock clock = new SimulatedClock();
    private final TestCluster cluster = new TestCluster(clock);
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
    private final Scheduler scheduler = new Scheduler(cluster.schedulerContext());

    @BeforeEach
    void start() throws Exception {
        cluster.start(context -> scheduler);
        cluster.client.resource(PriorityClass.KIND).create(priority("high", 1000));
        cluster.client.resource(PriorityClass.KIND).create(priority("middle", 500));
        // A pod that comes before its node waits for a clock that stands still.
        cluster.awaitSeen(Node.KIND, cluster.client.resource(Node.KIND).create(node("n", "2", "8Gi", 110)));
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private static PriorityClass priority(String name, int value) {
        return new PriorityClass(Samples.json("""
            {"apiVersion":"scheduling.k8s.io/v1","kind":"PriorityClass","metadata":{"name":"%s"},"value":%d}\
            """.formatted(name, value)));
    }

    private Pod create(String name, String priority, String cpu) {
        String more = priority.isEmpty() ? "" : "\"priorityClassName\":\"" + priority + "\",";
        return pods.create(pod(name, more + container(cpu, "1Gi")));
    }

    private void awaitBound(String pod) throws InterruptedException {
        Await.until(pod + " is bound", () -> pods.get(pod).spec().nodeName().equals("n"));
    }

    @Test
    void takesTheRoomOfALessImportantPod() throws Exception {
        create("low", "", "2");
        awaitBound("low");
        Pod high = create("high", "high", "2");
        Await.until("low is evicted", () -> pods.get("low").isDeleting());
        Pod low = pods.get("low");
        assertThat(low.metadata().deletionGracePeriodSeconds()).isEqualTo(30);
        MapValue condition = Pods.condition(low, "DisruptionTarget");
        assertThat(condition).isNotNull();
        assertThat(condition.string("message"))
                .isEqualTo("default-scheduler: preempting to accommodate a higher priority pod");
        Await.until(
                "high is nominated",
                () -> pods.get("high").status().nominatedNodeName().equals("n"));
        Await.until("high says why it waits", () -> Pods.condition(pods.get("high"), "PodScheduled") != null);
        assertThat(Pods.condition(pods.get("high"), "PodScheduled").string("message"))
                .isEqualTo("0/1 nodes are available: 1 Insufficient cpu.");
        Await.until("an event", () -> !cluster.events("Preempted").isEmpty());
        Event event = cluster.client.resource(Event.KIND).list().stream()
                .filter(one -> one.reason().equals("Preempted"))
                .findFirst()
                .orElseThrow();
        assertThat(event.message()).isEqualTo("Preempted by pod " + high.uid() + " on node n");
        assertThat(event.action()).isEqualTo("Preempting");
        assertThat(event.type()).isEqualTo("Normal");
        assertThat(event.involvedObject().name()).isEqualTo("low");

        create("late", "", "2");
        Await.until("late waits", () -> Pods.condition(pods.get("late"), "PodScheduled") != null);
        pods.delete("low", AT_ONCE);
        awaitBound("high");
        assertThat(pods.get("late").spec().nodeName())
                .as("the room was kept for high")
                .isEmpty();
    }

    @Test
    void aMoreImportantPodTakesOverANomination() throws Exception {
        create("low", "", "2");
        awaitBound("low");
        create("middle", "middle", "2");
        Await.until(
                "middle is nominated",
                () -> pods.get("middle").status().nominatedNodeName().equals("n"));
        create("high", "high", "2");
        Await.until("high waits", () -> Pods.condition(pods.get("high"), "PodScheduled") != null);
        pods.delete("low", AT_ONCE);
        awaitBound("high");
        assertThat(pods.get("middle").spec().nodeName()).isEmpty();
    }
}
