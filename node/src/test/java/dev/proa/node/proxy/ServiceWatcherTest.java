package dev.proa.node.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.supervision.Supervisor;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ServiceWatcherTest {
    private static final MapValue WEB = MapValue.of(
            "apiVersion",
            "v1",
            "kind",
            "Service",
            "metadata",
            MapValue.of("name", "web", "namespace", "default"),
            "spec",
            MapValue.of("clusterIP", "10.96.1.2", "ports", ListValue.of(MapValue.of("port", 80L))));

    private static final MapValue SLICE = MapValue.of(
            "apiVersion",
            "discovery.k8s.io/v1",
            "kind",
            "EndpointSlice",
            "metadata",
            MapValue.of(
                    "name", "web-1",
                    "namespace", "default",
                    "labels", MapValue.of("kubernetes.io/service-name", "web")),
            "addressType",
            "IPv4",
            "endpoints",
            ListValue.of());

    @Test
    void tellsWhatThereIsAndWhatChangesUntilItSucceeds() throws Exception {
        try (Client client = new Client(new FakeTransport(Clock.system()));
                InformerFactory informers = new InformerFactory(client, Clock.system(), new Random(1))) {
            List<List<ServiceChange>> told = new CopyOnWriteArrayList<>();
            AtomicInteger failures = new AtomicInteger(1);
            client.resource(Service.KIND).create(named("other"));
            try (ServiceWatcher watcher = new ServiceWatcher(
                    informers.informer(Service.KIND),
                    informers.informer(EndpointSlice.KIND),
                    new Supervisor(Clock.system(), new Random(2)),
                    Clock.system())) {
                watcher.follow(changes -> {
                    if (failures.getAndDecrement() > 0) {
                        throw new IllegalStateException("not now");
                    }
                    told.add(changes);
                });
                watcher.start();
                informers.start();

                assertThat(watcher.awaitSync(Duration.ofSeconds(60))).isTrue();
                assertThat(told).hasSize(1);
                assertThat(names(told.getLast())).containsExactly("other");

                client.resource(Service.KIND).create(named("web"));
                Await.until("the service", () -> told.size() == 2);
                assertThat(names(told.getLast())).containsExactly("web");
                client.resource(EndpointSlice.KIND).create(new EndpointSlice(SLICE));
                Await.until("its slice", () -> told.size() == 3);
                assertThat(names(told.getLast())).containsExactly("web");
                assertThat(told.getLast().getFirst().slices()).hasSize(1);
                client.resource(Service.KIND).in("default").delete("web");
                Await.until("no service", () -> told.size() == 4);
                assertThat(told.getLast().getFirst().service()).isNull();
            }
        }
    }

    private static Service named(String name) {
        return new Service(WEB.with("metadata", MapValue.of("name", name, "namespace", "default")));
    }

    private static List<String> names(List<ServiceChange> changes) {
        return changes.stream().map(change -> change.key().name()).toList();
    }
}
