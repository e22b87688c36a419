package dev.proa.delivery.rollout;

import dev.proa.api.core.v1.Pod;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.Experiment;
import dev.proa.delivery.argo.PodTemplateMetadata;
import dev.proa.delivery.argo.SetHeaderRoute;
import dev.proa.delivery.argo.SetMirrorRoute;
import dev.proa.delivery.argo.WeightDestination;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something that a plan has done. Doing it twice does no harm. */
sealed interface Action {
    /** Gives a version this many pods, and notes how many the Rollout wants. */
    record Scale(Version version, int to, boolean dropDeadline) implements Action {}

    /** Says until when a version keeps its pods; null for no such time. */
    record SetDeadline(Version version, @Nullable Instant deadline) implements Action {}

    /** Deletes a version that nobody needs. */
    record Delete(Version version) implements Action {}

    /** Has a service select the pods of a version. */
    record SwitchService(String service, String hash) implements Action {}

    /** Removes the routes that steps added. */
    record RemoveRoutes() implements Action {}

    /** Adds or removes a route by headers. */
    record HeaderRoute(SetHeaderRoute route) implements Action {}

    /** Adds or removes a route that mirrors. */
    record MirrorRoute(SetMirrorRoute route) implements Action {}

    /**
     * Splits traffic.
     *
     * @param weightFirst whether the weight must change before the router hears of the versions
     */
    record Split(
            String canaryHash, String stableHash, int weight, List<WeightDestination> additional, boolean weightFirst)
            implements Action {}

    /** Creates an analysis run. */
    record StartRun(AnalysisRun run) implements Action {}

    /** Has an analysis run end. */
    record EndRun(AnalysisRun run) implements Action {}

    /** Deletes an analysis run. */
    record DeleteRun(AnalysisRun run) implements Action {}

    /** Creates an experiment. */
    record StartExperiment(Experiment experiment) implements Action {}

    /** Has an experiment end. */
    record EndExperiment(Experiment experiment) implements Action {}

    /** Deletes an experiment. */
    record DeleteExperiment(Experiment experiment) implements Action {}

    /** Evicts a pod, so that another takes its place. */
    record Evict(Pod pod) implements Action {}

    /** Gives a version and its pods the metadata of their part; null for none. */
    record SetPodMetadata(Version version, @Nullable PodTemplateMetadata metadata, List<Pod> pods) implements Action {}

    /** Gives the workload that the Rollout refers to this many pods. */
    record ScaleWorkload(int to) implements Action {}

    /** Gives the Rollout the pod template of a version back, since the update was aborted for this reason. */
    record RestoreTemplate(Version version, String reason) implements Action {}
}
