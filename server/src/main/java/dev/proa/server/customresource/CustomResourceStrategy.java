package dev.proa.server.customresource;

import dev.proa.api.status.FieldError;
import dev.proa.api.typed.MergeType;
import dev.proa.api.value.MapValue;
import dev.proa.server.apiextensions.Coercion;
import dev.proa.server.apiextensions.CustomResource;
import dev.proa.server.apiextensions.CustomResourceValidation;
import dev.proa.server.apiextensions.Defaulting;
import dev.proa.server.apiextensions.SelectableField;
import dev.proa.server.strategy.RequestContext;
import dev.proa.server.strategy.ScaleFields;
import dev.proa.server.strategy.Strategy;
import dev.proa.server.validation.Metadata;
import dev.proa.server.validation.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The strategy of one version of a custom resource. */
final class CustomResourceStrategy implements Strategy {
    private final CustomResource resource;
    private final Coercion coercion;
    private final Conversion conversion;
    private final CustomResourceValidation validation;
    private final MergeType mergeType;
    private final String storageResource;
    private final Set<String> selectable;

    /** @param mergeType how its objects are merged */
    CustomResourceStrategy(
            CustomResource resource,
            Coercion coercion,
            Conversion conversion,
            CustomResourceValidation validation,
            MergeType mergeType) {
        this.mergeType = mergeType;
        this.resource = resource;
        this.coercion = coercion;
        this.conversion = conversion;
        this.validation = validation;
        storageResource = resource.plural() + "." + resource.group();
        Set<String> fields = new TreeSet<>();
        fields.add("metadata.name");
        if (resource.namespaced()) {
            fields.add("metadata.namespace");
        }
        resource.selectableFields().forEach(field -> fields.add(field.name()));
        selectable = Set.copyOf(fields);
    }

    @Override
    public MapValue defaulted(MapValue object) {
        return Defaulting.object(object, resource.schema());
    }

    @Override
    public MergeType mergeType() {
        return mergeType;
    }

    @Override
    public String storageResource() {
        return storageResource;
    }

    @Override
    public MapValue read(MapValue stored) {
        return completed(conversion.convert(stored, resource.apiVersion()));
    }

    @Override
    public List<MapValue> read(List<MapValue> stored) {
        return conversion.convert(stored, resource.apiVersion()).stream()
                .map(this::completed)
                .toList();
    }

    private MapValue completed(MapValue converted) {
        return Defaulting.object(coercion.stored(converted, resource.schema()), resource.schema());
    }

    @Override
    public boolean readsByCalls() {
        return conversion.calls();
    }

    /** Without a detour by the stored version. */
    @Override
    public MapValue readFrom(Strategy other, MapValue object) {
        return read(object);
    }

    @Override
    public MapValue written(MapValue object) {
        return conversion.convert(object, conversion.storageVersion());
    }

    @Override
    public MapValue coerced(MapValue object, List<String> unknown) {
        return coercion.sent(object, resource.schema(), unknown);
    }

    @Override
    public MapValue prepareForCreate(MapValue object, RequestContext context) {
        MapValue prepared = resource.hasStatus() ? object.without("status") : object;
        return prepared.withMap("metadata", metadata -> metadata.with("generation", 1L));
    }

    @Override
    public MapValue prepareForUpdate(String subresource, MapValue updated, MapValue old) {
        if (subresource.equals("status")) {
            MapValue fields = updated.map("metadata");
            return Values.keep(old, "status", updated)
                    .withMap("metadata", metadata -> Values.keep(metadata, "managedFields", fields));
        }
        MapValue prepared = resource.hasStatus() ? Values.keep(updated, "status", old) : updated;
        if (Values.same(prepared.without("metadata"), old.without("metadata"))) {
            return prepared;
        }
        long generation = old.map("metadata").integer("generation", 0) + 1;
        return prepared.withMap("metadata", metadata -> metadata.with("generation", generation));
    }

    @Override
    public List<FieldError> validateCreate(MapValue object) {
        return validation.create(object);
    }

    @Override
    public List<FieldError> validateUpdate(String subresource, MapValue updated, MapValue old) {
        return subresource.equals("status") ? validation.statusUpdate(updated, old) : validation.update(updated, old);
    }

    @Override
    public List<String> warnings(MapValue object, @Nullable MapValue old) {
        List<Object> added = new ArrayList<>(object.map("metadata").list("finalizers"));
        if (old != null) {
            added.removeAll(old.map("metadata").list("finalizers"));
        }
        List<String> warnings = new ArrayList<>(0);
        added.stream().map(String::valueOf).sorted().forEach(name -> warnings.addAll(Metadata.finalizerWarnings(name)));
        return warnings;
    }

    @Override
    public String deprecationWarning() {
        return resource.deprecationWarning();
    }

    @Override
    public ScaleFields scale() {
        return resource.scaleOrThrow();
    }

    @Override
    public boolean allowUnconditionalUpdate() {
        return false;
    }

    @Override
    public Set<String> selectableFields() {
        return selectable;
    }

    @Override
    public String fieldValue(MapValue object, String field) {
        switch (field) {
            case "metadata.name" -> {
                return object.map("metadata").string("name");
            }
            case "metadata.namespace" -> {
                return object.map("metadata").string("namespace");
            }
            default -> {}
        }
        for (SelectableField selectableField : resource.selectableFields()) {
            if (selectableField.name().equals(field)) {
                return selectableField.value(object);
            }
        }
        return "";
    }
}
