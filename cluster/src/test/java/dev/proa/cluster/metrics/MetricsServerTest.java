package dev.proa.cluster.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.Client;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.supervision.Supervisor;
import dev.proa.server.catalog.ObjectSource;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.io.IOException;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node that does not answer, one that tells of pods of another, and a pod whose container uses a quarter of a processor. */
class MetricsServerTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final Client client = new Client(new FakeTransport(clock));
    private final Supervisor supervisor = new Supervisor(clock, new Random(1));
    private final InformerFactory informers = new InformerFactory(client, supervisor, clock, new Random(2));
    private final AtomicInteger rounds = new AtomicInteger();
    private MetricsServer metrics;
    private ObjectSource nodes;
    private ObjectSource pods;

    @BeforeEach
    void start() throws Exception {
        for (String name : new String[] {"good", "mute", "liar"}) {
            client.resource(Node.KIND)
                    .create(new Node(Yaml.decodeMap(
                            "{apiVersion: v1, kind: Node, metadata: {name: " + name + ", labels: {zone: a}}}")));
        }
        client.resource(Pod.KIND).in("n").create(new Pod(Yaml.decodeMap("""
                        {apiVersion: v1, kind: Pod, metadata: {name: p, namespace: n, labels: {app: web}},
                         spec: {nodeName: good, containers: [{name: c, image: i}]}}""")));
        Informer<Node> allNodes = informers.informer(Node.KIND);
        Informer<Pod> allPods = informers.informer(Pod.KIND);
        informers.start();
        allNodes.awaitSync();
        allPods.awaitSync();
        metrics = new MetricsServer(allNodes, allPods, this::scrape, clock);
        nodes = Objects.requireNonNull(metrics.endpoints().get(0).source());
        pods = Objects.requireNonNull(metrics.endpoints().get(1).source());
        metrics.start(client, supervisor);
    }

    @AfterEach
    void stop() throws Exception {
        metrics.close();
        informers.close();
        client.close();
    }

    private String scrape(Node node) throws IOException {
        if (node.name().equals("mute")) {
            throw new IOException("no answer");
        }
        if (node.name().equals("liar")) {
            return """
                    container_cpu_usage_seconds_total{container="c",namespace="n",pod="p"} 1
                    container_memory_working_set_bytes{container="c",namespace="n",pod="p"} 1
                    """;
        }
        double seconds = 1000 + clock.instant().getEpochSecond() % 1000;
        rounds.incrementAndGet();
        return """
                container_cpu_usage_seconds_total{container="c",namespace="n",pod="p"} %s
                container_memory_working_set_bytes{container="c",namespace="n",pod="p"} 1048576
                container_cpu_usage_seconds_total{container="c",namespace="n",pod="gone"} %s
                container_memory_working_set_bytes{container="c",namespace="n",pod="gone"} 1048576
                node_cpu_usage_seconds_total %s
                node_memory_working_set_bytes 2097152
                """.formatted(seconds / 4, seconds, seconds * 2);
    }

    @Test
    void tellsWhatWasUsedBetweenTwoRounds() throws Exception {
        Await.until("the first round", () -> rounds.get() == 1);
        assertThatThrownBy(() -> pods.get("n", "p")).hasMessage("podmetrics.metrics.k8s.io \"n/p\" not found");
        assertThatThrownBy(() -> nodes.get("", "good")).hasMessage("nodemetrics.metrics.k8s.io \"good\" not found");
        assertThatThrownBy(() -> pods.get("n", "q")).hasMessage("pods \"q\" not found");
        Await.until("the second round", () -> {
            if (nodes.list(null).size() == 1) {
                return true;
            }
            clock.advance(MetricsServer.RESOLUTION);
            return false;
        });

        assertThat(nodes.list(null))
                .singleElement()
                .satisfies(node -> assertThat(
                                node.without("metadata").without("timestamp").without("window"))
                        .isEqualTo(Yaml.decodeMap("""
                        {apiVersion: metrics.k8s.io/v1beta1, kind: NodeMetrics, usage: {cpu: "2", memory: 2Mi}}""")));
        assertThat(nodes.get("", "good").map("metadata").map("labels").string("zone"))
                .isEqualTo("a");
        assertThat(pods.list("other")).isEmpty();
        assertThat(pods.list("n")).isEqualTo(pods.list(null));
        assertThat(pods.get("n", "p").list("containers"))
                .isEqualTo(Yaml.decodeMap("""
                {list: [{name: c, usage: {cpu: 250m, memory: 1Mi}}]}""").list("list"));
        assertThat(pods.get("n", "p").map("metadata").map("labels").string("app"))
                .isEqualTo("web");
        assertThat(pods.get("n", "p").string("window")).endsWith("s");
    }

    @Test
    void letsThoseReadItWhoMayView() throws Exception {
        Kind<AnyObject> roles = Kind.any("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", false);
        Await.until(
                "the role is there",
                () -> client.resource(roles).find("system:aggregated-metrics-reader"),
                role -> role != null
                        && role.labels()
                                .getOrDefault("rbac.authorization.k8s.io/aggregate-to-view", "")
                                .equals("true"));
    }
}
