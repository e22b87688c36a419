package dev.proa.control.job;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.batch.v1.PodFailurePolicyOnExitCodesRequirement;
import dev.proa.api.batch.v1.PodFailurePolicyOnPodConditionsPattern;
import dev.proa.api.batch.v1.PodFailurePolicyRule;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Holds failed pods against the {@code podFailurePolicy} of their Job (KEP-3329). Pure. */
final class FailurePolicy {
    private FailurePolicy() {}

    /**
     * What the first rule that fits says of a failed pod.
     *
     * @param action of the rule; empty when none fits, which counts as {@code Count}
     * @param message why the whole Job fails; empty unless the action is {@code FailJob}
     */
    record Match(String action, String message) {
        private static final Match NONE = new Match("", "");

        /** Whether the failure counts towards the back-off limits. */
        boolean counts() {
            return !action.equals("Ignore");
        }
    }

    static Match match(Job job, Pod pod) {
        if (!job.spec().hasPodFailurePolicy()) {
            return Match.NONE;
        }
        List<PodFailurePolicyRule> rules = job.spec().podFailurePolicy().rules();
        for (int i = 0; i < rules.size(); i++) {
            Match match = match(rules.get(i), i, pod);
            if (match != null) {
                return match;
            }
        }
        return Match.NONE;
    }

    private static @Nullable Match match(PodFailurePolicyRule rule, int number, Pod pod) {
        String matched = "matching " + rule.action() + " rule at index " + number;
        String name = pod.namespace() + "/" + pod.name();
        if (rule.hasOnExitCodes()) {
            MapValue container = container(pod, rule.onExitCodes());
            return container == null
                    ? null
                    : of(
                            rule,
                            "Container " + container.string("name") + " for pod " + name + " failed with exit code "
                                    + exitCode(container) + " " + matched);
        }
        String condition = condition(pod, rule.onPodConditions());
        return condition == null ? null : of(rule, "Pod " + name + " has condition " + condition + " " + matched);
    }

    private static @Nullable Match of(PodFailurePolicyRule rule, String message) {
        return switch (rule.action()) {
            case "FailJob" -> new Match("FailJob", message);
            case "Ignore", "FailIndex", "Count" -> new Match(rule.action(), "");
            default -> null; // of a later version
        };
    }

    /** The first container that ended as {@code wanted} says; null when none has. */
    private static @Nullable MapValue container(Pod pod, PodFailurePolicyOnExitCodesRequirement wanted) {
        MapValue status = pod.value().map("status");
        MapValue container = container(status.list("containerStatuses"), wanted);
        return container != null ? container : container(status.list("initContainerStatuses"), wanted);
    }

    private static @Nullable MapValue container(ListValue statuses, PodFailurePolicyOnExitCodesRequirement wanted) {
        for (int i = 0; i < statuses.size(); i++) {
            MapValue status = statuses.map(i);
            if (wanted.hasContainerName() && !wanted.containerName().equals(status.string("name"))) {
                continue;
            }
            int code = exitCode(status);
            boolean listed = wanted.values().contains(code);
            if (code != 0
                    && switch (wanted.operator()) {
                        case "In" -> listed;
                        case "NotIn" -> !listed;
                        default -> false;
                    }) {
                return status;
            }
        }
        return null;
    }

    /** Zero also for one that has not terminated, of which nothing can be said yet. */
    private static int exitCode(MapValue containerStatus) {
        return (int) containerStatus.map("state").map("terminated").integer("exitCode", 0);
    }

    private static @Nullable String condition(Pod pod, List<PodFailurePolicyOnPodConditionsPattern> wanted) {
        ListValue conditions = pod.value().map("status").list("conditions");
        for (int i = 0; i < conditions.size(); i++) {
            MapValue condition = conditions.map(i);
            for (PodFailurePolicyOnPodConditionsPattern pattern : wanted) {
                if (condition.string("type").equals(pattern.type())
                        && condition.string("status").equals(pattern.status())) {
                    return pattern.type();
                }
            }
        }
        return null;
    }
}
