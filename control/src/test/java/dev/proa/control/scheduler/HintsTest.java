package dev.proa.control.scheduler;

import static dev.proa.control.scheduler.Samples.allocatable;
import static dev.proa.control.scheduler.Samples.asking;
import static dev.proa.control.scheduler.Samples.info;
import static dev.proa.control.scheduler.Samples.node;
import static dev.proa.control.scheduler.Samples.pod;
import static dev.proa.control.scheduler.Samples.tainted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import org.junit.jupiter.api.Test;

/** The queueing hints of the plugins. */
class HintsTest {
    private static final Node SMALL = node("n", "1", "1Gi", 10);
    private static final Node LARGE = node("n", "4", "8Gi", 10);
    private static final ClusterEvent PORT_FREED = gone(FiltersTest.port("x", "0.0.0.0", "TCP", 80));
    private static final ClusterEvent CPU_FREED = gone(asking("x", "1", "0"));

    private static ClusterEvent gone(Pod pod) {
        return new ClusterEvent.PodGone(PodRequests.of(pod));
    }

    private static ClusterEvent added(Node node) {
        return new ClusterEvent.NodeAdded(node);
    }

    private static ClusterEvent updated(Node before, Node after) {
        return new ClusterEvent.NodeUpdated(before, after);
    }

    private static ClusterEvent updated(Pod before, Pod after) {
        return new ClusterEvent.WaitingPodUpdated(before, after);
    }

    @Test
    void resourcesHopeForRoom() {
        NodeResourcesFit plugin = new NodeResourcesFit();
        PodInfo pod = info(asking("p", "2", "1Gi"));
        assertThat(plugin.mayHelp(pod, added(LARGE))).isTrue();
        assertThat(plugin.mayHelp(pod, added(SMALL)))
                .as("too small even when empty")
                .isFalse();
        assertThat(plugin.mayHelp(pod, updated(SMALL, LARGE))).isTrue();
        assertThat(plugin.mayHelp(pod, updated(LARGE, LARGE))).as("no larger").isFalse();
        assertThat(plugin.mayHelp(pod, updated(LARGE, node("n", "4", "8Gi", 11))))
                .as("more pods")
                .isTrue();
        assertThat(plugin.mayHelp(pod, CPU_FREED)).isTrue();
        PodRequests big = PodRequests.of(asking("x", "2", "1Gi"));
        assertThat(plugin.mayHelp(pod, new ClusterEvent.PlacedPodUpdated(big, PodRequests.of(asking("x", "1", "1Gi")))))
                .isTrue();
        assertThat(plugin.mayHelp(
                        info(asking("p", "0", "1Gi")),
                        new ClusterEvent.PlacedPodUpdated(big, PodRequests.of(asking("x", "1", "1Gi")))))
                .as("only processors were freed")
                .isFalse();
        assertThat(plugin.mayHelp(pod, updated(asking("p", "2", "1Gi"), asking("p", "1", "1Gi"))))
                .isTrue();
        assertThat(plugin.mayHelp(pod, updated(asking("p", "1", "1Gi"), asking("p", "2", "1Gi"))))
                .isFalse();
    }

    @Test
    void taintsHopeForTolerance() {
        TaintToleration plugin = new TaintToleration();
        PodInfo pod = info(pod("p", ""));
        Node closed = tainted("n", "k:NoSchedule");
        assertThat(plugin.mayHelp(pod, added(LARGE))).isTrue();
        assertThat(plugin.mayHelp(pod, added(closed))).isFalse();
        assertThat(plugin.mayHelp(pod, updated(closed, LARGE))).isTrue();
        assertThat(plugin.mayHelp(pod, updated(LARGE, LARGE))).isFalse();
        assertThat(plugin.mayHelp(pod, CPU_FREED)).isFalse();
        assertThat(plugin.mayHelp(pod, updated(pod("p", ""), pod("p", "\"tolerations\":[{\"operator\":\"Exists\"}]"))))
                .isTrue();
    }

    @Test
    void cordonsHopeToBeLifted() {
        NodeUnschedulable plugin = new NodeUnschedulable();
        PodInfo pod = info(pod("p", ""));
        Node cordoned = node("n", "", "\"spec\":{\"unschedulable\":true}," + allocatable("1", "1Gi", 1));
        assertThat(plugin.mayHelp(pod, updated(cordoned, LARGE))).isTrue();
        assertThat(plugin.mayHelp(pod, updated(LARGE, cordoned))).isFalse();
        assertThat(plugin.mayHelp(pod, added(cordoned))).isFalse();
        assertThat(plugin.mayHelp(pod, added(LARGE))).isTrue();
        assertThat(plugin.mayHelp(pod, CPU_FREED)).isFalse();
    }

    @Test
    void affinityHopesForLabels() {
        NodeAffinity plugin = new NodeAffinity();
        PodInfo pod = info(pod("p", "\"nodeSelector\":{\"disk\":\"ssd\"}"));
        Node labelled = node("n", "\"disk\":\"ssd\"", "\"spec\":{}," + allocatable("1", "1Gi", 1));
        assertThat(plugin.mayHelp(pod, updated(LARGE, labelled))).isTrue();
        assertThat(plugin.mayHelp(pod, updated(labelled, labelled))).isFalse();
        assertThat(plugin.mayHelp(pod, added(labelled))).isTrue();
        assertThat(plugin.mayHelp(pod, added(LARGE))).isFalse();
        assertThat(plugin.mayHelp(pod, CPU_FREED)).isFalse();
    }

    @Test
    void portsHopeForTheSamePort() {
        NodePorts plugin = new NodePorts();
        assertThat(plugin.mayHelp(info(FiltersTest.port("p", "127.0.0.1", "TCP", 80)), PORT_FREED))
                .isTrue();
        assertThat(plugin.mayHelp(info(FiltersTest.port("p", "127.0.0.1", "TCP", 81)), PORT_FREED))
                .isFalse();
        assertThat(plugin.mayHelp(info(FiltersTest.port("p", "127.0.0.1", "TCP", 81)), added(SMALL)))
                .isTrue();
    }

    @Test
    void gatesHopeToBeRemoved() {
        Pod gated = pod("p", "\"schedulingGates\":[{\"name\":\"g\"}]");
        Pod free = pod("p", "");
        assertThat(new SchedulingGates().mayHelp(info(gated), updated(gated, free)))
                .isTrue();
        assertThat(new SchedulingGates().mayHelp(info(gated), updated(gated, gated)))
                .isFalse();
        assertThat(new SchedulingGates().mayHelp(info(gated), added(LARGE))).isFalse();
    }
}
