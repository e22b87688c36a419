package dev.proa.server.apiextensions;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What this package makes of the objects of requests, in the order in which the pipeline of requests will ask it. */
final class RecordedObjects {
    private static final Set<String> OF_EACH_RUN =
            Set.of("uid", "creationTimestamp", "resourceVersion", "managedFields", "name", "namespace");

    private final CustomResource resource;
    private final Coercion coercion;
    private final CustomResourceValidation validation;

    RecordedObjects(CustomResource resource, MetadataReader reader) {
        this.resource = resource;
        this.coercion = new Coercion(reader);
        this.validation = new CustomResourceValidation(resource, RuleValidation.NONE);
    }

    /**
     * What comes of a request.
     *
     * @param object null when it was refused
     * @param causes what is wrong with fields
     * @param problem why it cannot be decoded; empty when it can
     * @param warnings of unknown fields, and others
     */
    record Outcome(@Nullable MapValue object, Set<String> causes, String problem, Set<String> warnings) {}

    Outcome create(MapValue sent) {
        return outcome(sent, object -> {
            MapValue prepared = resource.hasStatus() ? object.without("status") : object;
            prepared = prepared.withMap("metadata", metadata -> metadata.with("generation", 1L));
            return new Checked(
                    prepared, validation.create(prepared), CustomResourceValidation.warnings(prepared, null));
        });
    }

    Outcome update(MapValue sent, MapValue old) {
        MapValue before = named(old, sent);
        return outcome(sent, object -> {
            MapValue updated = resource.hasStatus() ? copied(object, before, "status") : object;
            boolean same = updated.without("metadata").equals(before.without("metadata"));
            MapValue prepared = updated.withMap(
                    "metadata",
                    metadata -> metadata.with(
                            "generation", before.map("metadata").integer("generation", 0) + (same ? 0 : 1)));
            return new Checked(
                    prepared, validation.update(prepared, before), CustomResourceValidation.warnings(prepared, before));
        });
    }

    Outcome status(MapValue sent, MapValue old) {
        MapValue before = named(old, sent);
        return outcome(sent, object -> {
            MapValue prepared = copied(before, object, "status");
            return new Checked(prepared, validation.statusUpdate(prepared, before), List.of());
        });
    }

    private record Checked(MapValue object, List<FieldError> errors, List<String> warnings) {}

    private interface Check {
        Checked of(MapValue object);
    }

    private Outcome outcome(MapValue sent, Check check) {
        List<String> unknown = new ArrayList<>();
        MapValue object;
        try {
            object = Defaulting.object(coercion.sent(sent, resource.schema(), unknown), resource.schema());
        } catch (DecodeException e) {
            return new Outcome(null, Set.of(), String.valueOf(e.getMessage()), Set.of());
        }
        MapValue metadata = object.map("metadata").with("namespace", "crd-facts");
        metadata = metadata.has("name") ? metadata : metadata.with("name", "");
        Checked checked = check.of(object.with("metadata", metadata));
        Set<String> causes = new TreeSet<>();
        checked.errors.forEach(error -> causes.add(error.reason() + " " + error.field() + " " + error.message()));
        Set<String> warnings = new TreeSet<>(checked.warnings);
        unknown.forEach(path -> warnings.add("unknown field \"" + path + "\""));
        return new Outcome(causes.isEmpty() ? bare(checked.object) : null, causes, "", warnings);
    }

    private static MapValue copied(MapValue into, MapValue from, String name) {
        return from.has(name) ? into.with(name, from.get(name)) : into.without(name);
    }

    /** The names that a recorded object lacks. */
    private static MapValue named(MapValue object, MapValue other) {
        String name = other.map("metadata").string("name");
        return object.withMap(
                "metadata", metadata -> metadata.with("name", name).with("namespace", "crd-facts"));
    }

    static MapValue bare(MapValue object) {
        MapValue metadata = object.map("metadata");
        for (String name : OF_EACH_RUN) {
            metadata = metadata.without(name);
        }
        return object.with("metadata", metadata);
    }
}
