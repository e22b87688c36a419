package dev.proa.delivery.rollout;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.ObjectMeta;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.BlueGreenStrategy;
import dev.proa.delivery.argo.CanaryStrategy;
import dev.proa.delivery.argo.PodTemplateMetadata;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The labels and annotations that pods have for as long as they are canary or stable, preview or active. */
final class PodMetadata {
    private PodMetadata() {}

    /** Whether the Rollout has any, so that its pods must be looked at. */
    static boolean isUsed(Situation s) {
        return part(s, true) != null || part(s, false) != null;
    }

    static void plan(Draft draft) {
        Situation s = draft.situation;
        if (!isUsed(s)) {
            return;
        }
        String stable = s.status().stableRS();
        boolean promoted = stable.isEmpty() || stable.equals(s.current().hash());
        set(draft, s.current(), part(s, promoted));
        if (!promoted && s.stable() != null) {
            set(draft, s.stable(), part(s, true));
        }
        s.others().forEach(other -> set(draft, other, null));
    }

    private static @Nullable PodTemplateMetadata part(Situation s, boolean stable) {
        CanaryStrategy canary = s.canary();
        BlueGreenStrategy blueGreen = s.blueGreen();
        if (canary != null) {
            return stable ? canary.stableMetadata() : canary.canaryMetadata();
        }
        return blueGreen == null ? null : stable ? blueGreen.activeMetadata() : blueGreen.previewMetadata();
    }

    private static void set(Draft draft, Version version, @Nullable PodTemplateMetadata wanted) {
        PodTemplateMetadata given = given(version);
        List<Pod> pods = draft.situation.pods().stream()
                .filter(pod -> isOf(pod, version))
                .filter(pod -> !changed(pod.metadata(), given, wanted).equals(pod.metadata()))
                .toList();
        ObjectMeta template = version.set().spec().template().metadata();
        if (!pods.isEmpty() || !changed(template, given, wanted).equals(template)) {
            draft.add(new Action.SetPodMetadata(version, wanted, pods));
        }
    }

    private static boolean isOf(Pod pod, Version version) {
        return pod.metadata().ownerReferences().stream()
                .filter(OwnerReference::controller)
                .anyMatch(owner -> owner.uid().equals(version.set().uid()));
    }

    /** What a version was given before. */
    static PodTemplateMetadata given(Version version) {
        String json = version.set().annotations().getOrDefault(Argo.EPHEMERAL_METADATA, "{}");
        return new PodTemplateMetadata(Json.decodeMap(json));
    }

    /** {@code metadata} with what is wanted, and without what was given before and is wanted no longer. */
    static ObjectMeta changed(ObjectMeta metadata, PodTemplateMetadata given, @Nullable PodTemplateMetadata wanted) {
        PodTemplateMetadata next = wanted == null ? new PodTemplateMetadata(MapValue.EMPTY) : wanted;
        ObjectMeta changed = metadata;
        Map<String, String> labels = merged(metadata.labels(), given.labels(), next.labels());
        if (!labels.equals(metadata.labels())) {
            changed = changed.withLabels(labels);
        }
        Map<String, String> annotations = merged(metadata.annotations(), given.annotations(), next.annotations());
        return annotations.equals(metadata.annotations()) ? changed : changed.withAnnotations(annotations);
    }

    private static Map<String, String> merged(
            Map<String, String> now, Map<String, String> given, Map<String, String> wanted) {
        Map<String, String> merged = new HashMap<>(now);
        given.keySet().forEach(merged::remove);
        merged.putAll(wanted);
        return merged;
    }
}
