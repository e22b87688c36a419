package dev.proa.delivery;

import dev.proa.client.Client;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.Measurement;
import dev.proa.delivery.argo.MetricResult;
import dev.proa.delivery.argo.Rollout;
import dev.proa.delivery.argo.RolloutAnalysisRunStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Why a new version was found wanting, as the analyses of its Rollout say. */
final class Judgement {
    private Judgement() {}

    /** A line for each analysis that has failed, and below it one for each of its metrics that has. */
    static List<String> of(Client client, Rollout rollout) {
        List<String> lines = new ArrayList<>();
        var canary = rollout.status().canary();
        var blueGreen = rollout.status().blueGreen();
        Stream.<@Nullable RolloutAnalysisRunStatus>of(
                        canary.currentStepAnalysisRunStatus(),
                        canary.currentBackgroundAnalysisRunStatus(),
                        blueGreen.prePromotionAnalysisRunStatus(),
                        blueGreen.postPromotionAnalysisRunStatus())
                .filter(Objects::nonNull)
                .map(each -> client.resource(AnalysisRun.KIND)
                        .in(rollout.namespace())
                        .find(each.name()))
                .filter(run -> run != null && isBad(run.status().phase()))
                .forEach(run -> {
                    lines.add("  analysis " + run.name() + ": " + run.status().phase() + ": "
                            + run.status().message());
                    run.status().metricResults().stream()
                            .filter(metric -> isBad(metric.phase()))
                            .forEach(metric -> lines.add("    " + metric.name() + ": " + last(metric)));
                });
        return lines;
    }

    private static boolean isBad(String phase) {
        return phase.equals("Failed") || phase.equals("Error") || phase.equals("Inconclusive");
    }

    private static String last(MetricResult metric) {
        if (metric.measurements().isEmpty()) {
            return metric.message();
        }
        Measurement last = metric.measurements().getLast();
        return last.message().isEmpty() ? last.text() : last.message();
    }
}
