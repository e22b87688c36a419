package dev.proa.server.resource.pod;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.Values;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Validates persistent volumes and claims. */
public final class PersistentVolumeValidation {
    private static final String[] ACCESS_MODES = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"};
    private static final String BETA_CLASS = "volume.beta.kubernetes.io/storage-class";

    private static final Map<String, String> STABLE_LABELS = Map.of(
            "failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone",
            "failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region",
            "beta.kubernetes.io/os", "kubernetes.io/os",
            "beta.kubernetes.io/arch", "kubernetes.io/arch",
            "beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type");

    /** The volume sources in Kubernetes' order: each after the first that is present is an error. */
    private static final String[] SOURCES = {
        "hostPath",
        "gcePersistentDisk",
        "awsElasticBlockStore",
        "glusterfs",
        "flocker",
        "nfs",
        "rbd",
        "quobyte",
        "cephfs",
        "iscsi",
        "cinder",
        "fc",
        "flexVolume",
        "azureFile",
        "vsphereVolume",
        "photonPersistentDisk",
        "portworxVolume",
        "azureDisk",
        "scaleIO",
        "local",
        "storageos",
        "csi"
    };

    private PersistentVolumeValidation() {}

    static void volume(MapValue volume, @Nullable MapValue old, Errors errors) {
        Fields spec = Fields.of(volume, "spec", errors);
        if (spec.map.list("accessModes").isEmpty()) {
            errors.required(spec.at("accessModes"), "");
        }
        accessModes(spec);
        capacity(spec);
        if (!spec.text("persistentVolumeReclaimPolicy").isEmpty()) {
            spec.oneOf("persistentVolumeReclaimPolicy", "Delete", "Recycle", "Retain");
        }
        spec.in("nodeAffinity", affinity -> {
            if (affinity.map.get("required") instanceof MapValue required) {
                SchedulingValidation.nodeSelector(required, affinity.at("required"), errors);
            } else {
                errors.required(affinity.at("required"), "must specify required node constraints");
            }
        });
        source(spec, volume.map("metadata").string("name"));
        if (clean(spec.map.map("hostPath").string("path")).equals("/")
                && spec.text("persistentVolumeReclaimPolicy").equals("Recycle")) {
            spec.forbidden("persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'");
        }
        spec.form("storageClassName", Formats::dnsSubdomain);
        spec.oneOfIfPresent("volumeMode", "Block", "Filesystem");
        attributesClass(spec);
        if (old != null) {
            update(spec, old.map("spec"));
        }
    }

    private static String clean(String path) {
        return path.matches("/+") ? "/" : path;
    }

    private static void accessModes(Fields spec) {
        ListValue modes = spec.map.list("accessModes");
        for (Object mode : modes) {
            spec.errors.oneOf(spec.at("accessModes"), mode, ACCESS_MODES);
        }
        boolean others =
                modes.contains("ReadOnlyMany") || modes.contains("ReadWriteMany") || modes.contains("ReadWriteOnce");
        if (modes.contains("ReadWriteOncePod") && others) {
            spec.forbidden("accessModes", "may not use ReadWriteOncePod with other access modes");
        }
    }

    private static void capacity(Fields spec) {
        MapValue capacity = spec.map.map("capacity");
        if (capacity.isEmpty()) {
            spec.errors.required(spec.at("capacity"), "");
        }
        if (!capacity.has("storage") || capacity.size() > 1) {
            spec.errors.notSupported(spec.at("capacity"), capacity, "storage");
        }
        for (Map.Entry<String, @Nullable Object> entry : capacity) {
            Quantity quantity = Values.quantity(entry.getValue());
            Path path = spec.at("capacity").key(entry.getKey());
            if (quantity != null && quantity.signum() < 0) {
                spec.errors.invalid(
                        path,
                        quantity.amount().setScale(0, java.math.RoundingMode.UP).longValue(),
                        "must be a valid resource quantity");
            }
            positive(quantity, path, spec.errors);
        }
    }

    private static void positive(@Nullable Quantity quantity, Path path, Errors errors) {
        if (quantity != null && quantity.signum() <= 0) {
            errors.invalid(path, quantity.toString(), "must be greater than zero");
        }
    }

    private static void source(Fields spec, String name) {
        int sources = 0;
        for (String kind : SOURCES) {
            if (!spec.has(kind)) {
                continue;
            }
            if (sources++ > 0 && !kind.equals("flexVolume")) {
                spec.forbidden(kind.equals("cephfs") ? "cephFS" : kind, "may not specify more than 1 volume type");
                continue;
            }
            String shown = kind.equals("gcePersistentDisk") ? "persistentDisk" : kind;
            // A volume without a name is a persistent volume, too.
            VolumeSourceValidation.check(
                    kind, new Fields(spec.map.map(kind), spec.at(shown), spec.errors), name.isEmpty() ? " " : name);
            if (kind.equals("local") && !spec.has("nodeAffinity")) {
                spec.errors.required(spec.at("nodeAffinity"), "Local volume requires node affinity");
            }
        }
        if (sources == 0) {
            spec.errors.required(spec.path, "must specify a volume type");
        }
    }

    private static void attributesClass(Fields spec) {
        if (!spec.has("volumeAttributesClassName")) {
            return;
        }
        if (spec.required("volumeAttributesClassName", "an empty string is disallowed")) {
            spec.form("volumeAttributesClassName", Formats::dnsSubdomain);
        }
        if (!spec.has("csi")) {
            spec.errors.required(spec.at("csi"), "has to be specified when using volumeAttributesClassName");
        }
    }

    private static void update(Fields spec, MapValue old) {
        for (String kind : SOURCES) {
            MapValue before = old.map(kind);
            MapValue after = spec.map.map(kind);
            if (kind.equals("csi") && !before.has("controllerExpandSecretRef") && old.has(kind)) {
                after = after.without("controllerExpandSecretRef");
            }
            if (old.has(kind) != spec.has(kind) || !Values.same(before, after)) {
                spec.errors.forbidden(
                        spec.at("persistentvolumesource"), "spec.persistentvolumesource is immutable after creation");
                break;
            }
        }
        // Kubernetes leaves the spec out of these two paths.
        spec.errors.immutable(Path.of("volumeMode"), spec.map.get("volumeMode"), old.get("volumeMode"));
        if (old.has("nodeAffinity") && !sameAffinity(spec.map.map("nodeAffinity"), old.map("nodeAffinity"))) {
            spec.errors.invalid(
                    Path.of("nodeAffinity"),
                    spec.map.get("nodeAffinity"),
                    "field is immutable, except for updating from beta label to GA");
        }
        if (old.has("volumeAttributesClassName") && !spec.has("volumeAttributesClassName")) {
            spec.forbidden("volumeAttributesClassName", "update from non-nil value to nil is forbidden");
        }
    }

    /** Validates the inline volume of a volume attachment: a CSI source and no field that would bind it. */
    public static void inline(Fields spec) {
        for (String name : new String[] {"claimRef", "capacity", "nodeAffinity", "storageClassName"}) {
            if (!Values.isUnset(spec.map.get(name))
                    || spec.map.get(name) instanceof MapValue && !name.equals("capacity")) {
                spec.forbidden(name, "may not be specified in the context of inline volumes");
            }
        }
        if (!spec.has("csi")) {
            spec.errors.required(spec.at("csi"), "has to be specified in the context of inline volumes");
        }
        if (spec.map.list("accessModes").isEmpty()) {
            spec.errors.required(spec.at("accessModes"), "");
        }
        accessModes(spec);
        String policy = spec.text("persistentVolumeReclaimPolicy");
        if (!policy.isEmpty() && !policy.equals("Retain")) {
            spec.forbidden("persistentVolumeReclaimPolicy", "may only be Retain in the context of inline volumes");
        }
        source(spec, "");
        if (spec.has("volumeMode") && !spec.text("volumeMode").equals("Filesystem")) {
            spec.forbidden(
                    "volumeMode", "may not specify volumeMode other than Filesystem in the context of inline volumes");
        }
    }

    /** Whether two node affinities are equal when beta node labels and their stable names count as the same. */
    private static boolean sameAffinity(MapValue updated, MapValue old) {
        return Values.same(withNewLabels(updated, updated), withNewLabels(old, updated));
    }

    /**
     * Replaces beta node labels by their stable names. As in Kubernetes, a label without a stable name becomes an
     * empty key.
     */
    private static MapValue withNewLabels(MapValue affinity, MapValue updated) {
        ListValue updatedTerms = updated.map("required").list("nodeSelectorTerms");
        int[] term = {0};
        return affinity.withMap(
                "required",
                required -> Values.withEach(required, "nodeSelectorTerms", terms -> {
                    int at = term[0]++;
                    MapValue other = at < updatedTerms.size() ? updatedTerms.map(at) : MapValue.EMPTY;
                    MapValue result = withNewKeys(terms, "matchExpressions", other);
                    return withNewKeys(result, "matchFields", other);
                }));
    }

    private static MapValue withNewKeys(MapValue term, String list, MapValue updated) {
        int[] item = {0};
        return Values.withEach(term, list, requirement -> {
            int at = item[0]++;
            String key = requirement.string("key");
            String wanted =
                    at < updated.list(list).size() ? updated.list(list).map(at).string("key") : key;
            return wanted.equals(STABLE_LABELS.getOrDefault(key, "")) ? requirement.with("key", wanted) : requirement;
        });
    }

    static void claim(MapValue claim, @Nullable MapValue old, Errors errors) {
        Fields spec = Fields.of(claim, "spec", errors);
        claimSpec(spec);
        if (old == null) {
            return;
        }
        MapValue before = old.map("spec");
        boolean bound = old.map("status").string("phase").equals("Bound");
        MapValue munged =
                before.string("volumeName").isEmpty() ? Values.keep(spec.map, "volumeName", before) : spec.map;
        munged = className(munged, claim, old, errors);
        if (bound) {
            munged = Values.keep(munged, "volumeAttributesClassName", before);
            munged = munged.withMap("resources", resources -> {
                MapValue requests = before.map("resources").map("requests");
                return resources.withMap("requests", changed -> Values.keep(changed, "storage", requests));
            });
        }
        if (!Values.same(munged, before)) {
            errors.forbidden(
                    spec.path,
                    "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound"
                            + " claims");
        }
        Quantity size = storage(spec.map);
        Quantity oldSize = storage(before);
        Quantity capacity = Values.quantity(old.map("status").map("capacity").get("storage"));
        if (isLess(size, oldSize) && (isLess(size, capacity) || Values.same(size, capacity) || sign(size) <= 0)) {
            errors.forbidden(
                    spec.at("resources").child("requests").child("storage"),
                    "field can not be less than status.capacity");
        }
        errors.immutable(Path.of("volumeMode"), spec.map.get("volumeMode"), before.get("volumeMode"));
        Object current = old.map("status").get("currentVolumeAttributesClassName");
        if (current != null && spec.text("volumeAttributesClassName").isEmpty()) {
            spec.forbidden(
                    "volumeAttributesClassName",
                    "update to " + (spec.has("volumeAttributesClassName") ? "empty string" : "nil")
                            + " is forbidden when status.currentVolumeAttributesClassName is not nil");
        }
    }

    /**
     * The spec as if a permitted change of the class had not been made: a claim without one may get one (KEP-3333), and one that has it
     * by the old annotation may repeat it in the field.
     */
    private static MapValue className(MapValue spec, MapValue claim, MapValue old, Errors errors) {
        MapValue annotations = claim.map("metadata").map("annotations");
        MapValue before = old.map("metadata").map("annotations");
        boolean set = spec.get("storageClassName") != null && old.map("spec").get("storageClassName") == null;
        boolean repeated =
                before.has(BETA_CLASS) && spec.string("storageClassName").equals(before.string(BETA_CLASS));
        boolean moved = set
                && repeated
                && (!annotations.has(BETA_CLASS)
                        || annotations.string(BETA_CLASS).equals(before.string(BETA_CLASS)));
        if (!moved) {
            errors.immutable(
                    Path.of("metadata").child("annotations").child(BETA_CLASS),
                    annotations.string(BETA_CLASS),
                    before.string(BETA_CLASS));
        }
        return set && (!before.has(BETA_CLASS) || repeated) ? spec.without("storageClassName") : spec;
    }

    private static @Nullable Quantity storage(MapValue spec) {
        return Values.quantity(spec.map("resources").map("requests").get("storage"));
    }

    private static int sign(@Nullable Quantity quantity) {
        return quantity == null ? 0 : quantity.signum();
    }

    /** Whether a quantity is less than another; absent ones count as zero. */
    private static boolean isLess(@Nullable Quantity a, @Nullable Quantity b) {
        return a == null ? sign(b) > 0 : b == null ? a.signum() < 0 : a.compareTo(b) < 0;
    }

    /** Validates the spec of a claim, or of the claim template of an ephemeral volume. */
    public static void claimSpec(Fields spec) {
        spec.requiredValue("accessModes", "at least 1 access mode is required");
        spec.selector("selector");
        accessModes(spec);
        Path storage = spec.at("resources").key("storage");
        if (spec.map.map("resources").map("requests").get("storage") == null) {
            spec.errors.required(storage, "");
        } else {
            positive(storage(spec.map), storage, spec.errors);
        }
        spec.form("storageClassName", Formats::dnsSubdomain);
        spec.oneOfIfPresent("volumeMode", "Block", "Filesystem");
        spec.in("dataSource", PersistentVolumeValidation::dataSource);
        spec.in("dataSourceRef", ref -> {
            dataSource(ref);
            ref.form("namespace", Formats::dnsLabel);
        });
        MapValue source = spec.map.map("dataSource");
        MapValue ref = spec.map.map("dataSourceRef");
        if (spec.has("dataSource") && !ref.string("namespace").isEmpty()) {
            spec.errors.invalid(
                    spec.path,
                    MapValue.EMPTY, // as Kubernetes shows the path of a field
                    "may not be specified when dataSourceRef.namespace is specified");
        } else if (spec.has("dataSource")
                && spec.has("dataSourceRef")
                && !Values.same(source, ref.without("namespace"))) {
            spec.errors.invalid(spec.path, MapValue.EMPTY, "must match dataSourceRef");
        }
        spec.form("volumeAttributesClassName", Formats::dnsSubdomain);
    }

    /** Fills in {@code dataSource} and {@code dataSourceRef} from each other. */
    static MapValue withSources(MapValue claim, @Nullable MapValue old) {
        MapValue before = old == null ? MapValue.EMPTY : old.map("spec");
        return claim.withMap("spec", spec -> {
            MapValue source = spec.map("dataSource");
            String kind = source.string("apiGroup") + "/" + source.string("kind");
            boolean known =
                    kind.equals("/PersistentVolumeClaim") || kind.equals("snapshot.storage.k8s.io/VolumeSnapshot");
            MapValue result = spec.has("dataSource")
                            && !known
                            && !spec.has("dataSourceRef")
                            && !before.has("dataSource")
                            && !before.has("dataSourceRef")
                    ? spec.without("dataSource")
                    : spec;
            MapValue ref = result.map("dataSourceRef");
            // New references to other namespaces are dropped.
            boolean foreign = !ref.string("namespace").isEmpty();
            result = foreign && !before.has("dataSourceRef") ? result.without("dataSourceRef") : result;
            if (result.has("dataSource") && !result.has("dataSourceRef")) {
                return result.with("dataSourceRef", source);
            }
            return result.has("dataSourceRef") && !result.has("dataSource") && !foreign
                    ? result.with("dataSource", ref)
                    : result;
        });
    }

    private static void dataSource(Fields source) {
        source.required("name");
        source.required("kind");
        if (source.text("apiGroup").isEmpty() && !source.text("kind").equals("PersistentVolumeClaim")) {
            source.errors.invalid(
                    source.path,
                    source.text("kind"),
                    "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
        }
        source.form("apiGroup", Formats::dnsSubdomain);
    }
}
