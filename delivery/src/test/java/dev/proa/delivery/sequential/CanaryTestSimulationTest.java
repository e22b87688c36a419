package dev.proa.delivery.sequential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.delivery.sequential.SimulatedCanary.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * 50 good and 50 bad canaries of ten minutes, with 5 to 50 % of 200 requests a second: who is found, how soon, and who is accused wrongly;
 * beside it a threshold of errors and of the 95th percentile of latency over windows of ten seconds, as templates have it. Run with
 * {@code -Dproa.print} to print the table of record 113.
 */
class CanaryTestSimulationTest {
    private static final List<Double> WEIGHTS = List.of(0.05, 0.1, 0.2, 0.3, 0.5);
    private static final int HORIZON = 600;

    /** How one judge did with one kind of canary. */
    private record Score(Kind kind, int canaries, int accused, int early, List<Integer> seconds, List<Integer> hurt) {}

    /** Says whether it accuses after another second. */
    private interface Judge {
        boolean accuses(SimulatedCanary.Second second);
    }

    private static final class Sequential implements Judge {
        private CanaryTest test = CanaryTest.begin(Settings.DEFAULT, SimulatedCanary.BOUNDS);

        @Override
        public boolean accuses(SimulatedCanary.Second second) {
            test = test.after(second.stable(), second.canary());
            return !(test.verdict() instanceof Verdict.NotWorse);
        }
    }

    /** More than 2 % errors, or a 95th percentile of more than 1.5 times the stable one's, in a window of ten seconds. */
    private static final class Threshold implements Judge {
        private final List<SimulatedCanary.Second> window = new ArrayList<>();

        @Override
        public boolean accuses(SimulatedCanary.Second second) {
            window.add(second);
            if (window.size() < 10) {
                return false;
            }
            RequestCounts stable =
                    sum(window.stream().map(SimulatedCanary.Second::stable).toList());
            RequestCounts canary =
                    sum(window.stream().map(SimulatedCanary.Second::canary).toList());
            window.clear();
            return canary.errors() > 0.02 * canary.requests() || percentile(canary) > 1.5 * percentile(stable);
        }

        private static RequestCounts sum(List<RequestCounts> all) {
            long requests = 0;
            long errors = 0;
            Long[] buckets =
                    Collections.nCopies(SimulatedCanary.BOUNDS.size() + 1, 0L).toArray(Long[]::new);
            for (RequestCounts each : all) {
                requests += each.requests();
                errors += each.errors();
                for (int i = 0; i < buckets.length; i++) {
                    buckets[i] += each.buckets().get(i);
                }
            }
            return new RequestCounts(requests, errors, SimulatedCanary.BOUNDS, Arrays.asList(buckets));
        }

        /** As histogram_quantile has it: linear within the bucket. */
        private static double percentile(RequestCounts counts) {
            double rank = 0.95 * counts.timed();
            long below = 0;
            for (int i = 0; i < SimulatedCanary.BOUNDS.size(); i++) {
                long in = counts.buckets().get(i);
                if (below + in >= rank && in > 0) {
                    double from = i == 0 ? 0 : SimulatedCanary.BOUNDS.get(i - 1);
                    return from + (SimulatedCanary.BOUNDS.get(i) - from) * (rank - below) / in;
                }
                below += in;
            }
            return SimulatedCanary.BOUNDS.getLast();
        }
    }

    @Test
    void findsBadCanariesSoonAndAccusesGoodOnesRarely() {
        long seed = Long.getLong("proa.seed", 42);
        Score good = score(Kind.GOOD, 50, seed, true);
        Score errors = score(Kind.ERRORS, 17, seed, true);
        Score slow = score(Kind.SLOW, 17, seed, true);
        Score crash = score(Kind.CRASH, 16, seed, true);
        Score naive = score(Kind.GOOD, 50, seed, false);
        if (System.getProperty("proa.print") != null) {
            print(List.of(good, errors, slow, crash));
            print(List.of(
                    naive,
                    score(Kind.ERRORS, 17, seed, false),
                    score(Kind.SLOW, 17, seed, false),
                    score(Kind.CRASH, 16, seed, false)));
        }
        // each of 50 good canaries is accused with probability 0.01 at most; 4 or more happens once in 600 seeds
        assertThat(good.accused()).as("seed %d", seed).isLessThanOrEqualTo(3);
        for (Score bad : List.of(errors, slow, crash)) {
            assertThat(bad.accused() - bad.early())
                    .as("%s, seed %d", bad.kind(), seed)
                    .isEqualTo(bad.canaries());
        }
        assertThat(median(errors.seconds())).as("seed %d", seed).isLessThan(30);
        assertThat(median(slow.seconds())).as("seed %d", seed).isLessThan(60);
        assertThat(Collections.max(crash.seconds())).as("seed %d", seed).isLessThanOrEqualTo(10);
        assertThat(naive.accused()).as("a threshold, seed %d", seed).isGreaterThan(good.accused() + 10);
    }

    private static Score score(Kind kind, int canaries, long seed, boolean sequential) {
        int accused = 0;
        int early = 0;
        List<Integer> seconds = new ArrayList<>();
        List<Integer> hurts = new ArrayList<>();
        int from = kind == Kind.CRASH ? 60 : 0;
        for (int i = 0; i < canaries; i++) {
            SimulatedCanary canary = new SimulatedCanary(
                    kind, WEIGHTS.get(i % WEIGHTS.size()), new Random(seed * 1000 + kind.ordinal() * 100 + i));
            Judge judge = sequential ? new Sequential() : new Threshold();
            int hurt = 0;
            @Nullable Integer at = null;
            for (int second = 1; second <= HORIZON && at == null; second++) {
                SimulatedCanary.Second next = canary.next();
                hurt += next.hurt();
                at = judge.accuses(next) ? second : null;
            }
            if (at != null) {
                accused++;
                if (at <= from) {
                    early++;
                } else {
                    seconds.add(at - from);
                    hurts.add(hurt);
                }
            } else {
                hurts.add(hurt);
            }
        }
        return new Score(kind, canaries, accused, early, seconds, hurts);
    }

    private static int median(List<Integer> values) {
        List<Integer> sorted = values.stream().sorted().toList();
        return sorted.isEmpty() ? -1 : sorted.get(sorted.size() / 2);
    }

    private static void print(List<Score> scores) {
        for (Score score : scores) {
            System.out.println(String.format(
                    Locale.ROOT,
                    "%s: %d of %d accused (%d before the fault), median %d s, longest %d s; hurt: median %d, most %d",
                    score.kind(),
                    score.accused(),
                    score.canaries(),
                    score.early(),
                    median(score.seconds()),
                    score.seconds().stream().mapToInt(Integer::intValue).max().orElse(-1),
                    median(score.hurt()),
                    score.hurt().stream().mapToInt(Integer::intValue).max().orElse(-1)));
        }
    }
}
