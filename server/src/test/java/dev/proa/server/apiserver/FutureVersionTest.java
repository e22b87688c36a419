package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What is asked of a resource version that is still to come, as kube-apiserver 1.36 answers. */
@Execution(ExecutionMode.CONCURRENT) // it waits for timeouts
class FutureVersionTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    private InProcess cluster;

    @BeforeEach
    void start() {
        cluster = new InProcess();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private void create(String name) {
        cluster.create(MAPS, "{metadata: {name: " + name + "}}");
    }

    private static <T> FutureTask<T> begun(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofVirtual().start(task);
        return task;
    }

    private StatusException refused(String verb, String path) {
        return cluster.failure(verb, path, null);
    }

    @Test
    void itsReadersWaitForIt() throws Exception {
        create("a");
        long next = cluster.store.revision() + 1;
        List<FutureTask<MapValue>> readers = new ArrayList<>();
        for (String path : List.of(
                MAPS + "/b?resourceVersion=" + next,
                MAPS + "?resourceVersion=" + next,
                MAPS + "?resourceVersionMatch=NotOlderThan&resourceVersion=" + next,
                MAPS + "?resourceVersionMatch=Exact&resourceVersion=" + next)) {
            String verb = path.startsWith(MAPS + "/") ? "get" : "list";
            readers.add(begun(() -> cluster.call(verb, path, null)));
        }
        create("b");
        assertThat(readers.removeFirst()
                        .get(30, TimeUnit.SECONDS)
                        .map("metadata")
                        .string("name"))
                .isEqualTo("b");
        for (FutureTask<MapValue> list : readers) {
            assertThat(list.get(30, TimeUnit.SECONDS).list("items")).hasSize(2);
        }
    }

    @Test
    void afterThreeSecondsTheyAreToldToComeAgain() throws Exception {
        long start = System.nanoTime();
        List<FutureTask<StatusException>> readers = new ArrayList<>();
        for (String options :
                List.of("", "&resourceVersionMatch=NotOlderThan", "&resourceVersionMatch=Exact", "&limit=1")) {
            readers.add(begun(() -> refused("list", MAPS + "?resourceVersion=99999999" + options)));
        }
        readers.add(begun(() -> refused("get", MAPS + "/a?resourceVersion=99999999")));
        readers.add(begun(() -> refused("deletecollection", MAPS + "?resourceVersion=99999999")));
        readers.add(begun(
                () -> refused("get", "/apis/apps/v1/namespaces/default/deployments/a/scale?resourceVersion=99999999")));
        for (FutureTask<StatusException> reader : readers) {
            MapValue status = reader.get(30, TimeUnit.SECONDS).status();
            assertThat(status.integer("code", 0)).isEqualTo(504);
            assertThat(status.string("reason")).isEqualTo("Timeout");
            assertThat(status.string("message"))
                    .isEqualTo("Timeout: Too large resource version: 99999999, current: " + cluster.store.revision());
            assertThat(status.map("details").integer("retryAfterSeconds", 0)).isEqualTo(1);
            assertThat(status.map("details").list("causes").map(0))
                    .isEqualTo(
                            MapValue.of("reason", "ResourceVersionTooLarge", "message", "Too large resource version"));
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void thereAreVersionsThatNoLongHolds() {
        assertThat(refused("list", "/api/v1/namespaces/default/events?resourceVersion=18446744073709551615"))
                .hasMessage("Timeout: Too large resource version: 18446744073709551615, current: "
                        + cluster.store.revision())
                .extracting(e -> ((StatusException) e).status().map("details").get("retryAfterSeconds"))
                .describedAs("events do not come from a cache, and are not awaited")
                .isNull();
        String why = "resourceVersion: Invalid value: \"%1$s\": strconv.ParseUint: parsing \"%1$s\": %2$s";
        assertThat(refused("get", MAPS + "/a?resourceVersion=18446744073709551616"))
                .hasMessage(why.formatted("18446744073709551616", "value out of range"));
        assertThat(refused("list", MAPS + "?resourceVersion=-1"))
                .hasMessage("invalid resource version: " + why.formatted("-1", "invalid syntax"));
    }

    @Test
    void aWatchBeginsAfterIt() throws Exception {
        create("a");
        long next = cluster.store.revision() + 2;
        WatchStream watch = cluster.watch(MAPS + "?resourceVersion=" + next);
        create("b");
        create("c");
        create("d");
        assertThat(InProcess.events(watch, 1)).containsExactly("ADDED d");
    }

    @Test
    void initialEventsOfItAreAnErrorInTheStream() throws Exception {
        WatchStream watch = cluster.watch(
                MAPS
                        + "?resourceVersion=99999999&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
        List<WatchStream.Event> events = watch.next(Duration.ofSeconds(30));
        assertThat(events).hasSize(1);
        assertThat(events.getFirst().type()).isEqualTo("ERROR");
        assertThat(events.getFirst().object().integer("code", 0)).isEqualTo(504);
    }
}
