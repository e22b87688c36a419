package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A drain of one of two nodes, whose pods a PodDisruptionBudget guards. */
@Tag("extensions")
class DrainTest {
    private static final int REPLICAS = 6;
    private static final int HEALTHY = 5;
    private static final String STATE =
            "jsonpath={.metadata.name} {.metadata.deletionTimestamp} {.status.conditions[?(@.type=='Ready')].status}{'\\n'}";

    private static String budget(int minAvailable) {
        return """
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata: {name: guarded}
                spec: {minAvailable: %d, selector: {matchLabels: {app: guarded}}}
                """.formatted(minAvailable);
    }

    @Test
    void neverTakesMorePodsThanTheBudgetAllows() throws Exception {
        try (TestCluster cluster = TestCluster.start("drain", "--nodes", "2")) {
            List<String> nodes = List.of(cluster.kubectl("get", "nodes", "-o", "jsonpath={.items[*].metadata.name}")
                    .ok()
                    .text()
                    .split(" "));
            assertThat(nodes).hasSize(2);
            cluster.kubectlWithInput(Manifests.web("guarded", REPLICAS), "apply", "-f", "-")
                    .ok();
            cluster.kubectl("rollout", "status", "deployment/guarded", "--timeout=120s")
                    .ok();

            cluster.kubectlWithInput(budget(REPLICAS), "apply", "-f", "-").ok();
            awaitAllowed(cluster, "0");
            Run refused = cluster.kubectl("drain", nodes.get(0), "--pod-selector=app=guarded", "--timeout=3s")
                    .exits(1);
            assertThat(refused.err()).contains("Cannot evict pod as it would violate the pod's disruption budget.");
            assertThat(healthy(cluster.kubectl(pods()).ok().out().lines().toList()))
                    .isEqualTo(REPLICAS);

            cluster.kubectlWithInput(budget(HEALTHY), "apply", "-f", "-").ok();
            awaitAllowed(cluster, "1");
            for (String node : nodes) {
                List<String> seen = new CopyOnWriteArrayList<>();
                Process watch = cluster.startKubectl(watched());
                Thread reader = Thread.ofVirtual().start(() -> read(watch, seen));
                Await.until("the watch has begun", () -> seen.size() >= REPLICAS ? "yes" : "no", "yes"::equals);
                cluster.kubectl("drain", node, "--pod-selector=app=guarded", "--timeout=180s")
                        .ok();
                watch.destroy();
                reader.join();
                assertThat(fewest(seen)).isGreaterThanOrEqualTo(HEALTHY);
                cluster.kubectl("uncordon", node).ok();
                cluster.kubectl("rollout", "status", "deployment/guarded", "--timeout=120s")
                        .ok();
                awaitAllowed(cluster, "1");
            }
        }
    }

    private static void awaitAllowed(TestCluster cluster, String allowed) {
        Await.until(
                "the budget is counted",
                () -> cluster.kubectl("get", "pdb", "guarded", "-o", "jsonpath={.status.disruptionsAllowed}")
                        .ok()
                        .text(),
                allowed::equals);
    }

    private static String[] pods() {
        return new String[] {
            "get", "pods", "-l", "app=guarded", "-o", STATE.replace("jsonpath=", "jsonpath={range .items[*]}") + "{end}"
        };
    }

    private static String[] watched() {
        return new String[] {"get", "pods", "-l", "app=guarded", "-w", "-o", STATE};
    }

    private static void read(Process watch, List<String> into) {
        try (var lines = watch.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                into.add(line);
            }
        } catch (IOException e) {
            into.add("? ? " + e); // counts for no pod, and fails the assertion
        }
    }

    private static boolean isHealthy(String line) {
        return line.endsWith("  True"); // no time of deletion
    }

    private static int healthy(List<String> lines) {
        return (int) lines.stream().filter(DrainTest::isHealthy).count();
    }

    /** How few pods were ready and not being deleted at any time after all of them were. */
    private static int fewest(List<String> seen) {
        Set<String> healthy = new HashSet<>();
        int fewest = Integer.MAX_VALUE;
        boolean full = false;
        for (String line : seen) {
            String name = line.substring(0, line.indexOf(' '));
            boolean changed = isHealthy(line) ? healthy.add(name) : healthy.remove(name);
            full |= healthy.size() >= REPLICAS;
            if (full && changed) {
                fewest = Math.min(fewest, healthy.size());
            }
        }
        return full ? fewest : -1;
    }
}
