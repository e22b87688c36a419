package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.codec.Yaml;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.catalog.ApiCatalog;
import dev.proa.server.catalog.ApiCatalogTest;
import dev.proa.server.catalog.Endpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is served is replaced while requests are answered. */
class ServedApisTest {
    private static final String WIDGETS = "/apis/example.com/v1/namespaces/default/widgets";
    private static final int THREADS = 4;
    private static final int ROUNDS = 150;

    private final InProcess api = new InProcess();

    @AfterEach
    void close() {
        api.close();
    }

    private void serve(Endpoint endpoint) {
        api.apis.replace(catalog -> catalog.with(endpoint));
    }

    private static MapValue widget(String name, int size) {
        return Yaml.decodeMap("{apiVersion: example.com/v1, kind: Widget, metadata: {name: " + name + "}, spec: {size: "
                + size + "}}");
    }

    @Test
    void aNewResourceIsStoredWatchedAndDescribed() throws InterruptedException {
        assertThat(code(null, "list", WIDGETS, null)).isEqualTo(404);
        serve(ApiCatalogTest.widgets("v1", "1"));

        try (WatchStream watch = api.watch(WIDGETS)) {
            MapValue created = api.call("create", WIDGETS, widget("w", 3).with("color", "red"));
            assertThat(created.map("spec").get("size")).isEqualTo(3L);
            assertThat(created.has("color")).as("unknown to the schema").isFalse();
            api.patch(WIDGETS + "/w", "merge-patch", "{spec: {size: 4}}");
            assertThat(api.get(WIDGETS).list("items").map(0).map("spec").get("size"))
                    .isEqualTo(4L);
            api.delete(WIDGETS + "/w");
            assertThat(InProcess.events(watch, 3)).containsExactly("ADDED w", "MODIFIED w", "DELETED w");
        }
        assertThat(api.failure(
                                "create",
                                WIDGETS,
                                "{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}, spec: {size: x}}")
                        .getMessage())
                .contains("cannot unmarshal string into Go struct field");
        assertThat(names(api.get("/apis").list("groups"), "name")).contains("example.com", "apps");
        assertThat(names(api.get("/apis/example.com/v1").list("resources"), "name"))
                .containsExactly("widgets");
        assertThat(api.get("/openapi/v3").map("paths").has("apis/example.com/v1"))
                .isTrue();
        MapValue document = api.get("/openapi/v3/apis/example.com/v1");
        assertThat(document.at("components", "schemas", "com.example.WidgetSpec", "properties", "size", "type"))
                .isEqualTo("integer");
        MapValue table = accepting("application/json;as=Table;g=meta.k8s.io;v=v1", "list", WIDGETS);
        assertThat(names(table.list("columnDefinitions"), "name")).containsExactly("Name", "Created At");
    }

    private static List<String> names(dev.proa.api.value.ListValue list, String field) {
        return list.stream().map(item -> ((MapValue) item).string(field)).toList();
    }

    private MapValue accepting(String accept, String verb, String path) {
        ApiRequest request = ApiRequest.of(verb, path, Query.EMPTY, null, null, InProcess.MASTER);
        return InProcess.value(api.server.handle(new ApiRequest(
                request.method(), request.info(), request.query(), request.body(), accept, request.user())));
    }

    @Test
    void aRequestIsAnsweredByWhatWasServedWhenItCameAndAWatchEnds() throws InterruptedException {
        Endpoint widgets = ApiCatalogTest.widgets("v1", "1");
        serve(widgets);
        try (WatchStream watch = api.watch(WIDGETS)) {
            ApiCatalog before = api.apis.current();
            api.apis.replace(catalog -> catalog.without("example.com", "v1", "widgets"));
            assertThat(code(null, "list", WIDGETS, null)).isEqualTo(404);
            ApiRequest create =
                    ApiRequest.of("create", WIDGETS, Query.EMPTY, widget("late", 1), null, InProcess.MASTER);
            assertThat(api.server.handle(create, before).status()).isEqualTo(201);
            List<WatchStream.Event> events = watch.next(Duration.ofSeconds(30));
            assertThat(events).as("after the resource is gone").isEmpty();
            assertThat(watch.ended()).isTrue();
        }
        assertThat(api.apis.current().endpoint("example.com", "v1", "widgets")).isNotSameAs(widgets);
    }

    @Test
    void everyRequestSeesOneSnapshotWhileTheyAreReplaced() throws Exception {
        Endpoint widgets = ApiCatalogTest.widgets("v1", "1");
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger served = new AtomicInteger();
        AtomicInteger absent = new AtomicInteger();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1)) {
            Future<?> swapping = threads.submit(() -> {
                while (!done.get()) {
                    serve(widgets);
                    Thread.onSpinWait();
                    api.apis.replace(catalog -> catalog.without("example.com", "v1", "widgets"));
                }
            });
            List<Future<?>> asking = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int number = thread;
                asking.add(threads.submit(() -> {
                    for (int round = 0; round < ROUNDS; round++) {
                        ApiCatalog snapshot = api.server.catalog();
                        boolean there = snapshot.hasGroup("example.com");
                        (there ? served : absent).incrementAndGet();
                        checkSnapshot(snapshot, there, "w-" + number + "-" + round);
                        checkUnpinned("u-" + number + "-" + round);
                    }
                }));
            }
            try {
                for (Future<?> future : asking) {
                    future.get();
                }
            } finally {
                done.set(true);
            }
            swapping.get();
        }
        assertThat(served.get()).isPositive();
        assertThat(absent.get()).isPositive();
    }

    /** All that one snapshot answers agrees. */
    private void checkSnapshot(ApiCatalog snapshot, boolean there, String name) {
        assertThat(code(snapshot, "create", WIDGETS, widget(name, 1))).isEqualTo(there ? 201 : 404);
        assertThat(code(snapshot, "get", WIDGETS + "/" + name, null)).isEqualTo(there ? 200 : 404);
        assertThat(code(snapshot, "list", WIDGETS, null)).isEqualTo(there ? 200 : 404);
        assertThat(code(snapshot, "get", "/apis/example.com/v1", null)).isEqualTo(there ? 200 : 404);
        assertThat(code(snapshot, "get", "/openapi/v3/apis/example.com/v1", null))
                .isEqualTo(there ? 200 : 404);
        assertThat(names(text(snapshot, "/apis").list("groups"), "name").contains("example.com"))
                .isEqualTo(there);
        assertThat(text(snapshot, "/openapi/v3").map("paths").has("apis/example.com/v1"))
                .isEqualTo(there);
        assertThat(code(snapshot, "get", "/api/v1/namespaces/default", null)).isEqualTo(200);
    }

    /** A request that takes the snapshot of its moment is answered by it or refused, and others never notice. */
    private void checkUnpinned(String name) {
        assertThat(code(null, "create", WIDGETS, widget(name, 1))).isIn(201, 404);
        assertThat(code(null, "list", WIDGETS, null)).isIn(200, 404);
        assertThat(code(null, "get", "/apis/example.com/v1", null)).isIn(200, 404);
        MapValue map = Yaml.decodeMap("{metadata: {name: " + name + "}}");
        assertThat(code(null, "create", "/api/v1/namespaces/default/configmaps", map))
                .isEqualTo(201);
    }

    private int code(@Nullable ApiCatalog snapshot, String verb, String path, @Nullable Object body) {
        ApiRequest request = ApiRequest.of(verb, path, Query.EMPTY, body, null, InProcess.MASTER);
        try {
            return (snapshot == null ? api.server.handle(request) : api.server.handle(request, snapshot)).status();
        } catch (StatusException e) {
            return e.code();
        }
    }

    private MapValue text(ApiCatalog snapshot, String path) {
        ApiRequest request = ApiRequest.of("get", path, Query.EMPTY, null, null, InProcess.MASTER);
        return switch (api.server.handle(request, snapshot).body()) {
            case ApiResponse.Text text -> Json.decodeMap(text.plain());
            default -> throw new AssertionError(path);
        };
    }
}
