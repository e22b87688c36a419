package dev.proa.delivery.sequential;

/**
 * The requests of both versions in a batch.
 *
 * @param stable requests of the stable version
 * @param stableHits how many of them had a hit
 * @param canary requests of the canary
 * @param canaryHits how many of them had a hit
 */
record Table(long stable, long stableHits, long canary, long canaryHits) {
    Table {
        if (stableHits < 0 || canaryHits < 0 || stableHits > stable || canaryHits > canary) {
            throw new IllegalArgumentException(
                    "more hits than requests: " + stableHits + " of " + stable + ", " + canaryHits + " of " + canary);
        }
    }

    long hits() {
        return stableHits + canaryHits;
    }

    /** Whether its sums leave the canary's hits no choice, so that it tells nothing. */
    boolean tellsNothing() {
        return stable == 0 || canary == 0 || hits() == 0 || hits() == stable + canary;
    }
}
