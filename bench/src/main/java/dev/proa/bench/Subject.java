package dev.proa.bench;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.bench.Line.Figure;
import dev.proa.client.http.Connection;
import dev.proa.client.http.Kubeconfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** An API server that is measured, and its processes. Thread-safe. */
final class Subject implements AutoCloseable {
    private static final String JSON = "application/json";
    /** How long a server uses hardly a tenth of a processor when it rests. */
    private static final Duration REST = Duration.ofMillis(400);

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Connection connection;
    private final Collection<Long> pids;
    private final HttpClient client;

    private Subject(Connection connection, Collection<Long> pids) {
        this.connection = connection;
        this.pids = pids;
        this.client = HttpClient.newBuilder().sslContext(connection.tls()).build();
    }

    /** @param pids whose processor time and memory is the server's */
    static Subject of(Path kubeconfig, Collection<Long> pids) {
        return of(Kubeconfig.load(List.of(kubeconfig)).connection(null), pids);
    }

    static Subject of(Connection connection, Collection<Long> pids) {
        return new Subject(connection, pids);
    }

    /** @param body null for none */
    private HttpRequest request(String method, String path, byte @Nullable [] body, String type, String accept) {
        return HttpRequest.newBuilder(connection.server().resolve(path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
                .header("Content-Type", type)
                .header("Accept", accept)
                .timeout(Duration.ofMinutes(5))
                .build();
    }

    /** A request whose answer has one of these codes. It is tried again when there are too many. */
    byte[] send(String method, String path, byte @Nullable [] body, String type, String accept, Integer... codes) {
        return answer(method, path, body, type, accept, codes).body();
    }

    private HttpResponse<byte[]> answer(
            String method, String path, byte @Nullable [] body, String type, String accept, Integer... codes) {
        try {
            HttpRequest request = request(method, path, body, type, accept);
            HttpResponse<byte[]> answer = client.send(request, BodyHandlers.ofByteArray());
            // The real one answers so while it prepares the store of a new resource.
            while (answer.statusCode() == 429) {
                Thread.sleep(10);
                answer = client.send(request, BodyHandlers.ofByteArray());
            }
            if (!Arrays.asList(codes).contains(answer.statusCode())) {
                throw new IllegalStateException(method + " " + path + ": " + answer.statusCode() + " "
                        + new String(answer.body(), StandardCharsets.UTF_8));
            }
            return answer;
        } catch (IOException e) {
            throw new IllegalStateException(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(method + " " + path, e);
        }
    }

    MapValue create(String path, MapValue object) {
        return Json.decodeMap(send("POST", path, Json.encode(object), JSON, JSON, 201));
    }

    byte[] get(String path) {
        return send("GET", path, null, JSON, JSON, 200);
    }

    /** What the server tells of itself, in Prometheus' text format. */
    String metrics() {
        return new String(send("GET", "/metrics", null, JSON, "text/plain", 200), StandardCharsets.UTF_8);
    }

    /** Whether there is something at a path. */
    boolean has(String path) {
        return answer("GET", path, null, JSON, JSON, 200, 404).statusCode() == 200;
    }

    void delete(String path) {
        send("DELETE", path, null, JSON, JSON, 200, 202);
    }

    /** Deletes what may have gone already. */
    void deleteIfThere(String path) {
        send("DELETE", path, null, JSON, JSON, 200, 202, 404);
    }

    /** The events of a watch, line by line. */
    InputStream watch(String path) {
        try {
            return client.send(request("GET", path, null, JSON, JSON), BodyHandlers.ofInputStream())
                    .body();
        } catch (IOException e) {
            throw new IllegalStateException(path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(path, e);
        }
    }

    /** A namespace of its own, with its service account. */
    String namespace(String prefix) throws InterruptedException {
        String name = prefix + "-" + System.nanoTime();
        createNamespace(name);
        return name;
    }

    /** Creates a namespace and waits for its service account. */
    void createNamespace(String name) throws InterruptedException {
        create(
                "/api/v1/namespaces",
                MapValue.of("apiVersion", "v1", "kind", "Namespace", "metadata", MapValue.of("name", name)));
        while (!has("/api/v1/namespaces/" + name + "/serviceaccounts/default")) {
            Thread.sleep(10);
        }
    }

    /** Waits, though not for ever, until the server has done what follows from what it was asked before: until it rests. */
    void settle() throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (int quiet = 0; quiet < 2 && System.nanoTime() < end; ) {
            long before = processorMicros();
            Thread.sleep(REST);
            long limit = REST.toNanos() / 1000 / 10;
            quiet = processorMicros() - before <= limit ? quiet + 1 : 0;
        }
    }

    long residentMegabytes() {
        return ProcessFigures.residentMegabytes(pids);
    }

    long processorMicros() {
        return ProcessFigures.processorMicros(pids);
    }

    /** Does something many times, one after the other: the median, and what it cost the server. */
    Figure times(int count, String unit, IntConsumer action) {
        long[] nanos = new long[count];
        long processor = processorMicros();
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            action.accept(i);
            nanos[i] = System.nanoTime() - start;
        }
        return figure(nanos, processor, unit);
    }

    /** The median of some times, and what each cost the server since it had used that much. */
    Figure figure(long[] nanos, long processorBefore, String unit) {
        double processor = (double) (processorMicros() - processorBefore) / nanos.length;
        Arrays.sort(nanos);
        double median = nanos[nanos.length / 2] / 1e6;
        double last = nanos[Math.min(nanos.length - 1, nanos.length * 99 / 100)] / 1e6;
        String text = String.format(Locale.ROOT, "p50 %.2f ms p99 %.2f ms", median, last);
        return new Figure(text, median / 1e3, processor, unit);
    }

    /** Does something many times by several clients at once: how many in a second, and what each cost the server. */
    Figure rate(int clients, int count, String unit, IntConsumer action) throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        long processor = processorMicros();
        long start = System.nanoTime();
        all(clients, () -> {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                action.accept(i);
            }
            return true;
        });
        double seconds = (System.nanoTime() - start) / 1e9;
        double each = (double) (processorMicros() - processor) / count;
        return new Figure(String.format(Locale.ROOT, "%.0f/s", count / seconds), seconds / count, each, unit);
    }

    /** Runs something by several clients at once, and waits for all. */
    static void all(int clients, Callable<Boolean> action) throws InterruptedException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> running = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                running.add(threads.submit(action));
            }
            for (Future<Boolean> each : running) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        client.shutdownNow(); // whoever fails leaves watches behind
    }
}
