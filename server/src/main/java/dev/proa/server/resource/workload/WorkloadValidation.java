package dev.proa.server.resource.workload;

import dev.proa.api.schema.Schema;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.resource.pod.PersistentVolumeValidation;
import dev.proa.server.resource.pod.PodValidation;
import dev.proa.server.validation.BuiltInTypes;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Metadata;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.SameValues;
import dev.proa.server.validation.Values;
import org.jspecify.annotations.Nullable;

/** Validates what runs pods: deployments, sets, jobs, and what scales them. */
final class WorkloadValidation {
    private static final Schema STATEFUL_SET = BuiltInTypes.struct("io.k8s.api.apps.v1.StatefulSetSpec");
    private static final Path SPEC = Path.of("spec");
    private static final Path TEMPLATE = SPEC.child("template");

    private WorkloadValidation() {}

    static void deployment(MapValue deployment, @Nullable MapValue old, Errors errors) {
        MapValue spec = deployment.map("spec");
        errors.notNegative(SPEC.child("replicas"), spec.get("replicas"));
        if (selector(spec, "deployment", errors)) {
            replicaTemplate(spec, "ReplicaSet", errors);
        }
        MapValue strategy = spec.map("strategy");
        Path path = SPEC.child("strategy");
        switch (strategy.string("type")) {
            case "Recreate" -> {
                if (strategy.get("rollingUpdate") != null) {
                    errors.forbidden(
                            path.child("rollingUpdate"), "may not be specified when strategy `type` is 'Recreate'");
                }
            }
            case "RollingUpdate" -> {
                MapValue update = strategy.map("rollingUpdate");
                Path at = path.child("rollingUpdate");
                Object unavailable = update.get("maxUnavailable");
                intOrPercent(at.child("maxUnavailable"), unavailable, errors);
                intOrPercent(at.child("maxSurge"), update.get("maxSurge"), errors);
                if (amount(unavailable) == 0 && amount(update.get("maxSurge")) == 0) {
                    errors.invalid(at.child("maxUnavailable"), unavailable, "may not be 0 when `maxSurge` is 0");
                }
                notMoreThanAll(at.child("maxUnavailable"), unavailable, errors);
            }
            default -> errors.notSupported(path, strategy, "Recreate", "RollingUpdate");
        }
        errors.notNegative(SPEC.child("minReadySeconds"), spec.get("minReadySeconds"));
        errors.notNegative(SPEC.child("revisionHistoryLimit"), spec.get("revisionHistoryLimit"));
        if (spec.get("progressDeadlineSeconds") instanceof Long deadline) {
            errors.notNegative(SPEC.child("progressDeadlineSeconds"), deadline);
            if (deadline <= spec.integer("minReadySeconds", 0)) {
                errors.invalid(SPEC.child("progressDeadlineSeconds"), deadline, "must be greater than minReadySeconds");
            }
        }
        immutableSelector(spec, old, errors);
    }

    static void replicaSet(MapValue replicaSet, @Nullable MapValue old, Errors errors) {
        MapValue spec = replicaSet.map("spec");
        errors.notNegative(SPEC.child("replicas"), spec.get("replicas"));
        errors.notNegative(SPEC.child("minReadySeconds"), spec.get("minReadySeconds"));
        if (selector(spec, "deployment", errors)) {
            replicaTemplate(spec, "ReplicaSet", errors);
        }
        immutableSelector(spec, old, errors);
    }

    static void replicationController(MapValue controller, @Nullable MapValue old, Errors errors) {
        MapValue spec = controller.map("spec");
        errors.notNegative(SPEC.child("minReadySeconds"), spec.get("minReadySeconds"));
        if (spec.map("selector").isEmpty()) {
            errors.required(SPEC.child("selector"), "");
        }
        errors.notNegative(SPEC.child("replicas"), spec.get("replicas"));
        if (!(spec.get("template") instanceof MapValue template)) {
            errors.required(TEMPLATE, "");
            return;
        }
        MapValue selector = MapValue.of("matchLabels", spec.map("selector"));
        if (!matches(selector, template.map("metadata").map("labels"))) {
            errors.invalid(
                    TEMPLATE.child("metadata").child("labels"),
                    template.map("metadata").map("labels"),
                    "`selector` does not match template `labels`");
        }
        PodValidation.template(template, TEMPLATE, errors);
        runsAlways(template, "ReplicationController", errors);
    }

    static void daemonSet(MapValue daemonSet, @Nullable MapValue old, Errors errors) {
        MapValue spec = daemonSet.map("spec");
        MapValue template = spec.map("template");
        int before = errors.size();
        Metadata.labelSelector(spec.map("selector"), SPEC.child("selector"), errors);
        if (errors.size() == before) {
            templateMatches(spec, errors);
        }
        if (spec.get("selector") instanceof MapValue selector && isEmpty(selector)) {
            errors.invalid(SPEC.child("selector"), selector, "empty selector is invalid for daemonset");
        }
        PodValidation.template(template, TEMPLATE, errors);
        runsAlways(template, "DaemonSet", errors);
        errors.notNegative(SPEC.child("minReadySeconds"), spec.get("minReadySeconds"));
        Path path = SPEC.child("updateStrategy");
        MapValue strategy = spec.map("updateStrategy");
        switch (strategy.string("type")) {
            case "OnDelete" -> {}
            case "RollingUpdate" -> {
                MapValue update = strategy.map("rollingUpdate");
                Path at = path.child("rollingUpdate");
                intOrPercent(at.child("maxUnavailable"), update.get("maxUnavailable"), errors);
                intOrPercent(at.child("maxSurge"), update.get("maxSurge"), errors);
                notMoreThanAll(at.child("maxUnavailable"), update.get("maxUnavailable"), errors);
                notMoreThanAll(at.child("maxSurge"), update.get("maxSurge"), errors);
                boolean unavailable = amount(update.get("maxUnavailable")) != 0;
                boolean surge = amount(update.get("maxSurge")) != 0;
                if (unavailable && surge) {
                    errors.invalid(
                            at.child("maxSurge"),
                            update.get("maxSurge"),
                            "may not be set when maxUnavailable is non-zero");
                } else if (!unavailable && !surge) {
                    errors.required(at.child("maxUnavailable"), "cannot be 0 when maxSurge is 0");
                }
            }
            default -> errors.notSupported(path, strategy, "RollingUpdate", "OnDelete");
        }
        errors.notNegative(SPEC.child("revisionHistoryLimit"), spec.get("revisionHistoryLimit"));
        immutableSelector(spec, old, errors);
    }

    static void statefulSet(MapValue statefulSet, @Nullable MapValue oldSet, Errors errors) {
        MapValue spec = statefulSet.map("spec");
        Fields fields = new Fields(spec, SPEC, errors);
        fields.in("persistentVolumeClaimRetentionPolicy", policy -> {
            policy.oneOf("whenDeleted", "Retain", "Delete");
            policy.oneOf("whenScaled", "Retain", "Delete");
        });
        if (oldSet == null) {
            fields.each("volumeClaimTemplates", claim -> PersistentVolumeValidation.claimSpec(claim.in("spec")));
        }
        fields.in("ordinals", ordinals -> ordinals.notNegative("start"));
        String management = spec.string("podManagementPolicy");
        if (!management.equals("OrderedReady") && !management.equals("Parallel")) {
            errors.invalid(SPEC.child("podManagementPolicy"), management, "must be 'OrderedReady' or 'Parallel'");
        }
        MapValue strategy = spec.map("updateStrategy");
        switch (strategy.string("type")) {
            case "OnDelete" -> {
                if (strategy.get("rollingUpdate") != null) {
                    errors.invalid(
                            SPEC.child("updateStrategy").child("rollingUpdate"),
                            strategy.get("rollingUpdate"),
                            "only allowed for updateStrategy 'RollingUpdate'");
                }
            }
            case "RollingUpdate" ->
                rollingUpdate(
                        strategy.map("rollingUpdate"),
                        SPEC.child("updateStrategy").child("rollingUpdate"),
                        errors);
            default -> errors.invalid(SPEC.child("updateStrategy"), strategy, "must be 'RollingUpdate' or 'OnDelete'");
        }
        errors.notNegative(SPEC.child("replicas"), spec.get("replicas"));
        errors.notNegative(SPEC.child("minReadySeconds"), spec.get("minReadySeconds"));
        String service = spec.string("serviceName");
        if (!service.isEmpty() && oldSet == null) {
            errors.invalid(SPEC.child("serviceName"), service, Formats.dnsLabel(service));
        }
        if (selector(spec, "statefulset", errors)) {
            templateMatches(spec, errors);
            // Kubernetes checks these at two places.
            MapValue meta = spec.map("template").map("metadata");
            Metadata.labels(meta.map("labels"), TEMPLATE.child("labels"), errors);
            Metadata.annotations(meta.map("annotations"), TEMPLATE.child("annotations"), errors);
            PodValidation.template(withClaimedVolumes(spec), TEMPLATE, errors);
        }
        runsAlways(spec.map("template"), "StatefulSet", errors);
        if (oldSet != null) {
            MapValue old = oldSet.map("spec");
            MapValue rest = spec;
            for (String name : new String[] {
                "replicas",
                "template",
                "updateStrategy",
                "minReadySeconds",
                "ordinals",
                "revisionHistoryLimit",
                "persistentVolumeClaimRetentionPolicy"
            }) {
                rest = Values.keep(rest, name, old);
            }
            if (!SameValues.same(withoutTypes(rest), withoutTypes(old), STATEFUL_SET)) {
                errors.forbidden(
                        SPEC,
                        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy',"
                                + " 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are"
                                + " forbidden");
            }
        }
    }

    private static void rollingUpdate(MapValue update, Path path, Errors errors) {
        errors.notNegative(path.child("partition"), update.get("partition"));
    }

    static void controllerRevision(MapValue revision, @Nullable MapValue old, Errors errors) {
        errors.notNegative(Path.of("revision"), revision.get("revision"));
        Object data = revision.get("data");
        if (old != null) {
            errors.immutable(Path.of("data"), data, old.get("data"));
        } else if (data == null) {
            errors.required(Path.of("data"), "data is mandatory");
        } else if (!(data instanceof MapValue)) {
            errors.required(Path.of("data"), "data must be a valid JSON object");
        }
    }

    /** The claims of a set say of what kind they are; that counts for nothing. */
    private static MapValue withoutTypes(MapValue spec) {
        return Values.withEach(
                spec,
                "volumeClaimTemplates",
                claim -> claim.without("apiVersion").without("kind"));
    }

    /** The template as its pods get it: with a volume for each claim. */
    private static MapValue withClaimedVolumes(MapValue spec) {
        MapValue template = spec.map("template");
        ListValue claims = spec.list("volumeClaimTemplates");
        if (claims.isEmpty()) {
            return template;
        }
        ListValue volumes = ListValue.EMPTY;
        java.util.Set<String> names = new java.util.HashSet<>();
        for (int i = 0; i < claims.size(); i++) {
            String name = claims.map(i).map("metadata").string("name");
            if (!names.add(name)) {
                continue;
            }
            volumes = volumes.plus(MapValue.of("name", name, "persistentVolumeClaim", MapValue.of("claimName", name)));
        }
        ListValue own = template.map("spec").list("volumes");
        for (int i = 0; i < own.size(); i++) {
            volumes = names.contains(own.map(i).string("name")) ? volumes : volumes.plus(own.get(i));
        }
        ListValue all = volumes;
        return template.withMap("spec", pod -> pod.with("volumes", all));
    }

    /** Says what is wrong with the selector, and whether the template can be checked against it. */
    private static boolean selector(MapValue spec, String kind, Errors errors) {
        Path path = SPEC.child("selector");
        if (!(spec.get("selector") instanceof MapValue selector)) {
            errors.required(path, "");
            return true;
        }
        int before = errors.size();
        Metadata.labelSelector(selector, path, errors);
        boolean valid = errors.size() == before;
        if (isEmpty(selector)) {
            errors.invalid(path, selector, "empty selector is invalid for " + kind);
        }
        if (!valid) {
            errors.invalid(path, selector, kind.equals("statefulset") ? "" : "invalid label selector");
        }
        return valid;
    }

    private static boolean isEmpty(MapValue selector) {
        return selector.map("matchLabels").isEmpty()
                && selector.list("matchExpressions").isEmpty();
    }

    private static void immutableSelector(MapValue spec, @Nullable MapValue old, Errors errors) {
        if (old != null) {
            errors.immutable(
                    SPEC.child("selector"),
                    spec.get("selector"),
                    old.map("spec").get("selector"));
        }
    }

    private static void replicaTemplate(MapValue spec, String kind, Errors errors) {
        templateMatches(spec, errors);
        MapValue template = spec.map("template");
        PodValidation.template(template, TEMPLATE, errors);
        runsAlways(template, kind, errors);
    }

    static void templateMatches(MapValue spec, Errors errors) {
        MapValue labels = spec.map("template").map("metadata").map("labels");
        // No selector at all selects nothing, an empty one everything.
        if (!(spec.get("selector") instanceof MapValue selector) || !matches(selector, labels)) {
            errors.invalid(
                    TEMPLATE.child("metadata").child("labels"),
                    labels.isEmpty() ? null : labels,
                    "`selector` does not match template `labels`");
        }
    }

    private static void runsAlways(MapValue template, String kind, Errors errors) {
        MapValue pod = template.map("spec");
        Path path = TEMPLATE.child("spec");
        errors.oneOf(path.child("restartPolicy"), pod.string("restartPolicy"), "Always");
        if (pod.get("activeDeadlineSeconds") != null) {
            errors.forbidden(
                    path.child("activeDeadlineSeconds"), "activeDeadlineSeconds in " + kind + " is not Supported");
        }
    }

    /** Whether a label selector selects something with these labels. */
    static boolean matches(MapValue selector, MapValue labels) {
        MapValue exact = selector.map("matchLabels");
        for (int i = 0; i < exact.size(); i++) {
            if (!labels.has(exact.nameAt(i)) || !Values.same(exact.valueAt(i), labels.get(exact.nameAt(i)))) {
                return false;
            }
        }
        ListValue expressions = selector.list("matchExpressions");
        for (int i = 0; i < expressions.size(); i++) {
            MapValue expression = expressions.map(i);
            boolean has = labels.has(expression.string("key"));
            boolean in = has && expression.list("values").contains(labels.get(expression.string("key")));
            boolean holds = switch (expression.string("operator")) {
                case "In" -> in;
                case "NotIn" -> !in;
                case "Exists" -> has;
                case "DoesNotExist" -> !has;
                default -> true; // reported as an error of its own
            };
            if (!holds) {
                return false;
            }
        }
        return true;
    }

    static void intOrPercent(Path path, @Nullable Object value, Errors errors) {
        if (value instanceof String text) {
            if (!Formats.isPercent(text)) {
                errors.invalid(path, text, Formats.percentError());
            }
        } else {
            errors.notNegative(path, value);
        }
    }

    static void notMoreThanAll(Path path, @Nullable Object value, Errors errors) {
        if (value instanceof String text && Formats.isPercent(text) && amount(value) > 100) {
            errors.invalid(path, text, "must not be greater than 100%");
        }
    }

    private static long amount(@Nullable Object value) {
        if (value instanceof Long number) {
            return number;
        }
        if (value instanceof String text && Formats.isPercent(text) && text.length() < 12) {
            return Long.parseLong(text, 0, text.length() - 1, 10);
        }
        return 0;
    }
}
