package dev.proa.delivery.experiment;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.core.v1.Service;
import dev.proa.delivery.argo.AnalysisRun;
import java.time.Instant;

/** What an experiment needs to have done. */
sealed interface Action {
    /** Of a template. */
    record CreateReplicaSet(String template, ReplicaSet wanted) implements Action {}

    record Scale(String template, ReplicaSet replicaSet, int replicas) implements Action {}

    /** Lets pods live until then. */
    record SetDeadline(ReplicaSet replicaSet, Instant deadline) implements Action {}

    record CreateService(String template, Service wanted) implements Action {}

    record DeleteService(String template, Service service) implements Action {}

    /** Of an analysis. */
    record CreateRun(String analysis, AnalysisRun wanted) implements Action {}

    record EndRun(String analysis, AnalysisRun run) implements Action {}
}
