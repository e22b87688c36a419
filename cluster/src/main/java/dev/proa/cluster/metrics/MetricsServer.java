package dev.proa.cluster.metrics;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.Informer;
import dev.proa.client.supervision.Supervisor;
import dev.proa.cluster.metrics.MetricsBatch.PodName;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.resourcemetrics.ResourceMetrics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks all nodes every 15 seconds what they and their pods use, and tells it by {@code metrics.k8s.io}. Thread-safe. */
public final class MetricsServer implements AutoCloseable {
    /** As {@code --metric-resolution} of metrics-server. */
    public static final Duration RESOLUTION = Duration.ofSeconds(15);

    private static final Logger LOG = LoggerFactory.getLogger(MetricsServer.class);

    private final Informer<Node> nodes;
    private final Informer<Pod> pods;
    private final NodeScrape scrape;
    private final Clock clock;
    private final MetricsStorage storage = new MetricsStorage(RESOLUTION);
    private volatile @Nullable AutoCloseable loop;

    /**
     * A server that has not asked yet.
     *
     * @param nodes of the cluster, from an informer that its owner starts
     * @param pods likewise
     * @param scrape asks one
     */
    public MetricsServer(Informer<Node> nodes, Informer<Pod> pods, NodeScrape scrape, Clock clock) {
        this.nodes = nodes;
        this.pods = pods;
        this.scrape = scrape;
        this.clock = clock;
    }

    /**
     * Begins to ask.
     *
     * @param client makes the role by which those who may view a namespace may read metrics
     */
    public void start(Client client, Supervisor supervisor) {
        loop = supervisor.group("metrics-server").run("scraper", self -> {
            MetricsReader.create(client);
            while (!self.closed()) {
                storage.store(round());
                self.succeeded();
                clock.sleep(RESOLUTION);
            }
        });
    }

    /** What is served of it. */
    public List<Endpoint> endpoints() {
        return ResourceMetrics.endpoints(
                new NodeMetricsSource(nodes, storage, clock), new PodMetricsSource(pods, storage, clock));
    }

    private MetricsBatch round() throws InterruptedException {
        List<Future<MetricsBatch>> asked = new ArrayList<>();
        Map<String, MetricsPoint> ofNodes = new HashMap<>();
        Map<PodName, Map<String, MetricsPoint>> ofPods = new HashMap<>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Node node : nodes.list()) {
                asked.add(executor.submit(() -> scrape(node)));
            }
            for (Future<MetricsBatch> one : asked) {
                MetricsBatch batch = one.get();
                ofNodes.putAll(batch.nodes());
                ofPods.putAll(batch.pods());
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
        return new MetricsBatch(ofNodes, ofPods);
    }

    /** Nothing of a node that cannot be asked. */
    private MetricsBatch scrape(Node node) {
        try {
            return ofItsPods(node, ExpositionReader.read(scrape.scrape(node), node.name(), clock.instant()));
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("Node {} does not tell what it uses", node.name(), e);
            return new MetricsBatch(Map.of(), Map.of());
        }
    }

    /** Without pods of other nodes, of which nobody should be believed. */
    private MetricsBatch ofItsPods(Node node, MetricsBatch told) {
        Map<PodName, Map<String, MetricsPoint>> own = new HashMap<>(told.pods());
        own.keySet().removeIf(name -> {
            Pod pod = pods.get(name.namespace(), name.name());
            return pod == null || !pod.spec().nodeName().equals(node.name());
        });
        return new MetricsBatch(told.nodes(), own);
    }

    @Override
    public void close() throws Exception {
        AutoCloseable running = loop;
        if (running != null) {
            running.close();
        }
    }
}
