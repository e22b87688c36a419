package dev.proa.server.apiextensions;

import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Metadata;
import dev.proa.server.validation.NameRule;
import dev.proa.server.validation.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Validates the types and metadata of the resources that are embedded in an object. */
final class EmbeddedResources {
    private final Errors errors = new Errors();

    private EmbeddedResources() {}

    static List<FieldError> errors(MapValue object, StructuralSchema schema) {
        EmbeddedResources resources = new EmbeddedResources();
        resources.value(object, schema, null);
        return resources.errors.toList();
    }

    private void value(@Nullable Object value, @Nullable StructuralSchema schema, @Nullable Path at) {
        if (schema == null || !schema.hasEmbedded()) {
            return;
        }
        switch (value) {
            case MapValue map -> {
                if (schema.isEmbeddedResource() && at != null) {
                    resource(map, at);
                }
                for (int i = 0; i < map.size(); i++) {
                    String name = map.nameAt(i);
                    StructuralSchema property = schema.property(name);
                    if (property != null) {
                        value(map.valueAt(i), property, Paths.child(at, name));
                    } else {
                        value(map.valueAt(i), schema.additionalProperties(), Paths.key(at, name));
                    }
                }
            }
            case ListValue list -> {
                for (int i = 0; i < list.size(); i++) {
                    value(list.get(i), schema.items(), Paths.item(at, i));
                }
            }
            case null, default -> {}
        }
    }

    private void resource(MapValue resource, Path at) {
        for (String name : new String[] {"apiVersion", "kind"}) {
            if (!resource.has(name)) {
                errors.required(at.child(name), "");
            }
        }
        for (String name : new String[] {"apiVersion", "kind"}) {
            Object value = resource.get(name);
            if (resource.has(name) && !(value instanceof String)) {
                errors.invalid(at.child(name), value, "must be a string");
            } else if (value instanceof String text && text.isEmpty()) {
                errors.invalid(at.child(name), text, "must not be empty");
            }
        }
        String apiVersion = resource.string("apiVersion");
        if (apiVersion.indexOf('/') != apiVersion.lastIndexOf('/')) {
            errors.invalid(at.child("apiVersion"), apiVersion, "unexpected GroupVersion string: " + apiVersion);
        }
        String kind = resource.string("kind");
        List<String> wrong = Formats.dns1035Label(kind.toLowerCase(Locale.ROOT));
        if (!kind.isEmpty() && !wrong.isEmpty()) {
            errors.invalid(
                    at.child("kind"),
                    kind,
                    "may have mixed case, but should otherwise match: " + String.join(",", wrong));
        }
        if (resource.has("metadata")) {
            MapValue metadata = resource.map("metadata");
            metadata = metadata.string("name").isEmpty() ? metadata.with("name", "fakename") : metadata;
            boolean namespaced = !metadata.string("namespace").isEmpty();
            Metadata.validateCreate(metadata, namespaced, NameRule.PATH_SEGMENT, at.child("metadata"), errors);
        }
    }
}
