package dev.proa.control.scheduler.plugin;

import static dev.proa.control.scheduler.Samples.allocatable;
import static dev.proa.control.scheduler.Samples.asking;
import static dev.proa.control.scheduler.Samples.info;
import static dev.proa.control.scheduler.Samples.node;
import static dev.proa.control.scheduler.Samples.pod;
import static dev.proa.control.scheduler.Samples.tainted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.view.KubeObject;
import dev.proa.control.scheduler.framework.Changes;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The queueing hints of the plugins. */
class HintsTest {
    private static final Node SMALL = node("n", "1", "1Gi", 10);
    private static final Node LARGE = node("n", "4", "8Gi", 10);
    private static final Change PORT_FREED = gone(FiltersTest.port("x", "0.0.0.0", "TCP", 80));
    private static final Change CPU_FREED = gone(asking("x", "1", "0"));

    /** An event as the scheduler reports it. */
    private record Change(
            List<ClusterEvent> events,
            @Nullable KubeObject before,
            @Nullable KubeObject after) {}

    private static Change gone(Pod pod) {
        return new Change(List.of(ClusterEvent.ASSIGNED_POD_DELETED), on(pod), null);
    }

    private static Change added(Node node) {
        return new Change(List.of(ClusterEvent.NODE_ADDED), null, node);
    }

    private static Change updated(Node before, Node after) {
        return new Change(Changes.of(before, after), before, after);
    }

    /** The pod that waits itself has changed. */
    private static Change updated(Pod before, Pod after) {
        return new Change(Changes.ofUnscheduled(info(before), info(after)), before, after);
    }

    private static Change resized(Pod before, Pod after) {
        return new Change(Changes.ofAssigned(info(on(before)), info(on(after))), on(before), on(after));
    }

    private static Pod on(Pod pod) {
        return info(pod).assumedOn("n").pod();
    }

    private static boolean mayHelp(Plugin.EnqueueExtensions plugin, PodInfo pod, Change change) {
        return plugin.eventsToRegister().stream()
                .filter(registration -> change.events.stream().anyMatch(registration.event()::covers))
                .anyMatch(registration -> registration.hint().isWorthTrying(pod, change.before, change.after));
    }

    @Test
    void resourcesHopeForRoom() {
        NodeResourcesFit plugin = new NodeResourcesFit();
        PodInfo pod = info(asking("p", "2", "1Gi"));
        assertThat(mayHelp(plugin, pod, added(LARGE))).isTrue();
        assertThat(mayHelp(plugin, pod, added(SMALL)))
                .as("too small even when empty")
                .isFalse();
        assertThat(mayHelp(plugin, pod, updated(SMALL, LARGE))).isTrue();
        assertThat(mayHelp(plugin, pod, updated(LARGE, LARGE))).as("no larger").isFalse();
        assertThat(mayHelp(plugin, pod, updated(LARGE, node("n", "4", "8Gi", 11))))
                .as("more pods")
                .isTrue();
        assertThat(mayHelp(plugin, pod, CPU_FREED)).isTrue();
        Change smaller = resized(asking("x", "2", "1Gi"), asking("x", "1", "1Gi"));
        assertThat(mayHelp(plugin, pod, smaller)).isTrue();
        assertThat(mayHelp(plugin, info(asking("p", "0", "1Gi")), smaller))
                .as("only processors were freed")
                .isFalse();
        assertThat(mayHelp(plugin, pod, updated(asking("p", "2", "1Gi"), asking("p", "1", "1Gi"))))
                .isTrue();
        assertThat(mayHelp(plugin, pod, updated(asking("p", "1", "1Gi"), asking("p", "2", "1Gi"))))
                .isFalse();
    }

    @Test
    void taintsHopeForTolerance() {
        TaintToleration plugin = new TaintToleration();
        PodInfo pod = info(pod("p", ""));
        Node closed = tainted("n", "k:NoSchedule");
        assertThat(mayHelp(plugin, pod, added(LARGE))).isTrue();
        assertThat(mayHelp(plugin, pod, added(closed))).isFalse();
        assertThat(mayHelp(plugin, pod, updated(closed, LARGE))).isTrue();
        assertThat(mayHelp(plugin, pod, updated(LARGE, LARGE))).isFalse();
        assertThat(mayHelp(plugin, pod, CPU_FREED)).isFalse();
        assertThat(mayHelp(plugin, pod, updated(pod("p", ""), pod("p", "\"tolerations\":[{\"operator\":\"Exists\"}]"))))
                .isTrue();
    }

    @Test
    void cordonsHopeToBeLifted() {
        NodeUnschedulable plugin = new NodeUnschedulable();
        PodInfo pod = info(pod("p", ""));
        Node cordoned = node("n", "", "\"spec\":{\"unschedulable\":true}," + allocatable("1", "1Gi", 1));
        assertThat(mayHelp(plugin, pod, updated(cordoned, LARGE))).isTrue();
        assertThat(mayHelp(plugin, pod, updated(LARGE, cordoned))).isFalse();
        assertThat(mayHelp(plugin, pod, added(cordoned))).isFalse();
        assertThat(mayHelp(plugin, pod, added(LARGE))).isTrue();
        assertThat(mayHelp(plugin, pod, CPU_FREED)).isFalse();
    }

    @Test
    void affinityHopesForLabels() {
        NodeAffinity plugin = new NodeAffinity();
        PodInfo pod = info(pod("p", "\"nodeSelector\":{\"disk\":\"ssd\"}"));
        Node labelled = node("n", "\"disk\":\"ssd\"", "\"spec\":{}," + allocatable("1", "1Gi", 1));
        assertThat(mayHelp(plugin, pod, updated(LARGE, labelled))).isTrue();
        assertThat(mayHelp(plugin, pod, updated(labelled, labelled))).isFalse();
        assertThat(mayHelp(plugin, pod, added(labelled))).isTrue();
        assertThat(mayHelp(plugin, pod, added(LARGE))).isFalse();
        assertThat(mayHelp(plugin, pod, CPU_FREED)).isFalse();
    }

    @Test
    void portsHopeForTheSamePort() {
        NodePorts plugin = new NodePorts();
        assertThat(mayHelp(plugin, info(FiltersTest.port("p", "127.0.0.1", "TCP", 80)), PORT_FREED))
                .isTrue();
        assertThat(mayHelp(plugin, info(FiltersTest.port("p", "127.0.0.1", "TCP", 81)), PORT_FREED))
                .isFalse();
        assertThat(mayHelp(plugin, info(FiltersTest.port("p", "127.0.0.1", "TCP", 81)), added(SMALL)))
                .isTrue();
    }

    @Test
    void featuresHopeToBeDeclared() {
        NodeDeclaredFeatures plugin = new NodeDeclaredFeatures();
        Pod needs = FiltersTest.restarting("containers", "RestartAllContainers");
        Node older = FiltersTest.declaring();
        Node newer = FiltersTest.declaring("RestartAllContainersOnContainerExits");
        assertThat(mayHelp(plugin, info(needs), updated(older, newer))).isTrue();
        assertThat(mayHelp(plugin, info(needs), updated(newer, newer))).isFalse();
        assertThat(mayHelp(plugin, info(needs), updated(SMALL, LARGE))).isFalse();
        assertThat(mayHelp(plugin, info(needs), added(older)))
                .as("as kube-scheduler has it")
                .isTrue();
        assertThat(mayHelp(plugin, info(needs), updated(needs, pod("p", "")))).isTrue();
        assertThat(mayHelp(plugin, info(needs), updated(needs, needs))).isFalse();
        assertThat(mayHelp(plugin, info(pod("q", "")), updated(needs, pod("p", ""))))
                .as("another pod")
                .isFalse();
        assertThat(mayHelp(plugin, info(needs), CPU_FREED)).isFalse();
    }

    @Test
    void gatesHopeToBeRemoved() {
        Pod gated = pod("p", "\"schedulingGates\":[{\"name\":\"g\"}]");
        Pod free = pod("p", "");
        assertThat(mayHelp(new SchedulingGates(), info(gated), updated(gated, free)))
                .isTrue();
        assertThat(mayHelp(new SchedulingGates(), info(gated), updated(gated, gated)))
                .isFalse();
        assertThat(mayHelp(new SchedulingGates(), info(gated), added(LARGE))).isFalse();
    }
}
