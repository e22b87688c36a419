package dev.proa.bench;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A histogram as Prometheus' text format has it; those of several labels are added up.
 *
 * @param buckets how many observations were at most this large, by the upper bounds of the buckets; the last is infinite
 * @param sum of all observations
 */
record PrometheusHistogram(NavigableMap<Double, Double> buckets, double sum) {
    private static final Pattern BOUND = Pattern.compile("[{,]le=\"([^\"]+)\"");

    /**
     * Reads one of the metrics of a text.
     *
     * @param label only those with this label, as in {@code result="scheduled"}; empty for all
     */
    static PrometheusHistogram parse(String text, String name, String label) {
        NavigableMap<Double, Double> buckets = new TreeMap<>();
        double sum = 0;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            if (!line.startsWith(name) || !line.contains(label)) {
                continue;
            }
            double value = Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
            if (line.startsWith(name + "_sum")) {
                sum += value;
            } else if (line.startsWith(name + "_bucket{")) {
                buckets.merge(bound(line), value, Double::sum);
            }
        }
        return new PrometheusHistogram(buckets, sum);
    }

    private static double bound(String line) {
        Matcher matcher = BOUND.matcher(line);
        if (!matcher.find()) {
            throw new IllegalArgumentException("a bucket without a bound: " + line);
        }
        String bound = matcher.group(1);
        return bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound);
    }

    /** What was observed since an earlier reading. */
    PrometheusHistogram since(PrometheusHistogram before) {
        NavigableMap<Double, Double> difference = new TreeMap<>();
        buckets.forEach((bound, count) -> difference.put(bound, count - before.buckets.getOrDefault(bound, 0.0)));
        return new PrometheusHistogram(difference, sum - before.sum);
    }

    double count() {
        return buckets.isEmpty() ? 0 : buckets.lastEntry().getValue();
    }

    double mean() {
        return count() == 0 ? 0 : sum / count();
    }

    /**
     * The value below which a share of the observations is, as Prometheus' {@code histogram_quantile} estimates it: evenly spread over
     * their bucket. The largest finite bound when it is above all of them; 0 when there was no observation.
     */
    double quantile(double share) {
        double rank = share * count();
        double lower = 0;
        double below = 0;
        for (Map.Entry<Double, Double> bucket : buckets.entrySet()) {
            if (bucket.getValue() >= rank && bucket.getValue() > below) {
                return bucket.getKey().isInfinite()
                        ? lower
                        : lower + (bucket.getKey() - lower) * (rank - below) / (bucket.getValue() - below);
            }
            lower = bucket.getKey();
            below = bucket.getValue();
        }
        return 0;
    }
}
