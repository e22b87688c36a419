package dev.proa.control.endpointslice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.EndpointSubset;
import dev.proa.api.core.v1.Endpoints;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.Endpoint;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.status.StatusException;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.Retry;
import dev.proa.client.clock.Clock;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EndpointsTest {
    private final TestCluster cluster = new TestCluster();
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
    private final ResourceClient<EndpointSlice> slices =
            cluster.client.resource(EndpointSlice.KIND).in("default");

    @BeforeEach
    void start() throws Exception {
        cluster.client.resource(Node.KIND).create(Node.of("", "node-1"));
        cluster.client.resource(Service.KIND).create(new Service(Json.decodeMap("""
                        {"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"default"},
                         "spec":{"clusterIP":"10.96.0.7","ipFamilies":["IPv4"],"selector":{"app":"web"},
                                 "ports":[{"port":80,"protocol":"TCP","targetPort":"http"}]}}""")));
        cluster.start(EndpointSliceController::new, EndpointsController::new);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private void pod(String name, String ip, boolean ready) {
        cluster.createPod(new Pod(Json.decodeMap("""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","namespace":"default","labels":{"app":"web"}},
                 "spec":{"nodeName":"node-1","containers":[{"name":"c","image":"web:1","ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}]}]},
                 "status":{"phase":"Running","podIP":"%s","podIPs":[{"ip":"%s"}],
                           "conditions":[{"type":"Ready","status":"%s"}]}}""".formatted(name, ip, ip, ready ? "True" : "False"))));
    }

    private Endpoint awaitEndpoint(String pod, Predicate<Endpoint> is) throws InterruptedException {
        List<Endpoint> found = Await.until(
                pod + " is listed",
                () -> endpoints().stream()
                        .filter(endpoint -> endpoint.targetRef().name().equals(pod))
                        .toList(),
                listed -> listed.stream().anyMatch(is));
        return found.stream().filter(is).findFirst().orElseThrow();
    }

    private List<Endpoint> endpoints() {
        return slices.list().stream()
                .flatMap(slice -> slice.endpoints().stream())
                .toList();
    }

    @Test
    void listsPodsWithTheirConditions() throws Exception {
        pod("ready", "10.244.0.2", true);
        pod("starting", "10.244.0.3", false);
        Endpoint ready =
                awaitEndpoint("ready", endpoint -> endpoint.conditions().ready());
        assertThat(ready.addresses()).containsExactly("10.244.0.2");
        assertThat(ready.nodeName()).isEqualTo("node-1");
        Endpoint starting =
                awaitEndpoint("starting", endpoint -> !endpoint.conditions().ready());
        assertThat(starting.conditions().serving()).isFalse();
        EndpointSlice slice = slices.list().getFirst();
        assertThat(slice.ports().getFirst().port()).isEqualTo(8080);

        ResourceClient<Endpoints> old = cluster.client.resource(Endpoints.KIND).in("default");
        Await.until("endpoints", () -> {
            Endpoints found = old.find("web");
            return found != null
                    && !found.subsets().isEmpty()
                    && found.subsets().getFirst().addresses().size() == 1
                    && found.subsets().getFirst().notReadyAddresses().size() == 1;
        });
        EndpointSubset subset = old.get("web").subsets().getFirst();
        assertThat(subset.addresses().getFirst().targetRef().name()).isEqualTo("ready");
        assertThat(subset.ports().getFirst().port()).isEqualTo(8080);
    }

    @Test
    void makesOneSliceWhileItDoesNotSeeIt() throws Exception {
        AtomicBoolean blind = new AtomicBoolean(true);
        cluster.server.intercept(request -> {
            if (blind.get() && request.verb().equals("watch") && request.path().endsWith("/endpointslices")) {
                throw StatusException.serviceUnavailable("restarting");
            }
            return request;
        });
        cluster.server.breakWatches();
        Service late = cluster.client.resource(Service.KIND).create(new Service(Json.decodeMap("""
                        {"apiVersion":"v1","kind":"Service","metadata":{"name":"late","namespace":"default"},
                         "spec":{"clusterIP":"10.96.0.8","ipFamilies":["IPv4"],"selector":{"app":"web"},
                                 "ports":[{"port":80,"protocol":"TCP","targetPort":"http"}]}}""")));
        ResourceClient<Endpoints> old = cluster.client.resource(Endpoints.KIND).in("default");
        for (int i = 1; i <= 5; i++) {
            int count = i;
            pod("pod-" + i, "10.244.0." + i, true);
            Await.until(
                    count + " endpoints",
                    () -> old.find(late.name()),
                    found -> found != null
                            && !found.subsets().isEmpty()
                            && found.subsets().getFirst().addresses().size() == count);
        }
        Await.until("a slice", () -> ofService("late"), found -> !found.isEmpty());
        blind.set(false);
        Await.until(
                "all five",
                () -> ofService("late"),
                found -> found.stream().mapToInt(s -> s.endpoints().size()).sum() == 5);
        assertThat(cluster.server.writes())
                .filteredOn(request -> request.verb().equals("create")
                        && request.path().endsWith("/endpointslices")
                        && String.valueOf(request.body()).contains("late"))
                .hasSize(1);
    }

    private List<EndpointSlice> ofService(String service) {
        return slices.list().stream()
                .filter(slice -> service.equals(slice.labels().get(SlicePlan.SERVICE_NAME)))
                .toList();
    }

    @Test
    void keepsServingPodsThatTerminateAndDropsThoseGone() throws Exception {
        pod("a", "10.244.0.2", true);
        awaitEndpoint("a", endpoint -> endpoint.conditions().ready());
        pods.delete("a");
        Endpoint terminating =
                awaitEndpoint("a", endpoint -> endpoint.conditions().terminating());
        assertThat(terminating.conditions().serving()).isTrue();
        assertThat(terminating.conditions().ready()).isFalse();
        Retry.onConflict(
                Clock.system(),
                () -> pods.delete("a", dev.proa.api.meta.v1.DeleteOptions.EMPTY.withGracePeriodSeconds(0)));
        Await.until("gone", () -> endpoints().isEmpty());
        assertThat(slices.list()).as("the empty slice stays").hasSize(1);
    }

    @Test
    void saysSinceWhenAndForWhomFirst() throws Exception {
        Node node = cluster.client.resource(Node.KIND).get("node-1");
        cluster.awaitSeen(
                Node.KIND,
                cluster.client
                        .resource(Node.KIND)
                        .update(node.withMetadata(m -> m.withLabels(Map.of("topology.kubernetes.io/zone", "z")))));
        pod("a", "10.244.0.2", true);
        awaitEndpoint("a", endpoint -> "z".equals(endpoint.zone()));
        assertThat(endpoints().getFirst().hasHints()).isFalse();
        cluster.client
                .resource(Service.KIND)
                .in("default")
                .patch("web", Patch.merge(Json.decodeMap("{\"spec\":{\"trafficDistribution\":\"PreferSameNode\"}}")));
        Endpoint hinted = awaitEndpoint("a", Endpoint::hasHints);
        assertThat(hinted.hints().forZones()).extracting(zone -> zone.name()).containsExactly("z");
        assertThat(hinted.hints().forNodes()).extracting(each -> each.name()).containsExactly("node-1");
        pod("b", "10.244.0.3", false);
        assertThat(awaitEndpoint("b", endpoint -> true).hasHints())
                .as("only of ready endpoints")
                .isFalse();
    }

    @Test
    void marksNewSlicesWithTheTimeOfTheirService() throws Exception {
        String created = Await.until("the slice", slices::list, found -> !found.isEmpty())
                .getFirst()
                .annotations()
                .get(TriggerTimes.ANNOTATION);
        assertThat(created)
                .isEqualTo(cluster.client
                        .resource(Service.KIND)
                        .in("default")
                        .get("web")
                        .value()
                        .map("metadata")
                        .string("creationTimestamp"));
    }
}
