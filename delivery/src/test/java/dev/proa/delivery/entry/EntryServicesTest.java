package dev.proa.delivery.entry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Endpoints;
import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.supervision.Supervisor;
import dev.proa.delivery.traffic.EntryRouterFactory;
import dev.proa.delivery.traffic.Split;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Services are entered, followed and left, as API objects say. */
class EntryServicesTest {
    private final FakeTransport server = new FakeTransport(Clock.system());
    private final Client client = new Client(server);
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<HttpServer> pods = new ArrayList<>();
    private InformerFactory informers;
    private EntryServices entry;

    @BeforeEach
    void start() {
        begin();
    }

    private void begin() {
        informers = new InformerFactory(client, Clock.system(), new Random(1));
        entry = new EntryServices(
                client, informers, new Supervisor(Clock.system(), new Random(2)), "127.0.0.1", new Random(3));
        informers.start();
        entry.start();
    }

    @AfterEach
    void stop() {
        end();
        http.shutdownNow();
        pods.forEach(pod -> pod.stop(0));
    }

    private void end() {
        entry.close();
        informers.close();
    }

    private static MapValue yaml(String text) {
        return (MapValue) Yaml.decode(text.getBytes(StandardCharsets.UTF_8));
    }

    private void entered() {
        client.resource(Service.KIND).create(new Service(yaml("""
                apiVersion: v1
                kind: Service
                metadata: {name: hello, namespace: default, annotations: {proa.dev/entry: hello-stable}}
                spec: {type: NodePort, ports: [{name: http, port: 80}]}
                """)));
    }

    /** A Service with one pod, which says its name. */
    private void backend(String name, String hash) throws IOException {
        HttpServer pod = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        pod.createContext("/", exchange -> {
            byte[] text = name.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
            exchange.close();
        });
        pod.start();
        pods.add(pod);
        client.resource(Service.KIND).create(new Service(yaml("""
                apiVersion: v1
                kind: Service
                metadata: {name: %s, namespace: default}
                spec: {selector: {app: hello, rollouts-pod-template-hash: "%s"}, ports: [{name: http, port: 80}]}
                """.formatted(name, hash))));
        client.resource(EndpointSlice.KIND).create(slice(name, pod.getAddress().getPort()));
    }

    private static EndpointSlice slice(String service, int port) {
        return new EndpointSlice(yaml("""
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  name: %1$s-x1
                  namespace: default
                  labels: {kubernetes.io/service-name: %1$s, endpointslice.kubernetes.io/managed-by: endpointslice-controller.k8s.io}
                addressType: IPv4
                endpoints: [{addresses: [127.0.0.1], conditions: {ready: true, serving: true}}]
                ports: [{name: http, port: %2$d, protocol: TCP}]
                """.formatted(service, port)));
    }

    private EndpointSlice own() throws InterruptedException {
        return Await.until(
                "the proxy's slice",
                () -> client.resource(EndpointSlice.KIND).in("default").find("hello-entry"),
                found -> found != null);
    }

    private int port() throws InterruptedException {
        return own().ports().getFirst().port();
    }

    private String get() {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/"))
                    .build();
            return http.send(request, BodyHandlers.ofString()).body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void split(int canary) {
        Split split = Split.all("hello-stable")
                .withBackends(List.of(
                        new Split.Backend("hello-canary", canary), new Split.Backend("hello-stable", 100 - canary)));
        annotate(MapValue.of(Split.ANNOTATION, split.write("", "hello-stable")));
    }

    private void annotate(MapValue annotations) {
        client.resource(Service.KIND)
                .in("default")
                .patch("hello", Patch.merge(MapValue.of("metadata", MapValue.of("annotations", annotations))));
    }

    @Test
    void proxyIsTheOnlyEndpointAndFollowsTheWeights() throws Exception {
        client.resource(EndpointSlice.KIND).create(slice("hello", 1));
        client.resource(Endpoints.KIND)
                .create(new Endpoints(yaml("kind: Endpoints\nmetadata: {name: hello, namespace: default}")));
        backend("hello-stable", "old");
        entered();
        EndpointSlice slice = own();
        assertThat(slice.endpoints().getFirst().addresses()).containsExactly("127.0.0.1");
        assertThat(slice.metadata().ownerReferences().getFirst().kind()).isEqualTo("Service");
        Await.until(
                "the slice and Endpoints of its own pods go",
                () -> client.resource(EndpointSlice.KIND).in("default").find("hello-x1") == null
                        && client.resource(Endpoints.KIND).in("default").find("hello") == null);
        Await.until("the stable version answers", () -> get().equals("hello-stable"));
        backend("hello-canary", "new");
        split(100);
        Await.until("the canary answers", () -> get().equals("hello-canary"));
        split(50);
        Set<String> heard = new HashSet<>();
        Await.until("both answer", () -> heard.add(get()) && heard.size() == 2);
        assertThat(entry.metrics().totals("default", "hello", "new").requests()).isPositive();
    }

    @Test
    void serviceKeepsItsOwnPodsUntilAVersionBehindTheProxyIsReady() throws Exception {
        client.resource(EndpointSlice.KIND).create(slice("hello", 1));
        Await.until(
                "the slice is seen",
                () -> informers.informer(EndpointSlice.KIND).get("default", "hello-x1") != null);
        entered();
        client.resource(Service.KIND).create(new Service(yaml("""
                apiVersion: v1
                kind: Service
                metadata: {name: other, namespace: default, annotations: {proa.dev/entry: other-stable}}
                spec: {ports: [{name: http, port: 80}]}
                """)));
        Await.until(
                "the other Service is entered, and so was this one looked at",
                () -> client.resource(EndpointSlice.KIND).in("default").find("other-entry") != null);
        assertThat(client.resource(EndpointSlice.KIND).in("default").find("hello-entry"))
                .isNull();
        backend("hello-stable", "old");
        Await.until("the stable version answers", () -> get().equals("hello-stable"));
        Await.until(
                "the slice of its own pods goes",
                () -> client.resource(EndpointSlice.KIND).in("default").find("hello-x1") == null);
    }

    /** As in a namespace that is being deleted. */
    @Test
    void aServiceThatCannotBeEnteredHoldsNoOtherUp() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        server.intercept(request -> {
            if (request.verb().equals("get") && request.path().endsWith("/a-hopeless-entry")) {
                refused.incrementAndGet();
                throw StatusException.forbidden(Resource.of(EndpointSlice.KIND), "a-hopeless-entry", "it ends");
            }
            return request;
        });
        client.resource(Service.KIND).create(new Service(yaml("""
                apiVersion: v1
                kind: Service
                metadata: {name: a-hopeless, namespace: default, annotations: {proa.dev/entry: none}}
                spec: {ports: [{name: http, port: 80}]}
                """)));
        Await.until("it was tried", () -> refused.get() > 0);
        backend("hello-stable", "old");
        backend("hello-canary", "new");
        entered();
        split(100);
        Await.until("the canary answers", () -> get().equals("hello-canary"));
    }

    @Test
    void weightsOutliveTheProcess() throws Exception {
        backend("hello-stable", "old");
        backend("hello-canary", "new");
        entered();
        split(100);
        Await.until("the canary answers", () -> get().equals("hello-canary"));
        int before = port();
        end();
        begin();
        Await.until("the slice has the new port", () -> {
            try {
                return port() != before;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(get()).isEqualTo("hello-canary");
    }

    @Test
    void serviceThatSelectsPodsAgainIsLeftOnceTheyAreReady() throws Exception {
        backend("hello-stable", "old");
        entered();
        Await.until("the stable version answers", () -> get().equals("hello-stable"));
        int port = port();
        client.resource(Service.KIND)
                .in("default")
                .patch(
                        "hello",
                        Patch.merge(yaml(
                                "{metadata: {annotations: {proa.dev/entry: null}}, spec: {selector: {app: hello}}}")));
        assertThat(get()).isEqualTo("hello-stable");
        assertThat(port()).isEqualTo(port);
        client.resource(EndpointSlice.KIND).create(slice("hello", 1));
        Await.until(
                "the proxy's slice goes",
                () -> client.resource(EndpointSlice.KIND).in("default").find("hello-entry") == null);
    }

    @Test
    void whatCannotBeReadChangesNothing() throws Exception {
        backend("hello-stable", "old");
        backend("hello-canary", "new");
        entered();
        split(100);
        Await.until("the canary answers", () -> get().equals("hello-canary"));
        annotate(MapValue.of(EntryRouterFactory.ENTRY, "[{"));
        annotate(MapValue.of(Split.ANNOTATION, "nonsense"));
        assertThat(get()).isEqualTo("hello-canary");
        annotate(MapValue.of(
                EntryRouterFactory.ENTRY,
                "[{\"path\": \"/\", \"service\": \"hello-stable\"}]",
                Split.ANNOTATION,
                null));
        Await.until("the stable version answers", () -> get().equals("hello-stable"));
    }

    @Test
    void deletedServiceIsLeft() throws Exception {
        backend("hello-stable", "old");
        entered();
        own();
        client.resource(Service.KIND).in("default").delete("hello");
        Await.until(
                "the proxy's slice goes",
                () -> client.resource(EndpointSlice.KIND).in("default").find("hello-entry") == null);
    }
}
