package dev.proa.delivery.analysis;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.proa.api.codec.GoDuration;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.argo.Metric;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks metrics, in the words of Argo Rollouts. */
final class MetricValidation {
    private MetricValidation() {}

    /** @throws AnalysisException when a metric is invalid */
    static void check(List<Metric> metrics) throws AnalysisException {
        if (metrics.isEmpty()) {
            throw new AnalysisException("no metrics specified");
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < metrics.size(); i++) {
            Metric metric = metrics.get(i);
            String at = "metrics[" + i + "]: ";
            if (!names.add(metric.name())) {
                throw new AnalysisException(at + "duplicate name '" + metric.name() + "'");
            }
            checkLimits(metric, at);
            checkTimes(metric, at);
            checkProvider(metric.provider().value(), at);
        }
    }

    private static void checkLimits(Metric metric, String at) throws AnalysisException {
        int count = Limits.number(metric.count(), 0);
        int failures = Limits.failures(metric);
        int successes = Limits.consecutiveSuccesses(metric);
        int inconclusives = Limits.inconclusives(metric);
        require(successes >= 0, at + "consecutiveSuccessLimit must be >= 0");
        require(failures >= -1, at + "failureLimit must be >= 0, or -1 to be disabled");
        require(
                successes != 0 || failures != -1,
                at + "failureLimit and consecutiveSuccessLimit cannot both be disabled");
        require(inconclusives >= 0, at + "inconclusiveLimit must be >= 0");
        require(Limits.consecutiveErrors(metric) >= 0, at + "consecutiveErrorLimit must be >= 0");
        if (count > 0) {
            require(
                    failures < 0 || count >= failures + successes,
                    at + "count (" + count + ") must be >= failureLimit + consecutiveSuccessLimit (" + failures + " + "
                            + successes + ") if both >= 0");
            require(failures >= 0 || count >= successes, at + "count must be >= consecutiveSuccessLimit");
            require(count >= inconclusives, at + "count must be >= inconclusiveLimit");
        }
        require(count <= 1 || !metric.interval().isEmpty(), at + "interval must be specified when count > 1");
    }

    private static void checkTimes(Metric metric, String at) throws AnalysisException {
        require(isDuration(metric.interval()), at + "invalid interval string: " + invalid(metric.interval()));
        require(isDuration(metric.initialDelay()), at + "invalid startDelay string: " + invalid(metric.initialDelay()));
    }

    private static boolean isDuration(String text) {
        return text.isEmpty() || GoDuration.parse(text).isPresent();
    }

    private static String invalid(String text) {
        return "time: invalid duration \"" + text + "\"";
    }

    private static void checkProvider(MapValue provider, String at) throws AnalysisException {
        int providers = 0;
        for (Map.Entry<String, ?> entry : provider) {
            providers += !(entry.getValue() instanceof MapValue configuration)
                    ? 0
                    : entry.getKey().equals("plugin") ? configuration.size() : 1;
        }
        require(providers > 0, at + "no provider specified");
        require(providers == 1, at + "multiple providers specified");
    }

    private static void require(boolean holds, String otherwise) throws AnalysisException {
        if (!holds) {
            throw new AnalysisException(otherwise);
        }
    }

    /**
     * The metrics that rules match, each with the index of the last rule that does.
     *
     * @param field of the rules, for the message
     * @param patterns regular expressions of the rules
     * @throws AnalysisException when a rule matches none
     */
    static Map<String, Integer> matched(String field, List<String> patterns, List<Metric> metrics)
            throws AnalysisException {
        Map<String, Integer> matched = new HashMap<>();
        for (int i = 0; i < patterns.size(); i++) {
            int before = i;
            boolean any = false;
            for (Metric metric : metrics) {
                if (matches(patterns.get(i), metric.name())) {
                    matched.put(metric.name(), before);
                    any = true;
                }
            }
            require(any, field + "[" + i + "]: Rule didn't match any metric name(s)");
        }
        return matched;
    }

    private static boolean matches(String pattern, String name) {
        try {
            return Pattern.compile(pattern).matcher(name).find();
        } catch (PatternSyntaxException e) {
            return false; // as upstream: the rule then matches no metric, which is reported
        }
    }
}
