package dev.proa.delivery.analysis;

import dev.proa.api.codec.GoDuration;
import dev.proa.api.value.IntOrString;
import dev.proa.delivery.argo.Metric;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The numbers of a metric with Argo's defaults. */
final class Limits {
    private static final int ERRORS = 4;

    private Limits() {}

    /** A number, or a string that is one; any other string is 0, as in Go's {@code IntValue}. */
    static int number(@Nullable IntOrString value, int otherwise) {
        if (value == null) {
            return otherwise;
        }
        String text = value.text();
        if (text == null) {
            return value.number();
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** How many measurements are taken; null without end. */
    static @Nullable Integer count(Metric metric) {
        int count = number(metric.count(), 0);
        return count != 0 ? (Integer) count : metric.interval().isEmpty() ? (Integer) 1 : null;
    }

    static int failures(Metric metric) {
        return number(metric.failureLimit(), 0);
    }

    static int inconclusives(Metric metric) {
        return number(metric.inconclusiveLimit(), 0);
    }

    static int consecutiveErrors(Metric metric) {
        return number(metric.consecutiveErrorLimit(), ERRORS);
    }

    static int consecutiveSuccesses(Metric metric) {
        return number(metric.consecutiveSuccessLimit(), 0);
    }

    /** A duration of a metric that was validated; zero for none. */
    static Duration duration(String text) {
        return text.isEmpty() ? Duration.ZERO : GoDuration.parse(text).orElse(Duration.ZERO);
    }
}
