package dev.proa.server.apiserver;

import dev.proa.api.status.FieldError;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.fieldmanager.FieldManager;
import dev.proa.server.fieldmanager.ScaleOwners;
import dev.proa.server.store.StoredObject;
import dev.proa.server.strategy.ScaleFields;
import java.util.List;
import java.util.function.UnaryOperator;

/** Serves the subresource scale as an {@code autoscaling/v1 Scale}. */
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
            case "get" -> call.answer(200, present(call));
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
                if (Applies.isApply(call)) {
                    Applies.Config config = Applies.config(call);
                    yield written(call, present -> Applies.applied(call, scaleFields(call), present, config));
                }
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

    private MapValue present(Call call) {
        ScaleFields fields = call.endpoint.strategy().scale();
        MapValue object = getter.object(call).value();
        if (fields.specReplicas(object) == null) {
            throw StatusException.internalError("the spec replicas field does not exist", null);
        }
        return scale(object, fields);
    }

    private ApiResponse update(Call call, UnaryOperator<MapValue> change) {
        return written(
                call,
                present -> scaleFields(call)
                        .update(present, change.apply(present), FieldManagers.manager(call), call.now));
    }

    /** @param change makes the next scale, with its managed fields */
    private ApiResponse written(Call call, UnaryOperator<MapValue> change) {
        ScaleFields fields = call.endpoint.strategy().scale();
        ScaleOf part = new ScaleOf(
                call.info.name(), fields, new ScaleOwners(call.endpoint.apiVersion(), fields.specReplicasNames()));
        StoredObject updated =
                registry.update(call, call.key(), "", current -> change.apply(part.of(current.value())), part);
        return call.answer(200, scale(call.endpoint.read(updated).value(), fields));
    }

    private static FieldManager scaleFields(Call call) {
        return FieldManagers.ofScale(call, API_VERSION);
    }

    /** The scale of the object of a name. */
    private record ScaleOf(String name, ScaleFields fields, ScaleOwners owners) implements Registry.Part {
        @Override
        public MapValue of(MapValue object) {
            ListValue managed = owners.ofScale(object.map("metadata").list("managedFields"));
            MapValue scale = scale(object, fields);
            return managed.isEmpty() ? scale : scale.withMap("metadata", meta -> meta.with("managedFields", managed));
        }

        @Override
        public MapValue into(MapValue object, MapValue scale) {
            long replicas = scale.map("spec").integer("replicas", 0);
            if (replicas < 0) {
                throw StatusException.invalid(
                        KIND,
                        name,
                        List.of(FieldError.invalid("spec.replicas", replicas, "must be greater than or equal to 0")));
            }
            MapValue metadata = scale.map("metadata");
            ListValue managed =
                    owners.ofParent(object.map("metadata").list("managedFields"), metadata.list("managedFields"));
            return withReplicas(FieldManagers.with(object, managed.isEmpty() ? null : managed), replicas)
                    .withMap(
                            "metadata",
                            meta -> meta.with("resourceVersion", metadata.string("resourceVersion"))
                                    .with(
                                            "uid",
                                            metadata.string("uid").isEmpty() ? meta.get("uid") : metadata.get("uid")));
        }

        private MapValue withReplicas(MapValue object, long replicas) {
            try {
                return fields.withSpecReplicas(object, replicas);
            } catch (IllegalArgumentException e) {
                throw StatusException.badRequest(String.valueOf(e.getMessage()));
            }
        }
    }

    private static MapValue scale(MapValue object, ScaleFields fields) {
        MapValue metadata = object.map("metadata");
        MapValue.Builder shown = MapValue.builder(5);
        for (String name : List.of("creationTimestamp", "name", "namespace", "resourceVersion", "uid")) {
            if (metadata.has(name)) {
                shown.put(name, metadata.get(name));
            }
        }
        Long wanted = fields.specReplicas(object);
        MapValue.Builder status = MapValue.builder(2).put("replicas", fields.statusReplicas(object));
        String selector = fields.labelSelector(object);
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
                wanted == null || wanted == 0 ? MapValue.EMPTY : MapValue.of("replicas", wanted),
                "status",
                status.build());
    }
}
