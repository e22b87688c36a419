package dev.proa.server.table;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cells of the group {@code storage.k8s.io}. */
final class StorageCells {
    private StorageCells() {}

    static TableFormat.@Nullable Cells of(String resource) {
        return switch (resource) {
            case "csidrivers" -> StorageCells::csiDriver;
            case "csinodes" ->
                (object, now) -> ListValue.of(
                        Text.name(object),
                        (long) object.map("spec").list("drivers").size(),
                        Text.age(object, now));
            case "storageclasses" ->
                (object, now) -> {
                    MapValue annotations = object.map("metadata").map("annotations");
                    boolean beta = annotations
                            .string("storageclass.beta.kubernetes.io/is-default-class")
                            .equals("true");
                    String name = Text.defaultName(object, "storageclass.kubernetes.io/is-default-class");
                    return ListValue.of(
                            beta && !name.endsWith(")") ? name + " (default)" : name,
                            object.string("provisioner"),
                            Text.or(object.get("reclaimPolicy"), "Delete"),
                            Text.or(object.get("volumeBindingMode"), "Immediate"),
                            object.bool("allowVolumeExpansion"),
                            Text.age(object, now));
                };
            case "volumeattachments" ->
                (object, now) -> {
                    MapValue spec = object.map("spec");
                    return ListValue.of(
                            Text.name(object),
                            spec.string("attacher"),
                            spec.map("source").string("persistentVolumeName"),
                            spec.string("nodeName"),
                            object.map("status").bool("attached"),
                            Text.age(object, now));
                };
            case "volumeattributesclasses" ->
                (object, now) -> ListValue.of(
                        Text.defaultName(object, "storageclass.kubernetes.io/is-default-class"),
                        object.string("driverName"),
                        Text.age(object, now));
            default -> null;
        };
    }

    private static ListValue csiDriver(MapValue driver, Instant now) {
        MapValue spec = driver.map("spec");
        List<String> audiences = new ArrayList<>();
        for (int i = 0; i < spec.list("tokenRequests").size(); i++) {
            audiences.add(spec.list("tokenRequests").map(i).string("audience"));
        }
        return ListValue.of(
                Text.name(driver),
                !Boolean.FALSE.equals(spec.get("attachRequired")),
                spec.bool("podInfoOnMount"),
                spec.bool("storageCapacity"),
                spec.get("tokenRequests") == null ? Text.UNSET : Text.join(audiences),
                spec.bool("requiresRepublish"),
                Text.or(Text.join(Text.strings(spec.list("volumeLifecycleModes"))), Text.NONE),
                Text.age(driver, now));
    }
}
