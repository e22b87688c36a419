package dev.proa.delivery.sequential;

/** Fisher's noncentral hypergeometric distribution of the canary's hits, given the sums of a {@link Table}. */
final class Hypergeometric {
    /** Terms smaller than this part of the largest are left out; they fall faster than geometrically. */
    private static final double NEGLIGIBLE = 1e-18;

    private static final int TABULATED = 16;
    private static final double[] SMALL = new double[TABULATED];

    static {
        for (int i = 2; i < TABULATED; i++) {
            SMALL[i] = SMALL[i - 1] + Math.log(i);
        }
    }

    private Hypergeometric() {}

    /**
     * The logarithm of the likelihood of the canary's hits with one odds ratio, divided by that with another.
     *
     * @param logOdds the logarithm of the first odds ratio
     * @param logNull the logarithm of the second
     */
    static double logLikelihoodRatio(Table table, double logOdds, double logNull) {
        return table.canaryHits() * (logOdds - logNull) - (logSum(table, logOdds) - logSum(table, logNull));
    }

    /** {@code log(sum over x of C(canary, x) * C(stable, hits - x) * odds^x)}. */
    static double logSum(Table table, double logOdds) {
        long least = Math.max(0, table.hits() - table.stable());
        long most = Math.min(table.canary(), table.hits());
        double odds = Math.exp(logOdds);
        long mode = mode(table, odds, least, most);
        double sum = 1;
        double term = 1;
        for (long x = mode; x < most && term > NEGLIGIBLE; x++) {
            term *= ratio(table, odds, x);
            sum += term;
        }
        term = 1;
        for (long x = mode - 1; x >= least && term > NEGLIGIBLE; x--) {
            term /= ratio(table, odds, x);
            sum += term;
        }
        return logChoose(table.canary(), mode)
                + logChoose(table.stable(), table.hits() - mode)
                + mode * logOdds
                + Math.log(sum);
    }

    /** The largest term: the ratio of neighbours falls, so it is where that crosses 1. */
    private static long mode(Table table, double odds, long least, long most) {
        long low = least;
        long high = most;
        while (low < high) {
            long middle = low + (high - low) / 2;
            if (ratio(table, odds, middle) > 1) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The term of {@code x + 1} divided by that of {@code x}. */
    private static double ratio(Table table, double odds, long x) {
        double up = (double) (table.canary() - x) * (table.hits() - x);
        double down = (double) (x + 1) * (table.stable() - table.hits() + x + 1);
        return odds * up / down;
    }

    private static double logChoose(long n, long k) {
        return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
    }

    /** By Stirling's series, whose error is below 1e-11 from 16 on. */
    static double logFactorial(long n) {
        if (n < TABULATED) {
            return SMALL[(int) n];
        }
        double square = (double) n * n;
        return n * Math.log(n)
                - n
                + 0.5 * Math.log(2 * Math.PI * n)
                + (1 / 12.0 - (1 / 360.0 - 1 / (1260.0 * square)) / square) / n;
    }
}
