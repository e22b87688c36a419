package dev.proa.server.apiserver;

import dev.proa.api.selector.LabelSelector;
import dev.proa.api.status.FieldError;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.StoredObject;
import java.util.List;
import java.util.function.UnaryOperator;

/** The subresource scale: how many replicas there are, and are to be, as an {@code autoscaling/v1 Scale}. */
final class Scales {
    private static final String API_VERSION = "autoscaling/v1";
    private static final Resource KIND = new Resource("autoscaling", "Scale");

    private final Registry registry;
    private final ObjectDecoder decoder;
    private final Getter getter;
    private final Patcher patcher;

    Scales(Registry registry, ObjectDecoder decoder, Getter getter, Patcher patcher) {
        this.registry = registry;
        this.decoder = decoder;
        this.getter = getter;
        this.patcher = patcher;
    }

    ApiResponse answer(Call call) {
        return switch (call.info.verb()) {
            case "get" -> call.answer(200, scale(getter.object(call).value()));
            case "update" -> {
                ObjectDecoder.checkWriteOptions(call, "UpdateOptions");
                MapValue wanted = decoder.decode(call, API_VERSION, "Scale");
                Updater.checkName(call, wanted);
                Creator.checkNamespace(call, wanted);
                yield update(call, present -> wanted);
            }
            case "patch" -> {
                Patcher.checkMediaType(call);
                ObjectDecoder.checkWriteOptions(call, "PatchOptions");
                UnaryOperator<MapValue> patch = patcher.reader(call, API_VERSION, "Scale");
                yield update(call, present -> {
                    MapValue wanted = patch.apply(present);
                    Updater.checkName(call, wanted);
                    return wanted;
                });
            }
            default -> throw StatusException.methodNotAllowed();
        };
    }

    private ApiResponse update(Call call, UnaryOperator<MapValue> change) {
        StoredObject updated = registry.update(call, call.key(), "", current -> {
            MapValue wanted = change.apply(scale(current.value()));
            long replicas = wanted.map("spec").integer("replicas", 0);
            if (replicas < 0) {
                throw StatusException.invalid(
                        KIND,
                        call.info.name(),
                        List.of(FieldError.invalid("spec.replicas", replicas, "must be greater than or equal to 0")));
            }
            MapValue metadata = wanted.map("metadata");
            return current.value()
                    .withMap("spec", spec -> spec.with("replicas", replicas))
                    .withMap(
                            "metadata",
                            meta -> meta.with("resourceVersion", metadata.string("resourceVersion"))
                                    .with(
                                            "uid",
                                            metadata.string("uid").isEmpty() ? meta.get("uid") : metadata.get("uid")));
        });
        return call.answer(200, scale(updated.value()));
    }

    private static MapValue scale(MapValue object) {
        MapValue metadata = object.map("metadata");
        MapValue.Builder shown = MapValue.builder(5);
        for (String name : List.of("creationTimestamp", "name", "namespace", "resourceVersion", "uid")) {
            if (metadata.has(name)) {
                shown.put(name, metadata.get(name));
            }
        }
        MapValue spec = object.map("spec");
        MapValue.Builder status =
                MapValue.builder(2).put("replicas", object.map("status").integer("replicas", 0));
        String selector = selector(spec.map("selector"));
        if (!selector.isEmpty()) {
            status.put("selector", selector);
        }
        return MapValue.of(
                "apiVersion",
                API_VERSION,
                "kind",
                "Scale",
                "metadata",
                shown.build(),
                "spec",
                spec.integer("replicas", 0) == 0
                        ? MapValue.EMPTY
                        : MapValue.of("replicas", spec.integer("replicas", 0)),
                "status",
                status.build());
    }

    /** A label selector as text; those of replication controllers are plain labels. */
    private static String selector(MapValue selector) {
        boolean structured = selector.has("matchLabels") || selector.has("matchExpressions");
        return structured || selector.isEmpty()
                ? selector.isEmpty() ? "" : LabelSelector.of(selector).toString()
                : LabelSelector.of(MapValue.of("matchLabels", selector)).toString();
    }
}
