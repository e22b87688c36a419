package dev.proa.delivery.sequential;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A service with 200 requests a second, 1 % of them errors, latency log-normal around 40 ms, and its canary. */
final class SimulatedCanary {
    static final List<Double> BOUNDS = List.of(
            0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 5.0,
            10.0);
    static final int REQUESTS = 200;
    private static final double ERRORS = 0.01;
    private static final double MEDIAN = 0.04;
    private static final double SPREAD = 0.5;

    /** How the canary differs. */
    enum Kind {
        GOOD,
        ERRORS,
        SLOW,
        CRASH
    }

    private final Kind kind;
    private final double weight;
    private final Random random;
    private int second;

    /** The counts of both versions in one second, and how many users of the canary met its fault. */
    record Second(RequestCounts stable, RequestCounts canary, int hurt) {}

    SimulatedCanary(Kind kind, double weight, Random random) {
        this.kind = kind;
        this.weight = weight;
        this.random = random;
    }

    Second next() {
        boolean crashed = kind == Kind.CRASH && second >= 60;
        double errors = crashed ? 1 : kind == Kind.ERRORS ? 0.05 : ERRORS;
        Counts stable = new Counts();
        Counts canary = new Counts();
        for (int i = 0; i < REQUESTS; i++) {
            if (random.nextDouble() < weight) {
                canary.add(random.nextDouble() < errors, latency(kind == Kind.SLOW ? 2 : 1));
            } else {
                stable.add(random.nextDouble() < ERRORS, latency(1));
            }
        }
        second++;
        int hurt = kind == Kind.SLOW ? canary.requests : kind == Kind.ERRORS || crashed ? canary.errors : 0;
        return new Second(stable.counts(), canary.counts(), hurt);
    }

    private double latency(double factor) {
        return factor * MEDIAN * Math.exp(SPREAD * random.nextGaussian());
    }

    private static final class Counts {
        int requests;
        int errors;
        final long[] buckets = new long[BOUNDS.size() + 1];

        void add(boolean error, double latency) {
            requests++;
            errors += error ? 1 : 0;
            int bucket = 0;
            while (bucket < BOUNDS.size() && latency > BOUNDS.get(bucket)) {
                bucket++;
            }
            buckets[bucket]++;
        }

        RequestCounts counts() {
            List<Long> list = new ArrayList<>();
            for (long bucket : buckets) {
                list.add(bucket);
            }
            return new RequestCounts(requests, errors, BOUNDS, list);
        }
    }
}
