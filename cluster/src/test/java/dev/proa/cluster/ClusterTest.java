package dev.proa.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Node;
import dev.proa.testing.Await;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterTest {
    @TempDir
    Path directory;

    @Test
    void runsADeploymentOnSimulatedNodes() throws Exception {
        try (Cluster cluster = Cluster.start(ClusterConfig.inMemory(directory, 2, ClusterConfig.Runtime.SIMULATED))) {
            assertThat(cluster.client().resource(Node.KIND).list()).hasSize(2);
            cluster.client().resource(Deployment.KIND).in("default").create(new Deployment(Json.decodeMap("""
                    {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":10,
                     "selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
                     "spec":{"containers":[{"name":"web","image":"web:1","imagePullPolicy":"IfNotPresent"}]}}}}""")));
            Await.until(
                    "ten ready pods",
                    () -> cluster.client()
                            .resource(Deployment.KIND)
                            .in("default")
                            .get("web")
                            .status(),
                    status -> status.readyReplicas() == 10);
            cluster.client().resource(Deployment.KIND).in("default").delete("web");
        }
    }
}
