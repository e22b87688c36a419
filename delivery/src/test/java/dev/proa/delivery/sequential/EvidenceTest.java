package dev.proa.delivery.sequential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Evidence has mean 1 for a canary that is exactly as good as tolerated, and numbers do not overflow. */
class EvidenceTest {
    @Test
    void likelihoodRatiosHaveMeanOneUnderTheToleratedOdds() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            int stable = 1 + random.nextInt(40);
            int canary = 1 + random.nextInt(20);
            int hits = random.nextInt(stable + canary + 1);
            double logNull = Math.log(1 + random.nextDouble());
            double logOdds = logNull + Math.log(1.2 + 20 * random.nextDouble());
            double weights = 0;
            double mean = 0;
            for (int x = Math.max(0, hits - stable); x <= Math.min(canary, hits); x++) {
                double weight = choose(canary, x) * choose(stable, hits - x) * Math.exp(x * logNull);
                Table table = new Table(stable, hits - x, canary, x);
                weights += weight;
                mean += weight * Math.exp(Hypergeometric.logLikelihoodRatio(table, logOdds, logNull));
            }
            assertThat(mean / weights).as("seed %d, try %d", seed, i).isCloseTo(1, within(1e-9));
        }
    }

    private static double choose(int n, int k) {
        BigInteger result = BigInteger.ONE;
        for (int i = 0; i < k; i++) {
            result = result.multiply(BigInteger.valueOf(n - i)).divide(BigInteger.valueOf(i + 1));
        }
        return result.doubleValue();
    }

    @Test
    void evidenceOfAllStartsHasMeanOneAfterEveryBatch() {
        // two batches of one request each and one hit: the canary has it, or not, each with probability 1/2
        double mean = 0;
        for (int outcome = 0; outcome < 4; outcome++) {
            Evidence evidence = Evidence.none(1).after(oneHit(outcome % 2)).after(oneHit(outcome / 2));
            mean += Math.exp(evidence.log()) / 4;
        }
        assertThat(mean).isCloseTo(1, within(1e-12));
    }

    private static Table oneHit(int canary) {
        return new Table(1, 1 - canary, 1, canary);
    }

    @Test
    void batchesThatTellNothingChangeNothing() {
        Evidence before = Evidence.none(1.2).after(new Table(100, 2, 10, 3));
        assertThat(before.after(new Table(0, 0, 100, 100))).isEqualTo(before);
        assertThat(before.after(new Table(100, 0, 100, 0))).isEqualTo(before);
    }

    @Test
    void millionsOfRequestsInABatchAreExactEnoughAndFinite() {
        Table large = new Table(900_000_000, 9_000_000, 100_000_000, 1_000_000);
        double sum = Hypergeometric.logSum(large, 0);
        // without odds the sum is C(stable + canary, hits), by Vandermonde's identity
        double expected = Hypergeometric.logFactorial(1_000_000_000L)
                - Hypergeometric.logFactorial(10_000_000)
                - Hypergeometric.logFactorial(990_000_000);
        assertThat(sum).isCloseTo(expected, within(expected * 1e-11));
        Evidence worse = Evidence.none(1.2).after(new Table(900_000_000, 9_000_000, 100_000_000, 5_000_000));
        assertThat(worse.log()).isGreaterThan(100).isFinite();
    }

    @Test
    void countersThatBeganAnewCountFromZero() {
        RequestCounts before = new RequestCounts(10, 5, List.of(0.1), List.of(4L, 6L));
        RequestCounts restarted = new RequestCounts(3, 1, List.of(0.1), List.of(1L, 2L));
        assertThat(restarted.since(before)).isEqualTo(restarted);
        RequestCounts later = new RequestCounts(12, 6, List.of(0.1), List.of(5L, 7L));
        assertThat(later.since(before)).isEqualTo(new RequestCounts(2, 1, List.of(0.1), List.of(1L, 1L)));
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new Settings(0, 1, 1)).hasMessageContaining("alpha must be between 0 and 1");
        assertThatThrownBy(() -> new Settings(0.1, Double.NaN, 1)).hasMessageContaining("errorTolerance");
        assertThatThrownBy(() -> new Settings(0.1, 1, 0.5)).hasMessageContaining("latencyTolerance");
    }
}
