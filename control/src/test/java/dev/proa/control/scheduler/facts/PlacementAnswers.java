package dev.proa.control.scheduler.facts;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.core.v1.Namespace;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.ReplicationController;
import dev.proa.api.core.v1.Service;
import dev.proa.api.storage.v1.CSINode;
import dev.proa.api.storage.v1.StorageClass;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.informer.InformerFactory;
import dev.proa.control.scheduler.Samples;
import dev.proa.control.scheduler.framework.Code;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.Framework;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PodNominator;
import dev.proa.control.scheduler.framework.PodsInBinding;
import dev.proa.control.scheduler.framework.Profile;
import dev.proa.control.scheduler.framework.SharedState;
import dev.proa.control.scheduler.framework.Snapshot;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.scheduler.metrics.SchedulerMetrics;
import dev.proa.control.scheduler.plugin.DefaultPlugins;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Proa's answers to {@linkplain PlacementCase cases}, in the form of those of the program in {@code src/test/oracle}: why the pod
 * cannot run on a node, or which score the node has from each plugin, and what preemption would change. All cases are put to the same
 * plugins, one after the other.
 */
final class PlacementAnswers implements AutoCloseable {
    private static final List<Kind<? extends KubeObject>> KINDS = List.of(
            Namespace.KIND,
            Service.KIND,
            ReplicationController.KIND,
            ReplicaSet.KIND,
            StatefulSet.KIND,
            StorageClass.KIND,
            CSINode.KIND,
            PersistentVolume.KIND,
            PersistentVolumeClaim.KIND);

    private final PodNominator nominator = new PodNominator();
    private final InformerFactory informers;
    private final Framework framework;
    private final List<Plugin.Score> scores = new ArrayList<>();
    private final List<Integer> weights = new ArrayList<>();

    PlacementAnswers() throws InterruptedException {
        SimulatedClock clock = new SimulatedClock(Samples.START);
        FakeTransport server = new FakeTransport(clock);
        Client client = new Client(server);
        for (MapValue object : PlacementCase.world()) {
            KINDS.stream()
                    .filter(kind -> kind.kind().equals(object.string("kind")))
                    .forEach(kind -> create(client, kind, object));
        }
        informers = new InformerFactory(client, clock, new Random(1));
        framework = new Framework(
                new Profile("default-scheduler", DefaultPlugins.ALL),
                new Framework.Services(
                        client,
                        informers,
                        clock,
                        new Random(1),
                        nominator,
                        new PodsInBinding(clock),
                        new SharedState(),
                        List.of(),
                        (scheduler, about, type, reason, action, note) -> {},
                        new SchedulerMetrics(new PrometheusRegistry()),
                        pods -> {}));
        for (Profile.Entry entry : DefaultPlugins.ALL) {
            if (entry.factory().apply(framework) instanceof Plugin.Score score) {
                scores.add(score);
                weights.add(entry.weight());
            }
        }
        informers.start();
        informers.awaitSync();
    }

    private static <T extends KubeObject> void create(Client client, Kind<T> kind, MapValue object) {
        client.resource(kind).in(object.map("metadata").string("namespace")).create(kind.of(object));
    }

    @Override
    public void close() {
        informers.close();
    }

    MapValue to(PlacementCase question) {
        List<Pod> nominated = new ArrayList<>();
        Map<String, NodeInfo> nodes = new TreeMap<>();
        question.nodes().forEach(node -> nodes.put(new Node(node).name(), NodeInfo.of(new Node(node))));
        for (MapValue value : question.pods()) {
            Pod pod = new Pod(value);
            if (pod.spec().nodeName().isEmpty()) {
                nominated.add(pod);
                nominator.put(PodInfo.of(pod), null);
            } else {
                nodes.computeIfPresent(pod.spec().nodeName(), (name, node) -> node.with(PodInfo.placed(pod)));
            }
        }
        try {
            return answer(Samples.snapshot(List.copyOf(nodes.values())), PodInfo.of(new Pod(question.pod())));
        } finally {
            nominated.forEach(pod -> nominator.remove(pod.uid()));
        }
    }

    private MapValue answer(Snapshot snapshot, PodInfo pod) {
        CycleState state = new CycleState(snapshot);
        Framework.PreFiltered preFiltered = framework.preFilter(state, pod);
        if (!preFiltered.result().status().isSuccess()) {
            return MapValue.of("preFilter", verdict(preFiltered.result().status()));
        }
        Map<String, MapValue> rejected = new TreeMap<>();
        Map<String, MapValue> preempted = new TreeMap<>();
        List<NodeInfo> feasible = new ArrayList<>();
        for (NodeInfo node : snapshot.nodes()) {
            if (preFiltered.result().nodes() != null
                    && !preFiltered.result().nodes().contains(node.name())) {
                rejected.put(node.name(), MapValue.of("code", "excluded"));
                continue;
            }
            Status status = framework.filterWithNominatedPods(state, pod, node);
            if (status.isSuccess()) {
                feasible.add(node);
                continue;
            }
            rejected.put(node.name(), verdict(status));
            if (status.code() == Code.UNSCHEDULABLE) {
                preempted.put(node.name(), preempt(state.copy(), pod, node));
            }
        }
        MapValue.Builder answer = MapValue.builder();
        put(answer, "rejected", rejected);
        put(answer, "preempted", preempted);
        put(answer, "scores", scores(state, pod, feasible));
        return answer.build();
    }

    private static void put(MapValue.Builder answer, String name, Map<String, MapValue> byNode) {
        if (!byNode.isEmpty()) {
            answer.put(name, MapValue.copyOf(byNode));
        }
    }

    private Map<String, MapValue> scores(CycleState state, PodInfo pod, List<NodeInfo> nodes) {
        Map<String, MapValue> found = new TreeMap<>();
        if (nodes.isEmpty()) {
            return found;
        }
        long[] totals = new long[nodes.size()];
        succeed(framework.preScore(state, pod, nodes));
        succeed(framework.score(state, pod, nodes, totals));
        for (int i = 0; i < totals.length; i++) {
            found.put(nodes.get(i).name(), MapValue.of("", totals[i]));
        }
        for (int p = 0; p < scores.size(); p++) {
            Plugin.Score plugin = scores.get(p);
            if (state.skippedScores().contains(plugin.name())) {
                continue;
            }
            long[] one = new long[nodes.size()];
            for (int i = 0; i < one.length; i++) {
                one[i] = plugin.score(state, pod, nodes.get(i));
            }
            plugin.normalizeScores(state, pod, nodes, one);
            for (int i = 0; i < one.length; i++) {
                long weighted = one[i] * weights.get(p);
                found.computeIfPresent(nodes.get(i).name(), (name, scores) -> scores.with(plugin.name(), weighted));
            }
        }
        return found;
    }

    /** Takes all pods of lower priority off the node, and brings back those beside which the pod fits, the most important first. */
    private MapValue preempt(CycleState state, PodInfo pod, NodeInfo full) {
        List<PodInfo> lower = full.pods().stream()
                .filter(other -> other.priority() < pod.priority())
                .sorted(Comparator.comparing(PodInfo::priority)
                        .reversed()
                        .thenComparing(other -> other.pod().name()))
                .toList();
        NodeInfo node = full;
        for (PodInfo other : lower) {
            node = node.without(other);
            succeed(framework.preFilterRemovePod(state, pod, other, node));
        }
        Status without = framework.filterWithNominatedPods(state, pod, node);
        MapValue result = MapValue.of("without", verdict(without));
        if (!without.isSuccess()) {
            return result;
        }
        List<String> victims = new ArrayList<>();
        for (PodInfo other : lower) {
            NodeInfo fuller = node.with(other);
            succeed(framework.preFilterAddPod(state, pod, other, fuller));
            if (framework.filterWithNominatedPods(state, pod, fuller).isSuccess()) {
                node = fuller;
            } else {
                succeed(framework.preFilterRemovePod(state, pod, other, node));
                victims.add(other.pod().name());
            }
        }
        return victims.isEmpty() ? result : result.with("victims", ListValue.copyOf(victims));
    }

    private static void succeed(Status status) {
        if (!status.isSuccess()) {
            throw new AssertionError(status.toString());
        }
    }

    private static MapValue verdict(Status status) {
        MapValue.Builder verdict = MapValue.builder();
        verdict.put(
                "code",
                switch (status.code()) {
                    case SUCCESS -> "Success";
                    case UNSCHEDULABLE -> "Unschedulable";
                    case UNSCHEDULABLE_AND_UNRESOLVABLE -> "UnschedulableAndUnresolvable";
                    default -> throw new AssertionError(status.toString());
                });
        if (!status.plugin().isEmpty()) {
            verdict.put("plugin", status.plugin());
        }
        if (!status.reasons().isEmpty()) {
            verdict.put(
                    "reasons",
                    ListValue.copyOf(status.reasons().stream().sorted().toList()));
        }
        return verdict.build();
    }
}
