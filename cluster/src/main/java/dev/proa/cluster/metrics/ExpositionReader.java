package dev.proa.cluster.metrics;

import dev.proa.cluster.metrics.MetricsBatch.PodName;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a kubelet tells at {@code /metrics/resource}, in the text format of Prometheus: of its samples those of nodes and containers. A
 * pod of which a container lacks something is left out, as metrics-server does. A sample that was measured more than {@link #MOST_OFF} before
 * or after now counts as lacking: a usage between two moments cannot be told of a clock that jumps.
 */
final class ExpositionReader {
    static final Duration MOST_OFF = Duration.ofMinutes(1);

    private static final double NANOS = 1e9;

    private final Instant now;
    private final Point node = new Point();
    private final Map<PodName, Map<String, Point>> pods = new HashMap<>();

    /** A sample whose parts come one by one. */
    private static final class Point {
        private @Nullable Instant startedAt;
        private @Nullable Instant timestamp;
        private long cpu;
        private long memory;

        MetricsPoint point(Instant otherwise) {
            return new MetricsPoint(startedAt, timestamp == null ? otherwise : timestamp, cpu, memory);
        }
    }

    private ExpositionReader(Instant now) {
        this.now = now;
    }

    /**
     * Reads a text.
     *
     * @param now of samples without a timestamp
     * @throws IllegalArgumentException when it is not in the format
     */
    static MetricsBatch read(String text, String nodeName, Instant now) {
        ExpositionReader reader = new ExpositionReader(now);
        text.lines().filter(line -> !line.isBlank() && line.charAt(0) != '#').forEach(reader::line);
        return reader.batch(nodeName);
    }

    private void line(String line) {
        int end = nameEnd(line);
        String name = line.substring(0, end);
        switch (name) {
            case "node_cpu_usage_seconds_total",
                    "node_memory_working_set_bytes",
                    "container_cpu_usage_seconds_total",
                    "container_memory_working_set_bytes",
                    "container_start_time_seconds" -> {}
            default -> {
                return;
            }
        }
        Map<String, String> labels = new HashMap<>();
        int at = end;
        if (at < line.length() && line.charAt(at) == '{') {
            at = Labels.read(line, at + 1, labels);
        }
        String[] rest = line.substring(at).strip().split("\\s+");
        double value = Double.parseDouble(rest[0]);
        Instant time = rest.length > 1 ? Instant.ofEpochMilli(Long.parseLong(rest[1])) : now;
        if (Duration.between(now, time).abs().compareTo(MOST_OFF) <= 0) {
            sample(name, labels, value, time);
        }
    }

    private static int nameEnd(String line) {
        int end = 0;
        while (end < line.length() && line.charAt(end) != '{' && !Character.isWhitespace(line.charAt(end))) {
            end++;
        }
        return end;
    }

    private void sample(String name, Map<String, String> labels, double value, Instant time) {
        Point point = name.startsWith("node_")
                ? node
                : pods.computeIfAbsent(
                                new PodName(labels.getOrDefault("namespace", ""), labels.getOrDefault("pod", "")),
                                unused -> new HashMap<>())
                        .computeIfAbsent(labels.getOrDefault("container", ""), unused -> new Point());
        if (name.endsWith("_start_time_seconds")) {
            point.startedAt = Instant.ofEpochSecond(0, (long) (value * NANOS));
            return;
        }
        point.timestamp = time;
        if (name.endsWith("_bytes")) {
            point.memory = (long) value;
        } else {
            point.cpu = (long) (value * NANOS);
        }
    }

    private MetricsBatch batch(String nodeName) {
        MetricsPoint ofNode = node.point(now);
        Map<PodName, Map<String, MetricsPoint>> complete = new HashMap<>();
        pods.forEach((pod, containers) -> {
            Map<String, MetricsPoint> points = HashMap.newHashMap(containers.size());
            containers.forEach((name, point) -> points.put(name, point.point(now)));
            if (points.values().stream().allMatch(MetricsPoint::isComplete)) {
                complete.put(pod, Map.copyOf(points));
            }
        });
        return new MetricsBatch(ofNode.isComplete() ? Map.of(nodeName, ofNode) : Map.of(), complete);
    }

    /** Labels in braces. */
    private static final class Labels {
        /** Reads labels up to the closing brace; returns where the rest of the line begins. */
        static int read(String line, int from, Map<String, String> into) {
            int at = from;
            while (at < line.length() && line.charAt(at) != '}') {
                int equals = line.indexOf('=', at);
                if (equals < 0 || equals + 1 >= line.length() || line.charAt(equals + 1) != '"') {
                    throw new IllegalArgumentException("not a sample: " + line);
                }
                StringBuilder value = new StringBuilder();
                int end = equals + 2;
                while (end < line.length() && line.charAt(end) != '"') {
                    if (line.charAt(end) == '\\' && end + 1 < line.length()) {
                        end++;
                        value.append(line.charAt(end) == 'n' ? '\n' : line.charAt(end));
                    } else {
                        value.append(line.charAt(end));
                    }
                    end++;
                }
                into.put(line.substring(at, equals).strip(), value.toString());
                at = end + 1;
                if (at < line.length() && line.charAt(at) == ',') {
                    at++;
                }
            }
            if (at >= line.length()) {
                throw new IllegalArgumentException("not a sample: " + line);
            }
            return at + 1;
        }
    }
}
