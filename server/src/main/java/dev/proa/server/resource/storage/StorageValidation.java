package dev.proa.server.resource.storage;

import dev.proa.api.schema.Schema;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.server.resource.pod.PersistentVolumeValidation;
import dev.proa.server.resource.pod.VolumeSourceValidation;
import dev.proa.server.validation.BuiltInTypes;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Metadata;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.Values;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Validates the resources of the group {@code storage.k8s.io}. */
final class StorageValidation {
    private static final Schema ATTACHMENT = BuiltInTypes.struct("io.k8s.api.storage.v1.VolumeAttachmentSpec");
    private static final int MAX_PARAMETERS = 512;
    private static final int MAX_PARAMETER_BYTES = 256 * 1024;
    private static final Path SPEC = Path.of("spec");

    private StorageValidation() {}

    private static Fields root(MapValue object, String name, Errors errors) {
        return Fields.of(object, name, errors);
    }

    static void storageClass(MapValue object, @Nullable MapValue old, Errors errors) {
        if (old != null) {
            for (String name : new String[] {"parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"}) {
                errors.immutable(Path.of(name), object.get(name), old.get(name));
            }
            return;
        }
        provisioner(object, "provisioner", errors);
        parameters(object.map("parameters"), true, errors);
        if (!object.string("reclaimPolicy").isEmpty()) {
            errors.oneOf(Path.of("reclaimPolicy"), object.string("reclaimPolicy"), "Delete", "Retain");
        }
        errors.oneOf(
                Path.of("volumeBindingMode"), object.string("volumeBindingMode"), "Immediate", "WaitForFirstConsumer");
        topologies(object.list("allowedTopologies"), errors);
    }

    private static void provisioner(MapValue object, String name, Errors errors) {
        String provisioner = object.string(name);
        if (provisioner.isEmpty()) {
            errors.required(Path.of(name), "");
        } else {
            String lower = provisioner.toLowerCase(Locale.ROOT);
            errors.invalid(Path.of(name), lower, Formats.qualifiedName(lower));
        }
    }

    private static void parameters(MapValue parameters, boolean mayBeEmpty, Errors errors) {
        Path path = Path.of("parameters");
        if (parameters.size() > MAX_PARAMETERS) {
            errors.tooLong(path, MAX_PARAMETERS);
            return;
        }
        long bytes = 0;
        for (Map.Entry<String, @Nullable Object> entry : parameters) {
            if (entry.getKey().isEmpty()) {
                errors.invalid(path, "", "field can not be empty.");
            }
            bytes += Metadata.utf8Length(entry.getKey())
                    + (entry.getValue() instanceof String value ? Metadata.utf8Length(value) : 0);
        }
        if (bytes > MAX_PARAMETER_BYTES) {
            errors.tooLong(path, MAX_PARAMETER_BYTES);
        }
        if (!mayBeEmpty && parameters.isEmpty()) {
            errors.required(path, "must contain at least one key/value pair");
        }
    }

    /** Reports duplicate terms. Kubernetes reports an empty one once for each term. */
    private static void topologies(ListValue topologies, Errors errors) {
        List<Map<String, Set<Object>>> seen = new ArrayList<>(Collections.nCopies(topologies.size(), Map.of()));
        for (int i = 0; i < topologies.size(); i++) {
            Path path = Path.of("allowedTopologies").index(i).child("matchLabelExpressions");
            Map<String, Set<Object>> term = new HashMap<>();
            ListValue expressions = topologies.map(i).list("matchLabelExpressions");
            for (int e = 0; e < expressions.size(); e++) {
                expression(new Fields(expressions.map(e), path.index(e), errors), term);
            }
            for (Map<String, Set<Object>> other : seen) {
                if (other.equals(term)) {
                    errors.duplicate(path, "");
                }
            }
            seen.add(term);
        }
    }

    private static void expression(Fields expression, Map<String, Set<Object>> term) {
        String key = expression.text("key");
        Set<Object> values = new HashSet<>();
        if (expression.map.list("values").isEmpty()) {
            expression.errors.required(expression.at("values"), "");
        }
        expression.eachText("values", (value, path) -> {
            if (!values.add(value)) {
                expression.errors.duplicate(path, value);
            }
        });
        expression.errors.invalid(expression.at("key"), key, Formats.qualifiedName(key));
        if (term.putIfAbsent(key, values) != null) {
            expression.errors.duplicate(expression.at("key"), key);
        }
    }

    static void driver(MapValue driver, @Nullable MapValue old, Errors errors) {
        Fields spec = root(driver, "spec", errors);
        spec.oneOfIfPresent("fsGroupPolicy", "File", "None", "ReadWriteOnceWithFSType");
        Set<String> audiences = new HashSet<>();
        spec.each("tokenRequests", request -> {
            if (!audiences.add(request.text("audience"))) {
                errors.duplicate(request.at("audience"), request.text("audience"));
                return;
            }
            long seconds = request.map.integer("expirationSeconds", 600);
            if (seconds < 600) {
                request.invalid("expirationSeconds", "may not specify a duration less than 10 minutes");
            } else if (seconds > 1L << 32) {
                request.invalid("expirationSeconds", "may not specify a duration larger than 2^32 seconds");
            }
        });
        for (Object mode : spec.map.list("volumeLifecycleModes")) {
            errors.oneOf(spec.at("volumeLifecycleModes"), mode, "Persistent", "Ephemeral");
        }
        if (spec.has("nodeAllocatableUpdatePeriodSeconds") && spec.number("nodeAllocatableUpdatePeriodSeconds") < 10) {
            spec.invalid("nodeAllocatableUpdatePeriodSeconds", "must be greater than or equal to 10 seconds");
        }
        if (spec.has("serviceAccountTokenInSecrets")
                && spec.map.list("tokenRequests").isEmpty()) {
            spec.invalid(
                    "serviceAccountTokenInSecrets",
                    "serviceAccountTokenInSecrets is set but no tokenRequests are specified");
        }
        if (old != null) {
            MapValue before = old.map("spec");
            // Kubernetes misspells this one.
            errors.immutable(spec.at("attachedRequired"), spec.map.get("attachRequired"), before.get("attachRequired"));
            spec.immutable("volumeLifecycleModes", before);
        }
    }

    static void node(MapValue node, @Nullable MapValue old, Errors errors) {
        Fields spec = root(node, "spec", errors);
        Set<String> names = new HashSet<>();
        spec.each("drivers", driver -> {
            VolumeSourceValidation.driverName(driver, "name");
            driver.required("nodeID");
            if (driver.text("nodeID").length() > 256) {
                driver.invalid("nodeID", "must be 256 characters or less");
            }
            driver.in("allocatable", allocatable -> allocatable.notNegative("count"));
            if (!names.add(driver.text("name"))) {
                errors.duplicate(driver.at("name"), driver.text("name"));
            }
            topologyKeys(driver);
        });
        ListValue before = old == null ? ListValue.EMPTY : old.map("spec").list("drivers");
        for (int i = 0; i < before.size(); i++) {
            MapValue was = before.map(i);
            spec.each("drivers", driver -> {
                if (driver.text("name").equals(was.string("name"))) {
                    errors.immutable(
                            SPEC.child("drivers"), driver.map.without("allocatable"), was.without("allocatable"));
                }
            });
        }
    }

    private static void topologyKeys(Fields driver) {
        Set<String> keys = new HashSet<>();
        driver.eachText("topologyKeys", (key, path) -> {
            if (key.isEmpty()) {
                driver.errors.required(driver.path, "");
            }
            if (!keys.add(key)) {
                driver.errors.duplicate(driver.path, key);
            }
            driver.errors.invalid(driver.path, key, Formats.qualifiedName(key));
        });
    }

    static void capacity(MapValue capacity, @Nullable MapValue old, Errors errors) {
        if (capacity.get("nodeTopology") instanceof MapValue topology) {
            Metadata.labelSelector(topology, Path.of("nodeTopology"), errors);
        }
        String name = capacity.string("storageClassName");
        errors.invalid(Path.of("storageClassName"), name, Formats.dnsSubdomain(name));
        Quantity size = Values.quantity(capacity.get("capacity"));
        if (size != null && size.signum() < 0) {
            errors.invalid(Path.of("capacity"), size.toString(), "must be greater than or equal to 0");
        }
        if (old != null) {
            for (String field : new String[] {"nodeTopology", "storageClassName"}) {
                if (!Values.same(capacity.get(field), old.get(field))) {
                    Object shown = field.equals("nodeTopology") ? capacity.get(field) : capacity.string(field);
                    errors.invalid(Path.of(field), shown, "field is immutable");
                }
            }
        }
    }

    static void attachment(MapValue attachment, @Nullable MapValue old, Errors errors) {
        Fields spec = root(attachment, "spec", errors);
        VolumeSourceValidation.driverName(spec, "attacher");
        Fields source = spec.in("source");
        boolean inline = source.has("inlineVolumeSpec");
        boolean named = source.has("persistentVolumeName");
        String one = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
        if (!inline && !named) {
            errors.required(source.path, one);
        } else if (inline && named) {
            errors.forbidden(source.path, one);
        } else if (named) {
            source.required("persistentVolumeName", "must specify non empty persistentVolumeName");
        } else {
            PersistentVolumeValidation.inline(source.in("inlineVolumeSpec"));
        }
        String node = spec.text("nodeName");
        errors.invalid(spec.at("nodeName"), node, Formats.dnsSubdomain(node));
        source.formIfPresent("persistentVolumeName", Formats::dnsSubdomain);
        if (old != null) {
            errors.immutable(SPEC, spec.map, old.map("spec"), ATTACHMENT);
        }
    }

    static void attributesClass(MapValue object, @Nullable MapValue old, Errors errors) {
        if (old != null) {
            for (String name : new TreeSet<>(Set.of("driverName", "parameters"))) {
                if (!Values.same(object.get(name), old.get(name))) {
                    errors.forbidden(Path.of(name), "updates to " + name + " are forbidden.");
                }
            }
        }
        provisioner(object, "driverName", errors);
        parameters(object.map("parameters"), false, errors);
    }
}
