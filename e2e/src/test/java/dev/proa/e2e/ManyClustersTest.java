package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.node.linux.netlink.RouteMessages.Link;
import dev.proa.node.linux.netlink.RouteSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Clusters of one name and different homes on one machine start, are killed and end in any order, and none of the others notices. {@code
 * -Dproa.rounds} says how often.
 */
class ManyClustersTest {
    private static final int PER_SECOND = 50;
    private static final int PORT = 30080;
    private static final int CLUSTERS = 3;
    private static final int ROUNDS = Integer.getInteger("proa.rounds", 1);
    private static final Path FORWARD = Path.of("/proc/sys/net/ipv4/ip_forward");

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    /** A cluster with an application that is asked all the time, by its node port and by its service's address. */
    private static final class Loaded {
        final TestCluster cluster;
        final List<Load> loads = new ArrayList<>();

        Loaded(TestCluster cluster) throws IOException {
            this.cluster = cluster;
            cluster.kubectlWithInput(Manifests.web("web", 2), "apply", "-f", "-")
                    .ok();
            cluster.kubectl(
                            "patch",
                            "service",
                            "web",
                            "-p",
                            "{\"spec\": {\"type\": \"NodePort\", \"ports\": [{\"port\": 80, \"nodePort\": " + PORT
                                    + "}]}}")
                    .ok();
            cluster.kubectl("rollout", "status", "deployment/web", "--timeout=60s")
                    .ok();
            String host = cluster.nodePorts();
            Await.until(
                    "the node port answers",
                    Duration.ofSeconds(30),
                    () -> {
                        try {
                            return Http.get(cluster, host, PORT, "/").status();
                        } catch (IOException e) {
                            return 0;
                        }
                    },
                    status -> status == 200);
            loads.add(Load.start(cluster, host, PORT, PER_SECOND));
            loads.add(Load.start(
                    cluster,
                    cluster.kubectl("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}")
                            .ok()
                            .text(),
                    80,
                    PER_SECOND));
        }

        void end() throws Exception {
            for (Load load : loads) {
                load.close();
            }
            cluster.close();
        }
    }

    @Test
    void startAndEndInAnyOrderUnderTraffic() throws Exception {
        System.out.println("seed " + seed);
        List<Loaded> running = new ArrayList<>();
        // It has the machine, so it is there from first to last.
        TestCluster first = TestCluster.start("many", "--nodes", "2");
        try {
            Loaded lasting = new Loaded(first);
            running.add(lasting);
            for (int i = 1; i < CLUSTERS; i++) {
                running.add(new Loaded(first.beside("many", "--nodes", "2")));
            }
            assertThat(running.stream().map(each -> ports(each.cluster)).distinct())
                    .hasSize(CLUSTERS);
            check(running, "clusters side by side");

            for (int i = 0; i < ROUNDS; i++) {
                TestCluster killed = running.get(random.nextInt(running.size())).cluster;
                killed.kill();
                killed.restart();
                killed.awaitReady();
                check(running, "the server of one is killed and started again, seed " + seed);

                Loaded gone = running.get(1 + random.nextInt(running.size() - 1));
                running.remove(gone);
                gone.end();
                check(running, "one ends, seed " + seed);
                running.add(new Loaded(first.beside("many", "--nodes", "2")));
                check(running, "another starts, seed " + seed);
            }
            List<Loaded> ending = new ArrayList<>(running);
            ending.remove(lasting);
            Collections.shuffle(ending, random);
            for (Loaded one : ending) {
                running.remove(one);
                one.end();
                check(running, "they end one after the other, seed " + seed);
            }
            for (Load load : lasting.loads) {
                load.close();
            }
            running.clear();
            first.kill();
            first.proa("down").ok();
            assertThat(first.inside(ManyClustersTest::links)).containsExactly("lo");
            assertThat(first.inside(() -> new String(Files.readAllBytes(FORWARD)))
                            .strip())
                    .isEqualTo("0");
        } finally {
            for (Loaded left : running) {
                if (left.cluster != first) {
                    left.end();
                }
            }
            first.close();
        }
    }

    private static String ports(TestCluster cluster) {
        try {
            return cluster.nodePorts();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void check(List<Loaded> clusters, String what) {
        List<Load> loads =
                clusters.stream().flatMap(each -> each.loads.stream()).toList();
        List<Long> before = loads.stream().map(Load::answers).toList();
        for (int i = 0; i < loads.size(); i++) {
            long enough = before.get(i) + PER_SECOND / 2;
            Await.until("it goes on being answered", loads.get(i)::answers, answers -> answers > enough);
        }
        for (Load load : loads) {
            assertThat(load.failures()).as(what).isEmpty();
        }
    }

    private static List<String> links() {
        try (RouteSocket routes = RouteSocket.open()) {
            return routes.links().stream()
                    .map(Link::name)
                    .filter(name -> !name.startsWith("veth") && !name.contains("@"))
                    .toList();
        }
    }
}
