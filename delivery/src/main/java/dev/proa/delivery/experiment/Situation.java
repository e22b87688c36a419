package dev.proa.delivery.experiment;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.core.v1.Service;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.AnalysisTemplateRef;
import dev.proa.delivery.argo.AnalysisTemplateSpec;
import dev.proa.delivery.argo.Experiment;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an experiment is decided on.
 *
 * @param replicaSets its own, by the name of the template
 * @param services its own, by the name of the template
 * @param runs those that its status names, by the name of the analysis
 * @param templates finds a template of analyses, or returns null
 */
record Situation(
        Experiment experiment,
        Map<String, ReplicaSet> replicaSets,
        Map<String, Service> services,
        Map<String, AnalysisRun> runs,
        Function<AnalysisTemplateRef, @Nullable AnalysisTemplateSpec> templates,
        Instant now) {}
