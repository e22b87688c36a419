package dev.proa.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.InformerFactory;
import dev.proa.control.autoscaling.AutoscalerConfig;
import dev.proa.control.scheduler.configuration.SchedulerConfiguration;
import dev.proa.embedded.ApiServerConfig;
import dev.proa.embedded.EmbeddedApiServer;
import dev.proa.node.agent.SimulatedNodes;
import dev.proa.node.kubelet.PodSource;
import dev.proa.server.auth.NodeIdentity;
import dev.proa.server.auth.UserInfo;
import dev.proa.testing.Await;
import dev.proa.testing.ChaosTransport;
import dev.proa.testing.SimulatedClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole cluster in one JVM, of which every component's requests and watches fail at random while a user deploys, scales and
 * deletes. Once the failures end, the cluster is as if there had been none.
 */
class ChaosTest {
    private static final int NODES = 3;

    private final long seed = Long.getLong("proa.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final SimulatedClock clock = new SimulatedClock();
    private final List<ChaosTransport> transports = new ArrayList<>();
    private final List<AutoCloseable> parts = new ArrayList<>();

    @TempDir
    private Path directory;

    @Test
    void theClusterConvergesOnceFailuresEnd() throws Exception {
        try (EmbeddedApiServer server = EmbeddedApiServer.start(ApiServerConfig.inMemory(clock))) {
            try {
                start(server);
                live(server, server.client());
            } catch (Exception | AssertionError e) {
                throw new AssertionError("failed, do it again with -Dproa.seed=" + seed + ": " + e, e);
            } finally {
                transports.forEach(ChaosTransport::end);
                for (AutoCloseable part : parts.reversed()) {
                    part.close();
                }
            }
        }
    }

    private Client failing(EmbeddedApiServer server, UserInfo user) {
        ChaosTransport transport = new ChaosTransport(server.client(user).transport(), random, 10);
        transports.add(transport);
        return new Client(transport);
    }

    private void start(EmbeddedApiServer server) throws Exception {
        parts.add(Controllers.start(
                user -> failing(server, user),
                server.pki().authorityPem(),
                server.supervisor(),
                clock,
                random,
                SchedulerConfiguration.DEFAULT,
                AutoscalerConfig.DEFAULT,
                List.of()));
        InformerFactory informers = new InformerFactory(
                failing(server, UserInfo.of("system:kube-controller-manager")), server.supervisor(), clock, random);
        parts.add(informers);
        SimulatedNodes nodes = new SimulatedNodes(
                node -> failing(server, NodeIdentity.of(node)),
                new PodSource(informers.informer(Pod.KIND)),
                informers.informer(Service.KIND),
                directory,
                Addresses.DOMAIN,
                Addresses.DNS_SERVICE,
                server.supervisor(),
                clock);
        informers.start();
        for (int i = 0; i < NODES; i++) {
            parts.add(nodes.start(
                    "node-" + i, Addresses.simulatedNode(i), Addresses.simulatedPods(i), random.nextLong()));
        }
        transports.forEach(ChaosTransport::begin);
    }

    /** Slowly enough for kubelets to keep their leases on a busy machine. */
    private void until(String what, BooleanSupplier condition) throws InterruptedException {
        Await.until(what, () -> {
            clock.advance(Duration.ofMillis(40));
            return condition.getAsBoolean();
        });
    }

    private void sufferFor(Duration time) throws InterruptedException {
        Instant end = clock.instant().plus(time);
        until("time passes", () -> !clock.instant().isBefore(end));
    }

    private void live(EmbeddedApiServer server, Client client) throws Exception {
        ResourceClient<Deployment> deployments =
                client.resource(Deployment.KIND).in("default");
        client.resource(Service.KIND).create(new Service(Json.decodeMap("""
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"default"},
             "spec":{"selector":{"app":"web"},"ports":[{"port":80,"protocol":"TCP","targetPort":8080}]}}\
            """)));
        deployments.create(deployment("web", 3));
        deployments.create(deployment("gone", 3));
        for (int i = 0; i < 8; i++) {
            sufferFor(Duration.ofSeconds(5));
            scale(deployments, 1 + random.nextInt(10));
        }
        deployments.delete("gone");
        client.resource(Pod.KIND).in("default").list().stream()
                .limit(1)
                .forEach(pod -> client.resource(Pod.KIND).in("default").delete(pod.name()));
        scale(deployments, 7);
        sufferFor(Duration.ofSeconds(20));
        transports.forEach(ChaosTransport::end);
        assertThat(transports.stream().mapToLong(ChaosTransport::injected).sum())
                .isGreaterThan(40);

        until("web is complete", () -> {
            Deployment web = deployments.get("web");
            return web.status().readyReplicas() == 7
                    && web.status().observedGeneration() == web.metadata().generation();
        });
        until(
                "nothing else is left",
                () -> client.resource(Pod.KIND).in("default").list().size() == 7
                        && client.resource(ReplicaSet.KIND).in("default").list().size() == 1);
        until(
                "the service has all endpoints",
                () -> client.resource(EndpointSlice.KIND).in("default").list().stream()
                                .filter(slice -> "web".equals(slice.labels().get("kubernetes.io/service-name")))
                                .flatMap(slice -> slice.endpoints().stream())
                                .filter(endpoint -> endpoint.conditions().ready())
                                .count()
                        == 7);
        until(
                "all nodes are ready",
                () -> client.resource(Node.KIND).list().stream()
                                .filter(node -> node.status().conditions().stream()
                                        .anyMatch(condition -> condition.type().equals("Ready")
                                                && condition.status().equals("True")))
                                .filter(node -> node.spec().taints().isEmpty())
                                .count()
                        == NODES);
        until(
                "all loops are well",
                () -> server.supervisor().groups().stream()
                        .allMatch(group -> group.stats().failing() == 0 && group.problem() == null));
    }

    private static void scale(ResourceClient<Deployment> deployments, long replicas) {
        deployments.patch("web", Patch.merge(MapValue.of("spec", MapValue.of("replicas", replicas))));
    }

    private static Deployment deployment(String name, int replicas) {
        return new Deployment(Json.decodeMap("""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"%1$s","namespace":"default"},
             "spec":{"replicas":%2$d,"selector":{"matchLabels":{"app":"%1$s"}},
                     "template":{"metadata":{"labels":{"app":"%1$s"}},
                                 "spec":{"containers":[{"name":"c","image":"registry.example/app:1"}]}}}}\
            """.formatted(name, replicas)));
    }
}
