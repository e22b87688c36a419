package dev.proa.control.daemonset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Toleration;
import dev.proa.control.daemonset.NodeFit.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeFitTest {
    private static final DaemonSet SET = Samples.set("{type: OnDelete}");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "{}                          | {}        | []                                                    | RUN",
                "{nodeSelector: {disk: ssd}} | {}        | []                                                    | LEAVE",
                "{nodeSelector: {disk: ssd}} | {disk: ssd} | []                                                  | RUN",
                "{nodeName: other}           | {}        | []                                                    | LEAVE",
                "{nodeName: node1}           | {}        | []                                                    | RUN",
                "{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms:"
                        + " [{matchFields: [{key: metadata.name, operator: In, values: [node2]}]}]}}}} | {} | [] | LEAVE",
                "{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms:"
                        + " [{matchExpressions: [{key: disk, operator: Exists}]}]}}}} | {disk: hdd} | [] | RUN",
                "{}                          | {}        | [{key: a, effect: NoSchedule}]                        | KEEP",
                "{}                          | {}        | [{key: a, effect: PreferNoSchedule}]                  | RUN",
                "{}                          | {}        | [{key: a, effect: NoExecute}]                         | LEAVE",
                "{}                          | {}        | [{key: a, effect: NoSchedule}, {key: b, effect: NoExecute}] | LEAVE",
                "{tolerations: [{operator: Exists}]} | {} | [{key: a, effect: NoExecute}]                        | RUN",
                "{}  | {} | [{key: node.kubernetes.io/not-ready, effect: NoExecute}]                             | RUN",
                "{}  | {} | [{key: node.kubernetes.io/unreachable, effect: NoExecute}]                           | RUN",
                "{}  | {} | [{key: node.kubernetes.io/unschedulable, effect: NoSchedule}]                        | RUN",
                "{}  | {} | [{key: node.kubernetes.io/disk-pressure, effect: NoSchedule}]                        | RUN",
                "{}  | {} | [{key: node.kubernetes.io/not-ready, effect: NoSchedule}]                            | KEEP",
                "{}  | {} | [{key: node.kubernetes.io/network-unavailable, effect: NoSchedule}]                  | KEEP",
                "{hostNetwork: true} | {} | [{key: node.kubernetes.io/network-unavailable, effect: NoSchedule}]  | RUN",
            })
    void decidesByTemplateLabelsAndTaints(String spec, String labels, String taints, Verdict verdict) {
        assertThat(NodeFit.of(Samples.withPodSpec(SET, spec)).on(Samples.node("node1", labels, taints)))
                .isEqualTo(verdict);
    }

    @Test
    void makesPodsForANodeThatStayOnNodesInTrouble() {
        DaemonSet set = Samples.withPodSpec(
                SET,
                "{tolerations: [{key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 3}],"
                        + " affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms:"
                        + " [{matchExpressions: [{key: disk, operator: Exists}]}]}}}}");
        Pod pod = DaemonPods.on(DaemonPods.prototype(set, "abc"), "node7");
        assertThat(pod.metadata().generateName()).isEqualTo("agent-");
        assertThat(pod.labels())
                .containsEntry("controller-revision-hash", "abc")
                .containsEntry("app", "agent");
        assertThat(DaemonPods.node(pod)).isEqualTo("node7");
        assertThat(pod.spec()
                        .affinity()
                        .nodeAffinity()
                        .requiredDuringSchedulingIgnoredDuringExecution()
                        .nodeSelectorTerms())
                .hasSize(1);
        assertThat(pod.spec().tolerations())
                .extracting(Toleration::key)
                .hasSize(6)
                .doesNotHaveDuplicates();
        assertThat(pod.spec().tolerations().getFirst().hasTolerationSeconds()).isFalse();
    }
}
