package dev.proa.client.informer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.ObjectKey;
import dev.proa.client.ResourceClient;
import dev.proa.client.Transport;
import dev.proa.client.Transport.EventStream;
import dev.proa.client.Transport.WatchEvent;
import dev.proa.client.clock.Clock;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InformerTest {
    private final FakeTransport server = new FakeTransport(Clock.system());
    private final ResourceClient<ConfigMap> maps = new Client(server).resource(ConfigMap.KIND);
    private final Informer<ConfigMap> informer = new Informer<>(maps, ListOptions.ALL, Clock.system(), new Random(1));
    private final List<String> events = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        informer.close();
    }

    private void record() {
        informer.addHandler(new EventHandler<ConfigMap>() {
            @Override
            public void added(ConfigMap object) {
                events.add("+" + object.name());
            }

            @Override
            public void updated(ConfigMap before, ConfigMap after) {
                events.add(before.data().get("x") + ">" + after.data().get("x"));
            }

            @Override
            public void deleted(ConfigMap last) {
                events.add("-" + last.name());
            }
        });
    }

    private ConfigMap create(String namespace, String name, String x) {
        return maps.create(ConfigMap.of(namespace, name).withData(Map.of("x", x)));
    }

    private void start() throws InterruptedException {
        informer.start();
        assertThat(informer.awaitSync(Duration.ofSeconds(60))).isTrue();
    }

    @Test
    void aHandlerThatThrowsKeepsNothingFromTheOthers() throws Exception {
        create("default", "a", "1");
        informer.addHandler(new EventHandler<ConfigMap>() {
            @Override
            public void added(ConfigMap object) {
                throw new IllegalStateException("added");
            }

            @Override
            public void updated(ConfigMap before, ConfigMap after) {
                throw new LinkageError("updated");
            }

            @Override
            public void deleted(ConfigMap last) {
                throw new IllegalStateException("deleted");
            }
        });
        record();
        start();
        ConfigMap b = create("default", "b", "1");
        maps.update(b.withData(Map.of("x", "2")));
        maps.in("default").delete("b");

        Await.until("all has been told", () -> events.size() == 4);
        assertThat(events).containsExactly("+a", "+b", "1>2", "-b");
        assertThat(informer.handlerFailures()).isEqualTo(4); // the thrower heard of them all
    }

    @Test
    void anIndexThatThrowsKeepsNothingFromHandlers() throws Exception {
        Index<ConfigMap> index = informer.indexBy(
                map -> List.of(Objects.requireNonNull(map.data().get("x"))));
        record();
        start();
        maps.create(ConfigMap.of("default", "none"));
        create("default", "a", "1");
        Await.until("all has been told", () -> events.size() == 2);
        assertThat(events).containsExactly("+none", "+a");
        assertThat(index.values()).containsExactly("1");
    }

    @Test
    void aServerThatEndsWatchesAtOnceIsNotAskedWithoutAPause() throws Exception {
        AtomicInteger watches = new AtomicInteger();
        SimulatedClock clock = new SimulatedClock();
        Transport ending = new Transport() {
            @Override
            public MapValue call(Request request) {
                return server.call(request);
            }

            @Override
            public EventStream watch(Request request) {
                EventStream stream = server.watch(request);
                if (watches.getAndIncrement() > 0) {
                    stream.close();
                }
                return stream;
            }

            @Override
            public void close() {}
        };
        try (Informer<ConfigMap> other =
                new Informer<>(new Client(ending).resource(ConfigMap.KIND), ListOptions.ALL, clock, new Random(1))) {
            other.start();
            other.awaitSync();
            server.breakWatches();
            for (int i = 1; i < 6; i++) {
                int paused = i;
                Await.until("it pauses", () -> clock.waiting() == 1 && watches.get() == paused);
                clock.advance(Duration.ofMinutes(1));
            }
        }
    }

    /** As when the server's machine is gone, and no packet says so. */
    @Test
    void aWatchThatSaysNothingStartsAnew() throws Exception {
        AtomicInteger watches = new AtomicInteger();
        Transport halfOpen = new Transport() {
            @Override
            public MapValue call(Request request) {
                return server.call(request);
            }

            @Override
            public EventStream watch(Request request) {
                return watches.getAndIncrement() == 0 ? new Silent() : server.watch(request);
            }

            @Override
            public void close() {}
        };
        create("default", "a", "1");
        try (Informer<ConfigMap> other = new Informer<>(
                new Client(halfOpen).resource(ConfigMap.KIND), ListOptions.ALL, Clock.system(), new Random(1))) {
            other.start();

            assertThat(other.awaitSync(Duration.ofSeconds(60))).isTrue();
            assertThat(other.get("default", "a")).isNotNull();
            assertThat(watches.get()).isGreaterThan(1);
        }
    }

    /** The time that it is asked to wait is always over. */
    private static final class Silent implements EventStream {
        @Override
        public @Nullable WatchEvent next(Duration timeout) {
            return null;
        }

        @Override
        public boolean ended() {
            return false;
        }

        @Override
        public void close() {}
    }

    @Test
    void showsWhatIsThereAndFollowsWhatChanges() throws Exception {
        create("default", "a", "1");
        record();
        start();
        assertThat(events).containsExactly("+a");

        ConfigMap b = create("other", "b", "1");
        maps.update(b.withData(Map.of("x", "2")));
        maps.in("default").delete("a");

        Await.until("all events", () -> events.size() == 4);
        assertThat(events).containsExactly("+a", "+b", "1>2", "-a");
        assertThat(informer.list("other")).extracting(ConfigMap::name).containsExactly("b");
        assertThat(informer.list("default")).isEmpty();
    }

    @Test
    void holdsTheServersObjectsByReference() throws Exception {
        ConfigMap created = create("default", "a", "1");
        start();
        assertThat(informer.get("default", "a").value()).isSameAs(created.value());
    }

    @Test
    void tellsHandlersThatComeLaterWhatIsThere() throws Exception {
        create("default", "a", "1");
        start();
        record();
        assertThat(events).containsExactly("+a");
    }

    @Test
    void resumesAfterTheWatchBrokeWithoutListingAgain() throws Exception {
        create("default", "a", "1");
        record();
        start();
        server.breakWatches();
        create("default", "b", "1");
        Await.until("b is seen", () -> events.size() >= 2);
        assertThat(events).containsExactly("+a", "+b");
    }

    @Test
    void startsAnewWhenItsRevisionIsGoneAndFindsWhatItMissed() throws Exception {
        create("default", "gone", "1");
        ConfigMap changed = create("default", "changed", "1");
        record();
        start();
        server.intercept(request -> {
            throw StatusException.serviceUnavailable("restarting");
        });
        server.breakWatches();
        server.intercept(
                request -> request.verb().equals("watch") && request.query().containsKey("sendInitialEvents")
                        ? request
                        : refuseWatch(request));
        maps.in("default").delete("gone");
        maps.update(changed.withData(Map.of("x", "2")));
        server.compact();
        server.intercept(request -> request);

        Await.until("the deletion is seen", () -> events.contains("-gone"));
        Await.until("the change is seen", () -> events.contains("1>2"));
        assertThat(events).doesNotHaveDuplicates();
    }

    private static dev.proa.client.Transport.Request refuseWatch(dev.proa.client.Transport.Request request) {
        if (request.verb().equals("watch")) {
            throw StatusException.serviceUnavailable("restarting");
        }
        return request;
    }

    @Test
    void listsWhereTheServerCannotSendInitialEvents() throws Exception {
        server.intercept(request -> {
            if (request.query().containsKey("sendInitialEvents")) {
                throw StatusException.badRequest("sendInitialEvents is forbidden for watch");
            }
            return request;
        });
        create("default", "a", "1");
        start();
        create("default", "b", "1");
        Await.until("both are seen", () -> informer.size() == 2);
    }

    @Test
    void keepsIndexesCurrent() throws Exception {
        Index<ConfigMap> byX = informer.indexBy(map -> List.copyOf(map.data().values()));
        ConfigMap a = create("default", "a", "1");
        create("default", "b", "1");
        start();
        assertThat(byX.count("1")).isEqualTo(2);
        maps.update(a.withData(Map.of("x", "2")));
        Await.until("a moved", () -> byX.count("2") == 1); // it has left its old place then
        assertThat(byX.get("1")).extracting(ConfigMap::name).containsExactly("b");
        maps.in("default").delete("b");
        Await.until("b is gone", byX::values, values -> values.equals(Set.of("2")));
        assertThat(informer.get(new ObjectKey("default", "b"))).isNull();
    }

    @Test
    void selectsByLabel() throws Exception {
        Informer<ConfigMap> selected =
                new Informer<>(maps, ListOptions.labels("app=web"), Clock.system(), new Random(1));
        try (selected) {
            selected.start();
            create("default", "other", "1");
            ConfigMap web =
                    maps.create(ConfigMap.of("default", "web").withMetadata(m -> m.withLabels(Map.of("app", "web"))));
            Await.until("web is seen", () -> selected.size() == 1);
            maps.update(web.withMetadata(m -> m.withLabels(Map.of("app", "db"))));
            Await.until("web went", () -> selected.size() == 0);
        }
    }
}
