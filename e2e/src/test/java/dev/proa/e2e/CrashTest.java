package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** {@code kill -9} of the server, again and again while it is written to; {@code -Dproa.kills} says how often. */
class CrashTest {
    private static final int KILLS = Integer.getInteger("proa.kills", 5);
    private static final int WRITERS = 2;

    /** Writes that kubectl said were done: names of config maps. */
    private final Map<String, Boolean> acknowledged = new ConcurrentHashMap<>();

    private volatile boolean ended;

    @Test
    void losesNothingThatWasAcknowledged() throws Exception {
        Random random = new Random(4);
        try (TestCluster cluster = TestCluster.start("crash")) {
            cluster.newNamespace("load");
            cluster.kubectlWithInput(Manifests.web("web", 2), "apply", "-f", "-")
                    .ok();
            cluster.kubectl("rollout", "status", "deployment/web", "--timeout=60s")
                    .ok();
            String service = cluster.kubectl("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}")
                    .ok()
                    .text();
            Map<String, String> containers = containers(cluster);
            List<Thread> writers = new ArrayList<>();
            long revision = 0;
            try (Load load = Load.start(cluster, service, 80, 50)) {
                for (int i = 0; i < WRITERS; i++) {
                    int writer = i;
                    writers.add(Thread.ofPlatform().start(() -> write(cluster, writer)));
                }
                for (int i = 0; i < KILLS; i++) {
                    // A random moment is what this waits for.
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300 + random.nextInt(700)));
                    cluster.kill();
                    cluster.restart();
                    cluster.awaitReady();
                    long now = revision(cluster);
                    assertThat(now).as("revision after kill " + i).isGreaterThan(revision);
                    revision = now;
                }
                ended = true;
                for (Thread writer : writers) {
                    writer.join();
                }
                assertThat(load.failures())
                        .as("requests while the server was dead")
                        .isEmpty();
                assertThat(load.answers()).isGreaterThan(100);
            } finally {
                ended = true;
            }

            assertThat(acknowledged).isNotEmpty();
            assertThat(cluster.kubectl("get", "configmaps", "-n", "load", "-o", "name")
                            .ok()
                            .out()
                            .lines())
                    .containsAll(acknowledged.keySet());
            cluster.kubectl("rollout", "status", "deployment/web", "--timeout=60s")
                    .ok();
            assertThat(containers(cluster)).as("the same containers run on").isEqualTo(containers);
            cluster.kubectl("scale", "deployment/web", "--replicas=3").ok();
            cluster.kubectl("wait", "deployment/web", "--for=jsonpath={.status.readyReplicas}=3", "--timeout=60s")
                    .ok();
            System.out.printf("kill -9 %d times: %d acknowledged writes, all there%n", KILLS, acknowledged.size());
        }
    }

    private void write(TestCluster cluster, int writer) {
        for (int i = 0; !ended; i++) {
            StringBuilder many = new StringBuilder();
            for (int j = 0; j < 50; j++) {
                many.append(
                        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: w%d-%d-%d}\n".formatted(writer, i, j));
            }
            Run run = cluster.kubectlWithInput(many.toString(), "create", "-n", "load", "-f", "-");
            run.out()
                    .lines()
                    .filter(line -> line.endsWith(" created"))
                    .forEach(line -> acknowledged.put(line.substring(0, line.length() - " created".length()), true));
            if (run.exit() != 0) {
                // One kubectl after the other that fails would take the processors from the server that starts.
                Await.until("the server listens", () -> ended || listens(cluster), listens -> listens);
            }
        }
    }

    private static boolean listens(TestCluster cluster) throws IOException {
        return cluster.inside(() -> {
            try (Socket socket = new Socket("127.0.0.1", 6443)) {
                return socket.isConnected();
            } catch (ConnectException e) {
                return false;
            }
        });
    }

    private static long revision(TestCluster cluster) {
        Run list = cluster.kubectl("get", "--raw", "/api/v1/namespaces/load/" + ConfigMap.KIND.plural() + "?limit=1")
                .ok();
        return Long.parseLong(json(list).map("metadata").string("resourceVersion"));
    }

    private static MapValue json(Run run) {
        return Json.decodeMap(run.out().getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, String> containers(TestCluster cluster) {
        Map<String, String> containers = new HashMap<>();
        for (Object pod : json(cluster.kubectl("get", "pods", "-l", "app=web", "-o", "json")
                        .ok())
                .list("items")) {
            MapValue value = (MapValue) pod;
            containers.put(
                    value.map("metadata").string("name"),
                    String.valueOf(value.map("status").list("containerStatuses").getFirst()));
        }
        return containers;
    }
}
