package dev.proa.delivery.rollout;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.codec.Json;
import dev.proa.api.meta.v1.LabelSelector;
import dev.proa.api.meta.v1.ObjectMeta;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Views;
import dev.proa.delivery.argo.AntiAffinity;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.BlueGreenStrategy;
import dev.proa.delivery.argo.CanaryStrategy;
import dev.proa.delivery.argo.PodTemplateMetadata;
import dev.proa.delivery.argo.Rollout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the ReplicaSet of a pod template, and keeps its number and annotations. */
final class Versions {
    private static final Set<String> OWN_ANNOTATIONS = Set.of(
            "kubectl.kubernetes.io/last-applied-configuration",
            "notified.notifications.argoproj.io",
            Argo.REVISION,
            Argo.REVISION_HISTORY,
            Argo.DESIRED_REPLICAS);

    private Versions() {}

    /** The hash of the Rollout's pod template. */
    static String hash(Rollout rollout) {
        return Hashes.ofTemplate(rollout.spec().template(), rollout.status().collisionCount());
    }

    /** The ReplicaSet of the Rollout's pod template, without pods as yet. */
    static ReplicaSet create(Rollout rollout, List<Version> others) {
        String hash = hash(rollout);
        Map<String, String> labels =
                new HashMap<>(rollout.spec().template().metadata().labels());
        labels.put(Argo.POD_TEMPLATE_HASH, hash);
        LabelSelector selector = rollout.spec().selector();
        Map<String, String> matched = new HashMap<>(selector.matchLabels());
        matched.put(Argo.POD_TEMPLATE_HASH, hash);
        Map<String, String> annotations = copied(rollout, Map.of());
        annotations.put(Argo.REVISION, String.valueOf(next(others)));
        annotations.put(Argo.DESIRED_REPLICAS, String.valueOf(rollout.spec().replicas()));
        PodTemplateMetadata metadata = metadata(rollout);
        ObjectMeta template = rollout.spec().template().metadata().withLabels(labels);
        if (metadata != null) {
            annotations.put(Argo.EPHEMERAL_METADATA, Json.toString(metadata.value()));
            template = PodMetadata.changed(template, new PodTemplateMetadata(MapValue.EMPTY), metadata);
        }
        MapValue.Builder spec = MapValue.builder(4)
                .put("replicas", 0L)
                .put("selector", selector.withMatchLabels(matched).value())
                .put(
                        "template",
                        rollout.spec()
                                .template()
                                .value()
                                .with("metadata", template.value())
                                .with("spec", withAffinity(rollout, hash)));
        if (rollout.spec().minReadySeconds() > 0) {
            spec.put("minReadySeconds", (long) rollout.spec().minReadySeconds());
        }
        return new ReplicaSet(MapValue.of(
                "apiVersion",
                "apps/v1",
                "kind",
                "ReplicaSet",
                "metadata",
                MapValue.of(
                        "name", rollout.name() + "-" + hash,
                        "namespace", rollout.namespace(),
                        "labels", Views.values(labels),
                        "annotations", Views.values(annotations),
                        "ownerReferences", Owners.references(rollout)),
                "spec",
                spec.build()));
    }

    /**
     * The current version's ReplicaSet as it is to be: with the highest number, the Rollout's annotations and {@code minReadySeconds}. The very same
     * when nothing is to change.
     */
    static ReplicaSet updated(Rollout rollout, Version current, List<Version> others) {
        ReplicaSet set = current.set();
        Map<String, String> annotations = copied(rollout, set.annotations());
        long next = next(others);
        if (current.revision() < next) {
            if (current.revision() > 0) {
                annotations.merge(
                        Argo.REVISION_HISTORY, String.valueOf(current.revision()), (before, own) -> before + "," + own);
            }
            annotations.put(Argo.REVISION, String.valueOf(next));
        }
        ReplicaSet updated = annotations.equals(set.annotations())
                ? set
                : set.withMetadata(metadata -> metadata.withAnnotations(annotations));
        int minReady = rollout.spec().minReadySeconds();
        return set.spec().minReadySeconds() == minReady
                ? updated
                : updated.withSpec(spec -> spec.withMinReadySeconds(minReady));
    }

    private static long next(List<Version> others) {
        return others.stream()
                        .filter(version -> !version.isExperiment())
                        .mapToLong(Version::revision)
                        .max()
                        .orElse(0)
                + 1;
    }

    private static Map<String, String> copied(Rollout rollout, Map<String, String> onto) {
        Map<String, String> annotations = new HashMap<>(onto);
        rollout.annotations().forEach((key, value) -> {
            if (!OWN_ANNOTATIONS.contains(key)) {
                annotations.put(key, value);
            }
        });
        return annotations;
    }

    private static @Nullable PodTemplateMetadata metadata(Rollout rollout) {
        boolean first = rollout.status().stableRS().isEmpty()
                || rollout.status().stableRS().equals(hash(rollout));
        CanaryStrategy canary = rollout.spec().strategy().canary();
        BlueGreenStrategy blueGreen = rollout.spec().strategy().blueGreen();
        if (canary != null) {
            return first ? canary.stableMetadata() : canary.canaryMetadata();
        }
        return blueGreen == null ? null : first ? blueGreen.activeMetadata() : blueGreen.previewMetadata();
    }

    /** The pods' spec, with a rule that keeps them off the nodes of the stable version if the Rollout asks for it. */
    private static MapValue withAffinity(Rollout rollout, String hash) {
        MapValue spec = rollout.spec().template().value().map("spec");
        CanaryStrategy canary = rollout.spec().strategy().canary();
        BlueGreenStrategy blueGreen = rollout.spec().strategy().blueGreen();
        AntiAffinity rule =
                canary != null ? canary.antiAffinity() : blueGreen == null ? null : blueGreen.antiAffinity();
        String stable = rollout.status().stableRS();
        if (rule == null || stable.isEmpty() || stable.equals(hash)) {
            return spec;
        }
        MapValue term = MapValue.of(
                "labelSelector",
                MapValue.of(
                        "matchExpressions",
                        ListValue.of(MapValue.of(
                                "key", Argo.POD_TEMPLATE_HASH, "operator", "In", "values", ListValue.of(stable)))),
                "namespaces",
                ListValue.of(rollout.namespace()),
                "topologyKey",
                "kubernetes.io/hostname");
        MapValue preferred = rule.preferred();
        String field = preferred != null
                ? "preferredDuringSchedulingIgnoredDuringExecution"
                : "requiredDuringSchedulingIgnoredDuringExecution";
        MapValue entry = preferred != null
                ? MapValue.of("weight", preferred.integer("weight", 1), "podAffinityTerm", term)
                : term;
        return spec.withMap(
                "affinity",
                affinity -> affinity.withMap(
                        "podAntiAffinity",
                        anti -> anti.with(field, anti.list(field).plus(entry))));
    }
}
