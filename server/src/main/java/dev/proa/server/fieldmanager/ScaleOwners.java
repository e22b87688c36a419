package dev.proa.server.fieldmanager;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.fieldpath.FieldSet;
import dev.proa.api.fieldpath.PathElement;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.fieldmanager.ManagedFields.Owned;
import java.util.List;
import java.util.Map;

/**
 * Translates the managed fields of an object to those of its scale and back: both have the wanted number of replicas, at the path that the
 * resource says.
 */
public final class ScaleOwners {
    private static final String SCALE = "autoscaling/v1";
    private static final FieldSet REPLICAS =
            FieldSet.of(MapValue.of("f:spec", MapValue.of("f:replicas", MapValue.EMPTY)));
    private static final List<PathElement> PATH =
            List.of(new PathElement.Name("spec"), new PathElement.Name("replicas"));

    private final String apiVersion;
    private final List<PathElement> path;
    private final FieldSet replicas;

    /**
     * @param apiVersion of the object
     * @param replicas the names of the path to the number of replicas in the object
     */
    public ScaleOwners(String apiVersion, List<String> replicas) {
        this.apiVersion = apiVersion;
        this.path = replicas.stream()
                .map(name -> (PathElement) new PathElement.Name(name))
                .toList();
        MapValue fields = MapValue.EMPTY;
        for (int i = replicas.size() - 1; i >= 0; i--) {
            fields = MapValue.of("f:" + replicas.get(i), fields);
        }
        this.replicas = FieldSet.of(fields);
    }

    /** The managed fields of the scale of an object. */
    public ListValue ofScale(ListValue parent) {
        ManagedFields scale = ManagedFields.none();
        for (Map.Entry<Manager, Owned> entry : read(parent).all()) {
            Owned its = entry.getValue();
            if (its.apiVersion().equals(apiVersion) && its.fields().has(path)) {
                scale.put(entry.getKey(), new Owned(REPLICAS, SCALE, its.time()));
            }
        }
        return scale.entries();
    }

    /** The managed fields of the object after its scale was written. */
    public ListValue ofParent(ListValue parent, ListValue scale) {
        ManagedFields owners = read(scale);
        ManagedFields result = read(parent);
        result.change((manager, its) -> {
            if (!its.apiVersion().equals(apiVersion)) {
                return null;
            }
            if (!its.fields().has(path)) {
                return its;
            }
            if (owners.get(manager) == null) {
                return its.with(its.fields().difference(replicas));
            }
            owners.remove(manager);
            return its;
        });
        ManagedFields before = read(parent);
        for (Map.Entry<Manager, Owned> entry : owners.all()) {
            Manager manager = entry.getKey();
            if (entry.getValue().fields().has(PATH)) {
                Owned its = before.get(manager);
                result.put(manager, new Owned(replicas, apiVersion, its == null ? null : its.time()));
            }
        }
        return result.entries();
    }

    private static ManagedFields read(ListValue entries) {
        try {
            return ManagedFields.read(entries, true);
        } catch (DecodeException e) {
            return ManagedFields.none();
        }
    }
}
