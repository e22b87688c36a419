package dev.proa.control.statefulset;

import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The claims of the pods of a StatefulSet, from its {@code volumeClaimTemplates}, and the volumes by which the pods have them. Pure. */
final class Claims {
    private Claims() {}

    private static ListValue templates(StatefulSet set) {
        return set.spec().value().list("volumeClaimTemplates");
    }

    /** Whether a claim of this name could be one of a pod of {@code set}. */
    static boolean mayBeOf(StatefulSet set, String claim) {
        ListValue templates = templates(set);
        int ordinal = Identity.ordinal(claim);
        for (int i = 0; i < templates.size() && ordinal >= 0; i++) {
            if (claim.equals(name(set, templates.map(i), ordinal))) {
                return true;
            }
        }
        return false;
    }

    private static String name(StatefulSet set, MapValue template, int ordinal) {
        return template.map("metadata").string("name") + "-" + set.name() + "-" + ordinal;
    }

    /** The names of the claims of {@code pod}. */
    static List<String> names(StatefulSet set, Pod pod) {
        ListValue templates = templates(set);
        int ordinal = Identity.ordinal(pod.name());
        List<String> names = new ArrayList<>(templates.size());
        for (int i = 0; i < templates.size(); i++) {
            names.add(name(set, templates.map(i), ordinal));
        }
        return names;
    }

    /** The claims that {@code pod} needs, as they are created. */
    static List<PersistentVolumeClaim> of(StatefulSet set, Pod pod) {
        ListValue templates = templates(set);
        int ordinal = Identity.ordinal(pod.name());
        MapValue selected = set.spec().value().map("selector").map("matchLabels");
        List<PersistentVolumeClaim> claims = new ArrayList<>(templates.size());
        for (int i = 0; i < templates.size(); i++) {
            MapValue template = templates.map(i);
            MapValue metadata = template.map("metadata")
                    .with("name", name(set, template, ordinal))
                    .with("namespace", set.namespace());
            MapValue.Builder labels = metadata.map("labels").toBuilder();
            selected.forEach(label -> labels.put(label.getKey(), label.getValue()));
            claims.add(new PersistentVolumeClaim(template.with("apiVersion", "v1")
                    .with("kind", "PersistentVolumeClaim")
                    .with("metadata", metadata.with("labels", labels.build()))));
        }
        return claims;
    }

    /** Whether {@code pod} has a volume for each claim. */
    static boolean areMounted(StatefulSet set, Pod pod) {
        ListValue templates = templates(set);
        if (templates.isEmpty()) {
            return true;
        }
        Map<String, String> claimed = new HashMap<>();
        ListValue volumes = pod.value().map("spec").list("volumes");
        for (int i = 0; i < volumes.size(); i++) {
            MapValue volume = volumes.map(i);
            claimed.put(
                    volume.string("name"), volume.map("persistentVolumeClaim").string("claimName"));
        }
        int ordinal = Identity.ordinal(pod.name());
        for (int i = 0; i < templates.size(); i++) {
            MapValue template = templates.map(i);
            if (!name(set, template, ordinal)
                    .equals(claimed.get(template.map("metadata").string("name")))) {
                return false;
            }
        }
        return true;
    }

    /** {@code pod} with a volume for each claim, in place of volumes of the same names. */
    static Pod mounted(StatefulSet set, Pod pod) {
        ListValue templates = templates(set);
        if (templates.isEmpty()) {
            return pod;
        }
        int ordinal = Identity.ordinal(pod.name());
        List<MapValue> mounted = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < templates.size(); i++) {
            String volume = templates.map(i).map("metadata").string("name");
            names.add(volume);
            mounted.add(MapValue.of(
                    "name",
                    volume,
                    "persistentVolumeClaim",
                    MapValue.of("claimName", name(set, templates.map(i), ordinal))));
        }
        ListValue volumes = pod.value().map("spec").list("volumes");
        for (int i = 0; i < volumes.size(); i++) {
            if (!names.contains(volumes.map(i).string("name"))) {
                mounted.add(volumes.map(i));
            }
        }
        return new Pod(pod.value().withMap("spec", spec -> spec.with("volumes", ListValue.copyOf(mounted))));
    }
}
