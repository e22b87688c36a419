package dev.proa.control.scheduler.framework;

import static dev.proa.control.scheduler.Samples.allocatable;
import static dev.proa.control.scheduler.Samples.asking;
import static dev.proa.control.scheduler.Samples.info;
import static dev.proa.control.scheduler.Samples.node;
import static dev.proa.control.scheduler.Samples.pod;
import static dev.proa.control.scheduler.Samples.tainted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.control.scheduler.framework.ClusterEvent.Action;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChangesTest {
    private static final Node NODE = node("n", "4", "8Gi", 110);

    private static List<Action> actions(List<ClusterEvent> events) {
        return events.stream().flatMap(event -> event.actions().stream()).toList();
    }

    private static List<Action> ofNode(Node before, Node after) {
        List<ClusterEvent> events = Changes.of(before, after);
        assertThat(events).allMatch(event -> event.resource().equals(ClusterEvent.NODE));
        return actions(events);
    }

    private static List<Action> ofPod(Pod before, Pod after) {
        return actions(Changes.ofUnscheduled(info(before), info(after)));
    }

    @Test
    void nodes() {
        Node cordoned = node("n", "", "\"spec\":{\"unschedulable\":true}," + allocatable("4", "8Gi", 110));
        assertThat(ofNode(NODE, NODE)).isEmpty();
        assertThat(ofNode(NODE, cordoned)).as("that does not help").isEmpty();
        assertThat(ofNode(cordoned, NODE)).containsExactly(Action.UPDATE_NODE_TAINT);
        assertThat(ofNode(NODE, tainted("n", "k:NoSchedule"))).containsExactly(Action.UPDATE_NODE_TAINT);
        assertThat(ofNode(NODE, node("n", "5", "8Gi", 110))).containsExactly(Action.UPDATE_NODE_ALLOCATABLE);
        assertThat(ofNode(NODE, node("n", "\"a\":\"b\"", "\"spec\":{}," + allocatable("5", "8Gi", 110))))
                .containsExactly(Action.UPDATE_NODE_ALLOCATABLE, Action.UPDATE_NODE_LABEL);
        assertThat(ofNode(ready("False", "1"), ready("False", "2")))
                .as("a heartbeat")
                .isEmpty();
        assertThat(ofNode(ready("False", "1"), ready("True", "2"))).containsExactly(Action.UPDATE_NODE_CONDITION);
        Node annotated = new Node(
                NODE.withMetadata(m -> m.withAnnotations(Map.of("a", "b"))).value());
        assertThat(ofNode(NODE, annotated)).containsExactly(Action.UPDATE_NODE_ANNOTATION);
        Node declaring = new Node(
                NODE.value().withMap("status", status -> status.with("declaredFeatures", ListValue.of("SomeFeature"))));
        assertThat(ofNode(NODE, declaring)).containsExactly(Action.UPDATE_NODE_DECLARED_FEATURE);
        assertThat(ofNode(declaring, declaring)).isEmpty();
    }

    private static Node ready(String status, String heartbeat) {
        return node("n", "", """
                "spec":{},"status":{"conditions":[{"type":"Ready","status":"%s","lastHeartbeatTime":"%s"}]}""".formatted(status, heartbeat));
    }

    @Test
    void pods() {
        Pod plain = asking("p", "2", "1Gi");
        Pod labelled =
                new Pod(plain.withMetadata(m -> m.withLabels(Map.of("a", "b"))).value());
        Pod tolerating = pod("p", "\"tolerations\":[{\"operator\":\"Exists\"}]");
        Pod gated = pod("p", "\"schedulingGates\":[{\"name\":\"g\"}]");
        assertThat(ofPod(plain, plain)).containsExactly(Action.UPDATE_OTHER);
        assertThat(ofPod(plain, labelled)).containsExactly(Action.UPDATE_POD_LABEL);
        assertThat(ofPod(plain, asking("p", "1", "1Gi"))).containsExactly(Action.UPDATE_POD_SCALE_DOWN);
        assertThat(ofPod(plain, asking("p", "3", "1Gi"))).containsExactly(Action.UPDATE_OTHER);
        assertThat(ofPod(pod("p", ""), tolerating)).containsExactly(Action.UPDATE_POD_TOLERATION);
        assertThat(ofPod(gated, pod("p", ""))).containsExactly(Action.UPDATE_POD_GATES_ELIMINATED);
        assertThat(Changes.ofAssigned(info(plain), info(labelled)))
                .containsExactly(ClusterEvent.of(ClusterEvent.ASSIGNED_POD, Action.UPDATE_POD_LABEL));
    }

    @Test
    void registrationsCoverWhatIsMoreSpecial() {
        ClusterEvent anyPod = ClusterEvent.of(ClusterEvent.POD, Action.DELETE);
        assertThat(anyPod.covers(ClusterEvent.ASSIGNED_POD_DELETED)).isTrue();
        assertThat(anyPod.covers(ClusterEvent.ASSIGNED_POD_ADDED)).isFalse();
        assertThat(anyPod.covers(ClusterEvent.NODE_DELETED)).isFalse();
        assertThat(ClusterEvent.of(ClusterEvent.ASSIGNED_POD, Action.DELETE)
                        .covers(ClusterEvent.of(ClusterEvent.UNSCHEDULED_POD, Action.DELETE)))
                .isFalse();
        assertThat(ClusterEvent.ANY.covers(ClusterEvent.NODE_ADDED)).isTrue();
        assertThat(ClusterEvent.of("foos.example.com", Action.ADD)
                        .covers(ClusterEvent.of("foos.example.com", Action.ADD)))
                .isTrue();
    }
}
