package dev.proa.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.codec.Json;
import dev.proa.api.coordination.v1.Lease;
import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Endpoints;
import dev.proa.api.core.v1.Namespace;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.core.v1.ServiceAccount;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.supervision.LoopGroup;
import dev.proa.client.supervision.Supervisor;
import dev.proa.control.autoscaling.AutoscalerConfig;
import dev.proa.control.shared.Tries;
import dev.proa.testing.Await;
import dev.proa.testing.ChaosTransport;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/**
 * All controllers, with informers whose first handler always throws, and a server that fails at random. Once the failures end,
 * the cluster is as if there had been none.
 */
class ChaosTest {
    private static final List<Kind<? extends KubeObject>> WATCHED = List.of(
            Pod.KIND,
            Node.KIND,
            Lease.KIND,
            Namespace.KIND,
            ServiceAccount.KIND,
            ConfigMap.KIND,
            ReplicaSet.KIND,
            Deployment.KIND,
            Service.KIND,
            Endpoints.KIND,
            EndpointSlice.KIND);

    @Test
    void controllersConvergeOnceFailuresEnd() {
        Tries.run(3, random -> {
            try (World world = new World(random)) {
                world.live();
            }
        });
    }

    /** A handler that never gets through a change. */
    private static final class Thrower<T extends KubeObject> implements EventHandler<T> {
        @Override
        public void added(T object) {
            throw new IllegalStateException("chaos: added " + object.name());
        }

        @Override
        public void updated(T before, T after) {
            throw new LinkageError("chaos: updated " + after.name());
        }

        @Override
        public void deleted(T last) {
            throw new IllegalStateException("chaos: deleted " + last.name());
        }
    }

    private static final class World implements AutoCloseable {
        private final SimulatedClock clock = new SimulatedClock();
        private final FakeTransport server = new FakeTransport(clock);
        private Instant beatAt = clock.instant();
        private final Client client = new Client(server);
        private final Random random;
        private final ChaosTransport chaos;
        private final Supervisor supervisor;
        private final ControllerManager manager;
        private final ResourceClient<Pod> pods = client.resource(Pod.KIND).in("default");
        private final ResourceClient<Deployment> deployments =
                client.resource(Deployment.KIND).in("default");

        World(Random random) {
            this.random = random;
            chaos = new ChaosTransport(server, random, 20);
            supervisor = new Supervisor(clock, random);
            String[] verbs = {"create", "delete", "get", "list", "patch", "watch"};
            for (Kind<?> kind : WATCHED) {
                server.serve(kind.group(), kind.version(), kind.plural(), kind.kind(), kind.namespaced(), verbs);
            }
            for (String namespace : List.of("default", "kube-node-lease", "doomed")) {
                client.resource(Namespace.KIND)
                        .create(new Namespace(MapValue.of(
                                "apiVersion",
                                "v1",
                                "kind",
                                "Namespace",
                                "metadata",
                                MapValue.of("name", namespace),
                                "spec",
                                MapValue.of("finalizers", ListValue.of("kubernetes")))));
            }
            Client failing = new Client(chaos);
            manager = new ControllerManager(
                    failing, account -> failing, supervisor, clock, random, "THE CA", AutoscalerConfig.DEFAULT);
            WATCHED.stream().filter(kind -> kind != Lease.KIND).forEach(this::addThrower);
            chaos.begin();
            manager.start();
        }

        private <T extends KubeObject> void addThrower(Kind<T> kind) {
            manager.context().informers().informer(kind).addHandler(new Thrower<>());
        }

        /** Moves the time, and does what kubelets would, until {@code condition} holds. */
        private void until(String what, BooleanSupplier condition) throws InterruptedException {
            Await.until(what, () -> {
                clock.advance(Duration.ofMillis(50));
                if (!clock.instant().isBefore(beatAt)) {
                    beat();
                }
                runPods();
                return condition.getAsBoolean();
            });
        }

        void live() throws Exception {
            for (String node : List.of("steady", "lost")) {
                client.resource(Node.KIND).create(new Node(Json.decodeMap("""
                    {"apiVersion":"v1","kind":"Node","metadata":{"name":"%s"},
                     "status":{"conditions":[{"type":"Ready","status":"True"}]}}\
                    """.formatted(node))));
                client.resource(Lease.KIND).create(Lease.of("kube-node-lease", node));
            }
            ConfigMap owner = client.resource(ConfigMap.KIND).create(ConfigMap.of("default", "owner"));
            client.resource(ConfigMap.KIND)
                    .create(ConfigMap.of("default", "owned")
                            .withMetadata(m -> m.withOwnerReferences(List.of(new OwnerReference(MapValue.of(
                                    "apiVersion", "v1", "kind", "ConfigMap", "name", "owner", "uid", owner.uid()))))));
            client.resource(ConfigMap.KIND).create(ConfigMap.of("doomed", "content"));
            client.resource(Service.KIND).create(new Service(Json.decodeMap("""
                {"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"default"},
                 "spec":{"clusterIP":"10.96.0.7","ipFamilies":["IPv4"],"selector":{"app":"web"},
                         "ports":[{"port":80,"protocol":"TCP","targetPort":8080}]}}\
                """)));
            client.resource(Service.KIND).create(new Service(Json.decodeMap("""
                {"apiVersion":"v1","kind":"Service","metadata":{"name":"manual","namespace":"default"},
                 "spec":{"clusterIP":"10.96.0.8","ipFamilies":["IPv4"],"ports":[{"port":80,"protocol":"TCP"}]}}\
                """)));
            client.resource(Endpoints.KIND).create(new Endpoints(Json.decodeMap("""
                {"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"manual","namespace":"default"},
                 "subsets":[{"addresses":[{"ip":"192.0.2.1"}],"ports":[{"port":80,"protocol":"TCP"}]}]}\
                """)));
            deployments.create(deployment("web", 4));
            deployments.create(deployment("gone", 2));
            sufferFor(Duration.ofSeconds(10));
            deployments.delete("gone");
            client.resource(ConfigMap.KIND).in("default").delete("owner");
            client.resource(Namespace.KIND).delete("doomed");
            client.resource(Node.KIND).delete("lost");
            for (int i = 0; i < 12; i++) {
                scale(1 + random.nextInt(8));
                sufferFor(Duration.ofSeconds(5));
            }
            scale(6);
            chaos.end();
            assertThat(chaos.injected()).isGreaterThan(50);

            until(
                    "web is complete",
                    () -> web().spec().replicas() == 6
                            && web().status().readyReplicas() == 6
                            && web().status().updatedReplicas() == 6
                            && web().status().observedGeneration()
                                    == web().metadata().generation());
            until(
                    "no pod is too many, and none is on the lost node",
                    () -> pods.list().size() == 6
                            && pods.list().stream()
                                    .allMatch(pod -> pod.spec().nodeName().equals("steady")));
            until("the slices are right", () -> endpoints("web") == 6 && endpoints("manual") == 1);
            until(
                    "the endpoints are right",
                    () -> client.resource(Endpoints.KIND).in("default").get("web").subsets().stream()
                                    .mapToInt(subset -> subset.addresses().size())
                                    .sum()
                            == 6);
            until(
                    "what was owned went",
                    () -> deployments.find("gone") == null
                            && client.resource(ReplicaSet.KIND)
                                            .in("default")
                                            .list()
                                            .size()
                                    == 1
                            && client.resource(ConfigMap.KIND).in("default").find("owned") == null);
            until("the namespace went", () -> client.resource(Namespace.KIND).find("doomed") == null);
            until(
                    "the others have what they need",
                    () -> client.resource(ServiceAccount.KIND).in("default").find("default") != null
                            && client.resource(ConfigMap.KIND)
                                            .in("kube-node-lease")
                                            .find("kube-root-ca.crt")
                                    != null);
            until(
                    "all loops are well",
                    () -> supervisor.groups().stream()
                            .allMatch(group -> group.stats().failing() == 0 && group.problem() == null));
            assertThat(manager.context().informers().handlerFailures()).isGreaterThan(20);
            assertThat(supervisor.groups())
                    .extracting(LoopGroup::name)
                    .contains("informers", "events", "deployment-controller");
        }

        private void scale(long replicas) {
            deployments.patch("web", Patch.merge(MapValue.of("spec", MapValue.of("replicas", replicas))));
        }

        private Deployment web() {
            return deployments.get("web");
        }

        private long endpoints(String service) {
            return client.resource(EndpointSlice.KIND).in("default").list().stream()
                    .filter(slice -> service.equals(slice.labels().get("kubernetes.io/service-name")))
                    .flatMap(slice -> slice.endpoints().stream())
                    .filter(endpoint -> endpoint.conditions().ready())
                    .count();
        }

        private static Deployment deployment(String name, int replicas) {
            return new Deployment(Json.decodeMap("""
                {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"%1$s","namespace":"default"},
                 "spec":{"replicas":%2$d,"selector":{"matchLabels":{"app":"%1$s"}},"progressDeadlineSeconds":600,
                         "revisionHistoryLimit":10,
                         "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1,"maxUnavailable":1}},
                         "template":{"metadata":{"labels":{"app":"%1$s"}},
                                     "spec":{"containers":[{"name":"c","image":"i"}]}}}}\
                """.formatted(name, replicas)));
        }

        private void sufferFor(Duration time) throws InterruptedException {
            Instant end = clock.instant().plus(time);
            until("time passes", () -> !clock.instant().isBefore(end));
        }

        private void beat() {
            beatAt = clock.instant().plusSeconds(10);
            client.resource(Lease.KIND)
                    .in("kube-node-lease")
                    .patch(
                            "steady",
                            Patch.merge(
                                    MapValue.of("spec", MapValue.of("renewTime", Times.formatMicro(clock.instant())))));
        }

        /** Binds pods, makes them ready, and ends those that are being deleted. */
        private void runPods() {
            for (Pod pod : pods.list()) {
                try {
                    boolean lives = client.resource(Node.KIND).find("lost") != null;
                    if (pod.spec().nodeName().isEmpty()) {
                        String node = lives && pod.name().hashCode() % 2 == 0 ? "lost" : "steady";
                        pods.subresource(
                                "create", pod.name(), "binding", MapValue.of("target", MapValue.of("name", node)));
                    } else if (pod.isDeleting() && pod.spec().nodeName().equals("steady")) {
                        pods.delete(pod.name(), dev.proa.api.meta.v1.DeleteOptions.EMPTY.withGracePeriodSeconds(0));
                    } else if (pod.status().phase().isEmpty()
                            && pod.spec().nodeName().equals("steady")) {
                        makeReady(pod);
                    }
                } catch (StatusException e) {
                    if (e.code() != 404 && e.code() != 409) { // a controller was quicker
                        throw e;
                    }
                }
            }
        }

        private void makeReady(Pod pod) {
            MapValue ready =
                    MapValue.of("type", "Ready", "status", "True", "lastTransitionTime", Times.format(clock.instant()));
            String ip = "10.244.0." + (Math.floorMod(pod.name().hashCode(), 250) + 1);
            pods.patchStatus(
                    pod.name(),
                    Patch.merge(MapValue.of(
                            "metadata", MapValue.of("uid", pod.uid()),
                            "status",
                                    MapValue.of(
                                            "phase",
                                            "Running",
                                            "podIP",
                                            ip,
                                            "podIPs",
                                            ListValue.of(MapValue.of("ip", ip)),
                                            "conditions",
                                            ListValue.of(ready)))));
        }

        @Override
        public void close() {
            chaos.end();
            manager.close();
            supervisor.close();
        }
    }
}
