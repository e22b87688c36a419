package dev.proa.control.scheduler;

import static dev.proa.control.scheduler.Samples.asking;
import static dev.proa.control.scheduler.Samples.info;
import static dev.proa.control.scheduler.Samples.node;
import static dev.proa.control.scheduler.Samples.pod;
import static dev.proa.control.scheduler.Samples.state;
import static dev.proa.control.scheduler.Samples.tainted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Pod;
import dev.proa.control.scheduler.Placement.Outcome;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.Framework;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PostFilterResult;
import dev.proa.control.scheduler.plugin.DefaultPlugins;
import dev.proa.control.scheduler.plugin.FiltersTest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The messages are those of kube-scheduler 1.36.3 for the same three nodes, of which node-1 is tainted and the others take 30 of 32. */
class PlacementTest {
    private final PluginCluster cluster = new PluginCluster(DefaultPlugins.ALL);
    private final Placement placement = new Placement(
            new Random(1),
            new Extenders(List.of()),
            new ExtensionPointTimer(cluster.services.metrics(), cluster.clock),
            0);
    private final Framework framework = cluster.framework;
    private final List<NodeInfo> nodes = List.of(
            state(tainted("node-1", "k:NoSchedule")),
            state(node("node-2", "32", "256Gi", 110), asking("fill2", "30", "0")),
            state(node("node-3", "32", "256Gi", 110), asking("fill3", "30", "0")));

    @AfterEach
    void close() {
        cluster.close();
    }

    /** Why a pod fits nowhere. */
    private record Unfit(String message, Set<String> plugins) {}

    private Object place(Pod pod) {
        return place(pod, nodes);
    }

    private Object place(Pod pod, List<NodeInfo> among) {
        CycleState state = new CycleState(Samples.snapshot(among));
        Outcome outcome = placement.place(framework, state, info(pod));
        if (outcome instanceof Outcome.Unfit(Diagnosis diagnosis)) {
            PodInfo known = cluster.add(pod);
            PostFilterResult result = framework.postFilter(state, known, diagnosis.nodes());
            diagnosis.setPostFilter(result.status().message());
            cluster.client.resource(Pod.KIND).in("default").delete(pod.name());
            return new Unfit(diagnosis.message(), diagnosis.unschedulablePlugins());
        }
        return outcome;
    }

    private static Unfit nowhere(String message, String... rejectors) {
        return new Unfit(message, Set.of(rejectors));
    }

    @Test
    void saysThatThereIsNoNode() {
        assertThat(place(pod("p", ""), List.of())).isEqualTo(new Outcome.NoNodes());
    }

    @Test
    void saysWhichNodesLackWhat() {
        assertThat(place(asking("big", "33", "0")))
                .isEqualTo(nowhere(
                        "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. no new"
                                + " claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful"
                                + " for scheduling.",
                        "TaintToleration",
                        "NodeResourcesFit"));
        assertThat(place(pod("gpu", """
            "containers":[{"name":"c","resources":{"requests":{"cpu":"40","memory":"300Gi","ephemeral-storage":"1Gi"}}}]\
            """)))
                .isEqualTo(nowhere(
                        "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu, 2"
                                + " Insufficient ephemeral-storage, 2 Insufficient memory. no new claims to deallocate,"
                                + " preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
                        "TaintToleration",
                        "NodeResourcesFit"));
    }

    @Test
    void saysWhereOthersWouldHaveToLeave() {
        String start = "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu."
                + " no new claims to deallocate, preemption: ";
        assertThat(place(asking("res", "4", "0")))
                .isEqualTo(nowhere(
                        start
                                + "0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No"
                                + " preemption victims found for incoming pod.",
                        "TaintToleration",
                        "NodeResourcesFit"));
        assertThat(place(pod("never", "\"preemptionPolicy\":\"Never\"," + Samples.container("4", "0"))))
                .isEqualTo(nowhere(
                        start + "not eligible due to preemptionPolicy=Never.", "TaintToleration", "NodeResourcesFit"));
    }

    @Test
    void saysThatSelectorsMatchNothing() {
        assertThat(place(pod("sel", "\"nodeSelector\":{\"a\":\"b\"}")))
                .isEqualTo(nowhere(
                        "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match Pod's"
                                + " node affinity/selector. no new claims to deallocate, preemption: 0/3 nodes are"
                                + " available: 3 Preemption is not helpful for scheduling.",
                        "TaintToleration",
                        "NodeAffinity"));
        assertThat(place(FiltersTest.named("['node-1']")))
                .isEqualTo(nowhere(
                        "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't satisfy"
                                + " plugin(s) [NodeAffinity]. no new claims to deallocate, preemption: 0/3 nodes are"
                                + " available: 3 Preemption is not helpful for scheduling.",
                        "TaintToleration",
                        "NodeAffinity"));
        assertThat(place(FiltersTest.named("['node-1']", "['node-2']")))
                .isEqualTo(nowhere("0/3 nodes are available: pod affinity terms conflict. not found", "NodeAffinity"));
    }

    @Test
    void goesToTheNamedNode() {
        assertThat(place(FiltersTest.named("['node-3','gone']"))).isEqualTo(new Outcome.Node("node-3"));
    }

    @Test
    void takesTheBestNode() {
        List<NodeInfo> two =
                List.of(state(node("a", "4", "8Gi", 9), asking("x", "2", "4Gi")), state(node("b", "4", "8Gi", 9)));
        assertThat(place(asking("p", "1", "2Gi"), two)).isEqualTo(new Outcome.Node("b"));
    }

    @Test
    void treatsEqualNodesAlike() {
        List<NodeInfo> equal = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            equal.add(state(node("n" + i, "4", "8Gi", 110)));
        }
        Map<String, Integer> chosen = new TreeMap<>();
        for (int i = 0; i < 400; i++) {
            if (place(asking("p", "1", "1Gi"), equal) instanceof Outcome.Node(String name)) {
                chosen.merge(name, 1, Integer::sum);
            }
        }
        assertThat(chosen).hasSize(4);
        assertThat(chosen.values()).allSatisfy(times -> assertThat(times).isBetween(60, 140));
    }

    @Test
    void looksAtAShareOfManyNodes() {
        assertThat(Placement.enough(1, 0)).isEqualTo(1);
        assertThat(Placement.enough(99, 0)).isEqualTo(99);
        assertThat(Placement.enough(100, 0)).isEqualTo(100);
        assertThat(Placement.enough(1000, 0)).isEqualTo(420);
        assertThat(Placement.enough(6000, 0)).isEqualTo(300);
        assertThat(Placement.enough(6000, 50)).isEqualTo(3000);
        assertThat(Placement.enough(150, 10)).isEqualTo(100);

        List<NodeInfo> many = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            many.add(state(node("n" + i, "4", "8Gi", 110)));
        }
        Set<String> chosen = new HashSet<>();
        for (int i = 0; i < 2000; i++) {
            if (place(asking("p", "1", "1Gi"), many) instanceof Outcome.Node(String name)) {
                chosen.add(name);
            }
        }
        assertThat(chosen).as("every node gets its turn").hasSizeGreaterThan(250);
    }
}
