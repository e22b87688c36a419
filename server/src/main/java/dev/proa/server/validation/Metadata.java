package dev.proa.server.validation;

import dev.proa.api.codec.GoText;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Validates {@code ObjectMeta}, labels and label selectors. */
public final class Metadata {
    private static final int MAX_ANNOTATIONS_BYTES = 256 << 10;

    private Metadata() {}

    public static void validateCreate(MapValue meta, boolean namespaced, NameRule names, Path path, Errors errors) {
        String generateName = meta.string("generateName");
        if (!generateName.isEmpty()) {
            errors.invalid(path.child("generateName"), generateName, names.check(generateName, true));
        }
        String name = meta.string("name");
        if (name.isEmpty()) {
            errors.required(path.child("name"), "name or generateName is required");
        } else {
            errors.invalid(path.child("name"), name, names.check(name, false));
        }
        String namespace = meta.string("namespace");
        if (!namespaced) {
            if (!namespace.isEmpty()) {
                errors.forbidden(path.child("namespace"), "not allowed on this type");
            }
        } else if (namespace.isEmpty()) {
            errors.required(path.child("namespace"), "");
        } else {
            errors.invalid(path.child("namespace"), namespace, Formats.dnsLabel(namespace));
        }
        errors.notNegative(path.child("generation"), meta.get("generation"));
        labels(meta.map("labels"), path.child("labels"), errors);
        annotations(meta.map("annotations"), path.child("annotations"), errors);
        ownerReferences(meta.list("ownerReferences"), path.child("ownerReferences"), errors);
        finalizers(meta.list("finalizers"), path.child("finalizers"), errors);
    }

    public static void validateUpdate(MapValue meta, MapValue old, Path path, Errors errors) {
        if (old.get("deletionTimestamp") != null) {
            noNewFinalizers(meta.list("finalizers"), old.list("finalizers"), path.child("finalizers"), errors);
        }
        long generation = meta.integer("generation", 0);
        if (generation < old.integer("generation", 0)) {
            errors.invalid(path.child("generation"), generation, "must not be decremented");
        }
        for (String name : new String[] {
            "name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"
        }) {
            errors.immutable(path.child(name), meta.get(name), old.get(name));
        }
        validateChangedMaps(meta, old, path, errors);
        if (meta.get("ownerReferences") != old.get("ownerReferences")) {
            ownerReferences(meta.list("ownerReferences"), path.child("ownerReferences"), errors);
        }
        if (meta.get("finalizers") != old.get("finalizers")) {
            finalizers(meta.list("finalizers"), path.child("finalizers"), errors);
        }
    }

    /** Validates labels and annotations that changed. */
    public static void validateChangedMaps(MapValue meta, MapValue old, Path path, Errors errors) {
        if (meta.get("labels") != old.get("labels")) {
            labels(meta.map("labels"), path.child("labels"), errors);
        }
        if (meta.get("annotations") != old.get("annotations")) {
            annotations(meta.map("annotations"), path.child("annotations"), errors);
        }
    }

    public static void labels(MapValue labels, Path path, Errors errors) {
        for (Map.Entry<String, @Nullable Object> label : labels) {
            errors.invalid(path, label.getKey(), Formats.qualifiedName(label.getKey()));
            if (label.getValue() instanceof String value) {
                errors.invalid(path, value, Formats.labelValue(value));
            }
        }
    }

    public static void annotations(MapValue annotations, Path path, Errors errors) {
        long bytes = 0;
        for (Map.Entry<String, @Nullable Object> annotation : annotations) {
            errors.invalid(
                    path,
                    annotation.getKey(),
                    Formats.qualifiedName(annotation.getKey().toLowerCase(Locale.ROOT)));
            bytes += utf8Length(annotation.getKey())
                    + (annotation.getValue() instanceof String value ? utf8Length(value) : 0);
        }
        if (bytes > MAX_ANNOTATIONS_BYTES) {
            errors.tooLong(path, MAX_ANNOTATIONS_BYTES);
        }
    }

    /** Validates the metadata of a template: labels and annotations. */
    public static void template(MapValue meta, Path path, Errors errors) {
        annotations(meta.map("annotations"), path.child("metadata").child("annotations"), errors);
        labels(meta.map("labels"), path.child("metadata").child("labels"), errors);
        for (int i = 0; i < meta.size(); i++) {
            String name = meta.nameAt(i);
            if (!name.equals("annotations") && !name.equals("labels") && !Values.isUnset(meta.valueAt(i))) {
                // Go's name with a small letter in front.
                String shown = name.equals("uid") ? "uID" : name;
                errors.forbidden(path.child("metadata").child(shown), "cannot be set");
            }
        }
    }

    /** A label selector with {@code matchLabels} and {@code matchExpressions}. */
    public static void labelSelector(MapValue selector, Path path, Errors errors) {
        labels(selector.map("matchLabels"), path.child("matchLabels"), errors);
        ListValue expressions = selector.list("matchExpressions");
        for (int i = 0; i < expressions.size(); i++) {
            MapValue expression = expressions.map(i);
            Path at = path.child("matchExpressions").index(i);
            String operator = expression.string("operator");
            ListValue values = expression.list("values");
            switch (operator) {
                case "In", "NotIn" -> {
                    if (values.isEmpty()) {
                        errors.required(at.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
                    }
                }
                case "Exists", "DoesNotExist" -> {
                    if (!values.isEmpty()) {
                        errors.forbidden(
                                at.child("values"),
                                "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                    }
                }
                default -> errors.invalid(at.child("operator"), operator, "not a valid selector operator");
            }
            String key = expression.string("key");
            errors.invalid(at.child("key"), key, Formats.qualifiedName(key));
            for (int v = 0; v < values.size(); v++) {
                if (values.get(v) instanceof String value) {
                    errors.invalid(at.child("values").index(v), value, Formats.labelValue(value));
                }
            }
        }
    }

    private static void ownerReferences(ListValue owners, Path path, Errors errors) {
        String controller = "";
        for (int i = 0; i < owners.size(); i++) {
            MapValue owner = owners.map(i);
            String apiVersion = owner.string("apiVersion");
            String kind = owner.string("kind");
            if (apiVersion.isEmpty()
                    || apiVersion.endsWith("/")
                    || apiVersion.indexOf('/') != apiVersion.lastIndexOf('/')) {
                errors.invalid(path.child("apiVersion"), apiVersion, "version must not be empty");
            }
            for (String name : new String[] {"kind", "name", "uid"}) {
                if (owner.string(name).isEmpty()) {
                    errors.invalid(path.child(name), "", "must not be empty");
                }
            }
            if (apiVersion.equals("v1") && kind.equals("Event")) {
                errors.invalid(path, owner, "/v1, Kind=Event is disallowed from being an owner");
            }
            if (owner.bool("controller")) {
                String current = kind + "/" + owner.string("name");
                if (controller.isEmpty()) {
                    controller = current;
                } else {
                    errors.invalid(
                            path,
                            owners,
                            "Only one reference can have Controller set to true. Found \"true\" in references for "
                                    + controller + " and " + current);
                }
            }
        }
    }

    private static void finalizers(ListValue finalizers, Path path, Errors errors) {
        for (Object finalizer : finalizers) {
            if (finalizer instanceof String name) {
                errors.invalid(path, name, Formats.qualifiedName(name));
            }
        }
        if (finalizers.contains("orphan") && finalizers.contains("foregroundDeletion")) {
            errors.invalid(path, finalizers, "finalizer orphan and foregroundDeletion cannot be both set");
        }
    }

    /** Validates the finalizers of built-in resources: qualified names, or one of Kubernetes' standard finalizers. */
    public static void standardFinalizers(ListValue finalizers, Path path, Errors errors) {
        for (int i = 0; i < finalizers.size(); i++) {
            if (finalizers.get(i) instanceof String name && name.indexOf('/') < 0 && !isStandard(name)) {
                errors.invalid(
                        path.index(i), name, "name is neither a standard finalizer name nor is it fully qualified");
            }
        }
    }

    /** What to warn of about a finalizer of a custom resource. */
    public static List<String> finalizerWarnings(String name) {
        String start = "metadata.finalizers: " + GoText.quote(name) + ": ";
        List<String> warnings = new ArrayList<>(0);
        Formats.qualifiedName(name).forEach(problem -> warnings.add(start + problem));
        if (name.indexOf('/') < 0 && !isStandard(name)) {
            String including = name.indexOf('.') < 0 ? "" : "including a path (/) ";
            warnings.add(start + "prefer a domain-qualified finalizer name " + including
                    + "to avoid accidental conflicts with other finalizer writers");
        }
        return warnings;
    }

    private static boolean isStandard(String finalizer) {
        return finalizer.equals("kubernetes") || finalizer.equals("orphan") || finalizer.equals("foregroundDeletion");
    }

    private static void noNewFinalizers(ListValue finalizers, ListValue old, Path path, Errors errors) {
        TreeSet<String> extra = new TreeSet<>();
        for (Object finalizer : finalizers) {
            if (finalizer instanceof String name && !old.contains(name)) {
                extra.add("\"" + name + "\"");
            }
        }
        if (!extra.isEmpty()) {
            errors.forbidden(
                    path,
                    "no new finalizers can be added if the object is being deleted, found new finalizers []string{"
                            + String.join(", ", extra) + "}");
        }
    }

    /** Bytes of a string in UTF-8. */
    public static long utf8Length(String string) {
        long length = string.length();
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (c >= 0x80) {
                length += c >= 0x800 && !Character.isSurrogate(c) ? 2 : 1;
            }
        }
        return length;
    }
}
