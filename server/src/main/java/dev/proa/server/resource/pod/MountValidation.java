package dev.proa.server.resource.pod;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Validates the volume mounts and volume devices of a container. */
final class MountValidation {
    private MountValidation() {}

    /** @param volumes of the pod, by name */
    static void mounts(MapValue container, Map<String, MapValue> volumes, Path path, Errors errors) {
        ListValue mounts = container.list("volumeMounts");
        Set<String> mountPaths = new HashSet<>();
        for (int i = 0; i < mounts.size(); i++) {
            MapValue mount = mounts.map(i);
            Path at = path.index(i);
            String name = mount.string("name");
            if (name.isEmpty()) {
                errors.required(at.child("name"), "");
            }
            if (!volumes.containsKey(name)) {
                errors.notFound(at.child("name"), name);
            }
            String mountPath = mount.string("mountPath");
            if (mountPath.isEmpty()) {
                errors.required(at.child("mountPath"), "");
            }
            if (!mountPaths.add(mountPath)) {
                errors.invalid(at.child("mountPath"), mountPath, "must be unique");
            }
            overlap(container.list("volumeDevices"), mount, at, errors);
            String subPath = mount.string("subPath");
            String expression = mount.string("subPathExpr");
            VolumeValidation.descending(subPath, path.child("subPath"), errors);
            if (!expression.isEmpty() && !subPath.isEmpty()) {
                errors.invalid(at.child("subPathExpr"), expression, "subPathExpr and subPath are mutually exclusive");
            }
            VolumeValidation.descending(expression, path.child("subPathExpr"), errors);
            if (mount.get("mountPropagation") != null) {
                propagation(mount.string("mountPropagation"), container, path.child("mountPropagation"), errors);
            }
            recursiveReadOnly(mount, path.child("recursiveReadOnly"), errors);
        }
    }

    private static void overlap(ListValue devices, MapValue mount, Path path, Errors errors) {
        for (int i = 0; i < devices.size(); i++) {
            if (devices.map(i).string("name").equals(mount.string("name"))) {
                errors.invalid(path.child("name"), mount.string("name"), "must not already exist in volumeDevices");
                break;
            }
        }
        for (int i = 0; i < devices.size(); i++) {
            if (devices.map(i).string("devicePath").equals(mount.string("mountPath"))) {
                errors.invalid(
                        path.child("mountPath"),
                        mount.string("mountPath"),
                        "must not already exist as a path in volumeDevices");
                break;
            }
        }
    }

    private static void propagation(String mode, MapValue container, Path path, Errors errors) {
        errors.oneOf(path, mode, "Bidirectional", "HostToContainer", "None");
        if (mode.equals("Bidirectional") && !container.map("securityContext").bool("privileged")) {
            errors.forbidden(path, "Bidirectional mount propagation is available only to privileged containers");
        }
    }

    private static void recursiveReadOnly(MapValue mount, Path path, Errors errors) {
        if (!(mount.get("recursiveReadOnly") instanceof String mode)) {
            return;
        }
        errors.oneOf(path, mode, "Disabled", "Enabled", "IfPossible");
        if (mode.equals("Enabled") || mode.equals("IfPossible")) {
            if (!mount.bool("readOnly")) {
                errors.forbidden(path, "may only be specified when readOnly is true");
            }
            if (mount.get("mountPropagation") instanceof String propagation && !propagation.equals("None")) {
                errors.forbidden(path, "may only be specified when mountPropagation is None or not specified");
            }
        }
    }

    /** @param volumes of the pod, by name */
    static void devices(MapValue container, Map<String, MapValue> volumes, Path path, Errors errors) {
        ListValue devices = container.list("volumeDevices");
        Set<String> names = new HashSet<>();
        Set<String> paths = new HashSet<>();
        for (int i = 0; i < devices.size(); i++) {
            String name = devices.map(i).string("name");
            String devicePath = devices.map(i).string("devicePath");
            Path at = path.index(i);
            if (name.isEmpty()) {
                errors.required(at.child("name"), "");
            } else if (!names.add(name)) {
                errors.invalid(at.child("name"), name, "must be unique");
            }
            MapValue volume = volumes.get(name);
            if (volume == null) {
                errors.notFound(at.child("name"), name);
            } else if (volume.get("persistentVolumeClaim") == null && volume.get("ephemeral") == null) {
                errors.invalid(
                        at.child("name"),
                        name,
                        "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
            }
            if (devicePath.isEmpty()) {
                errors.required(at.child("devicePath"), "");
            }
            if (paths.contains(devicePath)) {
                errors.invalid(at.child("devicePath"), devicePath, "must be unique");
            }
            if (VolumeValidation.stepsBack(devicePath)) {
                errors.invalid(at.child("devicePath"), devicePath, "can not contain backsteps ('..')");
            } else {
                paths.add(devicePath);
            }
            ListValue mounts = container.list("volumeMounts");
            for (int m = 0; m < mounts.size(); m++) {
                if (mounts.map(m).string("name").equals(name)) {
                    errors.invalid(at.child("name"), name, "must not already exist in volumeMounts");
                    break;
                }
            }
            for (int m = 0; m < mounts.size(); m++) {
                if (mounts.map(m).string("mountPath").equals(devicePath)) {
                    errors.invalid(
                            at.child("devicePath"), devicePath, "must not already exist as a path in volumeMounts");
                    break;
                }
            }
        }
    }
}
