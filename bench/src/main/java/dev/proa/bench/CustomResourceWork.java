package dev.proa.bench;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.bench.Line.Figure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/** Definitions of custom resources, and their objects. */
final class CustomResourceWork {
    private static final int DEFINITIONS = 20;
    private static final int OBJECTS = 4_000;
    /** On one connection, which the real one allows 100 streams. */
    private static final int WATCHERS = 50;

    private static final int EVENTS = 50;
    private static final int CLIENTS = 16;

    Map<String, Figure> run(Subject subject) throws InterruptedException {
        Map<String, Figure> figures = new LinkedHashMap<>();
        // The names of a run before may still be about to go.
        String run = "r" + Long.toString(System.nanoTime(), 36);
        Definition.create(subject, run, 20);
        figures.put(
                "definition of 200 fields created until its resource is served",
                subject.times(DEFINITIONS, "definition", i -> Definition.create(subject, run + i, 200)));
        String namespace = subject.namespace("custom");
        String path = "/apis/" + run + ".bench.example.com/v1/namespaces/" + namespace + "/things";
        figures.put(
                "create custom objects, " + CLIENTS + " clients",
                subject.rate(CLIENTS, OBJECTS, "write", i -> subject.create(path, Definition.object(run, "o" + i))));
        figures.put("get a custom object, 1 client", subject.times(1_000, "get", i -> subject.get(path + "/o" + i)));
        figures.put("list " + OBJECTS + " custom objects", subject.times(7, "list", i -> subject.get(path)));
        String quiet = subject.namespace("custom-watch");
        figures.put(
                "watch custom objects, " + WATCHERS + " watchers x " + EVENTS + " events",
                watch(subject, run, "/apis/" + run + ".bench.example.com/v1/namespaces/" + quiet + "/things"));
        subject.delete("/api/v1/namespaces/" + namespace);
        subject.delete("/api/v1/namespaces/" + quiet);
        for (int i = 0; i < DEFINITIONS; i++) {
            Definition.delete(subject, run + i);
        }
        Definition.delete(subject, run);
        return figures;
    }

    /** How long after an object was sent the last watcher has seen it. */
    private static Figure watch(Subject subject, String run, String path) throws InterruptedException {
        AtomicLongArray sent = new AtomicLongArray(EVENTS);
        AtomicLongArray seen = new AtomicLongArray(EVENTS);
        AtomicIntegerArray watchers = new AtomicIntegerArray(EVENTS);
        CountDownLatch ready = new CountDownLatch(WATCHERS);
        CountDownLatch done = new CountDownLatch(WATCHERS);
        for (int w = 0; w < WATCHERS; w++) {
            Thread.ofVirtual().start(() -> {
                try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                        subject.watch(path + "?watch=1&resourceVersion=0"), StandardCharsets.UTF_8))) {
                    ready.countDown();
                    for (int i = 0; i < EVENTS; i++) {
                        MapValue event = Json.decodeMap(lines.readLine());
                        int number = (int) event.map("object").map("spec").integer("number", 0);
                        if (watchers.incrementAndGet(number) == WATCHERS) {
                            seen.set(number, System.nanoTime());
                        }
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                } finally {
                    done.countDown();
                }
            });
        }
        ready.await();
        long processor = subject.processorMicros();
        for (int i = 0; i < EVENTS; i++) {
            MapValue object = Definition.object(run, "e" + i);
            int number = i;
            sent.set(i, System.nanoTime());
            subject.create(path, object.withMap("spec", spec -> spec.with("number", (long) number)));
        }
        done.await();
        long[] nanos = new long[EVENTS];
        Arrays.setAll(nanos, i -> seen.get(i) - sent.get(i));
        Figure lag = subject.figure(nanos, processor, "event");
        return new Figure(lag.text(), lag.cost(), lag.processorMicros() / WATCHERS, "delivery");
    }
}
