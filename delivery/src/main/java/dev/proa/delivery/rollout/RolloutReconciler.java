package dev.proa.delivery.rollout;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.status.FieldError;
import dev.proa.api.status.Reason;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.ObjectKey;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.Clock;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.AnalysisTemplateSpec;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.Condition;
import dev.proa.delivery.argo.Experiment;
import dev.proa.delivery.argo.Rollout;
import dev.proa.delivery.argo.RolloutStatus;
import dev.proa.delivery.argo.RolloutTrafficRouting;
import dev.proa.delivery.argo.TrafficWeights;
import dev.proa.delivery.traffic.TrafficRouter;
import dev.proa.delivery.traffic.TrafficRouterFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Brings a Rollout closer to what it is to be: reads everything, has {@link RolloutPlan} decide, acts, and writes the status last.
 *
 * <p>It reads from the API server and not from caches: a decision about a state that is over could move traffic twice. The status is written only
 * over the one that the decision was made from.
 */
final class RolloutReconciler implements Reconciler<ObjectKey> {
    /** What is invalid may become valid without the Rollout being changed: a service may come. */
    private static final Duration INVALID_AGAIN = Duration.ofSeconds(20);

    private final Client client;
    private final EventRecorder events;
    private final Clock clock;
    private final Map<String, TrafficRouterFactory> routers;

    RolloutReconciler(Client client, EventRecorder events, Clock clock, List<TrafficRouterFactory> routers) {
        this.client = client;
        this.events = events;
        this.clock = clock;
        this.routers = routers.stream().collect(Collectors.toMap(TrafficRouterFactory::type, factory -> factory));
    }

    @Override
    public Result reconcile(ObjectKey key) {
        Rollout stored = client.resource(Rollout.KIND).in(key.namespace()).find(key.name());
        if (stored == null || stored.isDeleting()) {
            return Result.DONE;
        }
        if (!stored.spec().has("replicas")) { // autoscalers need the number
            client.resource(Rollout.KIND)
                    .in(key.namespace())
                    .patch(key.name(), Patch.merge(MapValue.of("spec", MapValue.of("replicas", 1L))));
            return Result.DONE;
        }
        WorkloadReference.Resolved workload = WorkloadReference.resolve(client, stored);
        stored = WorkloadReference.noted(client, stored, workload.generation());
        Rollout rollout = withSpecOf(stored, workload.rollout());
        Map<String, Service> services = services(rollout);
        Map<String, AnalysisTemplateSpec> templates = Templates.of(client, rollout);
        Optional<String> problem = problem(rollout, workload.problem(), services, templates);
        if (problem.isPresent()) {
            return invalid(stored, problem.get());
        }
        List<Version> versions = versions(rollout);
        Version current = current(rollout, versions);
        if (current == null) {
            create(stored, rollout, versions);
            return Result.DONE; // the ReplicaSet that is there now brings the next look
        }
        List<Version> older = without(versions, current);
        ReplicaSet updated = Versions.updated(rollout, current, older);
        if (updated != current.set()) {
            current = new Version(client.resource(ReplicaSet.KIND).update(updated));
        }
        stored = numbered(stored, current);
        return decide(withSpecOf(stored, rollout), stored, current, older, services, templates);
    }

    private Result decide(
            Rollout rollout,
            Rollout stored,
            Version current,
            List<Version> older,
            Map<String, Service> services,
            Map<String, AnalysisTemplateSpec> templates) {
        String stableHash = rollout.status().stableRS();
        Version stable = stableHash.equals(current.hash()) ? current : find(older, stableHash);
        List<Version> others = stable == null ? older : without(older, stable);
        List<TrafficRouter> asked = routers(rollout);
        Situation blind = new Situation(
                rollout,
                current,
                stable,
                others,
                services,
                list(AnalysisRun.KIND, rollout),
                list(Experiment.KIND, rollout),
                templates,
                null,
                List.of(),
                clock.instant());
        List<Pod> pods = Restart.isDue(blind) || PodMetadata.isUsed(blind) ? pods(blind) : List.of();
        Situation situation = new Situation(
                rollout,
                current,
                stable,
                others,
                services,
                blind.runs(),
                blind.experiments(),
                blind.templates(),
                CanaryTraffic.asksRouter(blind) ? verified(rollout, asked) : null,
                pods,
                blind.now());
        Plan plan;
        try {
            plan = RolloutPlan.of(situation);
        } catch (IllegalArgumentException e) { // a template of an analysis, or an argument
            return invalid(stored, "The Rollout \"" + rollout.name() + "\" is invalid: " + e.getMessage());
        }
        Acting acting = new Acting(client, events, rollout, situation, asked);
        plan.actions().forEach(acting::perform);
        write(stored, plan);
        return plan.again() == null
                ? Result.DONE
                : Result.after(later(Duration.between(clock.instant(), plan.again())));
    }

    private static Duration later(Duration delay) {
        return delay.isPositive() ? delay : Duration.ofMillis(100);
    }

    private void write(Rollout stored, Plan plan) {
        if (!plan.status().equals(stored.status())) {
            client.resource(Rollout.KIND).updateStatus(stored.withStatus(plan.status()));
        }
        plan.notes().forEach(note -> {
            if (note.warning()) {
                events.warning(stored, note.reason(), note.message());
            } else {
                events.normal(stored, note.reason(), note.message());
            }
        });
    }

    private Optional<String> problem(
            Rollout rollout,
            String workloadProblem,
            Map<String, Service> services,
            Map<String, AnalysisTemplateSpec> templates) {
        String prefix = "The Rollout \"" + rollout.name() + "\" is invalid: ";
        if (!workloadProblem.isEmpty()) {
            return Optional.of(prefix
                    + FieldError.invalid(
                                    "spec.workloadRef", rollout.spec().value().get("workloadRef"), workloadProblem)
                            .summary());
        }
        List<FieldError> errors = new ArrayList<>(Validation.of(rollout, routers));
        errors.addAll(Validation.ofServices(rollout, services));
        errors.addAll(Validation.ofTemplates(rollout, templates));
        return errors.isEmpty()
                ? Optional.empty()
                : Optional.of(prefix + errors.getFirst().field() + ": "
                        + errors.getFirst().message());
    }

    private Result invalid(Rollout stored, String message) {
        RolloutStatus before = stored.status();
        Condition condition =
                Conditions.of(Conditions.INVALID_SPEC, true, Conditions.INVALID_SPEC, message, clock.instant());
        boolean known = Conditions.find(before.conditions(), Conditions.INVALID_SPEC)
                .filter(there -> there.message().equals(message))
                .isPresent();
        RolloutStatus status = before.withObservedGeneration(
                        String.valueOf(stored.metadata().generation()))
                .withConditions(known ? before.conditions() : Conditions.replaced(before.conditions(), condition));
        status = Phases.settled(stored.spec(), status);
        List<Plan.Note> notes = known ? List.of() : List.of(new Plan.Note(true, Conditions.INVALID_SPEC, message));
        write(stored, new Plan(List.of(), status, notes, null));
        return Result.after(INVALID_AGAIN);
    }

    private void create(Rollout stored, Rollout rollout, List<Version> others) {
        ReplicaSet wanted = Versions.create(rollout, others);
        ReplicaSet created;
        try {
            created = client.resource(ReplicaSet.KIND).create(wanted);
        } catch (StatusException e) {
            if (e.is(Reason.AlreadyExists)) {
                // the name is taken by another template, or another owner: the next hash will be another one
                RolloutStatus status = stored.status();
                client.resource(Rollout.KIND)
                        .updateStatus(stored.withStatus(status.withCollisionCount(status.collisionCount() + 1)));
                return;
            }
            String message = "Failed to create new replica set \"" + wanted.name() + "\": " + e.getMessage();
            progressing(stored, false, "ReplicaSetCreateError", message);
            events.warning(stored, "ReplicaSetCreateError", message);
            throw e;
        }
        Version version = new Version(created);
        Rollout numbered = numbered(stored, version);
        events.normal(
                stored,
                Conditions.NEW_SET_CREATED,
                "Created ReplicaSet " + created.name() + " (revision " + version.revision() + ")");
        progressing(numbered, true, Conditions.NEW_SET_CREATED, "Created new replica set \"" + created.name() + "\"");
    }

    private void progressing(Rollout stored, boolean status, String reason, String message) {
        Condition condition = Conditions.of(Conditions.PROGRESSING, status, reason, message, clock.instant());
        RolloutStatus next =
                stored.status().withConditions(Conditions.with(stored.status().conditions(), condition));
        if (!next.equals(stored.status())) {
            client.resource(Rollout.KIND).updateStatus(stored.withStatus(next));
        }
    }

    /** The Rollout with the number of its current version. */
    private Rollout numbered(Rollout stored, Version current) {
        String revision = String.valueOf(current.revision());
        if (revision.equals(stored.annotations().get(Argo.REVISION))) {
            return stored;
        }
        Rollout numbered = client.resource(Rollout.KIND)
                .in(stored.namespace())
                .patch(
                        stored.name(),
                        Patch.merge(MapValue.of(
                                "metadata", MapValue.of("annotations", MapValue.of(Argo.REVISION, revision)))));
        events.normal(stored, "RolloutUpdated", "Rollout updated to revision " + revision);
        if (numbered.metadata().generation() != stored.metadata().generation()) {
            throw StatusException.modified(Resource.of(Rollout.KIND), stored.name());
        }
        return numbered;
    }

    private static Rollout withSpecOf(Rollout stored, Rollout resolved) {
        return new Rollout(stored.value().with("spec", resolved.spec().value()));
    }

    private Map<String, Service> services(Rollout rollout) {
        ResourceClient<Service> resource = client.resource(Service.KIND).in(rollout.namespace());
        Map<String, Service> services = new HashMap<>();
        for (String name : Validation.serviceFields(rollout).values()) {
            Service service = resource.find(name);
            if (service != null) {
                services.put(name, service);
            }
        }
        return services;
    }

    private List<Version> versions(Rollout rollout) {
        return client
                .resource(ReplicaSet.KIND)
                .in(rollout.namespace())
                .list(ListOptions.labels(Argo.POD_TEMPLATE_HASH))
                .items()
                .stream()
                .filter(set -> Owners.owns(rollout, set))
                .map(Version::new)
                .sorted(Version.BY_AGE)
                .toList();
    }

    private <T extends KubeObject> List<T> list(Kind<T> kind, Rollout rollout) {
        return client.resource(kind).in(rollout.namespace()).list();
    }

    private List<Pod> pods(Situation s) {
        List<String> owners =
                s.all().stream().map(version -> version.set().uid()).toList();
        return client
                .resource(Pod.KIND)
                .in(s.rollout().namespace())
                .list(ListOptions.labels(Selectors.text(s.spec().selector())))
                .items()
                .stream()
                .filter(pod ->
                        pod.metadata().ownerReferences().stream().anyMatch(owner -> owners.contains(owner.uid())))
                .toList();
    }

    private List<TrafficRouter> routers(Rollout rollout) {
        var canary = rollout.spec().strategy().canary();
        RolloutTrafficRouting routing = canary == null ? null : canary.trafficRouting();
        if (canary == null || routing == null) {
            return List.of();
        }
        TrafficRouterFactory.Services parts =
                ServiceParts.of(canary, rollout.status().canary().stablePingPong());
        List<TrafficRouter> made = new ArrayList<>();
        routing.plugins()
                .asMap()
                .forEach((name, configuration) -> made.add(Objects.requireNonNull(routers.get(name))
                        .router(rollout, configuration instanceof MapValue map ? map : MapValue.EMPTY, parts)));
        return made;
    }

    /** Whether all routers have taken over the weights of the status; null when none can tell. */
    private @Nullable Boolean verified(Rollout rollout, List<TrafficRouter> asked) {
        TrafficWeights weights =
                Objects.requireNonNull(rollout.status().canary().weights());
        Boolean verified = null;
        for (TrafficRouter router : asked) {
            Optional<Boolean> answer = router.verifyWeight(weights.canary().weight(), weights.additional());
            if (answer.isPresent()) {
                verified = answer.get() && !Boolean.FALSE.equals(verified);
            }
        }
        return verified;
    }

    private static @Nullable Version current(Rollout rollout, List<Version> versions) {
        Version current = find(versions, Versions.hash(rollout));
        return current != null
                ? current
                : versions.stream()
                        .filter(version ->
                                PodTemplates.isOf(version, rollout.spec().template()))
                        .findFirst()
                        .orElse(null);
    }

    private static @Nullable Version find(List<Version> versions, String hash) {
        return versions.stream()
                .filter(version -> version.hash().equals(hash) && !version.isExperiment())
                .findFirst()
                .orElse(null);
    }

    private static List<Version> without(List<Version> versions, Version one) {
        return versions.stream()
                .filter(version -> !version.name().equals(one.name()))
                .toList();
    }
}
