package dev.proa.control.scheduler.plugin;

import static dev.proa.control.scheduler.Samples.allocatable;
import static dev.proa.control.scheduler.Samples.asking;
import static dev.proa.control.scheduler.Samples.info;
import static dev.proa.control.scheduler.Samples.node;
import static dev.proa.control.scheduler.Samples.pod;
import static dev.proa.control.scheduler.Samples.state;
import static dev.proa.control.scheduler.Samples.tainted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.control.scheduler.framework.Code;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PreFilterResult;
import dev.proa.control.scheduler.framework.Snapshot;
import dev.proa.control.scheduler.framework.Status;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

public class FiltersTest {
    private static final Node EMPTY = node("n", "4", "8Gi", 110);

    private static Status filter(Plugin.Filter plugin, Pod pod, NodeInfo node) {
        return plugin.filter(new CycleState(Snapshot.EMPTY), info(pod), node).by("");
    }

    private static PreFilterResult preFilter(Plugin.PreFilter plugin, Pod pod) {
        PreFilterResult result = plugin.preFilter(new CycleState(Snapshot.EMPTY), info(pod));
        return new PreFilterResult(result.status().by(""), result.nodes());
    }

    private static Status unfit(boolean resolvable, String... reasons) {
        return Status.of(resolvable ? Code.UNSCHEDULABLE : Code.UNSCHEDULABLE_AND_UNRESOLVABLE, reasons);
    }

    @Test
    void fitsWhileThereIsRoom() {
        NodeInfo node = state(EMPTY, asking("a", "3", "7Gi"));
        NodeResourcesFit fit = new NodeResourcesFit();
        assertThat(filter(fit, asking("p", "1", "1Gi"), node)).isEqualTo(Status.SUCCESS);
        assertThat(filter(fit, asking("p", "1001m", "1Gi"), node)).isEqualTo(unfit(true, "Insufficient cpu"));
        assertThat(filter(fit, asking("p", "2", "2Gi"), node))
                .isEqualTo(unfit(true, "Insufficient cpu", "Insufficient memory"));
        assertThat(filter(fit, asking("p", "0", "0"), node)).isEqualTo(Status.SUCCESS);
    }

    @Test
    void knowsWhatWouldNotFitAnEmptyNodeEither() {
        NodeInfo node = state(EMPTY, asking("a", "3", "7Gi"));
        assertThat(filter(new NodeResourcesFit(), asking("p", "2", "9Gi"), node))
                .isEqualTo(unfit(false, "Insufficient cpu", "Insufficient memory"));
    }

    @Test
    void countsPods() {
        NodeInfo node = state(node("n", "4", "8Gi", 1), asking("a", "0", "0"));
        assertThat(filter(new NodeResourcesFit(), asking("p", "0", "0"), node)).isEqualTo(unfit(true, "Too many pods"));
    }

    @Test
    void countsAnyOtherResource() {
        Pod pod = pod("p", """
                "containers":[{"name":"c","resources":{"requests":{"ephemeral-storage":"1Gi","example.com/gpu":"2"}}}]""");
        Node big = node("n", "", """
                "spec":{},"status":{"allocatable":{"pods":"10","ephemeral-storage":"1Gi","example.com/gpu":"3"}}""");
        NodeResourcesFit fit = new NodeResourcesFit();
        assertThat(filter(fit, pod, state(big))).isEqualTo(Status.SUCCESS);
        assertThat((filter(fit, pod, state(big, pod("other", """
                "containers":[{"name":"c","resources":{"requests":{"ephemeral-storage":"1","example.com/gpu":"2"}}}]""")))).reasons())
                .containsExactlyInAnyOrder("Insufficient ephemeral-storage", "Insufficient example.com/gpu");
        assertThat(filter(fit, pod, state(EMPTY)).code()).isEqualTo(Code.UNSCHEDULABLE_AND_UNRESOLVABLE);
    }

    @Test
    void respectsACordonedNodeUnlessItIsTolerated() {
        NodeInfo node = state(node("n", "", "\"spec\":{\"unschedulable\":true}," + allocatable("1", "1Gi", 1)));
        NodeUnschedulable plugin = new NodeUnschedulable();
        assertThat(filter(plugin, pod("p", ""), node)).isEqualTo(unfit(false, "node(s) were unschedulable"));
        Pod daemon = pod("d", """
                "tolerations":[{"key":"node.kubernetes.io/unschedulable","operator":"Exists","effect":"NoSchedule"}]""");
        assertThat(filter(plugin, daemon, node)).isEqualTo(Status.SUCCESS);
        assertThat(filter(plugin, pod("p", ""), state(EMPTY))).isEqualTo(Status.SUCCESS);
    }

    @Test
    void wantsTheNamedNode() {
        assertThat(filter(new NodeName(), pod("p", "\"nodeName\":\"n\""), state(EMPTY)))
                .isEqualTo(Status.SUCCESS);
        assertThat(filter(new NodeName(), pod("p", "\"nodeName\":\"m\""), state(EMPTY)))
                .isEqualTo(unfit(false, "node(s) didn't match the requested node name"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "NoSchedule       |                                                                      | false",
                "NoExecute        |                                                                      | false",
                "PreferNoSchedule |                                                                      | true",
                "NoSchedule       | {'key':'k','operator':'Exists'}                                      | true",
                "NoSchedule       | {'operator':'Exists'}                                                | true",
                "NoSchedule       | {'key':'k','operator':'Exists','effect':'NoExecute'}                 | false",
                "NoSchedule       | {'key':'k','value':'v'}                                              | false",
                "NoSchedule       | {'key':'k'}                                                          | true",
                "NoSchedule       | {'key':'other','operator':'Exists'}                                  | false",
            })
    void looksAtTaints(String effect, String toleration, boolean fits) {
        Pod pod = pod("p", toleration == null ? "" : "\"tolerations\":[" + toleration.replace('\'', '"') + "]");
        assertThat(filter(new TaintToleration(), pod, state(tainted("n", "k:" + effect))))
                .isEqualTo(fits ? Status.SUCCESS : unfit(false, "node(s) had untolerated taint(s)"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'nodeSelector':{'disk':'ssd'}                                              | true",
                "'nodeSelector':{'disk':'ssd','zone':'b'}                                   | false",
                "'nodeSelector':{'none':''}                                                 | false",
                "'affinity':{'nodeAffinity':{}}                                             | true",
                "T [{'matchExpressions':[{'key':'zone','operator':'In','values':['a','b']}]}] | true",
                "T [{'matchExpressions':[{'key':'zone','operator':'NotIn','values':['a']}]}]  | false",
                "T [{'matchExpressions':[{'key':'none','operator':'NotIn','values':['a']}]}]  | true",
                "T [{'matchExpressions':[{'key':'zone','operator':'Exists'}]}]                | true",
                "T [{'matchExpressions':[{'key':'zone','operator':'DoesNotExist'}]}]          | false",
                "T [{'matchExpressions':[{'key':'cores','operator':'Gt','values':['7']}]}]    | true",
                "T [{'matchExpressions':[{'key':'cores','operator':'Lt','values':['8']}]}]    | false",
                "T [{'matchExpressions':[{'key':'zone','operator':'Gt','values':['1']}]}]     | false",
                "T [{'matchFields':[{'key':'metadata.name','operator':'In','values':['n']}]}] | true",
                "T [{'matchFields':[{'key':'metadata.name','operator':'NotIn','values':['n']}]}] | false",
                "T [{'matchExpressions':[{'key':'none','operator':'Exists'}]},{'matchExpressions':[{'key':'zone','operator':'Exists'}]}] | true",
                "T [{'matchExpressions':[{'key':'zone','operator':'Exists'},{'key':'none','operator':'Exists'}]}] | false",
                "T [{}]                                                                       | false",
                "'nodeSelector':{'disk':'hdd'},T [{'matchExpressions':[{'key':'zone','operator':'Exists'}]}] | false",
            })
    void looksAtSelectorsAndRequiredTerms(String spec, boolean fits) {
        Node node = node("n", """
                "disk":"ssd","zone":"a","cores":"8\"""", "\"spec\":{}," + allocatable("1", "1Gi", 1));
        String required =
                "'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':";
        String full = spec.contains("T ") ? spec.replace("T ", required) + "}}}" : spec;
        assertThat(filter(new NodeAffinity(), pod("p", full.replace('\'', '"')), state(node)))
                .isEqualTo(fits ? Status.SUCCESS : unfit(false, "node(s) didn't match Pod's node affinity/selector"));
    }

    @Test
    void looksOnlyAtTheNodesThatAllTermsName() {
        assertThat(preFilter(new NodeAffinity(), pod("p", ""))).isEqualTo(PreFilterResult.SKIP);
        assertThat(preFilter(new NodeAffinity(), pod("p", "\"nodeSelector\":{\"a\":\"b\"}")))
                .isEqualTo(PreFilterResult.ALL_NODES);
        assertThat(preFilter(new NodeAffinity(), named("['a','b']", "['b','c']")))
                .isEqualTo(PreFilterResult.only(Set.of("b")));
        assertThat(preFilter(new NodeAffinity(), named("['a']", "['c']")))
                .isEqualTo(PreFilterResult.of(Status.unresolvable("pod affinity terms conflict")));
    }

    @Test
    void hasNothingToDoForPodsWithoutPorts() {
        assertThat(preFilter(new NodePorts(), pod("p", ""))).isEqualTo(PreFilterResult.SKIP);
        assertThat(preFilter(new NodePorts(), port("p", "0.0.0.0", "TCP", 80))).isEqualTo(PreFilterResult.ALL_NODES);
    }

    /** One term that wants the name to be in both lists. */
    public static Pod named(String... lists) {
        StringBuilder fields = new StringBuilder();
        for (String list : lists) {
            fields.append(fields.isEmpty() ? "" : ",")
                    .append("{'key':'metadata.name','operator':'In','values':")
                    .append(list)
                    .append('}');
        }
        return pod(
                "p",
                ("'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[{'matchFields':["
                                + fields + "]}]}}}")
                        .replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0,TCP,80,     0.0.0.0,TCP,80, false",
        "0.0.0.0,TCP,80,     0.0.0.0,UDP,80, true",
        "0.0.0.0,TCP,80,     0.0.0.0,TCP,81, true",
        "127.0.0.1,TCP,80,   127.0.0.2,TCP,80, true",
        "127.0.0.1,TCP,80,   0.0.0.0,TCP,80, false",
        "127.0.0.1,TCP,80,   127.0.0.1,TCP,80, false",
    })
    void keepsNodePortsApart(
            String ip, String protocol, int port, String ip2, String protocol2, int port2, boolean fits) {
        NodeInfo node = state(EMPTY, port("taken", ip2, protocol2, port2));
        assertThat(filter(new NodePorts(), port("p", ip, protocol, port), node))
                .isEqualTo(
                        fits
                                ? Status.SUCCESS
                                : unfit(true, "node(s) didn't have free ports for the requested pod ports"));
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0,TCP,6443,   false, false",
        "127.0.0.1,TCP,6443, false, false",
        "0.0.0.0,UDP,6443,   false, true",
        "0.0.0.0,TCP,6444,   false, true",
        "0.0.0.0,UDP,53,     false, false",
        "0.0.0.0,TCP,6443,   true,  true",
    })
    void keepsTheNodesOwnPortsForTheNode(String ip, String protocol, int port, boolean hostNetwork, boolean fits) {
        Node node = new Node(EMPTY.value()
                .withMap(
                        "metadata",
                        metadata -> metadata.with(
                                "annotations", MapValue.of("node.proa.dev/reserved-ports", "6443/TCP,53/UDP"))));
        Pod pod = port("p", ip, protocol, port);
        Pod placed = new Pod(pod.value().withMap("spec", spec -> spec.with("hostNetwork", hostNetwork)));

        assertThat(filter(new NodePorts(), placed, state(node)))
                .isEqualTo(
                        fits
                                ? Status.SUCCESS
                                : unfit(true, "node(s) didn't have free ports for the requested pod ports"));
    }

    public static Pod port(String name, String ip, String protocol, int port) {
        return pod(name, """
                "containers":[{"name":"c","ports":[{"hostIP":"%s","protocol":"%s","hostPort":%d,"containerPort":1}]}]""".formatted(ip, protocol, port));
    }

    @ParameterizedTest
    @CsvSource({
        "containers,     RestartAllContainers, RestartAllContainersOnContainerExits, true",
        "containers,     RestartAllContainers, InPlacePodVerticalScalingInitContainers, false",
        "initContainers, RestartAllContainers, RestartAllContainersOnContainerExits, true",
        "initContainers, RestartAllContainers, , false",
    })
    void wantsNodesToDeclareWhatThePodNeeds(String list, String action, String declared, boolean fits) {
        Pod pod = restarting(list, action);
        NodeDeclaredFeatures plugin = new NodeDeclaredFeatures();
        CycleState state = new CycleState(Snapshot.EMPTY);
        assertThat(plugin.preFilter(state, info(pod))).isEqualTo(PreFilterResult.ALL_NODES);
        assertThat(plugin.filter(state, info(pod), state(declaring(declared))).by(""))
                .isEqualTo(fits ? Status.SUCCESS : unfit(false, "node(s) didn't match Pod's required features"));
    }

    @Test
    void asksNodesForAllFeaturesThatThePodNeeds() {
        Pod pod = new Pod(restarting("containers", "RestartAllContainers")
                .value()
                .withMap("spec", spec -> spec.with("hostNetwork", true).with("hostUsers", false)));
        NodeDeclaredFeatures plugin = new NodeDeclaredFeatures();
        CycleState state = new CycleState(Snapshot.EMPTY);
        plugin.preFilter(state, info(pod));
        assertThat(plugin.filter(state, info(pod), state(declaring("RestartAllContainersOnContainerExits")))
                        .isSuccess())
                .isFalse();
        assertThat(plugin.filter(
                                state,
                                info(pod),
                                state(declaring(
                                        "RestartAllContainersOnContainerExits", "UserNamespacesHostNetworkSupport")))
                        .isSuccess())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"hostNetwork\":true",
                "\"hostUsers\":false",
                "\"hostNetwork\":true,\"hostUsers\":true",
                "\"containers\":[{\"name\":\"c\",\"restartPolicyRules\":[{\"action\":\"Restart\"}]}]"
            })
    void asksNoFeaturesForOtherPods(String spec) {
        assertThat(preFilter(new NodeDeclaredFeatures(), pod("p", spec))).isEqualTo(PreFilterResult.SKIP);
    }

    static Pod restarting(String list, String action) {
        return pod("p", """
                "%s":[{"name":"a"},{"name":"b","restartPolicyRules":[{"action":"Restart"},{"action":"%s"}]}]""".formatted(list, action));
    }

    static Node declaring(String... features) {
        return new Node(EMPTY.value()
                .withMap("status", status -> status.with("declaredFeatures", ListValue.of((Object[]) features))));
    }

    @Test
    void holdsGatedPodsBack() {
        assertThat(new SchedulingGates().preEnqueue(info(pod("p", "\"schedulingGates\":[{\"name\":\"g\"}]"))))
                .isEqualTo(Status.unresolvable("waiting for scheduling gates: [g]"));
        assertThat(new SchedulingGates().preEnqueue(info(pod("p", "")))).isEqualTo(Status.SUCCESS);
    }
}
