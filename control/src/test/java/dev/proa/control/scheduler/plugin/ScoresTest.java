package dev.proa.control.scheduler.plugin;

import static dev.proa.control.scheduler.Samples.asking;
import static dev.proa.control.scheduler.Samples.info;
import static dev.proa.control.scheduler.Samples.node;
import static dev.proa.control.scheduler.Samples.pod;
import static dev.proa.control.scheduler.Samples.state;
import static dev.proa.control.scheduler.Samples.tainted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.control.scheduler.Samples;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ScoresTest {
    private static final Node N = node("n", "4000m", "10000", 110);

    private static long @Nullable [] score(Plugin.Score plugin, Pod pod, NodeInfo... nodes) {
        CycleState state = new CycleState(Samples.snapshot(List.of(nodes)));
        if (plugin instanceof Plugin.PreScore prepared
                && prepared.preScore(state, info(pod), List.of(nodes)).isSkip()) {
            return null;
        }
        long[] scores = new long[nodes.length];
        for (int i = 0; i < nodes.length; i++) {
            scores[i] = plugin.score(state, info(pod), nodes[i]);
        }
        plugin.normalizeScores(state, info(pod), List.of(nodes), scores);
        return scores;
    }

    @Test
    void leastAllocatedLikesEmptyNodes() {
        // processors (4000-3000)*100/4000 = 25, memory (10000-5000)*100/10000 = 50
        assertThat(score(
                        new NodeResourcesFit(),
                        asking("p", "3000m", "5000"),
                        state(N),
                        state(N, asking("a", "1000m", "4000")),
                        state(N, asking("a", "2000m", "6000"))))
                .containsExactly((25 + 50) / 2, (0 + 10) / 2, 0);
    }

    @Test
    void leastAllocatedCountsSomethingForPodsThatAskForNothing() {
        Node node = node("n", "1000m", "2000Mi", 110);
        assertThat(score(
                        new NodeResourcesFit(),
                        pod("p", "\"containers\":[{\"name\":\"c\"}]"),
                        state(node),
                        state(node, pod("a", "\"containers\":[{\"name\":\"c\"},{\"name\":\"d\"}]"))))
                .containsExactly(90, 70);
    }

    @Test
    void leastAllocatedLeavesOutWhatTheNodeDoesNotHave() {
        Node memoryOnly =
                node("n", "", "\"spec\":{},\"status\":{\"allocatable\":{\"memory\":\"1000\",\"pods\":\"5\"}}");
        assertThat(score(new NodeResourcesFit(), asking("p", "0", "400"), state(memoryOnly)))
                .containsExactly(60);
    }

    @Test
    void balancedAllocationLikesAnImprovement() {
        // alone: both 50 %, as even as before: 50 + (50 + 100 - 100) / 2
        assertThat(score(new NodeResourcesBalancedAllocation(), asking("p", "2000m", "5000"), state(N)))
                .containsExactly(75);
        // before 50 % and 0 %: 75; with the pod 50 % and 50 %: 100
        NodeInfo uneven = state(N, asking("a", "2000m", "0"));
        assertThat(score(new NodeResourcesBalancedAllocation(), asking("p", "0", "5000"), uneven))
                .containsExactly(50 + (50 + 100 - 75) / 2);
        // 75 % and 0 %: 62 (62.5), worse than the 75 before
        assertThat(score(new NodeResourcesBalancedAllocation(), asking("p", "1000m", "0"), uneven))
                .containsExactly(50 + (50 + 62 - 75) / 2);
    }

    @Test
    void balancedAllocationHasNoSayInPodsThatAskForNothing() {
        Pod nothing = pod("p", "\"containers\":[{\"name\":\"c\"}]");
        assertThat(score(new NodeResourcesBalancedAllocation(), nothing, state(N)))
                .isNull();
    }

    @Test
    void preferredTaintsCountAgainstTheNode() {
        Pod pod = pod("p", "\"tolerations\":[{\"key\":\"b\",\"operator\":\"Exists\"}]");
        assertThat(score(
                        new TaintToleration(),
                        pod,
                        state(tainted("none")),
                        state(tainted("one", "a:PreferNoSchedule", "b:PreferNoSchedule")),
                        state(tainted("three", "a:PreferNoSchedule", "c:PreferNoSchedule", "d:PreferNoSchedule")),
                        state(tainted("hard", "b:NoSchedule"))))
                .containsExactly(100, 100 - 33, 0, 100);
    }

    @Test
    void preferredAffinityAddsItsWeights() {
        Pod pod = pod("p", """
            "affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[
              {"weight":10,"preference":{"matchExpressions":[{"key":"zone","operator":"In","values":["a"]}]}},
              {"weight":30,"preference":{"matchExpressions":[{"key":"disk","operator":"Exists"}]}},
              {"weight":50,"preference":{}}]}}\
            """);
        String more = "\"spec\":{}," + Samples.allocatable("1", "1Gi", 1);
        assertThat(score(
                        new NodeAffinity(),
                        pod,
                        state(node("a", "\"zone\":\"a\",\"disk\":\"\"", more)),
                        state(node("b", "\"zone\":\"a\"", more)),
                        state(node("c", "", more))))
                .containsExactly(100, 25, 0);
        assertThat(score(new NodeAffinity(), pod("q", ""), state(N))).isNull();
    }

    @Test
    void imagesThatAreThereCountByTheirSizeAndSpread() {
        long mega = 1L << 20;
        String image =
                "\"spec\":{},\"status\":{\"images\":[{\"names\":[\"app:latest\",\"app@sha256:1\"],\"sizeBytes\":%d}]}";
        NodeInfo has = state(node("has", "", image.formatted(500 * mega)));
        NodeInfo hasNot = state(node("hasNot", "", "\"spec\":{}"));
        Pod pod = pod("p", "\"containers\":[{\"name\":\"c\",\"image\":\"app\"}]");
        // on one of two nodes it counts half: 250 MiB of 23 to 1000
        assertThat(score(new ImageLocality(), pod, has, hasNot)).containsExactly(100 * (250 - 23) / (1000 - 23), 0);
        assertThat(score(new ImageLocality(), pod("q", "\"containers\":[{\"image\":\"other:1\"}]"), has))
                .isNull();
        assertThat(ImageLocality.tagged("host:5000/app")).isEqualTo("host:5000/app:latest");
        assertThat(ImageLocality.tagged("host:5000/app:2")).isEqualTo("host:5000/app:2");
    }

    @Test
    void weighsThePluginsAsKubeSchedulerDoes() {
        assertThat(Samples.framework(DefaultPlugins.ALL).scoreWeights())
                .containsExactly(
                        Map.entry("TaintToleration", 3),
                        Map.entry("NodeAffinity", 2),
                        Map.entry("NodeResourcesFit", 1),
                        Map.entry("PodTopologySpread", 2),
                        Map.entry("InterPodAffinity", 2),
                        Map.entry("DynamicResources", 2),
                        Map.entry("NodeResourcesBalancedAllocation", 1),
                        Map.entry("ImageLocality", 1));
    }
}
