package dev.proa.examples.hello.service;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts requests, and writes what it counted in Prometheus' text format 0.0.4. Safe for many threads. */
public final class Metrics {
    private static final double[] BUCKETS = {0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5};

    private final ConcurrentHashMap<String, LongAdder> requests = new ConcurrentHashMap<>();
    private final LongAdder[] buckets = new LongAdder[BUCKETS.length];
    private final LongAdder count = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final LongAdder inFlight = new LongAdder();
    private final double started = System.currentTimeMillis() / 1000.0;

    public Metrics() {
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = new LongAdder();
        }
    }

    /** A request begins. */
    public void begin() {
        inFlight.increment();
    }

    /** A request ended. The path is that of the handler, so that there are few of them. */
    public void end(String method, String path, int status, long tookNanos) {
        inFlight.decrement();
        String labels = "method=\"" + method(method) + "\",path=\"" + path + "\",code=\"" + status + "\"";
        requests.computeIfAbsent(labels, key -> new LongAdder()).increment();
        count.increment();
        nanos.add(tookNanos);
        double seconds = tookNanos / 1e9;
        for (int i = 0; i < BUCKETS.length; i++) {
            if (seconds <= BUCKETS[i]) {
                buckets[i].increment();
                return;
            }
        }
    }

    public long inFlight() {
        return inFlight.sum();
    }

    /** Methods come from clients: only the usual ones become labels. */
    private static String method(String method) {
        return switch (method) {
            case "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH" -> method;
            default -> "other";
        };
    }

    public String toText() {
        StringBuilder out = new StringBuilder(2048);
        head(out, "http_requests_total", "counter", "Requests served.");
        for (Map.Entry<String, LongAdder> entry : new TreeMap<>(requests).entrySet()) {
            out.append("http_requests_total{").append(entry.getKey()).append("} ");
            out.append(entry.getValue().sum()).append('\n');
        }
        head(out, "http_request_duration_seconds", "histogram", "Time from request to response.");
        long total = count.sum();
        long below = 0;
        for (int i = 0; i < BUCKETS.length; i++) {
            below += buckets[i].sum();
            out.append("http_request_duration_seconds_bucket{le=\"").append(BUCKETS[i]).append("\"} ");
            out.append(below).append('\n');
        }
        out.append("http_request_duration_seconds_bucket{le=\"+Inf\"} ").append(Math.max(total, below)).append('\n');
        out.append("http_request_duration_seconds_sum ").append(nanos.sum() / 1e9).append('\n');
        out.append("http_request_duration_seconds_count ").append(Math.max(total, below)).append('\n');
        gauge(out, "http_requests_in_flight", "Requests being served.", inFlight.sum());
        Runtime runtime = Runtime.getRuntime();
        gauge(out, "jvm_memory_used_bytes", "Heap in use.", runtime.totalMemory() - runtime.freeMemory());
        gauge(out, "jvm_memory_committed_bytes", "Heap taken from the system.", runtime.totalMemory());
        gauge(out, "process_start_time_seconds", "Start of the process, Unix time.", started);
        return out.toString();
    }

    private static void gauge(StringBuilder out, String name, String help, double value) {
        head(out, name, "gauge", help);
        out.append(name).append(' ').append(value).append('\n');
    }

    private static void head(StringBuilder out, String name, String type, String help) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }
}
