package dev.proa.node.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import dev.proa.node.cri.Configs;
import dev.proa.node.simulated.SimulatedRuntime;
import dev.proa.node.usage.FilesystemUsage;
import dev.proa.node.usage.InterfaceUsage;
import dev.proa.node.usage.ResourceUsage;
import dev.proa.testing.SimulatedClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A simulated pod whose container uses a quarter of a processor, on a node that uses two. */
class NodeStatsTest {
    private static final Instant STARTED = Instant.parse("2026-01-01T00:00:00Z");

    private final SimulatedClock clock = new SimulatedClock();
    private final SimulatedRuntime runtime = new SimulatedRuntime(clock, "10.244.0.0/24", new SplittableRandom(1));
    private final NodeStats stats = new NodeStats(runtime, new Details(), new Node(), clock);
    private final Instant begin = clock.instant();
    private String uid = "";
    private String container = "";
    private boolean broken;
    private int measured;

    @BeforeEach
    void startAPod() {
        runtime.images().pull("app:1", null);
        String sandbox = runtime.runPodSandbox(Configs.sandbox("web", Path.of("/nowhere")));
        uid = runtime.podSandboxStatus(sandbox).config().uid();
        container = runtime.createContainer(
                sandbox,
                Configs.container(
                        "main",
                        "app:1",
                        List.of(),
                        Map.of("kwok.x-k8s.io/usage-cpu", "250m", "kwok.x-k8s.io/usage-memory", "2Mi")));
        runtime.startContainer(container);
    }

    private long logBytes = 70;

    private final class Details implements PodDetails {
        @Override
        public List<Pod> pods() {
            return List.of(new Pod(Yaml.decodeMap("""
                    metadata: {name: web, namespace: default, uid: %s}
                    spec:
                      volumes:
                      - {name: cache, emptyDir: {}}
                      - {name: fast, emptyDir: {medium: Memory}}
                      - {name: data, persistentVolumeClaim: {claimName: data-web}}
                    status: {startTime: "2026-01-01T00:00:00Z"}
                    """.formatted(uid))));
        }

        @Override
        public PodStorage storage(Pod pod) {
            measured++;
            return new PodStorage(
                    Map.of(
                            "cache", new FilesystemUsage(2000, 800, 300, 90, 80, 5),
                            "fast", new FilesystemUsage(500, 400, 100, 50, 40, 10),
                            "data", new FilesystemUsage(1000, 600, 400, 50, 20, 30)),
                    Map.of("main", new FilesystemUsage(2000, 800, logBytes, 90, 80, 2)));
        }
    }

    private final class Node implements Machine {
        @Override
        public String nodeName() {
            return "node-1";
        }

        @Override
        public Instant bootTime() {
            return STARTED;
        }

        @Override
        public ResourceUsage usage() throws IOException {
            if (broken) {
                throw new IOException("out of order");
            }
            return ResourceUsage.of(
                    7_000_000_000L
                            + 2 * Duration.between(begin, clock.instant()).toNanos(),
                    3L << 30);
        }

        @Override
        public FilesystemUsage rootFilesystem() {
            return new FilesystemUsage(2000, 800, 1200, 90, 80, 10);
        }

        @Override
        public List<InterfaceUsage> interfaces() {
            return List.of(
                    new InterfaceUsage("node0", 11, 12, 13, 14, 15, 16, 17, 18),
                    new InterfaceUsage("eth0", 21, 22, 23, 24, 25, 26, 27, 28));
        }

        @Override
        public long mostProcesses() {
            return 4_000_000;
        }

        @Override
        public int processors() {
            return 4;
        }
    }

    @Test
    void summarizesTheNode() {
        stats.summary(false);
        clock.advance(Duration.ofSeconds(20));
        MapValue node = stats.summary(false).map("node");

        assertThat(node.string("nodeName")).isEqualTo("node-1");
        assertThat(node.string("startTime")).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(node.map("cpu").integer("usageNanoCores", 0)).isEqualTo(2_000_000_000L);
        assertThat(node.map("cpu").integer("usageCoreNanoSeconds", 0)).isEqualTo(47_000_000_000L);
        assertThat(node.map("memory").integer("workingSetBytes", 0)).isEqualTo(3L << 30);
        assertThat(node.map("network").string("name")).isEqualTo("eth0");
        assertThat(node.map("network").integer("rxBytes", 0)).isEqualTo(21);
        assertThat(node.map("network").list("interfaces")).hasSize(2);
        assertThat(node.map("fs").integer("usedBytes", 0)).isEqualTo(1200);
        assertThat(node.map("rlimit").integer("maxpid", 0)).isEqualTo(4_000_000);
        assertThat(node.map("runtime").has("imageFs")).isTrue();
        assertThat(node.list("systemContainers").map(0).map("cpu").integer("usageCoreNanoSeconds", 0))
                .isEqualTo(5_000_000_000L);
    }

    @Test
    void immeasurableLogsMakeEphemeralStorageNoLessThanThat() {
        logBytes = Long.MAX_VALUE;
        MapValue pod = stats.summary(false).list("pods").map(0);
        assertThat(pod.map("ephemeral-storage").integer("usedBytes", 0)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void summarizesPods() {
        stats.summary(false);
        clock.advance(Duration.ofSeconds(20));
        MapValue pod = stats.summary(false).list("pods").map(0);

        assertThat(pod.map("podRef")).isEqualTo(MapValue.of("name", "web", "namespace", "default", "uid", uid));
        assertThat(pod.string("startTime")).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(pod.map("cpu").integer("usageNanoCores", 0)).isEqualTo(250_000_000);
        MapValue main = pod.list("containers").map(0);
        assertThat(main.string("name")).isEqualTo("main");
        assertThat(main.map("cpu").integer("usageCoreNanoSeconds", 0)).isEqualTo(5_000_000_000L);
        assertThat(main.map("memory").integer("usageBytes", 0)).isEqualTo(2 << 20);
        assertThat(main.map("memory").has("availableBytes")).isFalse();
        assertThat(main.map("logs").integer("usedBytes", 0)).isEqualTo(70);
        assertThat(pod.list("volume")).hasSize(3);
        assertThat(pod.list("volume").map(0).has("pvcRef")).isFalse();
        assertThat(pod.list("volume").map(1).map("pvcRef"))
                .isEqualTo(MapValue.of("name", "data-web", "namespace", "default"));
        assertThat(pod.map("ephemeral-storage").integer("usedBytes", 0))
                .as("the log and the volume on the node's disk")
                .isEqualTo(370);
        assertThat(pod.map("ephemeral-storage").integer("inodesUsed", 0)).isEqualTo(7);
        assertThat(pod.map("ephemeral-storage").integer("availableBytes", 0)).isEqualTo(800);
        assertThat(stats.claims()).containsOnlyKeys(new NodeStats.ClaimName("default", "data-web"));
        assertThat(measured).as("walks through the pod's files").isEqualTo(1);
        clock.advance(Duration.ofMinutes(1));
        stats.summary(false);
        assertThat(measured).isEqualTo(2);
    }

    @Test
    void leavesOutWhatTakesTimeWhenAskedTo() {
        MapValue summary = stats.summary(true);

        assertThat(summary.map("node").has("fs")).isFalse();
        assertThat(summary.list("pods").map(0).has("ephemeral-storage")).isFalse();
        assertThat(summary.list("pods").map(0).map("memory").integer("workingSetBytes", 0))
                .isEqualTo(2 << 20);
        assertThat(measured).isZero();
    }

    @Test
    void tellsResourcesWithTheirTimes() {
        clock.advance(Duration.ofSeconds(10));
        String text = new String(stats.resourceMetrics(), StandardCharsets.UTF_8);
        long now = clock.instant().toEpochMilli();

        assertThat(text)
                .contains("# TYPE container_cpu_usage_seconds_total counter\n")
                .contains("container_cpu_usage_seconds_total{container=\"main\",namespace=\"default\",pod=\"web\"} 2.5 "
                        + now + "\n")
                .contains("container_memory_working_set_bytes{container=\"main\",namespace=\"default\",pod=\"web\"}"
                        + " 2097152 " + now + "\n")
                .contains("container_start_time_seconds{container=\"main\",namespace=\"default\",pod=\"web\"} "
                        + begin.getEpochSecond())
                .contains("node_cpu_usage_seconds_total 27 " + now + "\n")
                .contains("node_memory_working_set_bytes 3221225472 " + now + "\n")
                .contains("pod_cpu_usage_seconds_total{namespace=\"default\",pod=\"web\"} 2.5 " + now + "\n")
                .contains("resource_scrape_error 0\n");
        broken = true;
        assertThat(new String(stats.resourceMetrics(), StandardCharsets.UTF_8))
                .contains("resource_scrape_error 1\n")
                .doesNotContain("node_cpu");
    }

    @Test
    void tellsContainersAsCadvisorDoes() {
        clock.advance(Duration.ofSeconds(10));
        String text = new String(stats.cadvisorMetrics(), StandardCharsets.UTF_8);
        String pod = "/kubepods/pod" + uid;
        String labels = "container=\"main\",id=\"" + pod + "/" + container + "\",image=\"app:1\",name=\"" + container
                + "\",namespace=\"default\",pod=\"web\"";

        assertThat(text)
                .contains("container_cpu_usage_seconds_total{" + labels + ",cpu=\"total\"} 2.5 ")
                .contains("container_memory_working_set_bytes{" + labels + "} 2097152 ")
                .contains("container_memory_working_set_bytes{container=\"\",id=\"" + pod
                        + "\",image=\"\",name=\"\",namespace=\"default\",pod=\"web\"} 2097152 ")
                .contains("container_memory_working_set_bytes{container=\"\",id=\"/\",image=\"\",name=\"\","
                        + "namespace=\"\",pod=\"\"} 3221225472 ")
                .contains("container_network_receive_bytes_total{container=\"\",id=\"/\",image=\"\",name=\"\","
                        + "namespace=\"\",pod=\"\",interface=\"eth0\"} 21 ")
                .contains("container_spec_cpu_period{" + labels + "} ")
                .contains("machine_cpu_cores 4 ");
    }
}
