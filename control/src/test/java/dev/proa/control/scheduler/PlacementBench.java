package dev.proa.control.scheduler;

import com.sun.management.ThreadMXBean;
import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.clock.Clock;
import dev.proa.control.scheduler.cache.SchedulerCache;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.Framework;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Snapshot;
import dev.proa.control.scheduler.metrics.SchedulerMetrics;
import dev.proa.control.scheduler.plugin.DefaultPlugins;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Measures decisions alone, without queue, binding and API, in the shapes of kube-scheduler's {@code scheduler_perf}: run {@link #main}.
 * A line says how many pods a second are placed, how long the slowest of a hundred took, and what one allocates.
 */
final class PlacementBench {
    private static final int WARM_UP = 1000;

    private final SchedulerCache cache = new SchedulerCache();
    private final Framework framework = Samples.framework(DefaultPlugins.ALL);
    private final Placement placement = new Placement(
            new Random(1),
            new Extenders(List.of()),
            new ExtensionPointTimer(new SchedulerMetrics(new PrometheusRegistry()), Clock.system()),
            0);
    private Snapshot snapshot = Snapshot.EMPTY;
    private int names;

    /** Shapes by name: labels, and the start of the spec. Pods that are there before have the same. */
    private static Map<String, String[]> shapes() {
        String term = """
                {'labelSelector':{'matchLabels':{'color':'%s'}},'topologyKey':'%s','namespaces':['default']}""";
        String required = "'affinity':{'%s':{'requiredDuringSchedulingIgnoredDuringExecution':[" + term + "]}},";
        String preferred = "'affinity':{'%s':{'preferredDuringSchedulingIgnoredDuringExecution':[{'weight':1,"
                + "'podAffinityTerm':" + term + "}]}},";
        String spread = "'topologySpreadConstraints':[{'maxSkew':5,'topologyKey':'topology.kubernetes.io/zone',"
                + "'whenUnsatisfiable':'%s','labelSelector':{'matchLabels':{'color':'blue'}}}],";
        String zone = "topology.kubernetes.io/zone";
        String host = "kubernetes.io/hostname";
        Map<String, String[]> shapes = new TreeMap<>();
        shapes.put("SchedulingBasic", new String[] {"none", ""});
        shapes.put("SchedulingPodAffinity", new String[] {"blue", required.formatted("podAffinity", "blue", zone)});
        shapes.put(
                "SchedulingPodAntiAffinity",
                new String[] {"green", required.formatted("podAntiAffinity", "green", host)});
        shapes.put(
                "SchedulingPreferredPodAffinity",
                new String[] {"red", preferred.formatted("podAffinity", "red", host)});
        shapes.put(
                "SchedulingPreferredPodAntiAffinity",
                new String[] {"yellow", preferred.formatted("podAntiAffinity", "yellow", host)});
        shapes.put("TopologySpreading", new String[] {"blue", spread.formatted("DoNotSchedule")});
        shapes.put("PreferredTopologySpreading", new String[] {"blue", spread.formatted("ScheduleAnyway")});
        return shapes;
    }

    /**
     * @param args the number of nodes, the number of pods, and names of shapes; 5000, 2000 and all by default. With {@code --write} and
     *     one shape after the numbers it writes nodes and pods instead, for {@code src/test/oracle}: {@code oracle bench 1000} places
     *     1,000 pods to warm up and measures how kube-scheduler places the others
     */
    public static void main(String[] args) {
        int nodes = args.length > 0 ? Integer.parseInt(args[0]) : 5000;
        int pods = args.length > 1 ? Integer.parseInt(args[1]) : 2000;
        List<String> wanted =
                args.length > 2 ? Arrays.asList(args).subList(2, args.length) : List.copyOf(shapes().keySet());
        if (wanted.getFirst().equals("--write")) {
            System.out.println(Json.toString(new PlacementBench().workload(nodes, pods, shapes().get(wanted.get(1)))));
            return;
        }
        for (String name : wanted) {
            String[] shape = shapes().get(name);
            System.out.println(name + ", " + nodes + " nodes: " + new PlacementBench().run(nodes, pods, shape));
        }
    }

    private MapValue workload(int nodes, int pods, String[] shape) {
        return MapValue.of(
                "nodes",
                ListValue.copyOf(
                        IntStream.range(0, nodes).mapToObj(i -> node(i).value()).toList()),
                "pods",
                ListValue.copyOf(IntStream.range(0, WARM_UP + pods)
                        .mapToObj(i -> pod(shape).value())
                        .toList()));
    }

    private String run(int nodes, int pods, String[] shape) {
        for (int i = 0; i < nodes; i++) {
            cache.put(node(i));
        }
        for (int i = 0; i < WARM_UP; i++) {
            place(pod(shape));
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Pod[] waiting = new Pod[pods];
        Arrays.setAll(waiting, i -> pod(shape));
        long[] nanos = new long[pods];
        long allocated = threads.getCurrentThreadAllocatedBytes();
        long cpu = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < pods; i++) {
            long start = System.nanoTime();
            place(waiting[i]);
            nanos[i] = System.nanoTime() - start;
        }
        long bytes = (threads.getCurrentThreadAllocatedBytes() - allocated) / pods;
        double seconds = (threads.getCurrentThreadCpuTime() - cpu) / 1e9;
        Arrays.sort(nanos);
        return "%,.0f pods/s of processor time, p50 %.2f ms, p99 %.2f ms, %,d bytes each"
                .formatted(pods / seconds, nanos[pods / 2] / 1e6, nanos[pods * 99 / 100] / 1e6, bytes);
    }

    private void place(Pod pod) {
        PodInfo info = PodInfo.of(pod);
        snapshot = cache.snapshot(snapshot);
        Placement.Outcome outcome = placement.place(framework, new CycleState(snapshot), info);
        if (!(outcome instanceof Placement.Outcome.Node(String node))) {
            throw new AssertionError(outcome.toString());
        }
        cache.assume(info.assumedOn(node));
    }

    private static Node node(int number) {
        String name = "node-" + number;
        return Samples.node(
                name,
                "\"kubernetes.io/hostname\":\"%s\",\"topology.kubernetes.io/zone\":\"zone-%d\""
                        .formatted(name, number % 3),
                "\"spec\":{}," + Samples.allocatable("4", "32Gi", 110));
    }

    private Pod pod(String[] shape) {
        Pod pod = Samples.pod("pod-" + names++, shape[1].replace('\'', '"') + Samples.container("100m", "500Mi"));
        return new Pod(pod.withMetadata(meta -> meta.withLabels(Map.of("color", shape[0])))
                .value());
    }
}
