package dev.proa.server.resource.pod;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Metadata;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.Values;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Validates the volumes of a pod spec. */
final class VolumeValidation {
    private static final String MODE = "must be a number between 0 and 0777 (octal), both inclusive";
    private static final String ONE_SOURCE = "may not specify more than 1 volume type";
    private static final String RELATIVE = "must be a relative path";

    /** The volume sources in Kubernetes' order: the first that is present counts. */
    private static final String[] KINDS = {
        "emptyDir",
        "hostPath",
        "gitRepo",
        "gcePersistentDisk",
        "awsElasticBlockStore",
        "secret",
        "nfs",
        "iscsi",
        "glusterfs",
        "flocker",
        "persistentVolumeClaim",
        "rbd",
        "cinder",
        "cephfs",
        "quobyte",
        "downwardAPI",
        "fc",
        "flexVolume",
        "configMap",
        "azureFile",
        "vsphereVolume",
        "photonPersistentDisk",
        "portworxVolume",
        "azureDisk",
        "storageos",
        "projected",
        "scaleIO",
        "csi",
        "ephemeral",
        "image"
    };

    private VolumeValidation() {}

    /** Validates volumes; returns the well-formed ones by name. */
    static Map<String, MapValue> volumes(ListValue volumes, boolean isPod, Path path, Errors errors) {
        Map<String, MapValue> valid = new HashMap<>();
        for (int i = 0; i < volumes.size(); i++) {
            MapValue volume = volumes.map(i);
            Path at = path.index(i);
            int before = errors.size();
            source(volume, isPod, at, errors);
            String name = volume.string("name");
            if (name.isEmpty()) {
                errors.required(at.child("name"), "");
            } else {
                errors.invalid(at.child("name"), name, Formats.dnsLabel(name));
            }
            if (valid.containsKey(name)) {
                errors.duplicate(at.child("name"), name);
            }
            if (errors.size() == before) {
                valid.put(name, volume);
            }
        }
        return valid;
    }

    private static void source(MapValue volume, boolean isPod, Path path, Errors errors) {
        int sources = 0;
        for (String kind : KINDS) {
            if (!(volume.get(kind) instanceof MapValue source)) {
                continue;
            }
            if (sources++ > 0) {
                errors.forbidden(path.child(shownKind(kind)), ONE_SOURCE);
                continue;
            }
            Path at = path.child(kind);
            switch (kind) {
                case "secret" -> files(source, "secretName", at, errors);
                case "configMap" -> files(source, "name", at, errors);
                case "downwardAPI" -> {
                    mode(source, "defaultMode", at, errors);
                    for (int f = 0; f < source.list("items").size(); f++) {
                        downwardFile(source.list("items").map(f), at, errors);
                    }
                }
                case "projected" -> projected(source, at, errors);
                case "persistentVolumeClaim" -> require(source, "claimName", at, errors);
                case "emptyDir" -> {
                    Quantity limit = Values.quantity(source.get("sizeLimit"));
                    if (limit != null && limit.signum() < 0) {
                        errors.forbidden(at.child("sizeLimit"), "SizeLimit field must be a valid resource quantity");
                    }
                }
                case "ephemeral" -> {
                    if (source.get("volumeClaimTemplate") instanceof MapValue template) {
                        claimTemplate(template, at.child("volumeClaimTemplate"), errors);
                    } else {
                        errors.required(at.child("volumeClaimTemplate"), "");
                    }
                }
                case "image" -> {
                    if (isPod) {
                        require(source, "reference", at, errors);
                    }
                    errors.oneOf(
                            at.child("pullPolicy"), source.string("pullPolicy"), "Always", "IfNotPresent", "Never");
                }
                case "gitRepo" -> {
                    require(source, "repository", at, errors);
                    descending(source.string("directory"), at.child("directory"), errors);
                }
                case "gcePersistentDisk" ->
                    VolumeSourceValidation.check(kind, new Fields(source, path.child("persistentDisk"), errors), "");
                default -> VolumeSourceValidation.check(kind, new Fields(source, at, errors), "");
            }
        }
        if (sources == 0) {
            errors.required(path, "must specify a volume type");
        }
    }

    private static void claimTemplate(MapValue template, Path path, Errors errors) {
        Metadata.template(template.map("metadata"), path, errors);
        PersistentVolumeValidation.claimSpec(new Fields(template.map("spec"), path.child("spec"), errors));
    }

    /** The name of a source in the error that a volume has several, which differs from the field for some. */
    private static String shownKind(String kind) {
        return switch (kind) {
            case "downwardAPI" -> "downwarAPI";
            case "cephfs" -> "cephFS";
            default -> kind;
        };
    }

    private static void require(MapValue source, String name, Path path, Errors errors) {
        if (source.string(name).isEmpty()) {
            errors.required(path.child(name), "");
        }
    }

    private static void mode(MapValue source, String name, Path path, Errors errors) {
        if (source.get(name) instanceof Long mode && (mode < 0 || mode > 511)) {
            errors.invalid(path.child(name), mode, MODE);
        }
    }

    private static void files(MapValue source, String nameField, Path path, Errors errors) {
        require(source, nameField, path, errors);
        mode(source, "defaultMode", path, errors);
        items(source.list("items"), path.child("items"), errors);
    }

    private static void items(ListValue items, Path path, Errors errors) {
        for (int i = 0; i < items.size(); i++) {
            MapValue item = items.map(i);
            Path at = path.index(i);
            require(item, "key", at, errors);
            require(item, "path", at, errors);
            localPath(item.string("path"), at.child("path"), errors);
            mode(item, "mode", at, errors);
        }
    }

    private static void downwardFile(MapValue file, Path path, Errors errors) {
        require(file, "path", path, errors);
        localPath(file.string("path"), path.child("path"), errors);
        if (file.get("fieldRef") instanceof MapValue ref) {
            DownwardApiValidation.volume(ref, path.child("fieldRef"), errors);
            if (file.get("resourceFieldRef") != null) {
                errors.invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
            }
        } else if (file.get("resourceFieldRef") instanceof MapValue ref) {
            DownwardApiValidation.resource(ref, path.child("resourceFieldRef"), true, errors);
        } else {
            errors.required(path, "one of fieldRef and resourceFieldRef is required");
        }
        mode(file, "mode", path, errors);
    }

    private static void projected(MapValue projected, Path path, Errors errors) {
        mode(projected, "defaultMode", path, errors);
        Set<String> paths = new HashSet<>();
        ListValue sources = projected.list("sources");
        for (int i = 0; i < sources.size(); i++) {
            MapValue source = sources.map(i);
            Path at = path.child("sources").index(i);
            int kinds = 0;
            for (String kind : new String[] {"secret", "configMap"}) {
                if (source.get(kind) instanceof MapValue inner) {
                    kinds++;
                    require(inner, "name", at.child(kind), errors);
                    items(inner.list("items"), at.child(kind).child("items"), errors);
                    unique(inner.list("items"), inner.string("name"), paths, path, errors);
                }
            }
            if (source.get("downwardAPI") instanceof MapValue downward) {
                kinds++;
                for (int f = 0; f < downward.list("items").size(); f++) {
                    downwardFile(downward.list("items").map(f), at.child("downwardAPI"), errors);
                }
                unique(downward.list("items"), "", paths, path, errors);
            }
            if (source.get("serviceAccountToken") instanceof MapValue token) {
                kinds++;
                token(token, at.child("serviceAccountToken"), path, errors);
            }
            if (kinds > 1) {
                errors.forbidden(at, "may not specify more than 1 volume type per source");
            }
        }
    }

    private static void token(MapValue token, Path path, Path projected, Errors errors) {
        long seconds = token.integer("expirationSeconds", 0);
        if (seconds < 600) {
            errors.invalid(path.child("expirationSeconds"), seconds, "may not specify a duration less than 10 minutes");
        }
        if (seconds > 1L << 32) {
            errors.invalid(
                    path.child("expirationSeconds"), seconds, "may not specify a duration larger than 2^32 seconds");
        }
        if (token.string("path").isEmpty()) {
            errors.required(projected.child("path"), "");
        } else {
            localPath(token.string("path"), projected.child("path"), errors);
        }
    }

    private static void unique(ListValue items, String name, Set<String> paths, Path path, Errors errors) {
        for (int i = 0; i < items.size(); i++) {
            String file = items.map(i).string("path");
            if (!file.isEmpty() && !paths.add(file)) {
                errors.invalid(path, name.isEmpty() ? file : name, "conflicting duplicate paths");
            }
        }
    }

    /** Validates a path within a volume, which must not start with {@code ..}. */
    private static void localPath(String value, Path path, Errors errors) {
        if (value.startsWith("/")) {
            errors.invalid(path, value, RELATIVE);
        }
        noBacksteps(value, path, errors);
        if (value.startsWith("..") && !value.startsWith("../") && !value.equals("..")) {
            errors.invalid(path, value, "must not start with '..'");
        }
    }

    static void noBacksteps(String value, Path path, Errors errors) {
        if (stepsBack(value)) {
            errors.invalid(path, value, "must not contain '..'");
        }
    }

    /** Whether a path has a {@code ..} segment. */
    static boolean stepsBack(String value) {
        return value.equals("..") || value.startsWith("../") || value.endsWith("/..") || value.contains("/../");
    }

    /** Validates a relative path without {@code ..} segments. */
    static void descending(String value, Path path, Errors errors) {
        if (value.startsWith("/")) {
            errors.invalid(path, value, RELATIVE);
        }
        noBacksteps(value, path, errors);
    }
}
