package dev.proa.server.resource.workload;

import static dev.proa.server.strategy.ResourceStrategy.Spec.namespaced;

import dev.proa.server.resource.pod.PodWarnings;
import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.strategy.ResourceStrategy.Spec;
import dev.proa.server.strategy.Strategy;
import dev.proa.server.validation.NameRule;
import org.jspecify.annotations.Nullable;

/** Strategies of the groups {@code apps}, {@code batch}, {@code autoscaling} and {@code policy}, and of replication controllers. */
public final class WorkloadStrategies {
    private WorkloadStrategies() {}

    /** The strategy of a resource of the core group; null when it is none of them. */
    public static @Nullable Strategy core(String resource) {
        return switch (resource) {
            case "replicationcontrollers" ->
                new ResourceStrategy(namespaced("", resource)
                        .names(NameRule.LONG_NAME)
                        .status("replicas", 0L)
                        .generation()
                        .defaults(WorkloadDefaults::replicationController)
                        .validate(WorkloadValidation::replicationController)
                        .fields("status.replicas")
                        .absentField("0"));
            default -> null;
        };
    }

    /** The strategy of a resource of {@code apps}; null when it is none of them. */
    public static @Nullable Strategy apps(String resource) {
        Spec spec = namespaced("apps", resource);
        return switch (resource) {
            case "deployments" ->
                new ResourceStrategy(spec.status()
                        .generation()
                        .annotationsAreDesired()
                        .defaults(WorkloadDefaults::deployment)
                        .warnings(PodWarnings::ofTemplate)
                        .validate(WorkloadValidation::deployment)
                        .validateStatus(WorkloadStatusValidation::deployment));
            case "replicasets" ->
                new ResourceStrategy(spec.status("replicas", 0L)
                        .generation()
                        .defaults(WorkloadDefaults::replicaSet)
                        .warnings(PodWarnings::ofTemplate)
                        .validate(WorkloadValidation::replicaSet)
                        .validateStatus(WorkloadStatusValidation::replicaSet));
            case "statefulsets" ->
                new ResourceStrategy(spec.names(NameRule.LABEL)
                        .status("replicas", 0L, "availableReplicas", 0L)
                        .generation()
                        .defaults(WorkloadDefaults::statefulSet)
                        .onCreate(set -> WorkloadDefaults.withoutMaxUnavailable(set, null))
                        .onUpdate(WorkloadDefaults::withoutMaxUnavailable)
                        .warnings(PodWarnings::ofTemplate)
                        .validate(WorkloadValidation::statefulSet));
            case "controllerrevisions" -> new ResourceStrategy(spec.validate(WorkloadValidation::controllerRevision));
            case "daemonsets" ->
                new DaemonSetStrategy(spec.status(
                                "currentNumberScheduled",
                                0L,
                                "desiredNumberScheduled",
                                0L,
                                "numberMisscheduled",
                                0L,
                                "numberReady",
                                0L)
                        .generation()
                        .defaults(WorkloadDefaults::daemonSet)
                        .validate(WorkloadValidation::daemonSet)
                        .validateStatus(WorkloadStatusValidation::daemonSet));
            default -> null;
        };
    }

    /** The strategy of a resource of {@code batch}; null when it is none of them. */
    public static @Nullable Strategy batch(String resource) {
        Spec spec = namespaced("batch", resource);
        return switch (resource) {
            case "jobs" ->
                new JobStrategy(spec.status()
                        .checkedTwice()
                        .generation()
                        .defaults(WorkloadDefaults::job)
                        .warnings(PodWarnings::ofTemplate)
                        .validate(JobValidation::job)
                        .validateStatus(JobStatusValidation::check));
            case "cronjobs" ->
                new ResourceStrategy(spec.status()
                        .generation()
                        .defaults(WorkloadDefaults::cronJob)
                        .validate(JobValidation::cronJob));
            default -> null;
        };
    }

    /** The strategy of horizontal pod autoscalers in a version. */
    public static Strategy autoscaling(String version) {
        return new AutoscalerStrategy(version);
    }

    /** The strategy of a resource of {@code policy}; null when it is none of them. */
    public static @Nullable Strategy policy(String resource) {
        return switch (resource) {
            case "poddisruptionbudgets" ->
                new ResourceStrategy(namespaced("policy", resource)
                        .names(NameRule.PATH_SEGMENT)
                        .status(
                                "currentHealthy",
                                0L,
                                "desiredHealthy",
                                0L,
                                "disruptionsAllowed",
                                0L,
                                "expectedPods",
                                0L)
                        .generation()
                        .conditionalUpdate()
                        .validate(DisruptionBudgetValidation::check)
                        .validateStatus(WorkloadStatusValidation::disruptionBudget));
            default -> null;
        };
    }
}
