package dev.proa.delivery.sequential;

import java.util.ArrayList;
import java.util.List;

/**
 * The evidence of all batches so far that the canary's odds of a hit are more than {@code tolerance} times the stable version's: an average
 * over larger odds ratios, and over the batch from which on they may hold, so that a canary which turns bad late is found as well.
 *
 * @param tolerance the odds ratio that is still good, at least 1
 * @param batches how many batches there were
 * @param logs for each of {@link #FACTORS} the logarithm of the evidence of all starts so far
 */
record Evidence(double tolerance, long batches, List<Double> logs) {
    /** The odds ratios that are tried, in multiples of the tolerance. */
    static final List<Double> FACTORS = List.of(1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0);

    Evidence {
        logs = List.copyOf(logs);
    }

    static Evidence none(double tolerance) {
        return new Evidence(
                tolerance,
                0,
                FACTORS.stream().map(factor -> Double.NEGATIVE_INFINITY).toList());
    }

    /** The evidence after another batch. */
    Evidence after(Table table) {
        if (table.tellsNothing()) {
            return this;
        }
        double logNull = Math.log(tolerance);
        double start =
                -Math.log(batches + 1.0) - Math.log(batches + 2.0); // the start's share: 1/2, 1/6, 1/12, ..., in all 1
        List<Double> next = new ArrayList<>(FACTORS.size());
        for (int i = 0; i < FACTORS.size(); i++) {
            double logOdds = logNull + Math.log(FACTORS.get(i));
            next.add(logAdd(logs.get(i), start) + Hypergeometric.logLikelihoodRatio(table, logOdds, logNull));
        }
        return new Evidence(tolerance, batches + 1, next);
    }

    /** Its logarithm; 0 when there is none. */
    double log() {
        double sum = -Math.log(batches + 1.0); // what starts later has the rest of the shares, and no evidence yet
        for (double log : logs) {
            sum = logAdd(sum, log - Math.log(FACTORS.size()));
        }
        return sum;
    }

    /** {@code log(exp(a) + exp(b))}. */
    static double logAdd(double a, double b) {
        double larger = Math.max(a, b);
        return larger == Double.NEGATIVE_INFINITY ? larger : larger + Math.log1p(Math.exp(Math.min(a, b) - larger));
    }
}
