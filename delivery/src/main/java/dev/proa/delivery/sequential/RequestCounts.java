package dev.proa.delivery.sequential;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a version has answered.
 *
 * @param requests the number of answers
 * @param errors the number of answers that were errors of the server
 * @param bounds upper bounds of the buckets in seconds, ascending; a last bucket without a bound follows
 * @param buckets the number of answers by the time they took, one more than bounds; not cumulative
 */
public record RequestCounts(long requests, long errors, List<Double> bounds, List<Long> buckets) {
    /** @throws IllegalArgumentException when the lists do not fit */
    public RequestCounts {
        bounds = List.copyOf(bounds);
        buckets = List.copyOf(buckets);
        if (buckets.size() != bounds.size() + 1) {
            throw new IllegalArgumentException(buckets.size() + " buckets for " + bounds.size() + " bounds");
        }
    }

    /** Nothing yet. */
    public static RequestCounts none(List<Double> bounds) {
        return new RequestCounts(0, 0, bounds, Collections.nCopies(bounds.size() + 1, 0L));
    }

    /**
     * What came since {@code before}. Counts that are smaller than before began anew, so all of them came since. The counters of a live proxy
     * are not read in one instant: no more errors than requests are taken.
     */
    public RequestCounts since(RequestCounts before) {
        if (requests < before.requests || errors < before.errors || !bounds.equals(before.bounds)) {
            return this;
        }
        List<Long> more = new ArrayList<>();
        for (int i = 0; i < buckets.size(); i++) {
            more.add(Math.max(0, buckets.get(i) - before.buckets.get(i)));
        }
        long came = requests - before.requests;
        return new RequestCounts(came, Math.min(came, errors - before.errors), bounds, more);
    }

    /** How many answers are in the buckets. */
    long timed() {
        return buckets.stream().mapToLong(Long::longValue).sum();
    }

    /** How many answers took longer than the bound at {@code index}. */
    long slower(int index) {
        return buckets.subList(index + 1, buckets.size()).stream()
                .mapToLong(Long::longValue)
                .sum();
    }
}
