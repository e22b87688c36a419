package dev.proa.server.store;

import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Prints what the store takes: {@code StoreTimings FOLDER [seconds]}. The processor time is that of the whole process, with
 * compilation and garbage collection.
 */
final class StoreTimings {
    private static final com.sun.management.OperatingSystemMXBean SYSTEM =
            (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private StoreTimings() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        if (args.length > 1 && args[1].equals("reopen")) {
            reopen(folder.resolve("pods.db"), 1);
            return;
        }
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        empty(folder);
        for (int threads : new int[] {1, 1, 16, 256, 256}) {
            long start = System.nanoTime();
            try (Store store = MemoryStore.open(SqliteJournal.open(folder.resolve(start + ".db")))) {
                System.out.printf("new store with SQLite opened: %.0f ms%n", millis(start));
                writes("SQLite", store, threads, seconds);
            }
        }
        for (int threads : new int[] {1, 256}) {
            try (Store store = MemoryStore.inMemory()) {
                writes("memory", store, threads, seconds);
            }
        }
        for (int round = 0; round < 3; round++) {
            try (Store store = MemoryStore.inMemory()) {
                watches(store);
            }
        }
        pods(folder);
    }

    private static void writes(String kind, Store store, int threads, int seconds) throws InterruptedException {
        long until = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        AtomicLong written = new AtomicLong();
        long[][] latencies = new long[threads][];
        long cpu = SYSTEM.getProcessCpuTime();
        long start = System.nanoTime();
        List<Thread> writers = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int number = t;
            writers.add(Thread.ofVirtual().start(() -> {
                long[] mine = new long[1 << 16];
                int count = 0;
                for (long now = System.nanoTime(); now < until; count++) {
                    store.create(new Key("configmaps", "n" + number % 10, "x" + now + "-" + number), configMap(now));
                    long end = System.nanoTime();
                    mine[count % mine.length] = end - now;
                    now = end;
                }
                latencies[number] = Arrays.copyOf(mine, Math.min(count, mine.length));
                written.addAndGet(count);
            }));
        }
        for (Thread writer : writers) {
            writer.join();
        }
        double elapsed = (System.nanoTime() - start) / 1e9;
        long spent = SYSTEM.getProcessCpuTime() - cpu;
        long[] all =
                Arrays.stream(latencies).flatMapToLong(Arrays::stream).sorted().toArray();
        System.out.printf(
                "%s, %d writers of 1 KiB: %.0f/s, p50 %.2f ms, p99 %.2f ms, %.0f us processor time each%n",
                kind,
                threads,
                written.get() / elapsed,
                all[all.length / 2] / 1e6,
                all[all.length * 99 / 100] / 1e6,
                spent / 1e3 / written.get());
    }

    private static MapValue configMap(long number) {
        return MapValue.of(
                "apiVersion",
                "v1",
                "data",
                MapValue.of("text", "0123456789abcdef".repeat(50), "number", Long.toString(number)),
                "kind",
                "ConfigMap",
                "metadata",
                MapValue.of(
                        "creationTimestamp", "2026-01-01T00:00:00Z",
                        "name", "x" + number,
                        "namespace", "default",
                        "uid", "01234567-89ab-cdef-0123-456789abcdef"));
    }

    private static void watches(Store store) throws Exception {
        int watchers = 1_000;
        int events = 50;
        CountDownLatch done = new CountDownLatch(watchers);
        AtomicLong lag = new AtomicLong();
        long from = store.revision();
        for (int i = 0; i < watchers; i++) {
            Watch watch = store.watch("configmaps", i % 2 == 0 ? null : "default", from);
            Thread.ofVirtual().start(() -> {
                int seen = 0;
                try (watch) {
                    while (seen < events) {
                        for (Watch.Event event : watch.next(Duration.ofSeconds(10))) {
                            seen++;
                            long made = Long.parseLong(
                                    event.object().value().map("data").string("number"));
                            lag.accumulateAndGet(System.nanoTime() - made, Math::max);
                        }
                    }
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                done.countDown();
            });
        }
        long cpu = SYSTEM.getProcessCpuTime();
        long start = System.nanoTime();
        for (int i = 0; i < events; i++) {
            long now = System.nanoTime();
            store.create(new Key("configmaps", "default", "y" + now), configMap(now));
        }
        double wrote = millis(start);
        done.await();
        double all = millis(start);
        System.out.printf(
                "%d watches x %d events: written in %.1f ms, delivered in %.1f ms, longest lag %.1f ms, %.2f us processor time a delivery%n",
                watchers,
                events,
                wrote,
                all,
                lag.get() / 1e6,
                (SYSTEM.getProcessCpuTime() - cpu) / 1e3 / watchers / events);
    }

    private static void pods(Path folder) throws Exception {
        Path file = folder.resolve("pods.db");
        int pods = 12_000;
        long before = used();
        try (Store store = MemoryStore.open(SqliteJournal.open(file))) {
            for (int i = 0; i < pods; i++) {
                store.create(new Key("pods", "n" + i % 100, "pod-" + i), pod(i));
            }
            System.out.printf("%d pods: %.0f MB of heap%n", pods, (used() - before) / 1e6);
            Snapshot snapshot = store.snapshot();
            for (int round = 0; round < 3; round++) {
                long start = System.nanoTime();
                long bytes = 0;
                for (StoredObject object : snapshot.list("pods", null, null)) {
                    bytes += object.json().length;
                }
                double listed = millis(start);
                start = System.nanoTime();
                int count = 0;
                for (int i = 0; i < 100; i++) {
                    count += snapshot.count("pods", "n" + i);
                }
                System.out.printf(
                        "list of %d pods: %.2f ms, %.1f MB; %d counted in 100 namespaces in %.3f ms%n",
                        pods, listed, bytes / 1e6, count, millis(start));
            }
            long start = System.nanoTime();
            Snapshot past = store.snapshot(store.revision() - 5_000);
            System.out.printf("a past state of %d pods: %.2f ms%n", past.count("pods", null), millis(start));
        }
        reopen(file, 3);
    }

    private static void reopen(Path file, int rounds) {
        for (int round = 0; round < rounds; round++) {
            long cpu = SYSTEM.getProcessCpuTime();
            long start = System.nanoTime();
            SqliteJournal journal = SqliteJournal.open(file);
            double opened = millis(start);
            try (Store store = MemoryStore.open(journal)) {
                System.out.printf(
                        "reopened with %d pods: %.0f ms (%.0f ms the file), %.0f ms processor time%n",
                        store.snapshot().count("pods", null),
                        millis(start),
                        opened,
                        (SYSTEM.getProcessCpuTime() - cpu) / 1e6);
            }
        }
    }

    private static MapValue pod(int number) {
        List<MapValue> variables = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            variables.add(MapValue.of("name", "VARIABLE_" + i, "value", "value-" + number + "-" + i));
        }
        List<MapValue> conditions = new ArrayList<>();
        for (String type :
                List.of("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")) {
            conditions.add(MapValue.of(
                    "lastProbeTime",
                    null,
                    "lastTransitionTime",
                    "2026-01-01T00:00:00Z",
                    "status",
                    "True",
                    "type",
                    type));
        }
        return MapValue.of(
                "apiVersion", "v1",
                "kind", "Pod",
                "metadata", configMap(number).map("metadata").with("name", "pod-" + number),
                "spec",
                        MapValue.of(
                                "containers",
                                dev.proa.api.value.ListValue.of(MapValue.of(
                                        "env", dev.proa.api.value.ListValue.copyOf(variables),
                                        "image", "registry.example/app:1",
                                        "name", "main")),
                                "nodeName",
                                "node-" + number % 100),
                "status",
                        MapValue.of("conditions", dev.proa.api.value.ListValue.copyOf(conditions), "phase", "Running"));
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static double millis(long start) {
        return (System.nanoTime() - start) / 1e6;
    }

    private static void empty(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> files = Files.walk(folder).sorted(Comparator.reverseOrder())) {
            for (Path path : files.filter(path -> !path.equals(folder)).toList()) {
                Files.delete(path);
            }
        }
    }
}
