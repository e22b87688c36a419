package dev.proa.delivery.experiment;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.core.v1.Service;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.clock.Clock;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.delivery.analysis.ControllerReference;
import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.AnalysisTemplate;
import dev.proa.delivery.argo.AnalysisTemplateRef;
import dev.proa.delivery.argo.AnalysisTemplateSpec;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.ClusterAnalysisTemplate;
import dev.proa.delivery.argo.Experiment;
import dev.proa.delivery.argo.ExperimentAnalysisRunStatus;
import dev.proa.delivery.argo.ExperimentStatus;
import dev.proa.delivery.argo.ExperimentTemplate;
import dev.proa.delivery.argo.MergedTemplates;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Brings one Experiment forward. */
final class ExperimentReconciler {
    private static final int MOST_NAMES = 100;

    private final Client client;
    private final EventRecorder recorder;
    private final Clock clock;

    ExperimentReconciler(Client client, EventRecorder recorder, Clock clock) {
        this.client = client;
        this.recorder = recorder;
        this.clock = clock;
    }

    Result reconcile(Experiment experiment) {
        Instant now = clock.instant();
        String problem = ExperimentValidation.problem(experiment);
        if (problem != null) {
            write(
                    experiment,
                    ExperimentOutcome.with(experiment.status(), "InvalidSpec", "True", "InvalidSpec", problem, now));
            return Result.DONE;
        }
        ExperimentPlan.Planned planned = ExperimentPlan.of(situation(experiment, now));
        ExperimentStatus status = planned.status();
        for (Action action : planned.actions()) {
            status = act(experiment, action, status);
        }
        write(experiment, status);
        planned.events().forEach(event -> tell(experiment, event.warning(), event.reason(), event.message()));
        Instant next = planned.next();
        return next == null ? Result.DONE : Result.after(Duration.between(now, next));
    }

    private void tell(Experiment experiment, boolean warning, String reason, String message) {
        recorder.event(experiment, warning ? EventRecorder.WARNING : EventRecorder.NORMAL, reason, message);
    }

    private void write(Experiment experiment, ExperimentStatus status) {
        String before = experiment.status().phase();
        if (status.value().equals(experiment.status().value())) {
            return;
        }
        client.resource(Experiment.KIND).update(experiment.withStatus(status));
        if (!status.phase().equals(before)) {
            tell(
                    experiment,
                    Progress.isBad(status.phase()),
                    "Experiment" + status.phase(),
                    "Experiment transitioned from " + before + " -> " + status.phase());
        }
    }

    private Situation situation(Experiment experiment, Instant now) {
        Map<String, ReplicaSet> replicaSets = new HashMap<>();
        Map<String, Service> services = new HashMap<>();
        for (ExperimentTemplate template : experiment.spec().templates()) {
            ReplicaSet replicaSet = client.resource(ReplicaSet.KIND)
                    .in(experiment.namespace())
                    .find(NewObjects.replicaSetName(experiment, template));
            if (replicaSet != null && ControllerReference.controls(experiment, replicaSet)) {
                replicaSets.put(template.name(), replicaSet);
            }
            Service service = client.resource(Service.KIND)
                    .in(experiment.namespace())
                    .find(NewObjects.serviceName(experiment, template));
            if (service != null && ControllerReference.controls(experiment, service)) {
                services.put(template.name(), service);
            }
        }
        Map<String, AnalysisRun> runs = new HashMap<>();
        for (ExperimentAnalysisRunStatus status : experiment.status().analysisRuns()) {
            AnalysisRun run = status.analysisRun().isEmpty()
                    ? null
                    : client.resource(AnalysisRun.KIND)
                            .in(experiment.namespace())
                            .find(status.analysisRun());
            if (run != null) {
                runs.put(status.name(), run);
            }
        }
        return new Situation(
                experiment, replicaSets, services, runs, reference -> template(experiment.namespace(), reference), now);
    }

    private @Nullable AnalysisTemplateSpec template(String namespace, AnalysisTemplateRef reference) {
        if (reference.clusterScope()) {
            ClusterAnalysisTemplate template =
                    client.resource(ClusterAnalysisTemplate.KIND).find(reference.templateName());
            return template == null ? null : template.spec();
        }
        AnalysisTemplate template =
                client.resource(AnalysisTemplate.KIND).in(namespace).find(reference.templateName());
        return template == null ? null : template.spec();
    }

    /** Acts, and returns the status with what came of it. What the server refuses for good ends the template or the analysis. */
    private ExperimentStatus act(Experiment experiment, Action action, ExperimentStatus status) {
        try {
            return done(experiment, action, status);
        } catch (StatusException e) {
            boolean passing = e.is(Reason.Conflict) || e.code() >= 500 || e.code() == 429 || e.code() == 404;
            if (passing) {
                throw e;
            }
            String message = String.valueOf(e.getMessage());
            return switch (action) {
                case Action.CreateReplicaSet(String template, ReplicaSet wanted) ->
                    failed(status, template, "Failed to create ReplicaSet for template '" + template + "': " + message);
                case Action.CreateService(String template, Service wanted) ->
                    failed(
                            status,
                            template,
                            "Failed to create Service " + wanted.name() + " for template '" + template + "': "
                                    + message);
                case Action.DeleteService(String template, Service service) ->
                    failed(status, template, "Failed to delete Service for template '" + template + "': " + message);
                case Action.Scale(String template, ReplicaSet replicaSet, int replicas) ->
                    failed(
                            status,
                            template,
                            "Unable to scale ReplicaSet for template '" + template + "' to desired replica count '"
                                    + replicas + "': " + message);
                case Action.CreateRun(String analysis, AnalysisRun wanted) ->
                    Progress.with(
                            status,
                            Progress.analysis(status, analysis)
                                    .withAnalysisRun("")
                                    .withPhase(AnalysisPhases.ERROR)
                                    .withMessage("Failed to create AnalysisRun for analysis '" + analysis + "': "
                                            + message));
                case Action.EndRun(String analysis, AnalysisRun run) ->
                    Progress.with(
                            status,
                            Progress.analysis(status, analysis)
                                    .withPhase(AnalysisPhases.ERROR)
                                    .withMessage(message));
                case Action.SetDeadline deadline -> throw e;
            };
        }
    }

    private static ExperimentStatus failed(ExperimentStatus status, String template, String message) {
        return Progress.with(
                status,
                Progress.template(status, template)
                        .withStatus(AnalysisPhases.ERROR)
                        .withMessage(message));
    }

    private ExperimentStatus done(Experiment experiment, Action action, ExperimentStatus status) {
        String namespace = experiment.namespace();
        switch (action) {
            case Action.CreateReplicaSet(String template, ReplicaSet wanted) ->
                client.resource(ReplicaSet.KIND).create(wanted);
            case Action.Scale(String template, ReplicaSet replicaSet, int replicas) ->
                scale(experiment, replicaSet, replicas);
            case Action.SetDeadline(ReplicaSet replicaSet, Instant deadline) ->
                client.resource(ReplicaSet.KIND)
                        .in(namespace)
                        .patch(
                                replicaSet.name(),
                                Patch.merge(MapValue.of(
                                        "metadata",
                                        MapValue.of(
                                                "annotations",
                                                MapValue.of(Argo.SCALE_DOWN_DEADLINE, Times.format(deadline))))));
            case Action.CreateService(String template, Service wanted) ->
                client.resource(Service.KIND).create(wanted);
            case Action.DeleteService(String template, Service service) ->
                client.resource(Service.KIND).in(namespace).delete(service.name());
            case Action.CreateRun(String analysis, AnalysisRun wanted) -> {
                ExperimentAnalysisRunStatus run = Progress.analysis(status, analysis);
                return Progress.with(status, run.withAnalysisRun(create(experiment, wanted)));
            }
            case Action.EndRun(String analysis, AnalysisRun run) -> {
                tell(experiment, false, "AnalysisRunTerminating", "Terminating " + analysis + " (" + run.name() + ")");
                client.resource(AnalysisRun.KIND)
                        .in(namespace)
                        .patch(run.name(), Patch.merge(MapValue.of("spec", MapValue.of("terminate", true))));
            }
        }
        return status;
    }

    private void scale(Experiment experiment, ReplicaSet replicaSet, int replicas) {
        long before = replicaSet.value().map("spec").integer("replicas", 1);
        client.resource(ReplicaSet.KIND)
                .in(experiment.namespace())
                .patch(replicaSet.name(), Patch.merge(MapValue.of("spec", MapValue.of("replicas", (long) replicas))));
        tell(
                experiment,
                false,
                "ScalingReplicaSet",
                "Scaled " + (before < replicas ? "up" : "down") + " ReplicaSet " + replicaSet.name() + " from " + before
                        + " to " + replicas);
    }

    /** Creates a run, and returns its name: that of a like run of the experiment which goes on already, or one with a number. */
    private String create(Experiment experiment, AnalysisRun wanted) {
        AnalysisRun run = wanted;
        for (int number = 1; ; number++) {
            try {
                return client.resource(AnalysisRun.KIND).create(run).name();
            } catch (StatusException e) {
                if (!e.is(Reason.AlreadyExists) || number > MOST_NAMES) {
                    throw e;
                }
            }
            AnalysisRun there =
                    client.resource(AnalysisRun.KIND).in(experiment.namespace()).find(run.name());
            if (there != null
                    && !AnalysisPhases.isEnd(there.status().phase())
                    && ControllerReference.controls(experiment, there)
                    && MergedTemplates.same(there.spec(), wanted.spec())) {
                return there.name();
            }
            String name = wanted.name() + "." + number;
            run = new AnalysisRun(wanted.value().withMap("metadata", metadata -> metadata.with("name", name)));
        }
    }
}
