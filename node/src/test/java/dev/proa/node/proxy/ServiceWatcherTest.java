package dev.proa.node.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.fake.Await;
import dev.proa.client.fake.FakeTransport;
import dev.proa.client.informer.InformerFactory;
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

    @Test
    void tellsWhatThereIsAndWhatChangesUntilItSucceeds() throws Exception {
        try (Client client = new Client(new FakeTransport(Clock.system()));
                InformerFactory informers = new InformerFactory(client, Clock.system(), new Random(1))) {
            List<ServiceTable> told = new CopyOnWriteArrayList<>();
            AtomicInteger failures = new AtomicInteger(1);
            try (ServiceWatcher watcher = new ServiceWatcher(
                    informers.informer(Service.KIND), informers.informer(EndpointSlice.KIND), Clock.system())) {
                watcher.follow((services, slices) -> {
                    if (failures.getAndDecrement() > 0) {
                        throw new IllegalStateException("not now");
                    }
                    told.add(ServiceTable.of(services, slices, "node-1"));
                });
                watcher.start();
                informers.start();

                assertThat(watcher.awaitSync(Duration.ofSeconds(60))).isTrue();
                assertThat(told).containsExactly(ServiceTable.EMPTY);

                client.resource(Service.KIND).create(new Service(WEB));
                Await.until("the service", () -> told.getLast().services().size() == 1);
                client.resource(Service.KIND).in("default").delete("web");
                Await.until("no service", () -> told.getLast().services().isEmpty());
            }
        }
    }
}
