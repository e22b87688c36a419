package dev.proa.delivery.sequential;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A test in progress of a canary against the stable version, by errors and by latency; immutable.
 *
 * <p>Assumes that requests are shared out at random, and that within a batch both versions have requests of the same kind; between batches
 * everything may change. Latency is compared at each bound {@code b} of the histogram: answers of the canary slower than
 * {@code latencyTolerance * b} (rounded up to a bound) against answers of the stable version slower than {@code b}. Half of {@code alpha}
 * goes to errors, half to latency in equal parts to its bounds.
 */
public final class CanaryTest {
    private final Settings settings;
    private final List<Double> bounds;
    private final Evidence errors;
    private final List<Evidence> slower;
    private final @Nullable Verdict found;

    private CanaryTest(
            Settings settings, List<Double> bounds, Evidence errors, List<Evidence> slower, @Nullable Verdict found) {
        this.settings = settings;
        this.bounds = bounds;
        this.errors = errors;
        this.slower = slower;
        this.found = found;
    }

    /**
     * A test without any request yet.
     *
     * @param bounds of the histograms of latency, in seconds, ascending
     */
    public static CanaryTest begin(Settings settings, List<Double> bounds) {
        return new CanaryTest(
                settings,
                List.copyOf(bounds),
                Evidence.none(settings.errorTolerance()),
                Collections.nCopies(bounds.size(), Evidence.none(1)),
                null);
    }

    /** The test after another batch, of any size. A test that has found harm stays with that. */
    public CanaryTest after(RequestCounts stable, RequestCounts canary) {
        Evidence nextErrors =
                errors.after(new Table(stable.requests(), stable.errors(), canary.requests(), canary.errors()));
        List<Evidence> nextSlower = new ArrayList<>(slower);
        for (int i = 0; i < bounds.size(); i++) {
            int shifted = shifted(bounds.get(i));
            if (shifted < bounds.size()) {
                Table table = new Table(stable.timed(), stable.slower(i), canary.timed(), canary.slower(shifted));
                nextSlower.set(i, slower.get(i).after(table));
            }
        }
        return new CanaryTest(
                settings, bounds, nextErrors, nextSlower, found != null ? found : decide(nextErrors, nextSlower));
    }

    /** The index of the first bound that is not below {@code bound * latencyTolerance}. */
    private int shifted(double bound) {
        int index = 0;
        while (index < bounds.size() && bounds.get(index) < bound * settings.latencyTolerance()) {
            index++;
        }
        return index;
    }

    public Verdict verdict() {
        return found != null ? found : new Verdict.NotWorse(Math.exp(log(errors, slower)));
    }

    private @Nullable Verdict decide(Evidence nextErrors, List<Evidence> nextSlower) {
        double log = log(nextErrors, nextSlower);
        if (log < -Math.log(settings.alpha())) {
            return null;
        }
        int worst = 0;
        for (int i = 1; i < nextSlower.size(); i++) {
            worst = nextSlower.get(i).log() > nextSlower.get(worst).log() ? i : worst;
        }
        boolean byErrors = nextSlower.isEmpty()
                || nextErrors.log() >= nextSlower.get(worst).log() - Math.log(nextSlower.size());
        return byErrors
                ? new Verdict.MoreErrors(Math.exp(log))
                : new Verdict.Slower(Math.exp(log), bounds.get(shifted(bounds.get(worst))));
    }

    private static double log(Evidence errors, List<Evidence> slower) {
        if (slower.isEmpty()) {
            return errors.log();
        }
        double log = Double.NEGATIVE_INFINITY;
        for (Evidence each : slower) {
            log = Evidence.logAdd(log, each.log() - Math.log(slower.size()));
        }
        return Evidence.logAdd(errors.log(), log) - Math.log(2);
    }
}
