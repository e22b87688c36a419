package dev.proa.server.resource.pod;

import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.MapValue.Builder;
import dev.proa.api.value.Times;
import dev.proa.server.strategy.RequestContext;
import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Values;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The strategy of pods: deletion is graceful, and few fields may change. */
final class PodStrategy extends ResourceStrategy {
    PodStrategy() {
        super(new Spec("", "v1", "pods", true)
                .status()
                .metadataOnceMore()
                .generation()
                .defaults(PodDefaults::pod)
                .validate(PodStrategy::validate)
                .validateStatus(PodStatusValidation::pod)
                .fields(
                        "spec.nodeName",
                        "spec.restartPolicy",
                        "spec.schedulerName",
                        "spec.serviceAccountName",
                        "spec.hostNetwork",
                        "status.phase",
                        "status.podIP",
                        "status.podIPs",
                        "status.nominatedNodeName"));
    }

    private static void validate(MapValue pod, @Nullable MapValue old, Errors errors) {
        if (old == null) {
            PodValidation.create(pod, errors);
        } else {
            PodUpdates.validate(pod, old, errors);
        }
    }

    @Override
    public MapValue prepareForCreate(MapValue object, RequestContext context) {
        Builder status = MapValue.builder().put("phase", "Pending").put("qosClass", QosClass.of(object));
        if (!object.map("spec").list("schedulingGates").isEmpty()) {
            status.put(
                    "conditions",
                    ListValue.of(MapValue.of(
                            "type",
                            "PodScheduled",
                            "status",
                            "False",
                            "reason",
                            "SchedulingGated",
                            "message",
                            "Scheduling is blocked due to non-empty scheduling gates",
                            "lastProbeTime",
                            null,
                            "lastTransitionTime",
                            Times.format(context.now()))));
        }
        MapValue prepared = object.withMap(
                "spec",
                spec -> spec.integer("terminationGracePeriodSeconds", 0) < 0
                        ? spec.with("terminationGracePeriodSeconds", 1L)
                        : spec);
        MapValue labels = object.map("metadata").map("labels");
        prepared = prepared.withMap("spec", spec -> MatchLabelKeys.merged(spec, labels));
        return super.prepareForCreate(prepared, context).with("status", status.build());
    }

    @Override
    public MapValue prepareForUpdate(String subresource, MapValue updated, MapValue old) {
        return switch (subresource) {
            case "status" -> status(super.prepareForUpdate(subresource, updated, old), old);
            case "ephemeralcontainers" ->
                super.prepareForUpdate(
                        "",
                        withSystemMetadata(old, updated)
                                .withMap("spec", spec -> Values.keep(spec, "ephemeralContainers", updated.map("spec"))),
                        old);
            case "resize" ->
                super.prepareForUpdate("", PodResizes.prepared(withSystemMetadata(old, updated), updated), old);
            default -> super.prepareForUpdate(subresource, updated, old);
        };
    }

    /** The old object with the revision that the writer saw. */
    private static MapValue withSystemMetadata(MapValue old, MapValue updated) {
        return old.withMap(
                "metadata",
                meta -> Values.keep(
                        Values.keep(meta, "resourceVersion", updated.map("metadata")),
                        "managedFields",
                        updated.map("metadata")));
    }

    private static MapValue status(MapValue updated, MapValue old) {
        MapValue before = old.map("metadata");
        return updated.withMap(
                        "metadata",
                        meta -> Values.keep(
                                Values.keep(Values.keep(meta, "ownerReferences", before), "deletionTimestamp", before),
                                "deletionGracePeriodSeconds",
                                before))
                .withMap(
                        "status",
                        status -> status.string("qosClass").isEmpty()
                                ? Values.keep(status, "qosClass", old.map("status"))
                                : status);
    }

    @Override
    public List<FieldError> validateUpdate(String subresource, MapValue updated, MapValue old) {
        List<FieldError> found = super.validateUpdate(subresource, updated, old);
        Errors errors = new Errors();
        found.forEach(errors::add);
        if (subresource.equals("ephemeralcontainers")) {
            PodStatusValidation.ephemeralContainers(updated, errors);
        } else if (subresource.equals("resize")) {
            PodResizes.validate(updated, old, errors);
        }
        return errors.toList();
    }

    @Override
    public List<String> warnings(MapValue object, @Nullable MapValue old) {
        return old == null ? PodWarnings.of(object.map("spec"), "spec") : List.of();
    }

    @Override
    public OptionalLong gracePeriod(MapValue object, @Nullable Long requested) {
        MapValue spec = object.map("spec");
        String phase = object.map("status").string("phase");
        boolean ended = phase.equals("Failed") || phase.equals("Succeeded");
        if (spec.string("nodeName").isEmpty() || ended) {
            return OptionalLong.of(0);
        }
        long seconds = requested != null ? requested : spec.integer("terminationGracePeriodSeconds", 0);
        return OptionalLong.of(seconds < 0 ? 1 : seconds);
    }

    @Override
    public String fieldValue(MapValue object, String field) {
        String value = super.fieldValue(object, field);
        return value.isEmpty() && field.equals("spec.hostNetwork") ? "false" : value;
    }
}
