package dev.proa.control.scheduler.plugin;

import static dev.proa.control.scheduler.Samples.allocatable;
import static dev.proa.control.scheduler.Samples.info;
import static dev.proa.control.scheduler.Samples.node;
import static dev.proa.control.scheduler.Samples.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.KubeObject;
import dev.proa.control.scheduler.Samples;
import dev.proa.control.scheduler.framework.Changes;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.Framework;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The queueing hints of inter-pod affinity and topology spreading. */
class TopologyHintsTest {
    private static final Framework FRAMEWORK = Samples.framework(DefaultPlugins.ALL);
    private static final Plugin.EnqueueExtensions AFFINITY = new InterPodAffinity(FRAMEWORK);
    private static final Plugin.EnqueueExtensions SPREAD = new PodTopologySpread(FRAMEWORK);

    private static final Node IN_A = labelled("\"zone\":\"a\"");
    private static final Node IN_B = labelled("\"zone\":\"b\"");
    private static final Node NOWHERE = labelled("\"other\":\"x\"");

    private static Node labelled(String labels) {
        return node("n", labels, "\"spec\":{}," + allocatable("4", "8Gi", 10));
    }

    private static Pod app(String app, String spec) {
        return new Pod(pod("pod-" + app, spec)
                .value()
                .withMap("metadata", meta -> meta.with("labels", MapValue.of("app", app))));
    }

    private static PodInfo waiting(String app, String spec) {
        return info(app(app, spec.replace('\'', '"')));
    }

    private static Pod placed(String app) {
        return info(app(app, "")).assumedOn("n").pod();
    }

    private static String affinity(String kind, String app) {
        return "'affinity':{'" + kind + "':{'requiredDuringSchedulingIgnoredDuringExecution':["
                + "{'topologyKey':'zone','labelSelector':{'matchLabels':{'app':'" + app + "'}}}]}}";
    }

    private static String spread(String more) {
        return "'topologySpreadConstraints':[{'maxSkew':1,'topologyKey':'zone','whenUnsatisfiable':'DoNotSchedule',"
                + "'labelSelector':{'matchLabels':{'app':'web'}}" + more + "}]";
    }

    private static boolean hint(
            Plugin.EnqueueExtensions plugin,
            PodInfo pod,
            List<ClusterEvent> events,
            @Nullable KubeObject before,
            @Nullable KubeObject after) {
        return plugin.eventsToRegister().stream()
                .filter(registration -> events.stream().anyMatch(registration.event()::covers))
                .anyMatch(registration -> registration.hint().isWorthTrying(pod, before, after));
    }

    private static boolean added(Plugin.EnqueueExtensions plugin, PodInfo pod, Pod other) {
        return hint(plugin, pod, List.of(ClusterEvent.ASSIGNED_POD_ADDED), null, other);
    }

    private static boolean gone(Plugin.EnqueueExtensions plugin, PodInfo pod, Pod other) {
        return hint(plugin, pod, List.of(ClusterEvent.ASSIGNED_POD_DELETED), other, null);
    }

    private static boolean relabelled(Plugin.EnqueueExtensions plugin, PodInfo pod, Pod before, Pod after) {
        return hint(plugin, pod, Changes.ofAssigned(info(before), info(after)), before, after);
    }

    private static boolean added(Plugin.EnqueueExtensions plugin, PodInfo pod, Node node) {
        return hint(plugin, pod, List.of(ClusterEvent.NODE_ADDED), null, node);
    }

    private static boolean updated(Plugin.EnqueueExtensions plugin, PodInfo pod, Node before, Node after) {
        return hint(plugin, pod, Changes.of(before, after), before, after);
    }

    @Test
    void affinityHopesForThePodsThatItNames() {
        PodInfo pod = waiting("api", affinity("podAffinity", "web"));
        assertThat(added(AFFINITY, pod, placed("web"))).isTrue();
        assertThat(added(AFFINITY, pod, placed("db"))).isFalse();
        assertThat(added(AFFINITY, pod, app("web", ""))).as("it has no node").isFalse();
        assertThat(relabelled(AFFINITY, pod, placed("db"), placed("web"))).isTrue();
        assertThat(relabelled(AFFINITY, pod, placed("web"), placed("db"))).isFalse();
        assertThat(gone(AFFINITY, pod, placed("web"))).isFalse();
        PodInfo alike = waiting("web", affinity("podAffinity", "web"));
        assertThat(gone(AFFINITY, alike, placed("web")))
                .as("it may be the first now")
                .isTrue();
    }

    @Test
    void antiAffinityHopesThatPodsGo() {
        PodInfo pod = waiting("api", affinity("podAntiAffinity", "web"));
        assertThat(gone(AFFINITY, pod, placed("web"))).isTrue();
        assertThat(gone(AFFINITY, pod, placed("db"))).isFalse();
        assertThat(added(AFFINITY, pod, placed("web"))).isFalse();
        assertThat(relabelled(AFFINITY, pod, placed("web"), placed("db"))).isTrue();
        Pod hostile = info(app("db", affinity("podAntiAffinity", "api").replace('\'', '"')))
                .assumedOn("n")
                .pod();
        assertThat(gone(AFFINITY, waiting("api", ""), hostile)).isTrue();
        assertThat(gone(AFFINITY, waiting("web", ""), hostile)).isFalse();
    }

    @Test
    void affinityHopesForNodesOfTheTopology() {
        PodInfo near = waiting("api", affinity("podAffinity", "web"));
        assertThat(added(AFFINITY, near, IN_A)).isTrue();
        assertThat(added(AFFINITY, near, NOWHERE)).isFalse();
        assertThat(updated(AFFINITY, near, NOWHERE, IN_A)).isTrue();
        assertThat(updated(AFFINITY, near, IN_A, IN_B)).isTrue();
        assertThat(updated(AFFINITY, near, IN_A, labelled("\"zone\":\"a\",\"more\":\"\"")))
                .isFalse();
        PodInfo away = waiting("api", affinity("podAntiAffinity", "web"));
        assertThat(added(AFFINITY, away, NOWHERE)).isTrue();
        assertThat(updated(AFFINITY, away, IN_A, NOWHERE)).isTrue();
        assertThat(added(AFFINITY, waiting("api", ""), NOWHERE))
                .as("others keep it off nodes")
                .isTrue();
    }

    @Test
    void spreadingHopesForPodsThatItCounts() {
        PodInfo pod = waiting("api", spread(""));
        assertThat(added(SPREAD, pod, placed("web"))).isTrue();
        assertThat(added(SPREAD, pod, placed("db"))).isFalse();
        assertThat(added(SPREAD, pod, app("web", ""))).isFalse();
        assertThat(gone(SPREAD, pod, placed("web"))).isTrue();
        assertThat(relabelled(SPREAD, pod, placed("web"), placed("db"))).isTrue();
        assertThat(relabelled(SPREAD, pod, placed("db"), placed("api"))).isFalse();
    }

    @Test
    void spreadingHopesForTolerationsWhereTaintsCount() {
        Pod tolerant = app("api", "\"tolerations\":[{\"operator\":\"Exists\"}]");
        for (boolean honors : new boolean[] {true, false}) {
            PodInfo pod = waiting("api", spread(honors ? ",'nodeTaintsPolicy':'Honor'" : ""));
            assertThat(hint(SPREAD, pod, Changes.ofUnscheduled(pod, info(tolerant)), pod.pod(), tolerant))
                    .isEqualTo(honors);
        }
    }

    @Test
    void spreadingHopesForNodesOfTheTopology() {
        PodInfo pod = waiting("api", spread(""));
        assertThat(added(SPREAD, pod, IN_A)).isTrue();
        assertThat(added(SPREAD, pod, NOWHERE)).isFalse();
        assertThat(updated(SPREAD, pod, IN_A, IN_B)).isTrue();
        assertThat(updated(SPREAD, pod, IN_A, NOWHERE)).isTrue();
        assertThat(updated(SPREAD, pod, IN_A, labelled("\"zone\":\"a\",\"more\":\"\"")))
                .isFalse();
        assertThat(hint(SPREAD, pod, List.of(ClusterEvent.NODE_DELETED), IN_A, null))
                .isTrue();
        assertThat(hint(SPREAD, pod, List.of(ClusterEvent.NODE_DELETED), NOWHERE, null))
                .isFalse();
    }
}
