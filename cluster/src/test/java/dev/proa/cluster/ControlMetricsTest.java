package dev.proa.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.WorkQueue;
import dev.proa.server.metrics.ServerMetrics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ControlMetricsTest {
    private final ServerMetrics metrics = new ServerMetrics();

    @Test
    void haveTheNamesThatKubernetesHasForThem() {
        Controller.Stats stats = new Controller.Stats(1, 2, Duration.ZERO, new WorkQueue.Stats(3, 4, 5, 6, 7));
        ControlMetrics.register(
                metrics.registry(),
                () -> Map.of(
                        "replicaset-controller", stats,
                        "replicationcontroller-controller", stats,
                        "persistentvolumeclaim-binder", stats,
                        "endpointslice-controller", stats,
                        "garbage-collector-delete", stats,
                        "pod-garbage-collector-controller", stats));
        assertThat(new String(metrics.text(), StandardCharsets.UTF_8).lines())
                .contains(
                        "workqueue_depth{name=\"replicaset\"} 3.0",
                        "workqueue_depth{name=\"replicationmanager\"} 3.0",
                        "workqueue_depth{name=\"claims\"} 3.0",
                        "workqueue_adds_total{name=\"endpoint_slice\"} 6.0",
                        "workqueue_retries_total{name=\"garbage_collector_attempt_to_delete\"} 7.0",
                        "workqueue_depth{name=\"pod_garbage_collector\"} 3.0");
    }
}
