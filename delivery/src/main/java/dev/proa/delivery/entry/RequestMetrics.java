package dev.proa.delivery.entry;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the requests that versions of applications have answered, since the process started: {@code proa_entry_requests_total} by the
 * class of the answer's code, and {@code proa_entry_request_duration_seconds}, the time until the head of the answer. A pod that cannot be
 * connected to, or breaks off before it answers, counts as an answer of class {@code 5xx}, also when another pod then answers in its place;
 * a client that goes away counts as nothing. Thread-safe.
 */
public final class RequestMetrics implements MultiCollector {
    /** Upper bounds of the histogram, in seconds; the last bucket has no bound. */
    public static final List<Double> BOUNDS = List.of(
            0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 5.0,
            10.0);

    private static final List<String> CLASSES = List.of("1xx", "2xx", "3xx", "4xx", "5xx");
    /** Versions of one Service that are remembered: those that answered last, or that somebody asked for. */
    private static final int MOST_VERSIONS = 32;

    private static final double[] NANOS = BOUNDS.stream()
            .mapToDouble(bound -> bound * TimeUnit.SECONDS.toNanos(1))
            .toArray();

    private final Map<Entered, Map<String, Counts>> services = new TreeMap<>();

    private record Entered(String namespace, String service) implements Comparable<Entered> {
        @Override
        public int compareTo(Entered other) {
            int order = namespace.compareTo(other.namespace);
            return order == 0 ? service.compareTo(other.service) : order;
        }
    }

    private static final class Counts {
        final AtomicLongArray classes = new AtomicLongArray(CLASSES.size());
        final AtomicLongArray buckets = new AtomicLongArray(BOUNDS.size() + 1);
        final LongAdder nanos = new LongAdder();

        long[] read(AtomicLongArray counts) {
            long[] all = new long[counts.length()];
            Arrays.setAll(all, counts::get);
            return all;
        }
    }

    /**
     * What a version has answered.
     *
     * @param byClass the number of answers by the first digit of their code: index 0 for 1xx up to 4 for 5xx
     * @param buckets the number of answers by the time they took, one for each of {@link #BOUNDS} and one for the rest; not cumulative
     * @param seconds the sum of the times
     */
    public record Totals(List<Long> byClass, List<Long> buckets, double seconds) {
        /** Nothing yet. */
        public static final Totals NONE =
                new Totals(Collections.nCopies(CLASSES.size(), 0L), Collections.nCopies(BOUNDS.size() + 1, 0L), 0);

        public Totals {
            byClass = List.copyOf(byClass);
            buckets = List.copyOf(buckets);
        }

        /** The number of all answers. */
        public long requests() {
            return byClass.stream().mapToLong(Long::longValue).sum();
        }

        /** The number of answers of class 5xx. */
        public long errors() {
            return byClass.getLast();
        }
    }

    /** An answer of a version. */
    void answered(String namespace, String service, String version, int code, long nanos) {
        Counts counts = counts(namespace, service, version);
        counts.classes.incrementAndGet(Math.clamp(code / 100, 1, CLASSES.size()) - 1);
        int at = Arrays.binarySearch(NANOS, nanos);
        counts.buckets.incrementAndGet(at < 0 ? -at - 1 : at);
        counts.nanos.add(nanos);
    }

    private Counts counts(String namespace, String service, String version) {
        synchronized (services) {
            return services.computeIfAbsent(
                            new Entered(namespace, service), absent -> new LinkedHashMap<>(16, 0.75f, true) {
                                @Override
                                protected boolean removeEldestEntry(Map.Entry<String, Counts> eldest) {
                                    return size() > MOST_VERSIONS;
                                }
                            })
                    .computeIfAbsent(version, absent -> new Counts());
        }
    }

    /**
     * What a version has answered so far; the counts only grow while the process lives.
     *
     * @param service the Service that is entered
     * @param version the template hash of its pods
     */
    public Totals totals(String namespace, String service, String version) {
        synchronized (services) {
            Counts counts = services.getOrDefault(new Entered(namespace, service), Map.of())
                    .get(version);
            return counts == null ? Totals.NONE : totals(counts);
        }
    }

    private static Totals totals(Counts counts) {
        return new Totals(
                Arrays.stream(counts.read(counts.classes)).boxed().toList(),
                Arrays.stream(counts.read(counts.buckets)).boxed().toList(),
                counts.nanos.sum() / 1e9);
    }

    /** Forgets a Service that is entered no more. */
    void forget(String namespace, String service) {
        synchronized (services) {
            services.remove(new Entered(namespace, service));
        }
    }

    @Override
    public MetricSnapshots collect() {
        CounterSnapshot.Builder requests = CounterSnapshot.builder()
                .name("proa_entry_requests")
                .help("Answers of versions behind the entry proxy, by the class of their code.");
        HistogramSnapshot.Builder durations = HistogramSnapshot.builder()
                .name("proa_entry_request_duration_seconds")
                .help("Time until versions behind the entry proxy have begun to answer.");
        synchronized (services) {
            services.forEach((entered, versions) -> versions.forEach((version, counts) -> {
                Labels labels =
                        Labels.of("namespace", entered.namespace, "service", entered.service, "version", version);
                Totals totals = totals(counts);
                for (int i = 0; i < CLASSES.size(); i++) {
                    requests.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                            .labels(labels.merge(Labels.of("code", CLASSES.get(i))))
                            .value(totals.byClass().get(i))
                            .build());
                }
                durations.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .labels(labels)
                        .classicHistogramBuckets(buckets(totals))
                        .sum(totals.seconds())
                        .build());
            }));
        }
        return MetricSnapshots.of(requests.build(), durations.build());
    }

    private static ClassicHistogramBuckets buckets(Totals totals) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < totals.buckets().size(); i++) {
            buckets.bucket(
                    i < BOUNDS.size() ? BOUNDS.get(i) : Double.POSITIVE_INFINITY,
                    totals.buckets().get(i));
        }
        return buckets.build();
    }
}
