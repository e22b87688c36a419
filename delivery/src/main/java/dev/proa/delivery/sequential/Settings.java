package dev.proa.delivery.sequential;

/**
 * What a test takes for worse, and how sure it must be.
 *
 * @param alpha the largest probability that a canary which is not worse is ever called so, over all times
 * @param errorTolerance how many times the odds of an error at the stable version are still good, at least 1
 * @param latencyTolerance how many times the latency of the stable version is still good, at least 1
 */
public record Settings(double alpha, double errorTolerance, double latencyTolerance) {
    /** One false alarm in a hundred rollouts; 1.2 times the errors and 1.25 times the latency are good. */
    public static final Settings DEFAULT = new Settings(0.01, 1.2, 1.25);

    /** @throws IllegalArgumentException when a number is out of range */
    public Settings {
        if (!(alpha > 0 && alpha < 1)) {
            throw new IllegalArgumentException("alpha must be between 0 and 1, but is " + alpha);
        }
        if (!(errorTolerance >= 1 && errorTolerance < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("errorTolerance must be at least 1, but is " + errorTolerance);
        }
        if (!(latencyTolerance >= 1 && latencyTolerance < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("latencyTolerance must be at least 1, but is " + latencyTolerance);
        }
    }
}
